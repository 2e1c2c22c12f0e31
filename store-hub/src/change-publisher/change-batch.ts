/** Reads the next changes of a database and turns those of the own store into messages. */
import { changeSubject, ownerOfClockNode, parseStamp, type ChangeMessage, type EntityClass } from '@tidemark/contracts'
import type { PouchChange, PouchDatabase, PouchDocument } from '../pouchdb/index.ts'

export interface PendingChange {
  readonly sequence: number
  /** Undefined for what is not this store's to publish: it is passed over. */
  readonly message: ChangeMessage | undefined
}

export interface ChangeSource {
  readonly storeId: string
  readonly epoch: string
  readonly database: string
}

/** At most `limit` changes after a sequence, in order; each document is in it once. */
export async function readChangeBatch(
  source: ChangeSource,
  database: PouchDatabase,
  afterSequence: number,
  limit: number,
): Promise<PendingChange[]> {
  const { results } = await database.changes({
    since: afterSequence,
    limit,
    include_docs: true,
    conflicts: true,
    return_docs: true,
  })
  return results.map((change) => ({ sequence: Number(change.seq), message: messageOf(source, change) }))
}

export function subjectOf(message: ChangeMessage, entityClass: EntityClass): string {
  return changeSubject(message.storeId, entityClass, message.deleted ? undefined : message.document['type'])
}

function messageOf({ storeId, epoch, database }: ChangeSource, change: PouchChange): ChangeMessage | undefined {
  const { doc } = change
  const rev = change.changes[0]?.rev
  if (doc === undefined || rev === undefined || change.id.startsWith('_design/')) return undefined
  if (writerOf(doc) !== storeId) return undefined
  const { _conflicts: conflicts = [], ...document } = doc
  return {
    storeId,
    epoch,
    database,
    sequence: Number(change.seq),
    rev,
    conflicts: conflicts.slice(0, 1000),
    deleted: change.deleted === true,
    document,
  }
}

// What came down from head office is found by the services at central; publishing it again would say that we wrote it.
function writerOf(document: PouchDocument): string | undefined {
  const stamp = typeof document['at'] === 'string' ? parseStamp(document['at']) : undefined
  return stamp === undefined ? undefined : ownerOfClockNode(stamp.node)
}
