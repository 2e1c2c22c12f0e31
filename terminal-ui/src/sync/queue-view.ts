/** The sync queue as a view: nothing is queued twice, what is unsent is what lies after the pushed position, or was refused. */
import { classOfDatabase } from '@tidemark/contracts'
import type { Refusal } from '../data/device-store.ts'
import type { Database } from '../data/pouch-types.ts'
import { pendingEdits } from '../data/local-edits.ts'
import type { TerminalDatabases } from '../data/terminal-databases.ts'
import { failuresBeforeAlert, type UnsentItem } from '../data/sync-status.ts'
import { exchanges } from './exchanges/index.ts'

/** Failures of one document since it was written, in this session. */
export interface Attempts {
  readonly retries: number
  readonly lastError: string | null
}

const noAttempts: Attempts = { retries: 0, lastError: null }

/** Documents that the hub lacks, oldest first. With an unknown epoch, what an earlier epoch confirmed is believed for now. */
export async function listUnsent(
  databases: TerminalDatabases,
  epoch: string | null,
  attempts: ReadonlyMap<string, Attempts>,
  syncing: ReadonlySet<string>,
): Promise<UnsentItem[]> {
  const refusals = new Map((await databases.device.refusals()).map((refusal) => [refusal.documentId, refusal]))
  const sent = await Promise.all(exchanges.map((exchange) => exchange.sends(databases)))
  const names = sent.flat()
  const items: UnsentItem[] = []
  const edited = await databases.device.edits()
  for (const { edits } of exchanges) {
    if (edits === undefined) continue
    for (const { documentId } of pendingEdits(edited, edits, epoch)) {
      items.push(
        itemOf(documentId, edits, refusals.get(documentId), attempts.get(documentId) ?? noAttempts, syncing.has(edits)),
      )
    }
  }
  for (const name of names) {
    const waiting = await changesAfterPosition(databases, name, epoch)
    const refused = [...refusals.values()].filter((refusal) => refusal.database === name)
    const ids = new Set([...refused.map((refusal) => refusal.documentId), ...waiting])
    for (const id of ids) {
      items.push(itemOf(id, name, refusals.get(id), attempts.get(id) ?? noAttempts, syncing.has(name)))
    }
  }
  return items
}

/** What was read of a database's changes feed. */
interface Waiting {
  readonly after: number
  readonly upTo: number
  /** Sequences by document, oldest first. */
  readonly documents: Map<string, number>
}

/** By connection: a database that was removed and made again has another one. */
const waitingIn = new WeakMap<Database, Waiting>()

/** A day without the hub makes hundreds: what was read before is not read again after each sale. */
async function changesAfterPosition(databases: TerminalDatabases, name: string, epoch: string | null) {
  const position = await databases.positions.readPushed(name)
  const believed = position !== undefined && (epoch === null || position.epoch === epoch)
  const after = believed ? position.sequence : 0
  const database = databases.named(name)
  const known = waitingIn.get(database)
  const { upTo, documents } = known === undefined || after < known.after ? startAfter(after) : startAt(known, after)
  const { results, last_seq: last } = await database.changes({ since: upTo })
  for (const { id, seq } of results) {
    documents.delete(id)
    documents.set(id, seq)
  }
  waitingIn.set(database, { after, upTo: last, documents })
  return [...documents.keys()]
}

function startAfter(after: number): Waiting {
  return { after, upTo: after, documents: new Map() }
}

/** In a map of its own: another look may be under way. */
function startAt(known: Waiting, after: number): Waiting {
  const left = known.after === after ? known.documents : [...known.documents].filter(([, sequence]) => sequence > after)
  return { after, upTo: Math.max(known.upTo, after), documents: new Map(left) }
}

function itemOf(
  documentId: string,
  database: string,
  refusal: Refusal | undefined,
  { retries, lastError }: Attempts,
  syncing: boolean,
): UnsentItem {
  const item = {
    documentId,
    database,
    entityClass: classOfDatabase(database) ?? 'sales',
    refused: refusal !== undefined,
  } as const
  if (refusal !== undefined) {
    return { ...item, state: 'failed', retries: refusal.attempts, lastError: `refused by the hub: ${refusal.reason}` }
  }
  if (retries >= failuresBeforeAlert) return { ...item, state: 'failed', retries, lastError }
  return { ...item, state: syncing ? 'syncing' : 'pending', retries, lastError }
}
