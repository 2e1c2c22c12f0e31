/** How much a cashier may take off without a manager, and what goes beyond. */
import type { Author, ManualDiscount, Store } from '@tidemark/contracts'
import { priceCartLines, type Cart, type CartLine, type PricingRules } from './cart.ts'

const whole = 10_000

/** True where what persons took off a line, and no manager has agreed to, is above the store's limit. */
export function isOverLimit(cart: Cart, store: Pick<Store, 'cashierDiscountLimitBasisPoints'> & PricingRules): boolean {
  const limit = store.cashierDiscountLimitBasisPoints
  if (limit === undefined) return false
  const cartShare = cartDiscountShare(cart, store)
  return cart.lines.some((line) => lineShare(line) + cartShare > limit)
}

/** The cart with a manager's word on everything that was taken off without one. */
export function approveDiscounts(cart: Cart, approvedBy: Author): Cart {
  const approve = (discount: ManualDiscount): ManualDiscount => ({ approvedBy, ...discount })
  const lines = cart.lines.map((line) => ({
    ...line,
    ...(line.discount === undefined ? {} : { discount: approve(line.discount) }),
    ...(line.priceOverride === undefined ? {} : { priceOverride: { approvedBy, ...line.priceOverride } }),
  }))
  return { ...cart, lines, ...(cart.discount === undefined ? {} : { discount: approve(cart.discount) }) }
}

/** Basis points of the list price. */
function lineShare(line: CartLine): number {
  const { priceOverride, discount } = line
  const list = priceOverride?.listPriceMinor ?? line.unitPriceMinor
  const isLowered = priceOverride !== undefined && priceOverride.approvedBy === undefined
  const lowered = isLowered ? Math.max(0, shareOf(list - line.unitPriceMinor, list)) : 0
  if (discount === undefined || discount.approvedBy !== undefined) return lowered
  if (discount.kind === 'percent') return lowered + discount.basisPoints
  return (
    lowered + shareOf(discount.amountMinor, (line.unitPriceMinor * line.quantity) / (line.unit === 'gram' ? 1000 : 1))
  )
}

function cartDiscountShare(cart: Cart, rules: PricingRules): number {
  const { discount } = cart
  if (discount === undefined || discount.approvedBy !== undefined) return 0
  if (discount.kind === 'percent') return discount.basisPoints
  const { discount: _without, ...before } = cart
  const lines = priceCartLines(before, rules)
  const totalMinor = lines.reduce(
    (total, line) => total + (rules.pricesIncludeTax ? line.grossMinor : line.netMinor),
    0,
  )
  return shareOf(discount.amountMinor, totalMinor)
}

function shareOf(partMinor: number, wholeMinor: number): number {
  if (partMinor <= 0) return 0
  return wholeMinor <= 0 ? whole : Math.ceil((partMinor / wholeMinor) * whole)
}
