/** Selling: find products on the left, the cart on the right, the receipt over both when the sale is done. */
import { msg, str } from '@lit/localize'
import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { Adjustment, TmAdjustDialog } from '../components/adjust-dialog/adjust-dialog.ts'
import type { TmCameraDialog } from '../components/camera-dialog/camera-dialog.ts'
import '../components/cart/cart.ts'
import type { QuantityChange } from '../components/cart/cart.ts'
import type { TmCustomerDialog } from '../components/customer-dialog/customer-dialog.ts'
import type { TmHeldDialog } from '../components/held-dialog/held-dialog.ts'
import { icon } from '../components/icon/icon.ts'
import type { TmPayDialog } from '../components/pay-dialog/pay-dialog.ts'
import '../components/product-search/product-search.ts'
import type { TmProductSearch } from '../components/product-search/product-search.ts'
import '../components/product-shelf/product-shelf.ts'
import type { TmWeightDialog } from '../components/weight-dialog/weight-dialog.ts'
import type { Till } from '../contexts/till.ts'
import { countItems, dueOfCart, priceCart, priceCartLines, type CartCustomer, type PricingRules } from '../data/cart.ts'
import type { TillProduct } from '../data/catalog-store.ts'
import type { ProductIndex } from '../data/product-index.ts'
import type { SimulatedBehaviour } from '../data/simulated-card-terminal.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { DialogShelf } from './dialog-shelf.ts'
import { sellStyles } from './sell-styles.ts'

const loadPayDialog = () => import('../components/pay-dialog/pay-dialog.ts')
const loadSaleDone = () => import('../components/sale-done/sale-done.ts')

@customElement('tm-sell-view')
export class TmSellView extends LitElement {
  static override styles = [sharedStyles, sellStyles]

