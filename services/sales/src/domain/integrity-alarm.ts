/** Evidence of something that may not be. The ledger is left as it was; the alarm keeps what contradicts it. */
import type { JournalEntry } from '@tidemark/contracts'
import type { LedgerEntry } from './ledger-entry.ts'

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
