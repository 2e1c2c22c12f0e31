/** Totals of a store's day from those of its terminals. Integer minor units; amounts of different currencies are never added. */
import type { TerminalTotals } from '../stores/ledger-store.ts'

export type Amounts = Omit<TerminalTotals, 'terminalId' | 'currency'>

export interface DayTotals extends Amounts {
  /** The currency of the amounts; null on a day without sales. */
  readonly currency: string | null
  readonly byTerminal: readonly (Amounts & { readonly terminalId: string; readonly currency: string | null })[]
  /** Where a store takes several currencies: the amounts in the others. Normally empty. */
  readonly otherCurrencies: readonly (Amounts & { readonly currency: string })[]
}

const nothing: Amounts = { entries: 0, sales: 0, refunds: 0, voids: 0, grossMinor: 0, netMinor: 0, taxMinor: 0 }

export function sumDay(rows: readonly TerminalTotals[]): DayTotals {
  const currencies = [...new Set(rows.map(({ currency }) => currency).filter((currency) => currency !== ''))]
  const amounts = new Map(
    currencies.map((currency) => [currency, sum(rows.filter((row) => row.currency === currency))]),
  )
  // The one with most entries is the store's own.
  const [main, ...others] = currencies.sort((a, b) => (amounts.get(b)?.entries ?? 0) - (amounts.get(a)?.entries ?? 0))
  // Entries without a currency carry no amounts and count with the store's own.
  const ofMain = (row: TerminalTotals): boolean => row.currency === '' || row.currency === main
  const terminals = [...new Set(rows.map(({ terminalId }) => terminalId))].sort()
  return {
    ...sum(rows.filter(ofMain)),
    currency: main ?? null,
    byTerminal: terminals.map((terminalId) => ({
      terminalId,
      currency: main ?? null,
      ...sum(rows.filter((row) => row.terminalId === terminalId && ofMain(row))),
    })),
    otherCurrencies: others.map((currency) => ({ currency, ...(amounts.get(currency) ?? nothing) })),
  }
}

function sum(rows: readonly Amounts[]): Amounts {
  return rows.reduce(
    (total, row) => ({
      entries: total.entries + row.entries,
      sales: total.sales + row.sales,
      refunds: total.refunds + row.refunds,
      voids: total.voids + row.voids,
      grossMinor: total.grossMinor + row.grossMinor,
      netMinor: total.netMinor + row.netMinor,
      taxMinor: total.taxMinor + row.taxMinor,
    }),
    nothing,
  )
}
