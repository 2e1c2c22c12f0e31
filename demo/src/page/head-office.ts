/** Head office: what has arrived. */
import { html, LitElement, nothing } from 'lit'
import type {
  ArrivedReceipt,
  HeadOfficeSnapshot,
  StockRow,
  StoreAudit,
  StoreDay,
} from '../page-server/snapshot-types.ts'
import { clock, count, money, quantity, span } from './format.ts'

/** A sale that took longer than this to arrive is marked: it waited in the dark. */
const lateMs = 5000

export class HeadOffice extends LitElement {
  static override properties = { office: { attribute: false } }

  declare office: HeadOfficeSnapshot

  protected override createRenderRoot(): HTMLElement {
    return this
  }

  protected override render() {
    const { days, receipts, stock, audit, openConflicts, consoleUrl } = this.office
    return html`<section class="card office" data-testid="head-office">
      <header>
        <div>
          <h2>Head office</h2>
          <p class="quiet">What has arrived, each sale once</p>
        </div>
        <a class="button primary" href=${consoleUrl} target="_blank" rel="noopener">Open the console</a>
      </header>
      <div class="days">${days.map(dayTemplate)}</div>
      <h3>Last receipts to arrive</h3>
      ${
        receipts.length === 0
          ? html`<p class="empty">None yet. Open a till and sell something.</p>`
          : html`<ol class="receipts">
              ${receipts.map(receiptTemplate)}
            </ol>`
      }
      ${stock.length === 0 ? nothing : stockTemplate(stock)}
      <div class="proofs">
        ${audit.map(auditTemplate)}
        <div class="proof" data-state=${openConflicts === 0 ? 'good' : openConflicts === null ? 'unknown' : 'bad'}>
          <b>${openConflicts === null ? 'Conflicts not known' : count(openConflicts, 'open conflict')}</b>
          <span>${openConflicts === 0 ? 'nobody has to decide' : 'each waits for a person'}</span>
        </div>
      </div>
    </section>`
  }
}

function dayTemplate({ name, storeId, total }: StoreDay) {
  return html`<div class="day" data-testid="day-${storeId}">
    <span class="quiet">${name}, today</span>
    <strong>${total === null ? '–' : money(total.grossMinor, total.currency)}</strong>
    <span class="quiet">${total === null ? 'the sales service does not answer' : count(total.sales, 'sale')}</span>
  </div>`
}

function receiptTemplate(receipt: ArrivedReceipt) {
  const delayMs = Date.parse(receipt.recordedAt) - Date.parse(receipt.soldAt)
  const late = delayMs > lateMs
  const journey = late ? `waited ${span(receipt.soldAt, receipt.recordedAt)}` : 'at once'
  return html`<li>
    <span class="receipt-number">${receipt.receipt}</span>
    <span class="quiet">${clock(receipt.soldAt)} · ${count(receipt.pieces, 'item')}</span>
    <span class="chip" data-late=${late}>${journey}</span>
    <b class="number">${money(receipt.dueMinor, receipt.currency)}</b>
    ${
      receipt.traceUrl === null
        ? html`<span></span>`
        : html`<a href=${receipt.traceUrl} target="_blank" rel="noopener">trace</a>`
    }
  </li>`
}

function stockTemplate(stock: readonly StockRow[]) {
  const stores = stock[0]?.stores ?? []
  return html`<h3>Stock of what was sold last</h3>
    <table>
      <thead>
        <tr>
          <th>Product</th>
          ${stores.map((store) => html`<th class="number">${store.storeId}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${stock.map(
          (row) =>
            html`<tr>
              <td>${row.name} <span class="quiet">${row.sku}</span></td>
              ${row.stores.map(
                ({ onHand }) => html`<td class="number">${onHand === null ? '–' : quantity(onHand, row.unit)}</td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>`
}

const auditWords: Record<StoreAudit['state'], string> = {
  verified: 'Audit verified',
  broken: 'Audit broken',
  none: 'No audit yet',
  unknown: 'Audit not known',
}

function auditTemplate({ name, state, entries }: StoreAudit) {
  const mark = state === 'verified' ? 'good' : state === 'broken' ? 'bad' : 'unknown'
  return html`<div class="proof" data-state=${mark}>
    <b>${auditWords[state]}</b>
    <span>${name} · ${entries.toLocaleString('en-IE')} ${entries === 1 ? 'entry' : 'entries'}</span>
  </div>`
}

customElements.define('demo-head-office', HeadOffice)
