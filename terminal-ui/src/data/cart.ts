/** The open cart: pure functions over a value that is saved at every change. Prices are those of the moment of scanning. */
import {
  priceLines,
  saleTotals,
  type ActivePromotion,
  type Author,
  type ManualDiscount,
  type PricedLine,
  type Product,
  type QuantityUnit,
  type Sale,
  type SaleTotals,
} from '@tidemark/contracts'
import { dueOfExchange, type CartExchange } from './exchange.ts'
import type { Tender } from './tenders.ts'

export interface PriceOverride {
  /** What it was before somebody set another one. */
  readonly listPriceMinor: number
  readonly reason: string
  readonly approvedBy?: Author
}

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
  readonly priceOverride?: PriceOverride
  readonly discount?: ManualDiscount
  readonly note?: string
}

/** What the cart takes over from a product. */
export type SellableProduct = Pick<Product, 'sku' | 'name' | 'unit' | 'priceMinor' | 'taxCode'>

export type CartCustomer = NonNullable<Sale['customer']>

export interface Cart {
  readonly lines: readonly CartLine[]
  readonly nextLineId: number
  /** The span of the sale, from its first item on. It also names the cart: a sale that carries it is this cart, sold. */
  readonly trace: { readonly traceparent: string; readonly startTime: string } | null
  /** On the whole cart. */
  readonly discount?: ManualDiscount
  readonly customer?: CartCustomer
  /** What was paid so far. While there is any, the lines stand still. */
  readonly tenders?: readonly Tender[]
  /** What the lines came to when money first moved for them: a promotion that begins or ends later changes nothing. */
  readonly pricedLines?: readonly PricedLine[]
  /** Goods of a receipt that come back for what is in the cart. */
  readonly exchange?: CartExchange
}

/** How the store prices: from its own document and the promotions that hold now. */
export interface PricingRules {
  readonly pricesIncludeTax: boolean
  /** The smallest coin in minor units: 1 rounds nothing. */
  readonly cashIncrementMinor: number
  readonly promotions?: readonly ActivePromotion[]
}

export const emptyCart: Cart = { lines: [], nextLineId: 1, trace: null }
export const maxCartLines = 500
export const maxQuantity = 1_000_000

