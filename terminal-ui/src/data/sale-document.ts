/** Builds the journal entry of a cash sale. Pure: the same cart, number and clock give the same document. */
import {
  journalId,
  schemaVersion,
  type Author,
  type Enrolment,
  type Sale,
  type SaleLine,
  type Store,
} from '@tidemark/contracts'
import { businessDateOf } from './business-date.ts'
import { priceCart, priceLine, type Cart, type CartLine } from './cart.ts'

export interface CashSale {
  readonly cart: Cart
  readonly store: Store
  readonly enrolment: Pick<Enrolment, 'storeId' | 'terminalId' | 'incarnation'>
  readonly by: Author
  /** What the customer handed over, at least the amount due. */
  readonly tenderedMinor: number
}

export interface EntryPlace {
  readonly number: number
  /** HLC stamp. */
  readonly at: string
  readonly now: Date
}

export type UnsealedSale = Omit<Sale, 'previousHash' | 'hash'>

const maxDurationMs = 86_400_000

/** Throws a RangeError when the cart is empty or the tender is short: the pay dialog lets neither through. */
export function buildSale(input: CashSale, place: EntryPlace): UnsealedSale {
  const { cart, store, enrolment, by, tenderedMinor } = input
  const totals = priceCart(cart, store)
  if (cart.lines.length === 0) throw new RangeError('a sale needs at least one line')
  if (tenderedMinor < totals.dueMinor) throw new RangeError('the tender is less than the amount due')
  const payment = {
    method: 'cash' as const,
    amountMinor: totals.dueMinor,
    tenderedMinor,
    changeMinor: tenderedMinor - totals.dueMinor,
  }
  return {
    _id: journalId(enrolment.incarnation, place.number),
    type: 'sale',
    schemaVersion,
    storeId: enrolment.storeId,
    terminalId: enrolment.terminalId,
    incarnation: enrolment.incarnation,
    number: place.number,
    at: place.at,
    by,
    businessDate: businessDateOf(place.now, store.timeZone),
    currency: store.currency,
    lines: cart.lines.map((line, index) => saleLine(line, index + 1, store)),
    totals,
    payments: [payment],
    ...(cart.trace === null ? {} : { trace: traceOf(cart.trace, place.now) }),
  }
}

function saleLine(line: CartLine, lineNumber: number, store: Store): SaleLine {
  return {
    lineNumber,
    sku: line.sku,
    name: line.name,
    quantity: line.quantity,
    unit: line.unit,
    unitPriceMinor: line.unitPriceMinor,
    discountMinor: 0,
    taxCode: line.taxCode,
    taxRateBasisPoints: line.taxRateBasisPoints,
    taxIncluded: store.pricesIncludeTax,
    ...priceLine(line, store),
  }
}

function traceOf(trace: NonNullable<Cart['trace']>, now: Date): NonNullable<Sale['trace']> {
  // A clock that was set back must not make a sale unsellable.
  const durationMs = Math.min(Math.max(0, now.getTime() - Date.parse(trace.startTime)), maxDurationMs)
  return { ...trace, durationMs }
}
