/** What the changes of a database mean for the log: which documents it has now, which are in conflict, which tills are shut out. */
import { maxDocumentsPerLogEntry, parseIncarnation, type SyncLogEvent } from '@tidemark/contracts'
import type { ChangedDocument, DocumentDatabase } from '../store/index.ts'

export interface DerivedEvents {
  /** To be written together: what a page means comes before the entry that moves the cursor over it. */
  readonly events: readonly SyncLogEvent[]
  readonly throughSequence: number
  readonly isLast: boolean
}

const maxRevsPerEvent = 50

/** The next page of changes, as many as one entry names. `known`: documents that the log has told to be in conflict. */
export function deriveEvents(
  storeId: string,
  database: DocumentDatabase,
  afterSequence: number,
  known: ReadonlyMap<string, readonly string[]>,
): DerivedEvents {
  const changes = database.changes({ since: afterSequence, limit: maxDocumentsPerLogEntry })
  const last = changes.at(-1)
  if (last === undefined) return { events: [], throughSequence: afterSequence, isLast: true }
  const stored: SyncLogEvent = {
    kind: 'documents-stored',
    database: database.name,
    afterSequence,
    throughSequence: last.sequence,
    documents: changes.map(({ id, rev }) => ({ id, rev })),
  }
  const conflicts = changes.flatMap((change) => conflictEvent(database.name, change, known.get(change.id)) ?? [])
  const revocations = changes.flatMap((change) => revocationEvent(storeId, database, change) ?? [])
  return {
    events: [...conflicts, ...revocations, stored],
    throughSequence: last.sequence,
    isLast: changes.length < maxDocumentsPerLogEntry,
  }
}

function conflictEvent(
  database: string,
  { id, rev, leaves }: ChangedDocument,
  known: readonly string[] | undefined,
): SyncLogEvent | undefined {
  const live = leaves.filter(({ deleted }) => !deleted)
  if (live.length < 2) return known === undefined ? undefined : { kind: 'conflict-settled', database, id, rev }
  const revs = live.slice(0, maxRevsPerEvent).map((leaf) => leaf.rev)
  return revs.join() === known?.join() ? undefined : { kind: 'conflict-seen', database, id, revs }
}

/** Head office revokes by changing the enrolment, which comes down with the catalogue of all stores. */
function revocationEvent(
  storeId: string,
  database: DocumentDatabase,
  { id, deleted }: ChangedDocument,
): SyncLogEvent | undefined {
  if (database.name !== 'catalog' || deleted || !id.startsWith('terminal:')) return undefined
  const { status, incarnation, by } = JSON.parse(database.read(id)?.body ?? '{}') as Record<string, unknown>
  if (status !== 'revoked' || typeof incarnation !== 'string') return undefined
  if (parseIncarnation(incarnation)?.storeId !== storeId) return undefined
  const who = typeof by === 'object' && by !== null && 'id' in by ? String(by.id) : 'unknown'
  return { kind: 'terminal-revoked', incarnation, reason: `by ${who}`.slice(0, 200) }
}
