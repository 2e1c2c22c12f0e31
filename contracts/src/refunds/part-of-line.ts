/**
 * Parts of a sold line, given back one after the other. A part is what the line came to up to and with it, less what it came to
 * before it, so the parts of a line always add up to the line: net, tax, discount and gross, to the cent.
 *
 *     1,000 g for 3.49, in three parts   333 g │ 333 g │ 334 g
 *     the line up to there                1.16 │  2.32 │  3.49
 *     the part                            1.16 │  1.16 │  1.17
 */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { extendedPrice, lineTotals, type LinePricing, type LineTotals } from '../pricing/line-totals.ts'
import { AmountMinor, Quantity } from '../pricing/money.ts'

/** What earlier refunds have taken of a line. */
export const AlreadyRefunded = Type.Object({ quantity: Quantity, discountMinor: AmountMinor })
export type AlreadyRefunded = Static<typeof AlreadyRefunded>

export interface PartPricing extends LinePricing {
  /** Absent for the first part, and for a whole line. */
  readonly alreadyRefunded?: AlreadyRefunded | undefined
}

/** Price × quantity of a part before its discount. */
export function partPrice(part: PartPricing): number {
  const { alreadyRefunded: before } = part
  if (before === undefined) return extendedPrice(part)
  return extendedPrice({ ...part, quantity: before.quantity + part.quantity }) - extendedPrice({ ...part, ...before })
}

export function partTotals(part: PartPricing): LineTotals {
  const { alreadyRefunded: before } = part
  if (before === undefined) return lineTotals(part)
  const withPart = lineTotals({
    ...part,
    quantity: before.quantity + part.quantity,
    discountMinor: before.discountMinor + part.discountMinor,
  })
  const without = lineTotals({ ...part, ...before })
  return {
    netMinor: withPart.netMinor - without.netMinor,
    taxMinor: withPart.taxMinor - without.taxMinor,
    grossMinor: withPart.grossMinor - without.grossMinor,
  }
}
