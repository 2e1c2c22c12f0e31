/** The open cart: lines with quantities and what comes off them, totals and the way to pay. */
import { msg, str } from '@lit/localize'
import { receiptNumberOf, taxBreakdown, type AppliedDiscount, type PricedLine } from '@tidemark/contracts'
import { html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import {
  countItems,
  dueOfCart,
  isLocked,
  maxQuantity,
  priceCart,
  priceCartLines,
  type Cart,
  type CartLine,
  type PricingRules,
} from '../../data/cart.ts'
import type { CartExchange } from '../../data/exchange.ts'
import type { StoreFormat } from '../../data/format.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'
import { cartStyles } from './cart-styles.ts'

export interface QuantityChange {
  readonly lineId: number
  readonly quantity: number
}

/** Letters of a name that fill two lines beside its sum, and the first sum that needs the room of a name. */
const longName = 40
const longAmountMinor = 1_000_000

/**
 * @fires tm-quantity with a QuantityChange; tm-remove and tm-line with the line's id; tm-discount, tm-customer, tm-hold, tm-held, tm-clear;
 * tm-pay; tm-drop-exchange
 */
@customElement('tm-cart')
export class TmCart extends LitElement {
  static override styles = [sharedStyles, cartStyles]

  @property({ attribute: false }) accessor cart!: Cart
  @property({ attribute: false }) accessor rules!: PricingRules
  @property({ attribute: false }) accessor format!: StoreFormat
  /** Carts that wait. */
  @property({ type: Number }) accessor heldCount = 0
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

  get #isLocked(): boolean {
    return isLocked(this.cart)
  }

  protected override render() {
    const count = countItems(this.cart)
    const isFixed = count === 0 || this.#isLocked
    const held = this.heldCount
    return html`
      <header>
        <h2>${msg('Cart')} <span class="soft">${count === 1 ? msg('1 item') : msg(str`${count} items`)}</span></h2>
        <div class="tools">
          ${this.#renderTool('hold', 'pause', msg('Put aside'), msg('Put the cart aside'), isFixed)}
          ${this.#renderTool('held', 'up', msg('Bring back'), msg(str`Carts put aside: ${held}`), this.#isLocked, held)}
          ${this.#renderTool('clear', 'bin', msg('Clear'), msg('Clear the cart'), isFixed)}
        </div>
      </header>
      ${this.cart.lines.length === 0 ? this.#renderEmpty() : this.#renderLines()}
      ${this.cart.exchange === undefined ? nothing : this.#renderExchange(this.cart.exchange)} ${this.#renderTotals()}
    `
  }

  #renderTool(
    name: 'hold' | 'held' | 'clear',
    symbol: 'pause' | 'up' | 'bin',
    word: string,
    title: string,
    off: boolean,
    badge = 0,
  ) {
    return html`<button
      class="plain tool"
      title=${title}
      data-testid="${name}-cart"
      ?disabled=${off}
      @click=${() => this.#emit(`tm-${name}`)}
    >
      ${icon(symbol)}<span>${word}</span>${badge === 0 ? nothing : html`<span class="badge">${badge}</span>`}
    </button>`
  }

  #renderEmpty() {
    return html`<div class="empty">
      ${icon('cart', 44)}
      <p>${msg('Scan a product or choose one to begin.')}</p>
    </div>`
  }

  #renderLines() {
    const priced = priceCartLines(this.cart, this.rules)
    return html`<ul class="lines" aria-label=${msg('Cart lines')}>
      ${repeat(
        this.cart.lines,
        (line) => line.lineId,
        (line, index) => this.#renderLine(line, priced[index]),
      )}
    </ul>`
  }

  #renderExchange({ lines, sale, creditMinor }: CartExchange) {
    const goods = lines.map(({ name, quantity, unit }) => `${this.format.quantity(quantity, unit)} ${name}`).join(', ')
    const number = receiptNumberOf(sale.incarnation, sale.number)
    return html`<section class="exchange" data-testid="cart-exchange" aria-label=${msg('Goods that come back')}>
      <span><strong>${goods}</strong><br /><span class="soft">${msg(str`Comes back, from ${number}`)}</span></span>
      <span class="amount">${this.format.money(-creditMinor)}</span>
      <button
        class="plain"
        data-testid="drop-exchange"
        aria-label=${msg('Take the exchange out of the cart')}
        ?disabled=${this.#isLocked}
        @click=${() => this.#emit('tm-drop-exchange')}
      >
        ${icon('bin', 18)}
      </button>
    </section>`
  }

  #renderLine(line: CartLine, priced: PricedLine | undefined) {
    if (priced === undefined) return nothing
    const unitPrice = this.format.unitPrice(line.unitPriceMinor, line.unit)
    return html`<li
      class=${line.name.length > longName || Math.abs(priced.grossMinor) >= longAmountMinor ? 'long' : ''}
      data-testid="cart-line"
      data-sku=${line.sku}
      data-quantity=${line.quantity}
      data-discount=${priced.discountMinor}
    >
      <button
        class="name plain"
        data-testid="change-line"
        aria-label=${msg(str`Change ${line.name}`)}
        ?disabled=${this.#isLocked}
        @click=${() => this.#emit('tm-line', line.lineId)}
      >
        <span>${line.name}</span>
      </button>
      <span class="line-total amount">${this.format.money(this.#shown(priced))}</span>
      <span class="unit-price soft amount"
        >${
          line.priceOverride === undefined
            ? nothing
            : html`<s>${this.format.unitPrice(line.priceOverride.listPriceMinor, line.unit)}</s> `
        }${unitPrice}</span
      >
      ${line.unit === 'piece' ? this.#renderStepper(line) : this.#renderGrams(line)}
      ${this.#renderDetails(line, priced)}
    </li>`
  }

  /** As on the shelf: with tax where prices contain it. */
  #shown(priced: PricedLine): number {
    return this.rules.pricesIncludeTax ? priced.grossMinor : priced.netMinor
  }

  #renderDetails(line: CartLine, priced: PricedLine) {
    const own = priced.discounts.filter(({ kind }) => kind !== 'cart')
    if (own.length === 0 && line.note === undefined) return nothing
    return html`<div class="details">
      ${own.map(
        (discount) =>
          html`<div class="row off">
            <span>${discountWords(discount)}</span
            ><span class="amount">${this.format.money(-discount.amountMinor)}</span>
          </div>`,
      )}
      ${line.note === undefined ? nothing : html`<div class="soft">${line.note}</div>`}
    </div>`
  }

  #renderStepper(line: CartLine) {
    return html`<span class="stepper">
      ${
        line.quantity === 1
          ? this.#renderRemove(line)
          : html`<button
              aria-label=${msg(str`One less ${line.name}`)}
              ?disabled=${this.#isLocked}
              @click=${() => this.#setQuantity(line, line.quantity - 1)}
            >
              ${icon('minus', 18)}
            </button>`
      }
      ${this.#renderQuantity(line, msg(str`Quantity of ${line.name}`))}
      <button
        aria-label=${msg(str`One more ${line.name}`)}
        ?disabled=${this.#isLocked || line.quantity >= maxQuantity}
        @click=${() => this.#setQuantity(line, line.quantity + 1)}
      >
        ${icon('plus', 18)}
      </button>
    </span>`
  }

  #renderGrams(line: CartLine) {
    return html`<span class="grams">
      ${this.#renderRemove(line)}${this.#renderQuantity(line, msg(str`Grams of ${line.name}`))}<span>g</span>
    </span>`
  }

  #renderRemove(line: CartLine) {
    return html`<button
      data-testid="remove-line"
      aria-label=${msg(str`Remove ${line.name}`)}
      ?disabled=${this.#isLocked}
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
      ?disabled=${this.#isLocked}
      .value=${String(line.quantity)}
      @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
      @change=${(event: Event) => this.#typedQuantity(line, event.target as HTMLInputElement)}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key === 'Enter') (event.target as HTMLInputElement).blur()
      }}
    />`
  }

  #renderTotals() {
    const { grossMinor } = priceCart(this.cart, this.rules)
    const dueMinor = dueOfCart(this.cart, this.rules)
    const roundingMinor = dueMinor - (grossMinor - (this.cart.exchange?.creditMinor ?? 0))
    const isEmpty = this.cart.lines.length === 0
    return html`<footer>
      <div class="actions">
        <button
          class="plain"
          data-testid="cart-discount"
          ?disabled=${isEmpty || this.#isLocked}
          @click=${() => this.#emit('tm-discount')}
        >
          ${icon('percent', 18)} ${msg('Discount')}
        </button>
        <button
          class="plain"
          data-testid="cart-customer"
          ?disabled=${isEmpty}
          @click=${() => this.#emit('tm-customer')}
        >
          ${icon('person', 18)} ${this.#customerWords()}
        </button>
      </div>
      ${this.#renderDiscounts()} ${isEmpty ? nothing : this.#renderTaxes()}
      ${roundingMinor === 0 ? nothing : this.#renderRow(msg('Cash rounding'), roundingMinor)}
      <div class="row total" role="status" aria-live="polite">
        <span>${dueMinor < 0 ? msg('Goes back') : msg('Total')}</span
        ><span class="amount" data-testid="cart-total">${this.format.money(Math.abs(dueMinor))}</span>
      </div>
      <button class="primary pay" data-testid="pay" ?disabled=${isEmpty} @click=${() => this.#emit('tm-pay')}>
        <span>${this.#payWords(dueMinor)}</span><kbd>F9</kbd>
      </button>
    </footer>`
  }

  #payWords(dueMinor: number): string {
    if (this.#isLocked) return msg('Go on paying')
    if (this.cart.lines.length === 0) return msg('Pay')
    return dueMinor < 0
      ? msg(str`Give back ${this.format.money(-dueMinor)}`)
      : msg(str`Pay ${this.format.money(dueMinor)}`)
  }

  #customerWords(): string {
    const { name, email, phone } = this.cart.customer ?? {}
    return name ?? email ?? phone ?? msg('Customer')
  }

  /** What comes off in all, and what of it is off the whole cart. */
  #renderDiscounts() {
    const discounts = priceCartLines(this.cart, this.rules).flatMap((line) => line.discounts)
    const total = sumOf(discounts)
    const ofCart = sumOf(discounts.filter(({ kind }) => kind === 'cart'))
    if (total === 0) return nothing
    const percent =
      this.cart.discount?.kind === 'percent' ? ` ${this.format.percent(this.cart.discount.basisPoints)}` : ''
    return html`${ofCart === 0 ? nothing : this.#renderRow(msg(str`Discount on the cart${percent}`), -ofCart)}
    ${this.#renderRow(msg('Saved in all'), -total)}`
  }

  #renderTaxes() {
    return taxBreakdown(
      priceCartLines(this.cart, this.rules).map((line, index) => ({
        ...line,
        taxRateBasisPoints: this.cart.lines[index]?.taxRateBasisPoints ?? 0,
      })),
    ).map((row) => {
      const rate = this.format.percent(row.rateBasisPoints)
      const label = this.rules.pricesIncludeTax ? msg(str`Tax ${rate} included`) : msg(str`Tax ${rate}`)
      return this.#renderRow(label, row.taxMinor)
    })
  }

  #renderRow(label: string, amountMinor: number) {
    return html`<div class="row soft">
      <span>${label}</span><span class="amount">${this.format.money(amountMinor)}</span>
    </div>`
  }
}

function discountWords(discount: AppliedDiscount): string {
  return discount.promotion?.name ?? discount.reason ?? msg('Discount')
}

function sumOf(discounts: readonly AppliedDiscount[]): number {
  return discounts.reduce((total, discount) => total + discount.amountMinor, 0)
}
