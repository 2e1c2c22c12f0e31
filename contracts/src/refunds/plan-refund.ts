/** A refund: which lines of a sale, how much of each, and how it is paid back. The same at the till and at head office. Pure. */
import type { Payment, Refund, Sale, SaleLine } from '../documents/journal-documents.ts'
import { extendedPrice, saleTotals } from '../pricing/line-totals.ts'
import { cashRoundingOf } from '../pricing/money.ts'
import type { LineBalance } from './judge-refunds.ts'
import { partPrice, partTotals } from './part-of-line.ts'

export interface RefundOrder {
  /** All that is left of every line when absent. */
  readonly lines?: readonly { readonly lineNumber: number; readonly quantity: number }[] | undefined
  /** The card of the sale when it was paid by one, else cash, unless given. */
  readonly method?: Payment['method'] | undefined
  /** The smallest coin of the store; without it what the sale's own rounding tells. */
  readonly coinMinor?: number | undefined
  /** What earlier refunds gave back to the cards of the sale, by token. */
  readonly refundedToCards?: ReadonlyMap<string, number> | undefined
}

export interface RefundProblem {
  /** JSON pointer into the request's body. */
  readonly field: string
  readonly message: string
}

export type RefundPlan =
  { readonly ok: true; readonly sold: Sold } | { readonly ok: false; readonly problems: readonly RefundProblem[] }

/** The lines and payment of a refund, or every line that has not that much left, with the numbers. */
export function planRefund(sale: Sale, balances: readonly LineBalance[], order: RefundOrder): RefundPlan {
  const problems: RefundProblem[] = []
  const lines: SaleLine[] = []
  const wanted = order.lines ?? restOf(balances)
  for (const [index, { lineNumber, quantity }] of wanted.entries()) {
    const field = `/lines/${index}`
    const line = sale.lines.find((sold) => sold.lineNumber === lineNumber)
    const balance = balances.find((open) => open.lineNumber === lineNumber)
    if (line === undefined || balance === undefined) {
      problems.push({ field: `${field}/lineNumber`, message: `the sale has no line ${lineNumber}` })
    } else if (wanted.findIndex((other) => other.lineNumber === lineNumber) < index) {
      problems.push({ field: `${field}/lineNumber`, message: `line ${lineNumber} is given twice` })
    } else if (quantity > balance.soldQuantity - balance.refundedQuantity) {
      problems.push({ field: `${field}/quantity`, message: describeShortage(balance, quantity) })
    } else {
      lines.push(refundLine(line, balance, quantity))
    }
  }
  if (wanted.length === 0) problems.push({ field: '/lines', message: 'every line of the sale is refunded already' })
  if (problems.length > 0) return { ok: false, problems }
  return payBack(sale, lines, order)
}

function restOf(balances: readonly LineBalance[]): { lineNumber: number; quantity: number }[] {
  return balances
    .map((line) => ({ lineNumber: line.lineNumber, quantity: line.soldQuantity - line.refundedQuantity }))
    .filter(({ quantity }) => quantity > 0)
}

function describeShortage({ lineNumber, soldQuantity, refundedQuantity }: LineBalance, quantity: number): string {
  const left = Math.max(0, soldQuantity - refundedQuantity)
  return `line ${lineNumber}: sold ${soldQuantity}, refunded ${refundedQuantity} before, left ${left}, asked for ${quantity}`
}

/** The discount of a line goes back in proportion; the last part takes what is left of it. */
function refundLine(line: SaleLine, balance: LineBalance, quantity: number): SaleLine {
  const { refundedQuantity, refundedDiscountMinor } = balance
  const before = { quantity: refundedQuantity, discountMinor: refundedDiscountMinor }
  const part = {
    lineNumber: line.lineNumber,
    sku: line.sku,
    name: line.name,
    quantity,
    unit: line.unit,
    unitPriceMinor: line.unitPriceMinor,
    taxCode: line.taxCode,
    taxRateBasisPoints: line.taxRateBasisPoints,
    taxIncluded: line.taxIncluded,
    ...(refundedQuantity === 0 ? {} : { alreadyRefunded: before }),
  }
  // A share of the price, not of the quantity: then no part has a discount above its price, whatever was rounded.
  const upTo = extendedPrice({ ...line, quantity: refundedQuantity + quantity })
  const share = scaleDown(line.discountMinor, upTo, extendedPrice(line)) - refundedDiscountMinor
  // An earlier refund, made elsewhere, may have shared the discount another way.
  const discountMinor = Math.max(0, Math.min(share, partPrice({ ...part, discountMinor: 0 })))
  return { ...part, discountMinor, ...partTotals({ ...part, discountMinor }) }
}

