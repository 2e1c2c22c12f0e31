/** Builds the journal entry of a sale. Pure: the same cart, number and clock give the same document. */
import { saleTotals, type Payment, type PricedLine, type Sale, type SaleLine, type Store } from '@tidemark/contracts'
import { priceCartLines, type Cart, type CartLine, type PricingRules } from './cart.ts'
import { entryFields, type EntryContext, type EntryPlace, type Unsealed } from './journal-entry.ts'
import { exchangedMinorOf, exchangePayment, isPaidOut, type CartExchange } from './exchange.ts'
import { balanceOf, type Tender } from './tenders.ts'

export interface CartSale extends Omit<EntryContext, 'trace'> {
  /** With all that was paid. Its trace names the sale. */
  readonly cart: Cart
  /** As the cashier saw them priced: promotions that begin or end meanwhile change nothing. */
  readonly promotions: NonNullable<PricingRules['promotions']>
}

/** Throws a RangeError when the cart is empty or not paid: the pay dialog lets neither through. */
export function buildSale(input: CartSale, place: EntryPlace): Unsealed<Sale> {
  const { cart, store, promotions } = input
  const { pricesIncludeTax, cashIncrementMinor } = store
  if (cart.lines.length === 0) throw new RangeError('a sale needs at least one line')
  const lines = priceCartLines(cart, { pricesIncludeTax, cashIncrementMinor, promotions })
  const { netMinor, taxMinor, grossMinor } = saleTotals(lines, 1)
  if (!isPaid(cart, grossMinor, cashIncrementMinor)) throw new RangeError('less than the amount due is paid')
  const { exchange } = cart
  const inGoods = exchange === undefined ? [] : [exchangePayment(exchange, grossMinor)]
  const payments = [...inGoods, ...(cart.tenders ?? []).map(paymentOf)]
  const dueMinor = payments.reduce((total, { amountMinor }) => total + amountMinor, 0)
  return {
    ...entryFields('sale', { ...input, trace: cart.trace }, place),
    currency: store.currency,
    lines: cart.lines.map((line, index) => saleLine(line, index + 1, lines[index], store)),
    totals: { netMinor, taxMinor, grossMinor, roundingMinor: dueMinor - grossMinor, dueMinor },
    payments,
    ...(cart.customer === undefined ? {} : { customer: cart.customer }),
    ...(exchange === undefined ? {} : { exchange: exchangeNames(exchange) }),
  }
}

/** True when nothing is left to pay, and nothing to give back. */
export function isPaid({ tenders = [], exchange }: Cart, grossMinor: number, cashIncrementMinor: number): boolean {
  if (exchange !== undefined && grossMinor <= exchange.creditMinor) return isPaidOut(exchange)
  return balanceOf(grossMinor - exchangedMinorOf(exchange, grossMinor), tenders, cashIncrementMinor).isPaid
}

/** The refund comes first, so that the sale can name it. */
function exchangeNames({ id, refund }: CartExchange): NonNullable<Sale['exchange']> {
  if (refund === undefined) throw new RangeError('an exchange needs its refund first')
  return { id, refund }
}

function saleLine(line: CartLine, lineNumber: number, priced: PricedLine | undefined, store: Store): SaleLine {
  if (priced === undefined) throw new RangeError(`line ${lineNumber} has no price`)
  const { discounts, ...totals } = priced
  return {
    lineNumber,
    sku: line.sku,
    name: line.name,
    quantity: line.quantity,
    unit: line.unit,
    unitPriceMinor: line.unitPriceMinor,
    taxCode: line.taxCode,
    taxRateBasisPoints: line.taxRateBasisPoints,
    taxIncluded: store.pricesIncludeTax,
    ...totals,
    ...(discounts.length === 0 ? {} : { discounts: [...discounts] }),
    ...(line.priceOverride === undefined ? {} : { priceOverride: line.priceOverride }),
    ...(line.note === undefined ? {} : { note: line.note }),
  }
}

function paymentOf(tender: Tender): Payment {
  const { amountMinor } = tender
  if (tender.method === 'cash') {
    const { tenderedMinor } = tender
    return { method: 'cash', amountMinor, tenderedMinor, changeMinor: tenderedMinor - amountMinor }
  }
  if (tender.approval === undefined) throw new RangeError('a card payment has no approval')
  return { method: 'card', amountMinor, ...tender.approval, reference: tender.id }
}
