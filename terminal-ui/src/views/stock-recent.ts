/** One movement or count of this till in words, with how far it has come. */
import { msg, str } from '@lit/localize'
import { html } from 'lit'
import { icon } from '../components/icon/icon.ts'
import type { StockDocument } from '../contexts/stock.ts'
import type { Till } from '../contexts/till.ts'
import type { ItemState } from '../data/sync-status.ts'

export function recentLine({ index, format }: Till, document: StockDocument, state: ItemState) {
  const lines = document.type === 'stock-count' ? [document] : document.lines
  const shown = lines.slice(0, 3).map(({ sku, quantity }) => {
    const product = index.exact(sku)
    return `${product?.name ?? sku}: ${format?.quantity(quantity, product?.unit ?? 'piece') ?? quantity}`
  })
  const rest = lines.length - shown.length
  return html`<div class="row" data-testid="stock-document" data-state=${state} data-id=${document._id}>
    <span class="title">${titleOf(document)}</span>
    <span class="details"
      >${shown.join(' · ')} ${rest > 0 ? msg(str`and ${rest} more`) : ''}<br />
      ${format?.dateTime(new Date(document.at.slice(0, 24)))} · ${document.by.name ?? document.by.id}
      ${document.type === 'stock-movement' && document.reason !== undefined ? `· ${document.reason}` : ''}</span
    >
    <span style="grid-column: 2; grid-row: 1 / span 2">${stateBadge(state)}</span>
  </div>`
}

function titleOf(document: StockDocument): string {
  if (document.type === 'stock-count') return msg('Count')
  switch (document.kind) {
    case 'delivery':
      return msg('Delivery')
    case 'adjustment':
      return msg('Adjustment')
    case 'waste':
      return msg('Waste')
    case 'transfer-out':
      return msg('Sent to another store')
    case 'transfer-in':
      return msg('Came from another store')
  }
}

export function stateBadge(state: ItemState) {
  switch (state) {
    case 'synced':
      return html`<span class="badge good">${icon('check', 16)} ${msg('At the hub')}</span>`
    case 'syncing':
      return html`<span class="badge busy">${icon('arrows', 16)} ${msg('Sending')}</span>`
    case 'pending':
      return html`<span class="badge caution">${icon('clock', 16)} ${msg('On this till')}</span>`
    case 'failed':
      return html`<span class="badge bad">${icon('alert', 16)} ${msg('Not accepted')}</span>`
  }
}
