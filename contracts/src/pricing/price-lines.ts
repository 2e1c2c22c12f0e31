/**
 * Prices the lines of a cart with everything that comes off them, in this order:
 *
 *     price × quantity ──► promotions ──► the line's own discount ──► its part of the cart's discount ──► tax
 *
 * Each step takes from what the one before has left, so no line goes below zero, and a cart's discount is spread to the minor unit.
 */
import type { AppliedDiscount, ManualDiscount } from './discounts.ts'
import { extendedPrice, lineTotals, type LinePricing, type LineTotals } from './line-totals.ts'
import { scaleAmount } from './money.ts'
import { choosePromotions, type ActivePromotion } from './promotions.ts'
import { spreadAmount } from './spread-amount.ts'

export interface DiscountableLine extends Omit<LinePricing, 'discountMinor'> {
  readonly sku: string
  /** True where a person set the price: promotions are off the shelf price, and leave it alone. */
  readonly isPriceSetByHand?: boolean
  readonly discount?: ManualDiscount | undefined
}

export interface PricedLine extends LineTotals {
  readonly discountMinor: number
  readonly discounts: readonly AppliedDiscount[]
}

/** The lines with their totals, in the order given. */
export function priceLines(
  lines: readonly DiscountableLine[],
  promotions: readonly ActivePromotion[] = [],
  cartDiscount?: ManualDiscount,
): PricedLine[] {
  const discounts: AppliedDiscount[][] = promotionDiscounts(lines, promotions)
  const leftOf = (line: DiscountableLine, index: number) => extendedPrice(line) - sumOf(discounts[index] ?? [])
  lines.forEach((line, index) => {
    if (line.discount === undefined) return
    const amountMinor = amountOf(line.discount, leftOf(line, index))
    if (amountMinor > 0) discounts[index]?.push(applied('line', amountMinor, line.discount))
  })
  if (cartDiscount !== undefined) {
    const left = lines.map((line, index) => Math.max(0, leftOf(line, index)))
    const totalMinor = left.reduce((total, amount) => total + amount, 0)
    spreadAmount(amountOf(cartDiscount, totalMinor), left).forEach((amountMinor, index) => {
      if (amountMinor > 0) discounts[index]?.push(applied('cart', amountMinor, cartDiscount))
    })
  }
  return lines.map((line, index) => {
    const own = discounts[index] ?? []
    const discountMinor = sumOf(own)
    return { ...lineTotals({ ...line, discountMinor }), discountMinor, discounts: own }
  })
}

function promotionDiscounts(
  lines: readonly DiscountableLine[],
  promotions: readonly ActivePromotion[],
): AppliedDiscount[][] {
  const offered = lines.map((line) => ({
    ...line,
    priceMinor: line.isPriceSetByHand === true ? 0 : Math.max(0, extendedPrice(line)),
  }))
  return choosePromotions(offered, promotions).map((shares) =>
    shares.map(({ promotion: { id, name }, amountMinor }) => ({
      kind: 'promotion' as const,
      amountMinor,
      promotion: { id, name },
    })),
  )
}

/** A discount off an amount, never more than that. */
function amountOf(discount: ManualDiscount, ofMinor: number): number {
  const wantedMinor =
    discount.kind === 'percent' ? scaleAmount(ofMinor, discount.basisPoints, 10_000) : discount.amountMinor
  return Math.max(0, Math.min(wantedMinor, ofMinor))
}

function applied(kind: 'line' | 'cart', amountMinor: number, discount: ManualDiscount): AppliedDiscount {
  return {
    kind,
    amountMinor,
    reason: discount.reason,
    ...(discount.kind === 'percent' ? { basisPoints: discount.basisPoints } : {}),
    ...(discount.approvedBy === undefined ? {} : { approvedBy: discount.approvedBy }),
  }
}

function sumOf(discounts: readonly AppliedDiscount[]): number {
  return discounts.reduce((total, discount) => total + discount.amountMinor, 0)
}
