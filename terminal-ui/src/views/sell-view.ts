/** Selling: find products on the left, the cart on the right, the receipt over both when the sale is done. */
import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import '../components/cart/cart.ts'
import '../components/pay-dialog/pay-dialog.ts'
import '../components/product-search/product-search.ts'
import '../components/product-shelf/product-shelf.ts'
import '../components/receipt/receipt.ts'
import '../components/weight-dialog/weight-dialog.ts'
import type { QuantityChange } from '../components/cart/cart.ts'
import { icon } from '../components/icon/icon.ts'
import type { TmPayDialog } from '../components/pay-dialog/pay-dialog.ts'
import type { TmProductSearch } from '../components/product-search/product-search.ts'
import type { TmWeightDialog } from '../components/weight-dialog/weight-dialog.ts'
import type { Till } from '../contexts/till.ts'
import { countItems, priceCart } from '../data/cart.ts'
import type { TillProduct } from '../data/catalog-store.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { sellStyles } from './sell-styles.ts'

@customElement('tm-sell-view')
export class TmSellView extends LitElement {
  static override styles = [sharedStyles, sellStyles]

  @property({ attribute: false, hasChanged: () => true }) accessor till!: Till
  /** On a narrow screen the cart covers the products when it is open. */
  @state() private accessor cartOpen = false
  @query('tm-product-search') private accessor search!: TmProductSearch | null
  @query('tm-pay-dialog') private accessor payDialog!: TmPayDialog
  @query('tm-weight-dialog') private accessor weightDialog!: TmWeightDialog
  #shownReceipt = ''

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
  }

  protected override updated(_changed: PropertyValues): void {
    const receipt = this.till.receipt?._id ?? ''
    if (receipt === this.#shownReceipt) return
    this.#shownReceipt = receipt
    if (receipt === '') this.#focusSearch()
    else {
      this.payDialog.close()
      this.cartOpen = false
      this.renderRoot.querySelector<HTMLElement>('.new-sale')?.focus()
    }
  }

  #focusSearch(): void {
    // Where a finger types, focus would bring up a keyboard over half of the screen.
    if (window.matchMedia('(pointer: fine)').matches) void this.search?.updateComplete.then(() => this.search?.focus())
  }

  #onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (this.renderRoot.querySelector('tm-pay-dialog, tm-weight-dialog')?.shadowRoot?.querySelector('dialog[open]'))
      return
    if (event.key === 'F9') {
      event.preventDefault()
      this.#openPay()
    } else if (event.key === 'F2' || (/^[\p{Letter}\p{Number}]$/u.test(event.key) && !isTyping(event))) {
      // A scanner types wherever the focus happens to be. What it scans starts the next sale.
      if (this.till.receipt !== undefined) this.till.closeReceipt()
      this.cartOpen = false
      this.search?.focus()
    }
  }

  #openPay(): void {
    if (this.till.cart.lines.length > 0 && this.till.receipt === undefined && !this.till.paying) this.payDialog.open()
  }

  #pick(product: TillProduct): void {
    if (product.unit === 'gram') void this.weightDialog.open(product)
    else this.till.add(product, 1)
  }

  #newSale(event: MouseEvent): void {
    // The second click of a double click on "confirm", or a held Enter key, must not put the receipt away unseen.
    if (event.detail > 1) return
    this.till.closeReceipt()
  }

  protected override render() {
    const { till } = this
    const { format, catalog } = till
    if (format === undefined || catalog?.store === undefined) return nothing
    return html`
      <div class="desk ${this.cartOpen ? 'cart-open' : ''}" ?hidden=${till.receipt !== undefined}>
        <section class="find" aria-label="Products">
          <tm-product-search
            .index=${till.index}
            .format=${format}
            @tm-pick=${(event: CustomEvent<TillProduct>) => this.#pick(event.detail)}
            @tm-not-found=${(event: CustomEvent<string>) => till.warnNotFound(event.detail)}
          ></tm-product-search>
          <tm-product-shelf
            .index=${till.index}
            .format=${format}
            @tm-pick=${(event: CustomEvent<TillProduct>) => this.#pick(event.detail)}
          ></tm-product-shelf>
        </section>
        <button class="back" @click=${() => (this.cartOpen = false)}>Back to products</button>
        <tm-cart
          .cart=${till.cart}
          .rules=${catalog.store}
          .format=${format}
          @tm-quantity=${(event: CustomEvent<QuantityChange>) =>
            till.changeQuantity(event.detail.lineId, event.detail.quantity)}
          @tm-remove=${(event: CustomEvent<number>) => till.remove(event.detail)}
          @tm-clear=${() => till.clear()}
          @tm-pay=${() => this.#openPay()}
        ></tm-cart>
        ${this.#renderCartBar()}
      </div>
      ${this.#renderReceipt()}
      <tm-pay-dialog
        .format=${format}
        .busy=${till.paying}
        .dueMinor=${priceCart(till.cart, catalog.store).dueMinor}
        @tm-confirm=${(event: CustomEvent<number>) => void till.pay(event.detail)}
        @tm-cancel=${() => this.#afterDialog()}
      ></tm-pay-dialog>
      <tm-weight-dialog
        .format=${format}
        @tm-weighed=${(event: CustomEvent<{ product: TillProduct; grams: number }>) =>
          till.add(event.detail.product, event.detail.grams)}
        @tm-cancel=${() => this.#afterDialog()}
      ></tm-weight-dialog>
    `
  }

  #afterDialog(): void {
    if (this.till.receipt === undefined) this.#focusSearch()
  }

  #renderCartBar() {
    const { cart, catalog, format } = this.till
    if (catalog?.store === undefined || format === undefined) return nothing
    const count = countItems(cart)
    return html`<button class="primary cart-bar" @click=${() => (this.cartOpen = true)}>
      <span>${icon('cart')} ${count === 1 ? '1 item' : `${count} items`}</span>
      <span class="amount">${format.money(priceCart(cart, catalog.store).dueMinor)}</span>
    </button>`
  }

  #renderReceipt() {
    const { receipt, catalog, format } = this.till
    const payment = receipt?.payments[0]
    if (receipt === undefined || catalog?.store === undefined) return nothing
    return html`<section class="done" data-testid="receipt" aria-label="Receipt">
      <div class="outcome">
        <span class="tick">${icon('check', 40)}</span>
        <h1>Paid</h1>
        ${
          payment?.method === 'cash'
            ? html`<p>Change</p>
                <p class="change amount">${format?.money(payment.changeMinor)}</p>`
            : nothing
        }
        <button
          class="primary new-sale"
          data-testid="new-sale"
          @keydown=${(event: KeyboardEvent) => {
            if (event.repeat) event.preventDefault()
          }}
          @click=${(event: MouseEvent) => this.#newSale(event)}
        >
          New sale <kbd>Enter</kbd>
        </button>
        <button data-testid="print" @click=${() => window.print()}>${icon('print')} Print</button>
      </div>
      <div class="paper"><tm-receipt .sale=${receipt} .store=${catalog.store} .format=${format}></tm-receipt></div>
    </section>`
  }
}

/** True when the key already goes into a field. The event's own target is the outermost host. */
function isTyping(event: KeyboardEvent): boolean {
  return event.composedPath()[0] instanceof HTMLInputElement
}