  @property({ attribute: false, hasChanged: () => true }) accessor till!: Till
  /** On a narrow screen the cart covers the products when it is open. */
  @state() private accessor cartOpen = false
  @query('tm-product-search') private accessor search!: TmProductSearch | null
  readonly #dialogs = new DialogShelf(this)
  #shownReceipt = ''
  #preparedIndex: ProductIndex | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    document.addEventListener('keydown', this.#onKey)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    document.removeEventListener('keydown', this.#onKey)
  }

  protected override firstUpdated(): void {
    this.#focusSearch()
    void this.#prepareToPay()
  }

  /** Payment and receipt are fetched behind the first screen, so they are here before anybody pays. */
  async #prepareToPay(): Promise<void> {
    await this.#dialogs.take('tm-sale-done', loadSaleDone)
    const payDialog = await this.#dialogs.take<TmPayDialog>('tm-pay-dialog', loadPayDialog)
    // A tab that died while a cart was being paid comes back to its payment.
    if (this.till.selling.isLocked && this.till.selling.receipt === undefined) payDialog?.open()
  }

  protected override updated(_changed: PropertyValues): void {
    this.#prepareIndex()
    const receipt = this.till.selling.receipt?._id ?? ''
    if (receipt === this.#shownReceipt) return
    this.#shownReceipt = receipt
    if (receipt === '') this.#focusSearch()
    else {
      this.renderRoot.querySelector<TmPayDialog>('tm-pay-dialog')?.close()
      this.cartOpen = false
    }
  }

  /** The first letter typed must not wait for fifty thousand names to be taken apart. */
  #prepareIndex(): void {
    const { index } = this.till
    if (index === this.#preparedIndex) return
    this.#preparedIndex = index
    const prepare = () => index.prepare()
    if ('requestIdleCallback' in globalThis) requestIdleCallback(prepare, { timeout: 2000 })
    else setTimeout(prepare, 200)
  }

  #focusSearch(): void {
    // Where a finger types, focus would bring up a keyboard over half of the screen.
    if (window.matchMedia('(pointer: fine)').matches) void this.search?.updateComplete.then(() => this.search?.focus())
  }

  #onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || this.#dialogs.isOpen) return
    if ((event.ctrlKey || event.metaKey) && event.key === 'z' && !isTyping(event)) {
      event.preventDefault()
      this.till.selling.undo()
      return
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const action = this.#actionOf(event.key)
    if (action !== undefined) {
      event.preventDefault()
      action()
    } else if (/^[\p{Letter}\p{Number}]$/u.test(event.key) && !isTyping(event)) this.#goToSearch()
  }

  #actionOf(key: string): (() => void) | undefined {
    const hasCart = this.till.selling.cart.lines.length > 0 && this.till.selling.receipt === undefined
    if (key === 'F2') return () => this.#goToSearch()
    if (key === 'F9') return () => void this.#openPay()
    if (key === 'F8') return () => void this.#openHeld(hasCart)
    if (key === 'F6' && hasCart) return () => void this.#openCartDiscount()
    if (key === 'F7' && hasCart) return () => void this.#openCustomer()
    return undefined
  }

  /** A scanner types wherever the focus happens to be. What it scans starts the next sale. */
  #goToSearch(): void {
    if (this.till.selling.receipt !== undefined) this.till.selling.closeReceipt()
    this.cartOpen = false
    this.search?.focus()
  }

  async #openPay(): Promise<void> {
    const { selling, payments } = this.till
    if (selling.receipt !== undefined || payments.busy !== undefined || !(await payments.begin())) return
    const dialog = await this.#take<TmPayDialog>('tm-pay-dialog', loadPayDialog)
    dialog?.open()
  }

  async #openLine(lineId: number): Promise<void> {
    const { cart, rules } = this.till.selling
    const position = cart.lines.findIndex((line) => line.lineId === lineId)
    const line = cart.lines[position]
    if (line === undefined || rules === undefined || this.till.selling.isLocked) return
    const total = priceCartLines(cart, rules)[position]?.grossMinor ?? 0
    await (await this.#takeAdjustDialog())?.openLine(line, total)
  }

  async #openCartDiscount(): Promise<void> {
    const { cart, rules, isLocked } = this.till.selling
    if (rules === undefined || isLocked) return
    await (await this.#takeAdjustDialog())?.openCart(cart.discount, priceCart(cart, rules).grossMinor)
  }

  #takeAdjustDialog() {
    return this.#take<TmAdjustDialog>('tm-adjust-dialog', () => import('../components/adjust-dialog/adjust-dialog.ts'))
  }

  async #openCustomer(): Promise<void> {
    const load = () => import('../components/customer-dialog/customer-dialog.ts')
    await (await this.#take<TmCustomerDialog>('tm-customer-dialog', load))?.open(this.till.selling.cart.customer)
  }

  async #openHeld(toHold: boolean): Promise<void> {
    if (this.till.selling.isLocked) return
    const load = () => import('../components/held-dialog/held-dialog.ts')
    const dialog = await this.#take<TmHeldDialog>('tm-held-dialog', load)
    await (toHold ? dialog?.openToHold() : dialog?.openList())
  }

  async #openCamera(): Promise<void> {
    const load = () => import('../components/camera-dialog/camera-dialog.ts')
    await (await this.#take<TmCameraDialog>('tm-camera-dialog', load))?.open()
  }

  async #pick(product: TillProduct): Promise<void> {
    if (product.unit === 'piece') {
      this.till.selling.add(product, 1)
      return
    }
    const load = () => import('../components/weight-dialog/weight-dialog.ts')
    await (await this.#take<TmWeightDialog>('tm-weight-dialog', load))?.open(product)
  }

  async #take<Dialog extends HTMLElement>(tag: string, load: () => Promise<unknown>): Promise<Dialog | undefined> {
    const dialog = await this.#dialogs.take<Dialog>(tag, load)
    if (dialog === undefined)
      this.till.notices.warn(msg('This part of the till is not on this device yet. Try again later.'))
    return dialog
  }

  #adjust({ lineId, adjustment }: { lineId: number | undefined; adjustment: Adjustment }): void {
    if (lineId !== undefined) void this.till.selling.changeLine(lineId, adjustment)
    else if (adjustment.kind === 'discount') void this.till.selling.discountCart(adjustment.discount)
  }

  #scan(code: string): void {
    const product = this.till.index.exact(code)
    if (product === undefined) this.till.selling.warnNotFound(code)
    else void this.#pick(product)
  }

  #afterDialog = (): void => {
    if (this.till.selling.receipt === undefined) this.#focusSearch()
  }

  protected override render() {
    const { till } = this
    const { format, catalog } = till
    const { receipt, rules } = till.selling
    if (format === undefined || catalog?.store === undefined || rules === undefined) return nothing
    return html`
      <div class="desk ${this.cartOpen ? 'cart-open' : ''}" ?hidden=${receipt !== undefined}>
        ${this.#renderProducts()}
        <button class="back" @click=${() => (this.cartOpen = false)}>${msg('Back to products')}</button>
        ${this.#renderCart(rules)} ${this.#renderCartBar(rules)}
      </div>
      ${
        receipt === undefined || !this.#dialogs.has('tm-sale-done')
          ? nothing
          : html`<tm-sale-done
              .sale=${receipt}
              .refund=${till.selling.refund}
              .store=${catalog.store}
              .format=${format}
              @tm-new-sale=${() => till.selling.closeReceipt()}
            ></tm-sale-done>`
      }
      ${this.#renderPayDialog()} ${this.#renderDialogs()}
    `
  }

  #renderProducts() {
    const { till } = this
    const pick = (event: CustomEvent<TillProduct>) => void this.#pick(event.detail)
    return html`<section class="find" aria-label=${msg('Products')}>
      <tm-product-search
        .index=${till.index}
        .format=${till.format}
        @tm-pick=${pick}
        @tm-not-found=${(event: CustomEvent<string>) => till.selling.warnNotFound(event.detail)}
        @tm-camera=${() => void this.#openCamera()}
      ></tm-product-search>
      <tm-product-shelf
        .index=${till.index}
        .format=${till.format}
        .favourites=${till.favourites.skus}
        .canPin=${till.author.role === 'manager'}
        @tm-pick=${pick}
        @tm-pin=${(event: CustomEvent<string>) => void till.favourites.toggle(event.detail)}
      ></tm-product-shelf>
    </section>`
  }

  #renderCart(rules: PricingRules) {
    const { selling, heldCarts, format } = this.till
    return html`<tm-cart
      .cart=${selling.cart}
      .rules=${rules}
      .format=${format}
      .heldCount=${heldCarts.list.length}
      @tm-quantity=${(event: CustomEvent<QuantityChange>) =>
        void selling.changeQuantity(event.detail.lineId, event.detail.quantity)}
      @tm-remove=${(event: CustomEvent<number>) => selling.remove(event.detail)}
      @tm-line=${(event: CustomEvent<number>) => void this.#openLine(event.detail)}
      @tm-discount=${() => void this.#openCartDiscount()}
      @tm-customer=${() => void this.#openCustomer()}
      @tm-hold=${() => void this.#openHeld(true)}
      @tm-held=${() => void this.#openHeld(false)}
      @tm-clear=${() => selling.clear()}
      @tm-pay=${() => void this.#openPay()}
      @tm-drop-exchange=${() => void selling.putExchange(undefined)}
    ></tm-cart>`
  }

  #renderCartBar(rules: PricingRules) {
    const { format, selling } = this.till
    const count = countItems(selling.cart)
    return html`<button class="primary cart-bar" @click=${() => (this.cartOpen = true)}>
      <span>${icon('cart')} ${count === 1 ? msg('1 item') : msg(str`${count} items`)}</span>
      <span class="amount">${format?.money(dueOfCart(selling.cart, rules))}</span>
    </button>`
  }

  #renderPayDialog() {
    if (!this.#dialogs.has('tm-pay-dialog')) return nothing
    const { payments, cards, format, selling } = this.till
    return html`<tm-pay-dialog
      data-dialog
      .format=${format}
      .balance=${payments.balance}
      .tenders=${payments.tenders}
      .payout=${payments.payout}
      .payoutParts=${selling.cart.exchange?.payout?.parts}
      .busy=${payments.busy}
      .message=${payments.message}
      .behaviour=${cards.behaviour}
      @tm-cash=${(event: CustomEvent<number>) => void payments.payCash(event.detail)}
      @tm-card=${(event: CustomEvent<number>) => void payments.payCard(event.detail)}
      @tm-pay-out=${(event: CustomEvent<'cash' | 'card'>) => void payments.payOut(event.detail)}
      @tm-ask-again=${(event: CustomEvent<string>) => void payments.askAgain(event.detail)}
      @tm-remove-tender=${(event: CustomEvent<string>) => void payments.remove(event.detail)}
      @tm-finish=${() => void payments.finish()}
      @tm-behaviour=${(event: CustomEvent<SimulatedBehaviour>) => (cards.behaviour = event.detail)}
      @tm-cancel=${this.#afterDialog}
    ></tm-pay-dialog>`
  }

  #renderDialogs() {
    const { selling, heldCarts, format } = this.till
    const dialogs = this.#dialogs
    return html`
      ${
        dialogs.has('tm-weight-dialog')
          ? html`<tm-weight-dialog
              data-dialog
              .format=${format}
              @tm-weighed=${(event: CustomEvent<{ product: TillProduct; grams: number }>) =>
                selling.add(event.detail.product, event.detail.grams)}
              @tm-cancel=${this.#afterDialog}
            ></tm-weight-dialog>`
          : nothing
      }
      ${
        dialogs.has('tm-adjust-dialog')
          ? html`<tm-adjust-dialog
              data-dialog
              .format=${format}
              @tm-adjust=${(event: CustomEvent<{ lineId: number | undefined; adjustment: Adjustment }>) =>
                this.#adjust(event.detail)}
              @tm-cancel=${this.#afterDialog}
            ></tm-adjust-dialog>`
          : nothing
      }
      ${
        dialogs.has('tm-customer-dialog')
          ? html`<tm-customer-dialog
              data-dialog
              @tm-customer=${(event: CustomEvent<CartCustomer>) => selling.setCustomer(event.detail)}
              @tm-cancel=${this.#afterDialog}
            ></tm-customer-dialog>`
          : nothing
      }
      ${
        dialogs.has('tm-held-dialog')
          ? html`<tm-held-dialog
              data-dialog
              .format=${format}
              .carts=${heldCarts.list}
              @tm-hold=${(event: CustomEvent<string>) => void heldCarts.hold(event.detail)}
              @tm-recall=${(event: CustomEvent<string>) => void heldCarts.recall(event.detail)}
              @tm-discard=${(event: CustomEvent<string>) => void heldCarts.discard(event.detail)}
              @tm-cancel=${this.#afterDialog}
            ></tm-held-dialog>`
          : nothing
      }
      ${
        dialogs.has('tm-camera-dialog')
          ? html`<tm-camera-dialog
              data-dialog
              @tm-code=${(event: CustomEvent<string>) => this.#scan(event.detail)}
              @tm-cancel=${this.#afterDialog}
            ></tm-camera-dialog>`
          : nothing
      }
    `
  }
}

/** True when the key already goes into a field. The event's own target is the outermost host. */
function isTyping(event: KeyboardEvent): boolean {
  return event.composedPath()[0] instanceof HTMLInputElement
}
