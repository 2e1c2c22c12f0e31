/** A receipt, on screen and on 80 mm paper: the sale's own, a copy of it, or one without prices to go with a gift. */
import { msg, str } from '@lit/localize'
import { extendedPrice, receiptCodeOf, receiptNumberOf, taxBreakdown, type Sale, type Store } from '@tidemark/contracts'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { StoreFormat } from '../../data/format.ts'
import { paperStyles } from '../../styles/paper-styles.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { receiptStyles } from './receipt-styles.ts'

export type ReceiptKind = 'sale' | 'copy' | 'gift'

@customElement('tm-receipt')
export class TmReceipt extends LitElement {
  static override styles = [sharedStyles, paperStyles, receiptStyles]

  @property({ attribute: false }) accessor sale!: Sale
  @property({ attribute: false }) accessor store!: Store
  @property({ attribute: false }) accessor format!: StoreFormat
  @property() accessor kind: ReceiptKind = 'sale'
  @state() private accessor hasCode = false

  protected override firstUpdated(): void {
    // The receipt is on screen before its code is drawn. A till that can't fetch it prints the hash in letters, as below.
    import('../receipt-code/receipt-code.ts').then(
      () => (this.hasCode = true),
      () => undefined,
    )
  }

  protected override render() {
    const isGift = this.kind === 'gift'
    return html`
      ${this.#renderHead()}
      <hr />
      ${this.sale.lines.map((line) => (isGift ? this.#renderGiftLine(line) : this.#renderLine(line)))}
      <hr />
      ${
        isGift
          ? nothing
          : html`${this.#renderTotals()}
              <hr />
              ${this.#renderTaxes()}
              <hr />`
      }
      ${this.#renderFoot()}
    `
  }

  #renderHead() {
    const { sale, store } = this
    const marks = { sale: '', copy: msg('Copy'), gift: msg('Gift receipt') }
    return html`<header>
        <h2>${store.name}</h2>
        ${store.address === undefined ? nothing : html`<div class="lines">${store.address}</div>`}
        ${store.taxNumber === undefined ? nothing : html`<div>${msg(str`Tax number ${store.taxNumber}`)}</div>`}
        ${store.receiptHeader === undefined ? nothing : html`<div class="lines">${store.receiptHeader}</div>`}
        ${this.kind === 'sale' ? nothing : html`<div class="mark" data-testid="receipt-mark">${marks[this.kind]}</div>`}
      </header>
      <hr />
      <div class="row">
        <span>${this.format.dateTime(new Date(sale.at.slice(0, 24)))}</span><span>${sale.by.name ?? sale.by.id}</span>
      </div>
      <div class="row">
        <span>${msg('Receipt')}</span
        ><span class="number" data-testid="receipt-number">${receiptNumberOf(sale.incarnation, sale.number)}</span>
      </div>
      ${
        sale.customer?.name === undefined
          ? nothing
          : html`<div class="row"><span>${msg('Customer')}</span><span>${sale.customer.name}</span></div>`
      }`
  }

  #renderLine(line: Sale['lines'][number]) {
    const isSingle = line.unit === 'piece' && line.quantity === 1
    return html`<div class="row">
        <span>${line.name}</span><span class="amount">${this.format.money(extendedPrice(line))}</span>
      </div>
      ${
        isSingle
          ? nothing
          : html`<div class="detail">
              ${this.format.quantity(line.quantity, line.unit)} ×
              ${this.format.unitPrice(line.unitPriceMinor, line.unit)}
            </div>`
      }
      ${
        line.priceOverride === undefined
          ? nothing
          : html`<div class="detail">
              ${msg(str`instead of ${this.format.unitPrice(line.priceOverride.listPriceMinor, line.unit)}`)}
            </div>`
      }
      ${this.#renderDiscounts(line)} ${line.note === undefined ? nothing : html`<div class="detail">${line.note}</div>`}`
  }

  #renderDiscounts(line: Sale['lines'][number]) {
    const unnamed = { kind: 'line', amountMinor: line.discountMinor } as const
    return (line.discounts ?? (line.discountMinor > 0 ? [unnamed] : [])).map(
      (discount) =>
        html`<div class="row detail">
          <span
            >${'promotion' in discount && discount.promotion !== undefined ? discount.promotion.name : msg('Discount')}
            ${
              'basisPoints' in discount && discount.basisPoints !== undefined
                ? this.format.percent(discount.basisPoints)
                : nothing
            }</span
          ><span class="amount">${this.format.money(-discount.amountMinor)}</span>
        </div>`,
    )
  }

  /** What, and how much of it: enough to exchange it, and nothing of what it cost. */
  #renderGiftLine(line: Sale['lines'][number]) {
    return html`<div class="row">
      <span>${line.name}</span><span class="amount">${this.format.quantity(line.quantity, line.unit)}</span>
    </div>`
  }

  #renderTotals() {
    const { totals, payments, lines } = this.sale
    const savedMinor = lines.reduce((total, line) => total + line.discountMinor, 0)
    return html`
      ${totals.roundingMinor === 0 ? nothing : this.#renderRow(msg('Rounding'), totals.roundingMinor)}
      <div class="row total">
        <span>${msg('Total')}</span><span class="amount">${this.format.money(totals.dueMinor)}</span>
      </div>
      ${payments.map((payment) =>
        payment.method === 'cash' && payment.exchange === true
          ? this.#renderRow(msg('Goods exchanged'), payment.amountMinor)
          : payment.method === 'cash'
            ? html`${this.#renderRow(msg('Cash'), payment.tenderedMinor)}${
                payment.changeMinor === 0 ? nothing : this.#renderRow(msg('Change'), payment.changeMinor)
              }`
            : html`${this.#renderRow(msg(str`Card ••••${payment.lastFour}`), payment.amountMinor)}
                <div class="detail">${msg(str`Authorisation ${payment.authorisationCode}`)}</div>`,
      )}
      ${savedMinor === 0 ? nothing : this.#renderRow(msg('You saved'), savedMinor)}
    `
  }

  #renderTaxes() {
    return taxBreakdown(this.sale.lines).map((row) =>
      this.#renderRow(
        msg(str`Tax ${this.format.percent(row.rateBasisPoints)} of ${this.format.money(row.netMinor)}`),
        row.taxMinor,
      ),
    )
  }

  #renderFoot() {
    const { sale, store } = this
    return html`<footer>
      <div class="lines">${store.receiptFooter ?? msg('Thank you')}</div>
      ${this.hasCode ? html`<tm-receipt-code .text=${receiptCodeOf(sale)}></tm-receipt-code>` : nothing}
      <div title=${sale.hash}>${sale.hash.slice(0, 16)}</div>
    </footer>`
  }

  #renderRow(label: string, amountMinor: number) {
    return html`<div class="row">
      <span>${label}</span><span class="amount">${this.format.money(amountMinor)}</span>
    </div>`
  }
}
