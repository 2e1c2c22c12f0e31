/** The open cart: pure functions over a value that is saved at every change. Prices are those of the moment of scanning. */
import {
  lineTotals,
  saleTotals,
  type LineTotals,
  type Product,
  type QuantityUnit,
  type SaleTotals,
} from '@tidemark/contracts'

export interface CartLine {
  readonly lineId: number
  readonly sku: string
  readonly name: string
  /** Pieces, or grams. */
  readonly quantity: number
  readonly unit: QuantityUnit
  /** Price of one piece, or of 1,000 grams. */
  readonly unitPriceMinor: number
  readonly taxCode: string
  readonly taxRateBasisPoints: number
}

/** What the cart takes over from a product. */
export type SellableProduct = Pick<Product, 'sku' | 'name' | 'unit' | 'priceMinor' | 'taxCode'>

export interface Cart {
  readonly lines: readonly CartLine[]
  readonly nextLineId: number
  /** The span of the sale, from its first item on. It also names the cart: a sale that carries it is this cart, sold. */
  readonly trace: { readonly traceparent: string; readonly startTime: string } | null
}

/** How the store prices: from its own document. */
export interface PricingRules {
  readonly pricesIncludeTax: boolean
  /** The smallest coin in minor units: 1 rounds nothing. */
  readonly cashIncrementMinor: number
}

export const emptyCart: Cart = { lines: [], nextLineId: 1, trace: null }
export const maxCartLines = 500
export const maxQuantity = 1_000_000

/** Adds pieces or grams. Pieces of a product already there at the same price join its line; weighed goods get a line each. */
export function addToCart(cart: Cart, product: SellableProduct, quantity: number, taxRateBasisPoints: number): Cart {
  const known = cart.lines.find(
    (line) =>
      line.unit === 'piece' &&
      line.sku === product.sku &&
      line.unitPriceMinor === product.priceMinor &&
      line.taxRateBasisPoints === taxRateBasisPoints,
  )
  if (known !== undefined) return setQuantity(cart, known.lineId, known.quantity + quantity)
  const line: CartLine = {
    lineId: cart.nextLineId,
    sku: product.sku,
    name: product.name,
    quantity: Math.min(quantity, maxQuantity),
    unit: product.unit,
    unitPriceMinor: product.priceMinor,
    taxCode: product.taxCode,
    taxRateBasisPoints,
  }
  return { ...cart, lines: [...cart.lines, line], nextLineId: cart.nextLineId + 1 }
}

/** Sets the quantity of a line; 0 or less removes it. */
export function setQuantity(cart: Cart, lineId: number, quantity: number): Cart {
  if (quantity < 1) return removeLine(cart, lineId)
  const bounded = Math.min(Math.trunc(quantity), maxQuantity)
  return { ...cart, lines: cart.lines.map((line) => (line.lineId === lineId ? { ...line, quantity: bounded } : line)) }
}

export function removeLine(cart: Cart, lineId: number): Cart {
  const lines = cart.lines.filter((line) => line.lineId !== lineId)
  return lines.length === 0 ? clearCart(cart) : { ...cart, lines }
}

/** Line ids go on, so that what was cleared can come back beside what was added since. */
export function clearCart(cart: Cart): Cart {
  return { lines: [], nextLineId: cart.nextLineId, trace: null }
}

/** Brings back the lines of an earlier cart that are gone from this one, in their old order. */
export function restoreLines(cart: Cart, earlier: Cart): Cart {
  const present = new Set(cart.lines.map((line) => line.lineId))
  const back = earlier.lines.filter((line) => !present.has(line.lineId))
  return {
    lines: [...cart.lines, ...back].sort((a, b) => a.lineId - b.lineId),
    nextLineId: Math.max(cart.nextLineId, earlier.nextLineId),
    trace: cart.trace ?? earlier.trace,
  }
}

export function priceLine(line: CartLine, rules: PricingRules): LineTotals {
  return lineTotals({ ...line, discountMinor: 0, taxIncluded: rules.pricesIncludeTax })
}

/** Totals of a cart that is paid in cash, rounded to the smallest coin. */
export function priceCart(cart: Cart, rules: PricingRules): SaleTotals {
  return saleTotals(
    cart.lines.map((line) => priceLine(line, rules)),
    rules.cashIncrementMinor,
  )
}

/** Pieces in the cart; a weighed line counts as one. */
export function countItems(cart: Cart): number {
  return cart.lines.reduce((total, line) => total + (line.unit === 'piece' ? line.quantity : 1), 0)
}
