/** What is wrong with recorded entries, for people to look at. A flag is a document of its own: the entry stays as it is. */
import type { JudgedRefund, RefundFault, RefundJudgement } from '@tidemark/contracts'
import type { LedgerEntry } from './ledger-entry.ts'
import type { RefundRecord } from './merge-refund.ts'
import type { EntryRule } from './verify-entry.ts'

export interface Flag extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'flag'
  readonly storeId: string
  readonly journalId: string
  readonly businessDate: string
  readonly rule: EntryRule | RefundFault
  readonly detail: string
  /** False when what was learnt later has settled it: a void of one of two refunds, say. */
  readonly active: boolean
  readonly raisedAt: string
}

export function flagId(storeId: string, journalId: string, topic: 'figures' | 'refund'): string {
  return `flag:${storeId}:${journalId}:${topic}`
}

/** The flag of an entry whose own figures, payments or hash do not hold; undefined for all but a few. */
export function figuresFlagOf(entry: LedgerEntry): Flag | undefined {
  const { findings } = entry.verification
  const [first] = findings
  if (first === undefined) return undefined
  return {
    _id: flagId(entry.storeId, entry._id, 'figures'),
    type: 'flag',
    storeId: entry.storeId,
    journalId: entry._id,
    businessDate: entry.businessDate,
    rule: first.rule,
    detail: findings.map(({ field, message }) => `${field} ${message}`).join('; '),
    active: true,
    raisedAt: entry.recordedAt,
  }
}

/**
 * The flags of a sale's refunds as they have to be, given those that there are: those that are new or changed. A refund
 * that was never flagged gets none.
 */
export function refundFlags(
  record: RefundRecord,
  judgement: RefundJudgement,
  present: ReadonlyMap<string, Flag>,
  raisedAt: string,
): readonly Flag[] {
  return record.refunds.flatMap((refund) => {
    const found = judgement.faulty.find((judged) => judged.refund.id === refund.id)
    const known = present.get(flagId(refund.storeId, refund.id, 'refund'))
    if (found === undefined) return known?.active === true ? [{ ...known, active: false }] : []
    if (known?.active === true && known.rule === found.fault && known.detail === found.detail) return []
    return [refundFlagOf(found, known?.raisedAt ?? raisedAt)]
  })
}

function refundFlagOf({ refund, fault, detail }: JudgedRefund, raisedAt: string): Flag {
  return {
    _id: flagId(refund.storeId, refund.id, 'refund'),
    type: 'flag',
    storeId: refund.storeId,
    journalId: refund.id,
    businessDate: refund.businessDate,
    rule: fault,
    detail,
    active: true,
    raisedAt,
  }
}
