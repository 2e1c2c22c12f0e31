/** What the changes of a database mean for the log: which documents it has now, and which of them are in conflict. */
import { maxDocumentsPerLogEntry, type SyncLogEvent } from '@tidemark/contracts'
import type { ChangedDocument, DocumentDatabase } from '../store/index.ts'

export interface DerivedEvents {
  /** To be written together: the conflicts of a page come before the entry that moves the cursor over it. */
  readonly events: readonly SyncLogEvent[]
  readonly throughSequence: number
  readonly isLast: boolean
}

const maxRevsPerEvent = 50

/** The next page of changes, as many as one entry names. `known`: documents that the log has told to be in conflict. */
export function deriveEvents(
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
  return {
    events: [...conflicts, stored],
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
