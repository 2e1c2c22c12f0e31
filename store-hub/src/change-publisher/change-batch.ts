/** Reads the next changes of a database and turns those of the own store into messages, without writing bodies anew. */
import {
  changeMessageId,
  changeSubject,
  ownerOfClockNode,
  parseStamp,
  type ChangeMessage,
  type EntityClass,
} from '@tidemark/contracts'
import type { ChangedDocument, DocumentDatabase } from '../store/index.ts'

type Fields = Readonly<Record<string, unknown>>

export interface PendingChange {
  readonly sequence: number
  /** Undefined for what is not this store's to publish: it is passed over. */
  readonly message: OutgoingChange | undefined
}

export interface OutgoingChange {
  readonly documentId: string
  readonly rev: string
  readonly subject: string
  /** `Nats-Msg-Id` */
  readonly messageId: string
  /** Without replication fields, but for `_id`. */
  readonly document: Fields
  /** JSON text of a `ChangeMessage`. */
  readonly text: string
  /** The same message without the body of its document. */
  withoutBody(): string
}

export interface ChangeSource {
  readonly storeId: string
  readonly epoch: string
  readonly entityClass: EntityClass
}

const rowsPerPage = 100
const maxBatchRows = 1000
/** Characters of bodies. */
const maxBatchLength = 4_000_000
const maxConflicts = 1000

/**
 * The next changes after a sequence, in order; each document is in it once. At most 1,000, and bodies of about 4 MB.
 * `isLast` when nothing is left behind them.
 */
export function readChangeBatch(
  source: ChangeSource,
  database: DocumentDatabase,
  afterSequence: number,
): { readonly changes: PendingChange[]; readonly isLast: boolean } {
  const changes: PendingChange[] = []
  let length = 0
  for (;;) {
    const since = changes.at(-1)?.sequence ?? afterSequence
    const page = database.changes({ since, limit: rowsPerPage, bodies: true })
    for (const change of page) {
      length += change.body?.length ?? 0
      changes.push({ sequence: change.sequence, message: messageOf(source, database.name, change) })
    }
    if (page.length < rowsPerPage) return { changes, isLast: true }
    if (changes.length >= maxBatchRows || length >= maxBatchLength) return { changes, isLast: false }
  }
}

function messageOf(source: ChangeSource, database: string, change: ChangedDocument): OutgoingChange | undefined {
  const { id, rev, body, deleted } = change
  if (body === undefined || id.startsWith('_design/')) return undefined
  const document: Fields = { _id: id, ...(JSON.parse(body) as Fields) }
  if (writerOf(document) !== source.storeId) return undefined
  const envelope = envelopeOf(source, database, change)
  const identity = { _id: id, _rev: rev, ...(deleted && { _deleted: true }) }
  const head = JSON.stringify({ ...envelope, document: identity }).slice(0, -2)
  return {
    documentId: id,
    rev,
    subject: changeSubject(source.storeId, source.entityClass, deleted ? undefined : document['type']),
    messageId: messageIdOf(envelope, change),
    document,
    text: body === '{}' ? `${head}}}` : `${head},${body.slice(1)}}`,
    withoutBody() {
      const { type, storeId, at } = document
      return JSON.stringify({ ...envelope, bodyOmitted: true, document: { ...identity, type, storeId, at } })
    },
  }
}

function envelopeOf(
  { storeId, epoch }: ChangeSource,
  database: string,
  { sequence, rev, deleted, leaves }: ChangedDocument,
): Omit<ChangeMessage, 'document'> {
  const others = leaves.filter((leaf) => leaf.rev !== rev && !leaf.deleted)
  return {
    storeId,
    epoch,
    database,
    sequence,
    rev,
    conflicts: others.slice(0, maxConflicts).map((leaf) => leaf.rev),
    deleted,
  }
}

// A document whose other leaves change is news although its winning revision is not: without the sequence in its id, the
// stream would take the message for a repeat.
function messageIdOf(
  { epoch, database, rev }: Pick<ChangeMessage, 'epoch' | 'database' | 'rev'>,
  { id, sequence, leaves }: ChangedDocument,
): string {
  const messageId = changeMessageId({ epoch, database, rev, document: { _id: id } })
  return leaves.length > 1 ? `${messageId}/${sequence}` : messageId
}

// What came down from head office is found by the services at central; publishing it again would say that we wrote it.
function writerOf(document: Fields): string | undefined {
  const stamp = typeof document['at'] === 'string' ? parseStamp(document['at']) : undefined
  return stamp === undefined ? undefined : ownerOfClockNode(stamp.node)
}
