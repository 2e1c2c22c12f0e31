/** A receipt, on screen and on 80 mm paper. */
import { receiptNumberOf, type Sale, type Store } from '@tidemark/contracts'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { StoreFormat } from '../../data/format.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'

interface TaxRow {
  readonly rateBasisPoints: number
  readonly netMinor: number
  readonly taxMinor: number
}

/** Net and tax by rate, highest rate first. */
export function taxRows(sale: Pick<Sale, 'lines'>): TaxRow[] {
  const rows = new Map<number, TaxRow>()
  for (const line of sale.lines) {
    const row = rows.get(line.taxRateBasisPoints) ?? {
      rateBasisPoints: line.taxRateBasisPoints,
      netMinor: 0,
      taxMinor: 0,
    }
    rows.set(row.rateBasisPoints, {
      ...row,
      netMinor: row.netMinor + line.netMinor,
      taxMinor: row.taxMinor + line.taxMinor,
    })
  }
  return [...rows.values()].sort((a, b) => b.rateBasisPoints - a.rateBasisPoints)
}

@customElement('tm-receipt')
export class TmReceipt extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        width: 80mm;
        max-width: 100%;
        padding: var(--tm-space-5) var(--tm-space-4);
        border-radius: var(--tm-radius-s);
        background: #fff;
        color: #000;
        font: 0.8125rem/1.45 var(--tm-font-mono);
        box-shadow: var(--tm-shadow-1);
      }
      header,
      footer {
        text-align: center;
      }
      h2 {
        font-size: 1.0625rem;
      }
      hr {
        margin: 0.6em 0;
        border: none;
        border-top: 1px dashed #555;
      }
      .row {
        display: flex;
        justify-content: space-between;
        gap: 1em;
      }
      .row > :first-child {
        overflow-wrap: anywhere;
      }
      .detail {
        padding-left: 1em;
      }
      .total {
        font-size: 1.1875rem;
        font-weight: 700;
      }
      .number {
        font-weight: 700;
      }
      @media print {
        :host {
          width: 72mm;
          padding: 0;
          border-radius: 0;
          box-shadow: none;
        }
      }
    `,
  ]

  @property({ attribute: false }) accessor sale!: Sale
  @property({ attribute: false }) accessor store!: Store
  @property({ attribute: false }) accessor format!: StoreFormat

  protected override render() {
    const { sale, store } = this
    const issuedAt = new Date(sale.at.slice(0, 24))
    return html`
      <header>
        <h2>${store.name}</h2>
        ${store.address === undefined ? nothing : html`<div>${store.address}</div>`}
      </header>
      <hr />
      <div class="row"><span>${this.format.dateTime(issuedAt)}</span><span>${sale.by.name ?? sale.by.id}</span></div>
      <div class="row">
        <span>Receipt</span
        ><span class="number" data-testid="receipt-number">${receiptNumberOf(sale.incarnation, sale.number)}</span>
      </div>
      <hr />
      ${sale.lines.map((line) => this.#renderLine(line))}
      <hr />
      ${this.#renderTotals()}
      <hr />
      ${this.#renderTaxes()}
      <hr />
      <footer>
        <div>Thank you</div>
        <div title=${sale.hash}>${sale.hash.slice(0, 16)}</div>
      </footer>
    `
  }

  #renderLine(line: Sale['lines'][number]) {
    const isSingle = line.unit === 'piece' && line.quantity === 1
    return html`<div class="row">
        <span>${line.name}</span><span class="amount">${this.format.money(line.grossMinor)}</span>
      </div>
      ${
        isSingle
          ? nothing
          : html`<div class="detail">
              ${this.format.quantity(line.quantity, line.unit)} ×
              ${this.format.unitPrice(line.unitPriceMinor, line.unit)}
            </div>`
      }`
  }

  #renderTotals() {
    const { totals, payments } = this.sale
    return html`
      ${totals.roundingMinor === 0 ? nothing : this.#renderRow('Rounding', totals.roundingMinor)}
      <div class="row total"><span>Total</span><span class="amount">${this.format.money(totals.dueMinor)}</span></div>
      ${payments.map((payment) =>
        payment.method === 'cash'
          ? html`${this.#renderRow('Cash', payment.tenderedMinor)}${this.#renderRow('Change', payment.changeMinor)}`
          : this.#renderRow(`Card ••••${payment.lastFour}`, payment.amountMinor),
      )}
    `
  }

  #renderTaxes() {
    return taxRows(this.sale).map(
      (row) =>
        html`<div class="row">
          <span>Tax ${this.format.percent(row.rateBasisPoints)} of ${this.format.money(row.netMinor)}</span>
          <span class="amount">${this.format.money(row.taxMinor)}</span>
        </div>`,
    )
  }

  #renderRow(label: string, amountMinor: number) {
    return html`<div class="row">
      <span>${label}</span><span class="amount">${this.format.money(amountMinor)}</span>
    </div>`
  }
}