/** Adds pieces or grams. Pieces of a product already there at the same price join its line; weighed goods get a line each. */
export function addToCart(cart: Cart, product: SellableProduct, quantity: number, taxRateBasisPoints: number): Cart {
  const known = cart.lines.find((line) => isSameGoods(line, product, taxRateBasisPoints))
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

/** A line with a note, a price or a discount of its own is about those pieces only: others don't join it. */
function isSameGoods(line: CartLine, product: SellableProduct, taxRateBasisPoints: number): boolean {
  const isPlain = line.priceOverride === undefined && line.discount === undefined && line.note === undefined
  return (
    isPlain &&
    line.unit === 'piece' &&
    line.sku === product.sku &&
    line.unitPriceMinor === product.priceMinor &&
    line.taxRateBasisPoints === taxRateBasisPoints
  )
}

/** Sets the quantity of a line; 0 or less removes it. */
export function setQuantity(cart: Cart, lineId: number, quantity: number): Cart {
  if (quantity < 1) return removeLine(cart, lineId)
  return changeLine(cart, lineId, (line) => ({ ...line, quantity: Math.min(Math.trunc(quantity), maxQuantity) }))
}

/** Sets a price by hand, or with undefined takes the list price again. */
export function setPrice(
  cart: Cart,
  lineId: number,
  set: { readonly priceMinor: number; readonly reason: string; readonly approvedBy?: Author } | undefined,
): Cart {
  return changeLine(cart, lineId, ({ priceOverride, ...line }) => {
    const listPriceMinor = priceOverride?.listPriceMinor ?? line.unitPriceMinor
    if (set === undefined || set.priceMinor === listPriceMinor) return { ...line, unitPriceMinor: listPriceMinor }
    const { priceMinor, ...why } = set
    return { ...line, unitPriceMinor: priceMinor, priceOverride: { listPriceMinor, ...why } }
  })
}

export function setLineDiscount(cart: Cart, lineId: number, discount: ManualDiscount | undefined): Cart {
  return changeLine(cart, lineId, ({ discount: _before, ...line }) =>
    discount === undefined ? line : { ...line, discount },
  )
}

export function setLineNote(cart: Cart, lineId: number, note: string): Cart {
  return changeLine(cart, lineId, ({ note: _before, ...line }) => (note === '' ? line : { ...line, note }))
}

export function setCartDiscount(cart: Cart, discount: ManualDiscount | undefined): Cart {
  const { discount: _before, ...rest } = cart
  return discount === undefined ? rest : { ...rest, discount }
}

/** Empty fields count as absent; a customer of nothing is none. */
export function setCustomer(cart: Cart, customer: CartCustomer): Cart {
  const { customer: _before, ...rest } = cart
  const given = Object.entries(customer).filter(([, value]) => value !== undefined && value !== '')
  return given.length === 0 ? rest : { ...rest, customer: Object.fromEntries(given) }
}

export function setTenders(cart: Cart, tenders: readonly Tender[]): Cart {
  const { tenders: _before, ...rest } = cart
  return tenders.length === 0 ? rest : { ...rest, tenders }
}

export function setExchange(cart: Cart, exchange: CartExchange | undefined): Cart {
  const { exchange: _before, ...rest } = cart
  return exchange === undefined ? rest : { ...rest, exchange }
}

/** A cart for which money moved keeps its prices, those of `earlier` if that had any; every other cart goes by the rules of now. */
export function fixPrices(cart: Cart, earlier: Cart, rules: PricingRules | undefined): Cart {
  const { pricedLines: _before, ...rest } = cart
  if (!isLocked(cart) || rules === undefined) return rest
  return { ...rest, pricedLines: earlier.pricedLines ?? priceCartLines(rest, rules) }
}

/** True while money has moved for the cart, or may have: then its lines stand still. */
export function isLocked({ tenders, exchange }: Cart): boolean {
  return tenders !== undefined || exchange?.payout !== undefined || exchange?.refund !== undefined
}

/** What is to be paid for the cart in cash; below zero for what goes back to the customer. */
export function dueOfCart(cart: Cart, rules: PricingRules): number {
  const { grossMinor, dueMinor } = priceCart(cart, rules)
  return cart.exchange === undefined ? dueMinor : dueOfExchange(cart.exchange, grossMinor, rules.cashIncrementMinor)
}

export function removeLine(cart: Cart, lineId: number): Cart {
  const lines = cart.lines.filter((line) => line.lineId !== lineId)
  return lines.length === 0 ? setExchange(clearCart(cart), cart.exchange) : { ...cart, lines }
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
    ...earlier,
    ...cart,
    lines: [...cart.lines, ...back].sort((a, b) => a.lineId - b.lineId),
    nextLineId: Math.max(cart.nextLineId, earlier.nextLineId),
    trace: cart.trace ?? earlier.trace,
  }
}

const priced = new WeakMap<Cart, { readonly rules: PricingRules; readonly lines: readonly PricedLine[] }>()

/** The lines with their discounts and totals. A screen asks for them several times: the last answer for a cart is kept. */
export function priceCartLines(cart: Cart, rules: PricingRules): readonly PricedLine[] {
  if (cart.pricedLines !== undefined) return cart.pricedLines
  const known = priced.get(cart)
  if (known?.rules === rules) return known.lines
  const discountable = cart.lines.map((line) => ({
    ...line,
    taxIncluded: rules.pricesIncludeTax,
    isPriceSetByHand: line.priceOverride !== undefined,
  }))
  const lines = priceLines(discountable, rules.promotions, cart.discount)
  priced.set(cart, { rules, lines })
  return lines
}

/** Totals of a cart that is paid in cash, rounded to the smallest coin. */
export function priceCart(cart: Cart, rules: PricingRules): SaleTotals {
  return saleTotals(priceCartLines(cart, rules), rules.cashIncrementMinor)
}

/** Pieces in the cart; a weighed line counts as one. */
export function countItems(cart: Cart): number {
  return cart.lines.reduce((total, line) => total + (line.unit === 'piece' ? line.quantity : 1), 0)
}

function changeLine(cart: Cart, lineId: number, change: (line: CartLine) => CartLine): Cart {
  return { ...cart, lines: cart.lines.map((line) => (line.lineId === lineId ? change(line) : line)) }
}
