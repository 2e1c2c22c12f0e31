/** What the log knows of its own chain: where it ends, how far it has told of each database, and which conflicts are open. */
import { genesisHash, syncLogId, type ConflictKey, type SyncLogEntry, type SyncLogEvent } from '@tidemark/contracts'
import type { DocumentDatabase } from '../store/index.ts'

export interface LogHead {
  readonly number: number
  readonly hash: string
}

export interface LogState {
  readonly epoch: string
  head: LogHead
  /** By database, the `throughSequence` of its last `documents-stored` entry. */
  readonly cursors: Map<string, number>
  /** By database, documents with several live revisions, and which. */
  readonly conflicts: Map<string, Map<string, readonly string[]>>
}

interface SavedState {
  readonly epoch: string
  readonly number: number
  readonly cursors: Readonly<Record<string, number>>
  readonly conflicts?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>
}

const savedId = '_local/cursors'
const pageSize = 200
/** Sorts after every number. */
const afterNumbers = '\uffff'

/** What was saved, brought forward by every entry after it: the log itself always wins. */
export function readLogState(database: DocumentDatabase, epoch: string): LogState {
  const local = database.readLocal(savedId)
  const saved = local === undefined ? undefined : (JSON.parse(local.body) as SavedState)
  const usable = saved?.epoch === epoch ? saved : undefined
  const state: LogState = {
    epoch,
    head: headOf(lastEntry(database, epoch)),
    cursors: new Map(Object.entries(usable?.cursors ?? {})),
    conflicts: new Map(
      Object.entries(usable?.conflicts ?? {}).map(([name, documents]) => [name, new Map(Object.entries(documents))]),
    ),
  }
  for (const entry of readEntries(database, epoch, (usable?.number ?? 0) + 1)) noteEvent(state, entry.event)
  return state
}

export async function saveLogState(database: DocumentDatabase, state: LogState): Promise<void> {
  const saved: SavedState = {
    epoch: state.epoch,
    number: state.head.number,
    cursors: Object.fromEntries(state.cursors),
    conflicts: Object.fromEntries([...state.conflicts].map(([name, found]) => [name, Object.fromEntries(found)])),
  }
  await database.writeLocal(savedId, JSON.stringify(saved))
}

/** To be called with every event once its entry is on disk, in the order of entries. */
export function noteEvent({ cursors, conflicts }: LogState, event: SyncLogEvent): void {
  if (event.kind === 'documents-stored') cursors.set(event.database, event.throughSequence)
  if (event.kind === 'conflict-seen') {
    const found = conflicts.get(event.database) ?? new Map<string, readonly string[]>()
    conflicts.set(event.database, found.set(event.id, event.revs))
  }
  if (event.kind === 'conflict-settled') conflicts.get(event.database)?.delete(event.id)
}

export function conflictsOf({ conflicts }: LogState): ConflictKey[] {
  return [...conflicts].flatMap(([database, found]) =>
    [...found.keys()].map((documentId) => ({ database, documentId })),
  )
}

/** The entries of an epoch from a number on, a page in memory at a time. */
export function* readEntries(database: DocumentDatabase, epoch: string, from = 1): Generator<SyncLogEntry> {
  for (let startKey = syncLogId(epoch, from); ;) {
    const page = database.list({ startKey, endKey: `log:${epoch}:${afterNumbers}`, limit: pageSize, bodies: true })
    for (const { id, body } of page) yield { ...(JSON.parse(body ?? '{}') as SyncLogEntry), _id: id }
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) return
    startKey = `${last.id}\u0000`
  }
}

export function lastEntry(database: DocumentDatabase, epoch: string): SyncLogEntry | undefined {
  const [last] = database.list({
    startKey: `log:${epoch}:${afterNumbers}`,
    endKey: `log:${epoch}:`,
    descending: true,
    limit: 1,
    bodies: true,
  })
  return last === undefined ? undefined : { ...(JSON.parse(last.body ?? '{}') as SyncLogEntry), _id: last.id }
}

/** The newest entry of any other epoch, where a new chain is tied on. Jumps from epoch to epoch. */
export function lastEntryBefore(database: DocumentDatabase, epoch: string): SyncLogEntry | undefined {
  let newest: SyncLogEntry | undefined
  for (let startKey = 'log:'; ;) {
    const [first] = database.list({ startKey, endKey: `log:${afterNumbers}`, limit: 1 })
    const found = first?.id.split(':')[1]
    if (found === undefined) return newest
    const last = found === epoch ? undefined : lastEntry(database, found)
    if (last !== undefined && last.at > (newest?.at ?? '')) newest = last
    startKey = `log:${found}:${afterNumbers}`
  }
}

function headOf(entry: SyncLogEntry | undefined): LogHead {
  return entry === undefined ? { number: 0, hash: genesisHash } : { number: entry.number, hash: entry.hash }
}
