/** The open cart: lines with quantities, totals and the way to pay. */
import { html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import {
  countItems,
  maxQuantity,
  priceCart,
  priceLine,
  type Cart,
  type CartLine,
  type PricingRules,
} from '../../data/cart.ts'
import type { StoreFormat } from '../../data/format.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'
import { cartStyles } from './cart-styles.ts'

export interface QuantityChange {
  readonly lineId: number
  readonly quantity: number
}

/** @fires tm-quantity with a QuantityChange; tm-remove with the line's id; tm-clear; tm-pay */
@customElement('tm-cart')
export class TmCart extends LitElement {
  static override styles = [sharedStyles, cartStyles]

  @property({ attribute: false }) accessor cart!: Cart
  @property({ attribute: false }) accessor rules!: PricingRules
  @property({ attribute: false }) accessor format!: StoreFormat
  #lineCount = 0

  protected override updated(): void {
    // What was just scanned must be in sight.
    if (this.cart.lines.length > this.#lineCount) {
      const lines = this.renderRoot.querySelector('.lines')
      lines?.scrollTo(0, lines.scrollHeight)
    }
    this.#lineCount = this.cart.lines.length
  }

  #emit(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }

  #setQuantity(line: CartLine, quantity: number): void {
    this.#emit('tm-quantity', { lineId: line.lineId, quantity } satisfies QuantityChange)
  }

  #typedQuantity(line: CartLine, input: HTMLInputElement): void {
    const quantity = Number.parseInt(input.value, 10)
    if (Number.isInteger(quantity) && quantity >= 0 && quantity <= maxQuantity) this.#setQuantity(line, quantity)
    else input.value = String(line.quantity)
  }

  protected override render() {
    const count = countItems(this.cart)
    return html`
      <header>
        <h2>Cart <span class="soft">${count === 1 ? '1 item' : `${count} items`}</span></h2>
        <button class="plain" ?disabled=${count === 0} data-testid="clear-cart" @click=${() => this.#emit('tm-clear')}>
          Clear
        </button>
      </header>
      ${this.cart.lines.length === 0 ? this.#renderEmpty() : this.#renderLines()} ${this.#renderTotals()}
    `
  }

  #renderEmpty() {
    return html`<div class="empty">
      ${icon('cart', 44)}
      <p>Scan a product or choose one to begin.</p>
    </div>`
  }

  #renderLines() {
    return html`<ul class="lines" aria-label="Cart lines">
      ${repeat(
        this.cart.lines,
        (line) => line.lineId,
        (line) => this.#renderLine(line),
      )}
    </ul>`
  }

  #renderLine(line: CartLine) {
    const total = this.format.money(priceLine(line, this.rules).grossMinor)
    const unitPrice = this.format.unitPrice(line.unitPriceMinor, line.unit)
    return html`<li data-testid="cart-line" data-sku=${line.sku} data-quantity=${line.quantity}>
      <span class="name">${line.name}</span>
      <span class="line-total amount">${total}</span>
      <span class="unit-price soft amount">${unitPrice}</span>
      ${line.unit === 'piece' ? this.#renderStepper(line) : this.#renderGrams(line)}
    </li>`
  }

  #renderStepper(line: CartLine) {
    return html`<span class="stepper">
      ${
        line.quantity === 1
          ? this.#renderRemove(line)
          : html`<button aria-label="One less ${line.name}" @click=${() => this.#setQuantity(line, line.quantity - 1)}>
              ${icon('minus', 18)}
            </button>`
      }
      ${this.#renderQuantity(line, `Quantity of ${line.name}`)}
      <button
        aria-label="One more ${line.name}"
        ?disabled=${line.quantity >= maxQuantity}
        @click=${() => this.#setQuantity(line, line.quantity + 1)}
      >
        ${icon('plus', 18)}
      </button>
    </span>`
  }

  #renderGrams(line: CartLine) {
    return html`<span class="grams">
      ${this.#renderRemove(line)}${this.#renderQuantity(line, `Grams of ${line.name}`)}<span>g</span>
    </span>`
  }

  #renderRemove(line: CartLine) {
    return html`<button
      data-testid="remove-line"
      aria-label="Remove ${line.name}"
      @click=${() => this.#emit('tm-remove', line.lineId)}
    >
      ${icon('bin', 18)}
    </button>`
  }

  #renderQuantity(line: CartLine, label: string) {
    return html`<input
      class="quantity amount"
      type="text"
      inputmode="numeric"
      maxlength="7"
      autocomplete="off"
      aria-label=${label}
      .value=${String(line.quantity)}
      @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
      @change=${(event: Event) => this.#typedQuantity(line, event.target as HTMLInputElement)}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Enter') (event.target as HTMLInputElement).blur()
      }}
    />`
  }

  #renderTotals() {
    const totals = priceCart(this.cart, this.rules)
    const taxLabel = this.rules.pricesIncludeTax ? 'Tax included' : 'Tax'
    const isEmpty = this.cart.lines.length === 0
    return html`<footer>
      <div class="row soft">
        <span>${taxLabel}</span><span class="amount">${this.format.money(totals.taxMinor)}</span>
      </div>
      ${
        totals.roundingMinor === 0
          ? nothing
          : html`<div class="row soft">
              <span>Cash rounding</span><span class="amount">${this.format.money(totals.roundingMinor)}</span>
            </div>`
      }
      <div class="row total" role="status" aria-live="polite">
        <span>Total</span><span class="amount" data-testid="cart-total">${this.format.money(totals.dueMinor)}</span>
      </div>
      <button class="primary pay" data-testid="pay" ?disabled=${isEmpty} @click=${() => this.#emit('tm-pay')}>
        <span>Pay ${isEmpty ? nothing : this.format.money(totals.dueMinor)}</span><kbd>F9</kbd>
      </button>
    </footer>`
  }
}
