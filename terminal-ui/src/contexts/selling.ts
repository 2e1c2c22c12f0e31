/**
 * The sale at the counter: the open cart, what it costs, and the receipt on screen. A tab that is killed at any point comes back to the
 * same cart, or to the receipt of its sale. How it is paid is in payments.ts, carts that wait in held-carts.ts.
 */
import { msg, str } from '@lit/localize'
import {
  formatTraceparent,
  newTraceContext,
  type Enrolment,
  type ManualDiscount,
  type Refund,
  type Sale,
} from '@tidemark/contracts'
import { CartKeeper } from '../data/cart-keeper.ts'
import {
  addToCart,
  clearCart,
  emptyCart,
  fixPrices,
  isLocked,
  maxCartLines,
  removeLine,
  restoreLines,
  setCartDiscount,
  setCustomer,
  setExchange,
  setLineDiscount,
  setLineNote,
  setPrice,
  setQuantity,
  type Cart,
  type CartCustomer,
  type PricingRules,
} from '../data/cart.ts'
import type { TillProduct } from '../data/catalog-store.ts'
import type { CartExchange } from '../data/exchange.ts'
import { approveDiscounts, isOverLimit } from '../data/discount-limit.ts'
import { readEntry } from '../data/journal-reader.ts'
import { playBeep } from './beep.ts'
import { failureWords } from './failure-words.ts'
import type { TillHost } from './till-host.ts'

/** What a person may do to a line. */
export type LineChange =
  | { readonly kind: 'quantity'; readonly quantity: number }
  | { readonly kind: 'price'; readonly priceMinor: number; readonly reason: string }
  | { readonly kind: 'list-price' }
  | { readonly kind: 'discount'; readonly discount: ManualDiscount | undefined }
  | { readonly kind: 'note'; readonly note: string }

const maxUndo = 50

export class Selling {
  cart: Cart = emptyCart
  /** The sale whose receipt is on screen. */
  receipt: Sale | undefined
  /** Where that sale is of an exchange: its refund. */
  refund: Refund | undefined
  /** How carts are priced now; undefined until the store's settings are here. Stays the same object until something changes. */
  rules: PricingRules | undefined
  readonly #till: TillHost
  #cartKeeper: CartKeeper | undefined
  #earlier: Cart[] = []

  constructor(till: TillHost) {
    this.#till = till
  }

  /** Takes up where this till stopped. The tab may have died between the put of a sale and the emptying of its cart: that cart is sold. */
  async resume(enrolment: Enrolment): Promise<void> {
    const { databases, journal } = this.#till
    this.#cartKeeper = new CartKeeper(databases.device)
    const saved = await databases.device.read('cart')
    if (saved === undefined) return
    const head = await journal.head(enrolment.incarnation)
    const isSold = saved.trace !== null && saved.trace.traceparent === head.traceparent
    if (isSold) await this.finish(head.entry as unknown as Sale)
    else this.cart = saved
  }

  /** Takes over prices and promotions from the catalogue. */
  refreshRules(): void {
    const { catalog } = this.#till
    if (catalog?.store === undefined) return
    const { pricesIncludeTax, cashIncrementMinor } = catalog.store
    this.rules = { pricesIncludeTax, cashIncrementMinor, promotions: catalog.promotions() }
  }

  /** True while a part of the cart is paid: then its lines stand still. */
  get isLocked(): boolean {
    return isLocked(this.cart)
  }

