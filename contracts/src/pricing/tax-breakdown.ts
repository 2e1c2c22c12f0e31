/** Net and tax of a sale by rate, as a receipt and a tax office want them. */
import type { LineTotals } from './line-totals.ts'

export interface TaxRow {
  readonly rateBasisPoints: number
  readonly netMinor: number
  readonly taxMinor: number
  readonly grossMinor: number
}

/** One row for each rate, highest first. The rows add up to the totals of the lines. */
export function taxBreakdown(lines: readonly (LineTotals & { readonly taxRateBasisPoints: number })[]): TaxRow[] {
  const rows = new Map<number, TaxRow>()
  for (const { taxRateBasisPoints: rateBasisPoints, netMinor, taxMinor, grossMinor } of lines) {
    const row = rows.get(rateBasisPoints) ?? { rateBasisPoints, netMinor: 0, taxMinor: 0, grossMinor: 0 }
    rows.set(rateBasisPoints, {
      rateBasisPoints,
      netMinor: row.netMinor + netMinor,
      taxMinor: row.taxMinor + taxMinor,
      grossMinor: row.grossMinor + grossMinor,
    })
  }
  return [...rows.values()].sort((a, b) => b.rateBasisPoints - a.rateBasisPoints)
}
