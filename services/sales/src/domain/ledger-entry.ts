/** What the ledger keeps of a journal entry: the whole entry as it was written, and how it came here. */
import type { JournalEntry } from '@tidemark/contracts'
import { authoredBody, type SourceDocument } from '@tidemark/service-kit'

export interface LedgerEntry extends Readonly<Record<string, unknown>> {
  /** The id of the journal entry, so that the put itself makes it unique. */
  readonly _id: string
  readonly type: 'ledger-entry'
  readonly storeId: string
  readonly terminalId: string
  readonly incarnation: string
  readonly number: number
  readonly businessDate: string
  /** HLC stamp of the entry. */
  readonly at: string
  readonly recordedAt: string
  readonly source: SourceDocument['source']
  readonly receivedTrace: string | null
  /** Checked before recording; whether the chain holds is asked when somebody reads. */
  readonly verification: { readonly schema: 'valid'; readonly hash: 'valid' }
  readonly entry: JournalEntry
}

/** The source has passed `checkDocument`: schema, id, sums and hash are right. */
export function ledgerEntryOf(source: SourceDocument, recordedAt: Date): LedgerEntry {
  const entry = authoredBody(source.document) as unknown as JournalEntry
  return {
    _id: entry._id,
    type: 'ledger-entry',
    storeId: entry.storeId,
    terminalId: entry.terminalId,
    incarnation: entry.incarnation,
    number: entry.number,
    businessDate: entry.businessDate,
    at: entry.at,
    recordedAt: recordedAt.toISOString(),
    source: source.source,
    receivedTrace: source.traceparent ?? null,
    verification: { schema: 'valid', hash: 'valid' },
    entry,
  }
}

/** Evidence of something that may not be. The ledger is left as it was; the alarm keeps what contradicts it. */
export interface IntegrityAlarm extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'alarm'
  readonly kind: 'second-body' | 'foreign-void'
  readonly storeId: string
  readonly journalId: string
  readonly raisedAt: string
  readonly entry: JournalEntry
}

/** The same id with other content: the first body stands, the second is kept here. The id makes a repetition harmless. */
export function secondBodyAlarm(second: LedgerEntry): IntegrityAlarm {
  return alarm('second-body', second)
}

/** A void of an entry that belongs to another store. */
export function foreignVoidAlarm(entry: LedgerEntry): IntegrityAlarm {
  return alarm('foreign-void', entry)
}

function alarm(kind: IntegrityAlarm['kind'], subject: LedgerEntry): IntegrityAlarm {
  return {
    _id: `alarm:${kind}:${subject._id}:${subject.entry.hash}`,
    type: 'alarm',
    kind,
    storeId: subject.storeId,
    journalId: subject._id,
    raisedAt: subject.recordedAt,
    entry: subject.entry,
  }
}
