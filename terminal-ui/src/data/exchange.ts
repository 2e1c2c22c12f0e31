/**
 * An exchange: goods of a receipt come back, the goods of the cart go out, and only the difference is paid. Two entries, a refund and the
 * sale behind it, each of which adds up by itself:
 *
 *                        the refund is paid by              the sale is paid by
 *     cart > credit      goods for the credit               goods for the credit, and the customer
 *     cart ≤ credit      goods for the cart, and the till   goods for the cart
 *
 * Until it is paid it is a part of the open cart. Pure.
 */
import {
  cashRoundingOf,
  paidBackBy,
  planRefund,
  type Author,
  type Payment,
  type Refund,
  type RefundPlan,
  type Sale,
} from '@tidemark/contracts'
import { isCardPayment, plannedReturns, returnedPayments, type CardPayment, type CardReturn } from './card-returns.ts'
import type { ActTrace } from './journal-entry.ts'

export interface CartExchange {
  /** In both entries: 32 hex digits. */
  readonly id: string
  readonly sale: Pick<Sale, '_id' | 'incarnation' | 'number' | 'customerReference'>
  /** As the refund will have them. */
  readonly lines: Refund['lines']
  readonly creditMinor: number
  /** The cards of the sale, each with the most of the credit that it can take. */
  readonly cards: readonly CardPayment[]
  readonly reason: string
  readonly approvedBy: Author
  /** Names the refund. */
  readonly trace: ActTrace
  /** How what is left of the credit is given back. From here on nothing of the cart changes any more. */
  readonly payout?: { readonly parts: readonly CardReturn[] }
  /** The refund, from when it is in the journal: then only the sale is missing. */
  readonly refund?: string
}

type Content = Pick<CartExchange, 'sale' | 'reason' | 'approvedBy' | 'trace' | 'id'>

/** From the refund of the goods as the cards of the sale would take it. */
export function exchangeOf(
  content: Content,
  { lines, totals, payments }: Extract<RefundPlan, { ok: true }>['sold'],
): CartExchange {
  const { _id, incarnation, number, customerReference } = content.sale
  const sale = { _id, incarnation, number, ...(customerReference === undefined ? {} : { customerReference }) }
  return { ...content, sale, lines, creditMinor: totals.grossMinor, cards: payments.filter(isCardPayment) }
}

/** What of a cart is paid by the goods that come back. */
export function exchangedMinorOf(exchange: CartExchange | undefined, grossMinor: number): number {
  return Math.min(exchange?.creditMinor ?? 0, grossMinor)
}

/** What is left to pay, in coins; below zero for what goes back to the customer. */
export function dueOfExchange(exchange: CartExchange, grossMinor: number, coinMinor: number): number {
  const leftMinor = Math.abs(grossMinor - exchange.creditMinor)
  const dueMinor = leftMinor + cashRoundingOf(leftMinor, coinMinor)
  return grossMinor < exchange.creditMinor ? 0 - dueMinor : dueMinor
}

/** What goes back to the customer: exactly to cards, in coins of the store for the rest. Undefined where the customer pays. */
export function payoutOf(
  exchange: CartExchange | undefined,
  grossMinor: number,
  coinMinor: number,
): Payout | undefined {
  if (exchange === undefined || grossMinor > exchange.creditMinor) return undefined
  const exactMinor = exchange.creditMinor - grossMinor
  const cards = shareOver(exchange.cards, exactMinor)
  const toCardsMinor = cards.reduce((total, { amountMinor }) => total + amountMinor, 0)
  const restMinor = exactMinor - toCardsMinor
  return {
    inCashMinor: exactMinor + cashRoundingOf(exactMinor, coinMinor),
    toCardsMinor,
    besideCardsMinor: restMinor + cashRoundingOf(restMinor, coinMinor),
    cards,
  }
}

export interface Payout {
  /** When all of it goes back in cash. */
  readonly inCashMinor: number
  /** What of it cards can take. */
  readonly toCardsMinor: number
  /** What goes back in cash beside that. */
  readonly besideCardsMinor: number
  readonly cards: readonly CardPayment[]
}

export function payoutParts(payout: Payout, method: Payment['method']): CardReturn[] {
  return method === 'cash' ? [] : plannedReturns(payout.cards, 'refund')
}

/** True when what is left of the credit is on its way, and no card still has to answer. */
export function isPaidOut({ payout }: CartExchange): boolean {
  return payout !== undefined && payout.parts.every(({ state }) => state === 'approved')
}

/** What the refund of the exchange says, when the cart comes to `grossMinor`. */
export function exchangeRefund(
  exchange: CartExchange,
  grossMinor: number,
  { currency, coinMinor }: { readonly currency: string; readonly coinMinor: number },
): Pick<Refund, 'currency' | 'lines' | 'totals' | 'payments'> {
  const { lines, payout } = exchange
  const toCards = returnedPayments(payout?.parts ?? [])
  const exchangedMinor = exchangedMinorOf(exchange, grossMinor)
  return { currency, lines, ...paidBackBy(lines, { toCards, exchangedMinor, coinMinor }) }
}

/** What the sale of the exchange is paid by in goods. */
export function exchangePayment(exchange: CartExchange, grossMinor: number): Payment {
  const amountMinor = exchangedMinorOf(exchange, grossMinor)
  return { method: 'cash', amountMinor, tenderedMinor: amountMinor, changeMinor: 0, exchange: true }
}

/** True while the goods can still come back: nothing else took them since the exchange began. */
export function stillComesBack(
  exchange: CartExchange,
  sale: Sale,
  balances: Parameters<typeof planRefund>[1],
): boolean {
  const lines = exchange.lines.map(({ lineNumber, quantity }) => ({ lineNumber, quantity }))
  const plan = planRefund(sale, balances, { lines, method: 'cash' })
  return plan.ok && JSON.stringify(plan.sold.lines) === JSON.stringify(exchange.lines)
}

function shareOver(cards: readonly CardPayment[], amountMinor: number): CardPayment[] {
  let left = amountMinor
  return cards.flatMap((card) => {
    const share = Math.min(left, card.amountMinor)
    left -= share
    return share === 0 ? [] : [{ ...card, amountMinor: share }]
  })
}
