/**
 * What was paid of a cart so far. It rides in the cart, so it is on disk before a card terminal is asked and is there after a kill.
 *
 *     asking ──answer──► approved ──► (the sale)        asking, unknown: money may have moved; ask again by reference
 *        │ ▲                │                           reversing: a cancellation may have gone out; cancel again
 *        ▼ │ ask again      ▼ remove
 *      unknown          reversing ──cancelled──► gone
 *
 * 1. A card part leaves only when the terminal has said that no money moved: declined, not known, or cancelled.
 * 2. Only the cash that finishes a sale is rounded to the coin, and only by what is left for it.
 */
import { cashRoundingOf } from '@tidemark/contracts'
import type { CardApproval } from './card-terminal.ts'

export interface CashTender {
  readonly id: string
  readonly method: 'cash'
  /** What of the sale it pays: what was handed over, or what was left where that is less. */
  readonly amountMinor: number
  readonly tenderedMinor: number
}

export interface CardTender {
  /** Also the reference under which the card terminal knows the attempt. */
  readonly id: string
  readonly method: 'card'
  readonly amountMinor: number
  readonly state: 'asking' | 'unknown' | 'approved' | 'reversing'
  readonly approval?: CardApproval
}

export type Tender = CashTender | CardTender

export interface Balance {
  /** Paid for sure. */
  readonly paidMinor: number
  /** With a card terminal whose answer is not known. */
  readonly openMinor: number
  /** Left to pay, exactly; what is open counts as not to be paid again. */
  readonly remainingMinor: number
  /** Left to pay in cash, rounded to the smallest coin. */
  readonly remainingCashMinor: number
  readonly isPaid: boolean
}

export function balanceOf(grossMinor: number, tenders: readonly Tender[], cashIncrementMinor: number): Balance {
  const paidMinor = sum(tenders.filter(isSettled))
  const openMinor = sum(tenders.filter((tender) => !isSettled(tender)))
  const exactMinor = grossMinor - paidMinor - openMinor
  const isPaid =
    openMinor === 0 &&
    tenders.length > 0 &&
    (exactMinor === 0 || isRoundedAway(exactMinor, tenders, cashIncrementMinor))
  const remainingMinor = isPaid ? 0 : Math.max(0, exactMinor)
  return {
    paidMinor,
    openMinor,
    remainingMinor,
    remainingCashMinor: remainingMinor + cashRoundingOf(remainingMinor, cashIncrementMinor),
    isPaid,
  }
}

/** Cash that is handed over; what is more than the rest is change. */
export function cashTender(id: string, tenderedMinor: number, balance: Balance): CashTender {
  return { id, method: 'cash', amountMinor: Math.min(tenderedMinor, balance.remainingCashMinor), tenderedMinor }
}

export function isSettled(tender: Tender): boolean {
  return tender.method === 'cash' || tender.state === 'approved'
}

/** True where the last part is cash that paid the rounded rest: the difference is the coin's, not the customer's. */
function isRoundedAway(leftMinor: number, tenders: readonly Tender[], cashIncrementMinor: number): boolean {
  const last = tenders.at(-1)
  if (last?.method !== 'cash') return false
  const restMinor = leftMinor + last.amountMinor
  return restMinor + cashRoundingOf(restMinor, cashIncrementMinor) === last.amountMinor
}

function sum(tenders: readonly Tender[]): number {
  return tenders.reduce((total, tender) => total + tender.amountMinor, 0)
}