  /** Puts pieces or grams of a product into the cart. */
  add(product: TillProduct, quantity: number): void {
    const { catalog, notices, settings } = this.#till
    if (this.#refusesChange()) return
    const rate = catalog?.taxRateOf(product)
    if (rate === undefined) {
      notices.warn(msg(str`${product.name} can’t be sold: the catalogue has no tax rate “${product.taxCode}”.`))
      return
    }
    if (catalog?.store?.currency !== product.currency) {
      notices.warn(msg(str`${product.name} can’t be sold: its price is in ${product.currency}.`))
      return
    }
    if (this.cart.lines.length >= maxCartLines) {
      notices.warn(msg(str`A sale holds at most ${maxCartLines} lines.`))
      return
    }
    this.receipt = undefined
    const trace = this.cart.trace ?? newTrace()
    this.#change(addToCart({ ...this.cart, trace }, product, quantity, rate))
    if (settings.sound) playBeep('found')
  }

  /** What takes more off than the store lets a cashier asks for a manager first; nothing changes when none agrees. */
  async changeLine(lineId: number, change: LineChange): Promise<void> {
    if (this.#refusesChange()) return
    if (change.kind === 'quantity' && change.quantity < 1) this.remove(lineId)
    else await this.#changeWithConsent(changedLine(this.cart, lineId, change))
  }

  changeQuantity(lineId: number, quantity: number): Promise<void> {
    return this.changeLine(lineId, { kind: 'quantity', quantity })
  }

  async discountCart(discount: ManualDiscount | undefined): Promise<void> {
    if (!this.#refusesChange()) await this.#changeWithConsent(setCartDiscount(this.cart, discount))
  }

  setCustomer(customer: CartCustomer): void {
    this.#change(setCustomer(this.cart, customer))
  }

  remove(lineId: number): void {
    const line = this.cart.lines.find((candidate) => candidate.lineId === lineId)
    if (line === undefined || this.#refusesChange()) return
    this.#removeWithUndo(removeLine(this.cart, lineId), msg(str`Removed ${line.name}`))
  }

  clear(): void {
    if (this.cart.lines.length === 0 || this.#refusesChange()) return
    this.#removeWithUndo(clearCart(this.cart), msg('Cart cleared'))
  }

  /** Puts goods that come back beside the cart, or with undefined takes them out again; false when that could not be written. */
  async putExchange(exchange: CartExchange | undefined): Promise<boolean> {
    if (this.#refusesChange()) return false
    this.receipt = undefined
    return this.replace(setExchange(this.cart, exchange))
  }

  /** Takes the last change of the cart back. */
  undo(): void {
    if (this.isLocked) return
    const earlier = this.#earlier.pop()
    if (earlier === undefined) return
    this.#till.notices.dismiss()
    void this.keep(earlier)
  }

  /** Asks for a manager where what is taken off is above the limit; false when none agreed. */
  async confirmDiscounts(): Promise<boolean> {
    const agreed = await this.#withConsent(this.cart)
    if (agreed === undefined) return false
    if (agreed !== this.cart) await this.keep(agreed)
    return true
  }

  /** Shows another cart and resolves when it is on disk; false when it could not be written. */
  keep(cart: Cart): Promise<boolean> {
    this.cart = fixPrices(cart, this.cart, this.rules)
    this.#till.changed()
    return this.#save()
  }

  /** Shows another cart that nothing leads back from; false when it could not be written. */
  replace(cart: Cart): Promise<boolean> {
    this.#earlier = []
    this.#till.notices.dismiss()
    return this.keep(cart)
  }

  /** The sale is recorded: on with its receipt and an empty cart. */
  async finish(sale: Sale): Promise<void> {
    this.refund = await this.#refundOf(sale)
    this.receipt = sale
    this.#till.storage.noteRoom()
    // An undo must not bring back what is sold. The receipt is on disk: whatever fails from here on is no failure of the sale.
    void this.replace(emptyCart)
    this.#till.noteLocalWrite(`sales-${sale.businessDate.slice(0, 7)}`)
  }

  async #refundOf({ exchange }: Sale): Promise<Refund | undefined> {
    if (exchange?.refund === undefined) return undefined
    const refund = await readEntry(this.#till.databases, exchange.refund).catch(() => undefined)
    return refund?.type === 'refund' ? refund : undefined
  }

  closeReceipt(): void {
    this.receipt = undefined
    this.#till.changed()
  }

  /** A code was scanned that no product has. */
  warnNotFound(code: string): void {
    if (this.#till.settings.sound) playBeep('not-found')
    this.#till.notices.warn(msg(str`No product has the code ${code}.`))
  }

  #refusesChange(): boolean {
    if (this.isLocked) {
      this.#till.notices.warn(msg('A part of this sale is paid. Finish it, or take the payment out first.'))
    }
    return this.isLocked
  }

  async #changeWithConsent(next: Cart): Promise<void> {
    const agreed = await this.#withConsent(next)
    if (agreed === undefined) this.#till.changed()
    else this.#change(agreed)
  }

  async #withConsent(cart: Cart): Promise<Cart | undefined> {
    const { catalog, session } = this.#till
    if (catalog?.store === undefined || this.rules === undefined) return undefined
    if (!isOverLimit(cart, { ...catalog.store, ...this.rules })) return cart
    const reason = msg('The discount is above what a cashier may give.')
    const approver = await session.askConsent({ reason, permission: 'discount' })
    return approver === undefined ? undefined : approveDiscounts(cart, approver)
  }

  #change(cart: Cart): void {
    this.#earlier = [...this.#earlier.slice(1 - maxUndo), this.cart]
    void this.keep(cart)
  }

  async #save(): Promise<boolean> {
    try {
      await this.#cartKeeper?.save(this.cart)
      return true
    } catch (error) {
      this.#till.notices.warn(msg(str`The cart could not be saved on this till: ${failureWords(error)}`))
      return false
    }
  }

  #removeWithUndo(next: Cart, text: string): void {
    const earlier = this.cart
    this.#change(next)
    this.#till.notices.tell(text, () => this.#bringBack(earlier))
  }

  #bringBack(earlier: Cart): void {
    this.#till.notices.dismiss()
    if (!this.isLocked) this.#change(restoreLines(this.cart, earlier))
  }
}

function changedLine(cart: Cart, lineId: number, change: LineChange): Cart {
  switch (change.kind) {
    case 'quantity':
      return setQuantity(cart, lineId, change.quantity)
    case 'price':
      return setPrice(cart, lineId, change)
    case 'list-price':
      return setPrice(cart, lineId, undefined)
    case 'discount':
      return setLineDiscount(cart, lineId, change.discount)
    case 'note':
      return setLineNote(cart, lineId, change.note)
  }
}

function newTrace(): NonNullable<Cart['trace']> {
  const context = newTraceContext((count) => crypto.getRandomValues(new Uint8Array(count)))
  return { traceparent: formatTraceparent(context), startTime: new Date().toISOString() }
}
