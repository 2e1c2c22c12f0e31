/** An X or Z report, on screen and on 80 mm paper. */
import { msg, str } from '@lit/localize'
import { receiptNumberOf, type MethodTakings, type Store } from '@tidemark/contracts'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { StoreFormat } from '../../data/format.ts'
import type { ShiftReport } from '../../data/shift-report.ts'
import { paperStyles } from '../../styles/paper-styles.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'

@customElement('tm-shift-report')
export class TmShiftReport extends LitElement {
  static override styles = [
    sharedStyles,
    paperStyles,
    css`
      h3 {
        margin-top: 0.6em;
        padding-top: 0.6em;
        border-top: 1px dashed #555;
        font-size: inherit;
      }
      .strong {
        font-weight: 700;
      }
      .total {
        font-size: 1.0625rem;
      }
      .sign {
        margin-top: 3.5em;
        border-top: 1px solid #000;
        text-align: center;
      }
    `,
  ]

  @property({ attribute: false }) accessor report!: ShiftReport
  @property({ attribute: false }) accessor store!: Store
  @property({ attribute: false }) accessor format!: StoreFormat

  protected override render() {
    const { report, store, format } = this
    const { open, close, figures, takings } = report
    const title = report.kind === 'Z' ? msg('Z report') : msg('X report')
    return html`
      <header>
        <h2>${store.name}</h2>
        <div class="total" data-testid="report-kind">${title}</div>
        <div>${format.dateTime(new Date(report.at))}</div>
      </header>
      <h3>${msg('Shift')}</h3>
      ${this.#text(msg('Till'), open.terminalId.toUpperCase())}
      ${this.#text(msg('Opened'), format.dateTime(new Date(open.at.slice(0, 24))))}
      ${this.#text(msg('Opened by'), open.by.name ?? open.by.id)}
      ${
        close === undefined
          ? nothing
          : html`${this.#text(msg('Closed'), format.dateTime(new Date(close.at.slice(0, 24))))}
            ${this.#text(msg('Closed by'), close.by.name ?? close.by.id)}`
      }
      <div>
        ${receiptNumberOf(open.incarnation, report.from)} –
        ${receiptNumberOf(open.incarnation, report.to).split('-').at(-1)}
      </div>
      <h3>${msg('Takings')}</h3>
      ${this.#amount(msg(str`Sales (${figures.sales})`), takings.soldMinor, 'report-sold')}
      ${this.#amount(msg(str`Refunds (${figures.refunds})`), -takings.refundedMinor, 'report-refunded')}
      ${this.#optional(msg('Rounding'), takings.roundingMinor)}
      ${this.#amount(
        msg('Taken in all'),
        takings.soldMinor - takings.refundedMinor + takings.roundingMinor,
        'report-taken',
        'strong',
      )}
      ${this.#optional(msg('Discounts given'), takings.discountMinor)}
      ${this.#optional(msg('Goods exchanged'), takings.exchangedMinor)}
      ${figures.voids === 0 ? nothing : this.#amount(msg(str`Voided (${figures.voids})`), takings.voidedMinor)}
      <h3>${msg('Payments')}</h3>
      ${takings.methods.length === 0 ? this.#text(msg('None'), '') : takings.methods.map((row) => this.#method(row))}
      <h3>${msg('Tax')}</h3>
      ${takings.taxes.map(
        (row) =>
          html`<div class="row">
            <span>${msg(str`${format.percent(row.rateBasisPoints)} on ${format.money(row.netMinor)}`)}</span>
            <span class="amount">${format.money(row.taxMinor)}</span>
          </div>`,
      )}
      <h3>${msg('Drawer')}</h3>
      ${this.#amount(msg('Float'), figures.floatMinor)} ${this.#amount(msg('Cash sales'), figures.cashSalesMinor)}
      ${this.#optional(msg('Cash refunds'), -figures.cashRefundsMinor)}
      ${this.#optional(msg('Cash of voids'), figures.cashVoidsMinor)}
      ${this.#optional(msg('Cash in'), figures.cashInMinor)} ${this.#optional(msg('Cash out'), -figures.cashOutMinor)}
      ${this.#amount(msg('Expected in the drawer'), figures.expectedMinor, 'report-expected', 'strong')}
      ${close === undefined ? nothing : this.#renderCount(close.countedMinor - figures.expectedMinor)}
    `
  }

  #renderCount(differenceMinor: number) {
    const { close } = this.report
    return html`${close?.denominations?.map(
        ({ valueMinor, count }) =>
          html`<div class="row">
            <span>${count} × ${this.format.money(valueMinor)}</span>
            <span class="amount">${this.format.money(count * valueMinor)}</span>
          </div>`,
      )}
      ${this.#amount(msg('Counted'), close?.countedMinor ?? 0, 'report-counted', 'strong')}
      ${this.#amount(msg('Difference'), differenceMinor, 'report-difference', 'total')}
      <div class="sign">${msg('Signature')}</div>`
  }

  #method({ method, soldMinor, refundedMinor, netMinor }: MethodTakings) {
    const name = method === 'cash' ? msg('Cash') : msg('Card')
    return html`${this.#amount(name, netMinor, `report-${method}`, 'strong')}
    ${
      refundedMinor === 0
        ? nothing
        : html`${this.#amount(msg('– taken'), soldMinor)} ${this.#amount(msg('– given back'), -refundedMinor)}`
    }`
  }

  #text(label: string, value: string) {
    return html`<div class="row"><span>${label}</span><span>${value}</span></div>`
  }

  #optional(label: string, amountMinor: number) {
    return amountMinor === 0 ? nothing : this.#amount(label, amountMinor)
  }

  #amount(label: string, amountMinor: number, testId = '', look = '') {
    return html`<div class="row ${look}">
      <span>${label}</span>
      <span class="amount" data-testid=${testId === '' ? nothing : testId} data-minor=${amountMinor}
        >${this.format.money(amountMinor)}</span
      >
    </div>`
  }
}
