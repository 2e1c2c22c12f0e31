/**
 * What a shift came to: the figures of an X or Z report, and what has to be in the drawer. Tills and the ledger count by this one rule.
 *
 *     expected = float + cash sales − cash refunds ± what voids took back + cash in − cash out
 */
import type { JournalEntry, Payment, Refund, Sale } from '../documents/journal-documents.ts'

export interface ShiftContent {
  readonly floatMinor: number
  readonly entries: readonly JournalEntry[]
  /** The entries that voids of this shift take back, each once; they may be of an earlier shift. */
  readonly takenBack: readonly JournalEntry[]
}

export interface ShiftFigures {
  readonly sales: number
  readonly refunds: number
  readonly voids: number
  /** Sales less refunds, before voids. */
  readonly grossMinor: number
  readonly floatMinor: number
  readonly cashSalesMinor: number
  readonly cashRefundsMinor: number
  /** Cash that voids put back into the drawer, or took out of it. */
  readonly cashVoidsMinor: number
  readonly cashInMinor: number
  readonly cashOutMinor: number
  readonly expectedMinor: number
}

export function shiftFigures({ floatMinor, entries, takenBack }: ShiftContent): ShiftFigures {
  const ofType = (type: JournalEntry['type']) => entries.filter((entry) => entry.type === type)
  const cashSalesMinor = sum(ofType('sale').map(cashOf))
  const cashRefundsMinor = sum(ofType('refund').map(cashOf))
  const cashVoidsMinor = sum(takenBack.map((entry) => (entry.type === 'refund' ? cashOf(entry) : -cashOf(entry)))) + 0
  const cashInMinor = sum(entries.map((entry) => movedCash(entry, 'in')))
  const cashOutMinor = sum(entries.map((entry) => movedCash(entry, 'out')))
  return {
    sales: ofType('sale').length,
    refunds: ofType('refund').length,
    voids: ofType('void').length,
    grossMinor: sum(entries.map(signedGross)),
    floatMinor,
    cashSalesMinor,
    cashRefundsMinor,
    cashVoidsMinor,
    cashInMinor,
    cashOutMinor,
    expectedMinor: floatMinor + cashSalesMinor - cashRefundsMinor + cashVoidsMinor + cashInMinor - cashOutMinor,
  }
}

export interface MethodTakings {
  readonly method: Payment['method']
  readonly soldMinor: number
  readonly refundedMinor: number
  /** Sold less refunded. */
  readonly netMinor: number
}

export interface TaxTakings {
  readonly rateBasisPoints: number
  readonly netMinor: number
  readonly taxMinor: number
  readonly grossMinor: number
}

/** What a report says beyond the drawer. What voids took back is in none of these. */
export interface ShiftTakings {
  readonly methods: readonly MethodTakings[]
  /** Highest rate first; sales less refunds. */
  readonly taxes: readonly TaxTakings[]
  readonly soldMinor: number
  readonly refundedMinor: number
  readonly discountMinor: number
  readonly roundingMinor: number
  /** What the entries that were taken back had come to. */
  readonly voidedMinor: number
  /** What refunds paid for goods that were taken in exchange. It is in the refunds and in the sales, and no coin moved. */
  readonly exchangedMinor: number
}

export function shiftTakings({ entries, takenBack }: Omit<ShiftContent, 'floatMinor'>): ShiftTakings {
  // A void of an earlier shift's entry takes out of this one what it had brought into that one.
  const signed = [
    ...entries.flatMap((entry) => signedSale(entry, 1)),
    ...takenBack.flatMap((entry) => signedSale(entry, -1)),
  ]
  const ofType = (type: 'sale' | 'refund') => signed.filter(({ sold }) => sold.type === type)
  const total = (part: readonly Signed[], amountOf: (sold: Sale | Refund) => number) =>
    sum(part.map(({ sold, sign }) => sign * amountOf(sold))) + 0
  const sales = ofType('sale')
  const refunds = ofType('refund')
  const exchangedOf = ({ payments }: Sale | Refund) =>
    sum(payments.filter(isExchange).map(({ amountMinor }) => amountMinor))
  return {
    methods: takingsByMethod(signed),
    taxes: takingsByRate(signed),
    soldMinor: total(sales, ({ totals }) => totals.grossMinor),
    refundedMinor: total(refunds, ({ totals }) => totals.grossMinor),
    discountMinor: total(sales, discountOf) - total(refunds, discountOf),
    roundingMinor:
      total(sales, ({ totals }) => totals.roundingMinor) - total(refunds, ({ totals }) => totals.roundingMinor),
    voidedMinor: sum(takenBack.map(signedGross)),
    exchangedMinor: total(sales, exchangedOf),
  }
}

interface Signed {
  readonly sold: Sale | Refund
  readonly sign: 1 | -1
}

function signedSale(entry: JournalEntry, sign: 1 | -1): Signed[] {
  return entry.type === 'sale' || entry.type === 'refund' ? [{ sold: entry, sign }] : []
}

function takingsByMethod(signed: readonly Signed[]): MethodTakings[] {
  const methods = new Map<Payment['method'], { soldMinor: number; refundedMinor: number }>()
  for (const { sold, sign } of signed) {
    for (const payment of sold.payments) {
      const row = methods.get(payment.method) ?? { soldMinor: 0, refundedMinor: 0 }
      methods.set(payment.method, row)
      if (sold.type === 'sale') row.soldMinor += sign * payment.amountMinor
      else row.refundedMinor += sign * payment.amountMinor
    }
  }
  return [...methods]
    .map(([method, row]) => ({ method, ...row, netMinor: row.soldMinor - row.refundedMinor }))
    .sort((a, b) => (a.method === b.method ? 0 : a.method === 'cash' ? -1 : 1))
}

function takingsByRate(signed: readonly Signed[]): TaxTakings[] {
  const rates = new Map<number, TaxTakings>()
  for (const { sold, sign } of signed) {
    const factor = sold.type === 'sale' ? sign : -sign
    for (const line of sold.lines) {
      const rateBasisPoints = line.taxRateBasisPoints
      const row = rates.get(rateBasisPoints) ?? { rateBasisPoints, netMinor: 0, taxMinor: 0, grossMinor: 0 }
      rates.set(rateBasisPoints, {
        rateBasisPoints,
        netMinor: row.netMinor + factor * line.netMinor,
        taxMinor: row.taxMinor + factor * line.taxMinor,
        grossMinor: row.grossMinor + factor * line.grossMinor,
      })
    }
  }
  return [...rates.values()].sort((a, b) => b.rateBasisPoints - a.rateBasisPoints)
}

function isExchange(payment: Payment): boolean {
  return payment.method === 'cash' && payment.exchange === true
}

function discountOf({ lines }: Sale | Refund): number {
  return sum(lines.map(({ discountMinor }) => discountMinor))
}

function cashOf(entry: JournalEntry): number {
  if (entry.type !== 'sale' && entry.type !== 'refund') return 0
  return sum(entry.payments.map((payment) => (payment.method === 'cash' ? payment.amountMinor : 0)))
}

function movedCash(entry: JournalEntry, direction: 'in' | 'out'): number {
  return entry.type === 'cash-movement' && entry.direction === direction ? entry.amountMinor : 0
}

function signedGross(entry: JournalEntry): number {
  if (entry.type !== 'sale' && entry.type !== 'refund') return 0
  return entry.type === 'sale' ? entry.totals.grossMinor : -entry.totals.grossMinor
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}
