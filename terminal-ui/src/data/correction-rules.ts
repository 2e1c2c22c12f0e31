/** Which receipts may be voided or refunded at a till. Pure. */
import {
  judgeRefunds,
  notedRefundOf,
  planRefund,
  type LineBalance,
  type Refund,
  type RefundOrder,
  type RefundPlan,
  type Sale,
} from '@tidemark/contracts'
import type { CorrectedSale } from './correction-index.ts'

export type VoidProblem = 'card' | 'exchange' | 'no-shift' | 'other-lane' | 'other-shift' | 'voided' | 'refunded'

/** The number of an open shift's opening, and the series that it is in. */
export interface ShiftPlace {
  readonly incarnation: string
  readonly number: number
}

/** Why an entry can't be voided; undefined when it can. A receipt of which something was refunded is refunded, not voided. */
export function voidProblemOf(
  entry: Pick<Sale | Refund, '_id' | 'type' | 'incarnation' | 'number'>,
  shift: ShiftPlace | undefined,
  { refunds, voided }: Pick<CorrectedSale, 'refunds' | 'voided'>,
): VoidProblem | undefined {
  if (voided.has(entry._id)) return 'voided'
  if (shift === undefined) return 'no-shift'
  if (entry.incarnation !== shift.incarnation) return 'other-lane'
  if (entry.number < shift.number) return 'other-shift'
  return entry.type === 'sale' && refunds.some(({ _id }) => !voided.has(_id)) ? 'refunded' : undefined
}

/** What each line of a sale has still to give; nothing when the sale is voided. */
export function balancesOf({ sale, refunds, voided }: CorrectedSale): readonly LineBalance[] {
  if (voided.has(sale._id)) return []
  return judgeRefunds(sale, refunds.map(notedRefundOf), (id) => voided.has(id)).balances
}

/** A refund in coins of the store, that gives no card more than it paid. */
export function planTillRefund(
  corrected: CorrectedSale,
  order: Pick<RefundOrder, 'lines' | 'method'>,
  coinMinor: number,
): RefundPlan {
  const { sale } = corrected
  return planRefund(sale, balancesOf(corrected), {
    ...order,
    coinMinor,
    refundedToCards: refundedToCards(corrected),
  })
}

/** What refunds that stand gave back to each card, by token. */
function refundedToCards({ refunds, voided }: CorrectedSale): ReadonlyMap<string, number> {
  const given = new Map<string, number>()
  for (const payment of refunds.filter(({ _id }) => !voided.has(_id)).flatMap(({ payments }) => payments)) {
    if (payment.method !== 'card') continue
    given.set(payment.token, (given.get(payment.token) ?? 0) + payment.amountMinor)
  }
  return given
}
