/**
 * Totals of a sale. Each line is rounded by itself and the sale is the sum of its lines, so a receipt always adds up as printed.
 */
import { cashRoundingOf, scaleAmount, type QuantityUnit } from './money.ts'

export interface LinePricing {
  /** Price of one piece, or of 1,000 grams. */
  readonly unitPriceMinor: number
  readonly quantity: number
  readonly unit: QuantityUnit
  readonly discountMinor: number
  readonly taxRateBasisPoints: number
  /** True where shelf prices contain the tax (Europe), false where it is added (United States). */
  readonly taxIncluded: boolean
}

export interface LineTotals {
  readonly netMinor: number
  readonly taxMinor: number
  /** net + tax: what the customer pays for the line. */
  readonly grossMinor: number
}

export interface SaleTotals extends LineTotals {
  /** What cash rounding added; 0 unless the sale is paid in cash with rounding. */
  readonly roundingMinor: number
  /** gross + rounding: what the payments must add up to. */
  readonly dueMinor: number
}

const gramsPerPriceUnit = 1000

/** Price × quantity before discount and tax handling. */
export function extendedPrice(line: Pick<LinePricing, 'unitPriceMinor' | 'quantity' | 'unit'>): number {
  return scaleAmount(line.unitPriceMinor, line.quantity, line.unit === 'gram' ? gramsPerPriceUnit : 1)
}

export function lineTotals(line: LinePricing): LineTotals {
  const discounted = extendedPrice(line) - line.discountMinor
  if (line.taxIncluded) {
    const taxMinor = scaleAmount(discounted, line.taxRateBasisPoints, 10_000 + line.taxRateBasisPoints)
    return { netMinor: discounted - taxMinor, taxMinor, grossMinor: discounted }
  }
  const taxMinor = scaleAmount(discounted, line.taxRateBasisPoints, 10_000)
  return { netMinor: discounted, taxMinor, grossMinor: discounted + taxMinor }
}

/** Sums lines; `cashIncrementMinor` is the smallest coin where the whole sale is paid in cash, else 1. */
export function saleTotals(lines: readonly LineTotals[], cashIncrementMinor: number): SaleTotals {
  const netMinor = sum(lines.map((line) => line.netMinor))
  const taxMinor = sum(lines.map((line) => line.taxMinor))
  const grossMinor = netMinor + taxMinor
  const roundingMinor = cashRoundingOf(grossMinor, cashIncrementMinor)
  return { netMinor, taxMinor, grossMinor, roundingMinor, dueMinor: grossMinor + roundingMinor }
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0)
}
