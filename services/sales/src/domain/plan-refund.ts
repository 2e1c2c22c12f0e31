/** A refund that head office decides: which lines, how much, and how it is paid back. Pure. */
import {
  cashRoundingOf,
  extendedPrice,
  lineTotals,
  saleTotals,
  type Payment,
  type Refund,
  type Sale,
  type SaleLine,
} from '@tidemark/contracts'
import type { LineBalance } from './merge-refund.ts'

export interface RefundOrder {
  /** All that is left of every line when absent. */
  readonly lines?: readonly { readonly lineNumber: number; readonly quantity: number }[] | undefined
  /** The card of the sale when it was paid by one, else cash, unless given. */
  readonly method?: Payment['method'] | undefined
}

export interface RefundProblem {
  /** JSON pointer into the request's body. */
  readonly field: string
  readonly message: string
}

export type RefundPlan =
  | { readonly ok: true; readonly sold: Pick<Refund, 'currency' | 'lines' | 'totals' | 'payments'> }
  | { readonly ok: false; readonly problems: readonly RefundProblem[] }

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
  return payBack(sale, lines, order.method)
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
  const isLast = balance.refundedQuantity + quantity === line.quantity
  const share = Math.floor((line.discountMinor * quantity) / line.quantity)
  const rest = line.discountMinor - balance.refundedDiscountMinor
  const priced = { ...line, quantity }
  // An earlier refund, made elsewhere, may have shared the discount another way.
  const discountMinor = Math.max(0, Math.min(isLast ? rest : share, extendedPrice(priced)))
  const discounted = { ...priced, discountMinor }
  return { ...discounted, ...lineTotals(discounted) }
}

function payBack(sale: Sale, lines: readonly SaleLine[], method: Payment['method'] | undefined): RefundPlan {
  const card = sale.payments.find((payment) => payment.method === 'card')
  const chosen = method ?? card?.method ?? 'cash'
  // A sale that was rounded to a coin gives back what the coin allows.
  const increment = chosen === 'cash' ? coinOf(sale) : 1
  const totals = saleTotals(lines, increment)
  const amountMinor = totals.dueMinor
  const sold = { currency: sale.currency, lines: [...lines], totals }
  if (chosen === 'cash') {
    const cash: Payment = { method: 'cash', amountMinor, tenderedMinor: amountMinor, changeMinor: 0 }
    return { ok: true, sold: { ...sold, payments: [cash] } }
  }
  if (card === undefined) {
    return { ok: false, problems: [{ field: '/method', message: 'the sale was not paid by card' }] }
  }
  return { ok: true, sold: { ...sold, payments: [{ ...card, amountMinor }] } }
}

/** The smallest of the usual coins that the sale's rounding fits; 1 when it was not rounded. */
function coinOf(sale: Sale): number {
  const { grossMinor, roundingMinor } = sale.totals
  if (roundingMinor === 0) return 1
  return [5, 10, 20, 50, 100].find((coin) => cashRoundingOf(grossMinor, coin) === roundingMinor) ?? 1
}
