/** Parameters and answers that several routes share. */
import { Type } from 'typebox'
import { AmountMinor, StoreId } from '@tidemark/contracts'
import { invalidField, notFound } from '@tidemark/service-kit'
import type { Ledger } from '../stores/ledger-store.ts'

export const StorePath = Type.Object({ storeId: StoreId })
/** A real day of the calendar. */
export const DayParameter = Type.String({ format: 'date', description: 'Business date, YYYY-MM-DD' })
export const DayPath = Type.Object({ ...StorePath.properties, date: DayParameter })
export const NoQuery = Type.Object({}, { additionalProperties: false })
export const Currency = Type.Union([Type.String(), Type.Null()])

export const figureFields = {
  entries: Type.Integer({ description: 'Journal entries of any type' }),
  sales: Type.Integer({ description: 'Sales that are not voided' }),
  refunds: Type.Integer({ description: 'Refunds that are not voided' }),
  voids: Type.Integer(),
  grossMinor: AmountMinor,
  netMinor: AmountMinor,
  taxMinor: AmountMinor,
}

export const PaymentTotal = Type.Object({
  method: Type.String(),
  currency: Type.String(),
  payments: Type.Integer({ description: 'Payments of sales and refunds that are not voided' }),
  amountMinor: AmountMinor,
})

export const TaxTotal = Type.Object({
  taxCode: Type.String(),
  taxRateBasisPoints: Type.Integer(),
  currency: Type.String(),
  netMinor: AmountMinor,
  taxMinor: AmountMinor,
  grossMinor: AmountMinor,
})

/** Throws a 404 for a store of which nothing is known. */
export async function requireStore(ledger: Ledger, storeId: string): Promise<void> {
  if (!(await ledger.knowsStore(storeId))) throw notFound(`nothing is known of store ${storeId}`)
}

export const PeriodQuery = { from: DayParameter, to: DayParameter }
const dayMs = 24 * 60 * 60 * 1000

/** Throws a 400 for a period that ends before it begins, or is longer than `maxDays`. */
export function requirePeriod({ from, to }: { readonly from: string; readonly to: string }, maxDays: number): void {
  const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1
  if (days < 1) throw invalidField('/query/to', `must not be before ${from}`)
  if (days > maxDays) throw invalidField('/query/to', `${days} days; at most ${maxDays} at once`)
}

/** `2026-11-30` and 1 → `2026-12-01`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10)
}
