/**
 * All refunds of a sale, brought together in one document whatever order they come in; the contracts' `judgeRefunds` says of all
 * of them which took too much, and nothing is dropped. Merging is commutative and idempotent.
 */
import { notedRefundOf, type JournalEntry, type NotedRefund, type Refund } from '@tidemark/contracts'

export interface RefundRecord extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'refund-record'
  readonly saleId: string
  /** In HLC order. */
  readonly refunds: readonly NotedRefund[]
}

export function refundRecordId(saleId: string): string {
  return `refunds:${saleId}`
}

/** The id of the sale that a refund names; undefined for other entries. */
export function refundedIdOf(entry: JournalEntry): string | undefined {
  return entry.type === 'refund' ? entry.refundOf : undefined
}

/** The same record when the refund is in it already. */
export function mergeRefund(record: RefundRecord | undefined, refund: Refund): RefundRecord {
  const saleId = refund.refundOf
  const known = record ?? { _id: refundRecordId(saleId), type: 'refund-record', saleId, refunds: [] }
  if (known.refunds.some(({ id }) => id === refund._id)) return known
  const refunds = [...known.refunds, notedRefundOf(refund)]
  return { ...known, refunds: refunds.sort((a, b) => compareText(a.at, b.at) || compareText(a.id, b.id)) }
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