function scaleDown(amountMinor: number, factor: number, divisor: number): number {
  return divisor === 0 ? 0 : Number((BigInt(amountMinor) * BigInt(factor)) / BigInt(divisor))
}

type Sold = Pick<Refund, 'currency' | 'lines' | 'totals' | 'payments'>

function payBack(sale: Sale, lines: readonly SaleLine[], order: RefundOrder): RefundPlan {
  const cards = sale.payments.filter((payment) => payment.method === 'card')
  const method = order.method ?? cards[0]?.method ?? 'cash'
  if (method === 'card' && cards.length === 0) {
    return { ok: false, problems: [{ field: '/method', message: 'the sale was not paid by card' }] }
  }
  const { grossMinor } = saleTotals(lines, 1)
  const toCards = method === 'card' ? shareOverCards(cards, grossMinor, order.refundedToCards) : []
  // A sale that was rounded to a coin gives back what the coin allows.
  const paidBack = paidBackBy(lines, { toCards, coinMinor: order.coinMinor ?? coinOf(sale) })
  return { ok: true, sold: { currency: sale.currency, lines: [...lines], ...paidBack } }
}

export interface PaidBack {
  readonly toCards?: readonly Payment[]
  /** What goods that are taken in exchange are worth: no coin moves for it. */
  readonly exchangedMinor?: number
  /** The smallest coin of the store. */
  readonly coinMinor: number
}

/** Totals and payments of a refund: what cards take and what is exchanged stays exact, the rest is given back in coins. */
export function paidBackBy(
  lines: readonly SaleLine[],
  { toCards = [], exchangedMinor = 0, coinMinor }: PaidBack,
): Pick<Refund, 'totals' | 'payments'> {
  const exact = saleTotals(lines, 1)
  const inCash = exact.grossMinor - exchangedMinor - toCards.reduce((total, { amountMinor }) => total + amountMinor, 0)
  const roundingMinor = cashRoundingOf(inCash, coinMinor)
  const amountMinor = inCash + roundingMinor
  const exchanged: Payment[] = exchangedMinor === 0 ? [] : [{ ...cashPayment(exchangedMinor), exchange: true }]
  const others = [...exchanged, ...toCards]
  // Rounding belongs to cash: where it leaves nothing, the payment of nothing says so.
  const isWithoutCash = others.length > 0 && amountMinor === 0 && roundingMinor === 0
  const payments = isWithoutCash ? others : [...others, cashPayment(amountMinor)]
  return { totals: { ...exact, roundingMinor, dueMinor: exact.grossMinor + roundingMinor }, payments }
}

function cashPayment(amountMinor: number): Payment & { method: 'cash' } {
  return { method: 'cash', amountMinor, tenderedMinor: amountMinor, changeMinor: 0 }
}

/** To each card no more than was paid by it; what no card takes is given back in cash. */
function shareOverCards(
  cards: readonly Extract<Payment, { method: 'card' }>[],
  amountMinor: number,
  refunded: ReadonlyMap<string, number> = new Map(),
): Payment[] {
  let left = amountMinor
  const shares: Payment[] = []
  for (const card of cards) {
    const share = Math.max(0, Math.min(left, card.amountMinor - (refunded.get(card.token) ?? 0)))
    if (share > 0) shares.push({ ...card, amountMinor: share })
    left -= share
  }
  return shares
}

/** The smallest of the usual coins that the sale's rounding fits; 1 when it was not rounded. */
function coinOf(sale: Sale): number {
  const { grossMinor, roundingMinor } = sale.totals
  if (roundingMinor === 0) return 1
  return [5, 10, 20, 50, 100].find((coin) => cashRoundingOf(grossMinor, coin) === roundingMinor) ?? 1
}
