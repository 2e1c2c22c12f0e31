/** The receipts of this till, newest first, each with how far it has come. */
import { receiptNumberOf, type Sale } from '@tidemark/contracts'
import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import '../components/receipt/receipt.ts'
import { icon, type IconName } from '../components/icon/icon.ts'
import type { Till } from '../contexts/till.ts'
import { messageOf } from '../data/errors.ts'
import { matchesReceipt } from '../data/receipts.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import type { ItemState, UnsentItem } from '../data/sync-status.ts'
import { receiptsStyles } from './receipts-styles.ts'

const pageSize = 200

const looks: Readonly<Record<ItemState, { readonly word: string; readonly icon: IconName }>> = {
  synced: { word: 'At the hub', icon: 'check' },
  syncing: { word: 'Sending', icon: 'arrows' },
  pending: { word: 'On this till', icon: 'receipt' },
  failed: { word: 'Not accepted', icon: 'alert' },
}

@customElement('tm-receipts-view')
export class TmReceiptsView extends LitElement {
  static override styles = [sharedStyles, receiptsStyles]

  @property({ attribute: false, hasChanged: () => true }) accessor till!: Till
  @state() private accessor receipts: readonly Sale[] = []
  @state() private accessor chosenId = ''
  @state() private accessor text = ''
  @state() private accessor limit = pageSize
  @state() private accessor problem = ''

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#load()
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('limit' as keyof TmReceiptsView) && this.limit > pageSize) void this.#load()
  }

  async #load(): Promise<void> {
    try {
      this.receipts = await this.till.receipts(this.limit)
    } catch (error) {
      this.problem = messageOf(error)
    }
  }

  protected override render() {
    const found = this.receipts.filter((receipt) => matchesReceipt(receipt, this.text))
    const chosen = found.find((receipt) => receipt._id === this.chosenId) ?? found[0]
    const unsent = new Map(this.till.syncStatus?.unsent.map((item) => [item.documentId, item]))
    return html`
      <section class="list" data-testid="receipts-list" aria-label="Receipts">
        <div class="box">
          ${icon('search')}
          <input
            type="text"
            data-testid="receipt-search"
            inputmode="search"
            autocomplete="off"
            maxlength="40"
            placeholder="Receipt number"
            aria-label="Search by receipt number"
            @input=${(event: Event) => (this.text = (event.target as HTMLInputElement).value)}
          />
        </div>
        ${this.problem === '' ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
        ${found.length === 0 ? this.#renderEmpty() : this.#renderRows(found, chosen, unsent)}
      </section>
      ${chosen === undefined ? nothing : this.#renderChosen(chosen, unsent.get(chosen._id))}
    `
  }

  #renderEmpty() {
    return html`<div class="empty">
      ${icon('receipt', 44)}
      <p>${this.text === '' ? 'No receipts on this till yet.' : 'No receipt of this till has that number.'}</p>
    </div>`
  }

  #renderRows(found: readonly Sale[], chosen: Sale | undefined, unsent: ReadonlyMap<string, UnsentItem>) {
    return html`<div class="rows">
      ${found.map((receipt) => this.#renderRow(receipt, receipt === chosen, unsent.get(receipt._id)?.state ?? 'synced'))}
      ${
        this.receipts.length === this.limit
          ? html`<button @click=${() => (this.limit += pageSize)}>Show older receipts</button>`
          : nothing
      }
    </div>`
  }

  #renderRow(receipt: Sale, isChosen: boolean, itemState: ItemState) {
    const { format } = this.till
    const look = looks[itemState]
    return html`<button
      class="row"
      data-testid="receipt-row"
      data-state=${itemState}
      data-receipt=${receiptNumberOf(receipt.incarnation, receipt.number)}
      aria-current=${isChosen ? 'true' : nothing}
      @click=${() => (this.chosenId = receipt._id)}
    >
      <span class="number">${receiptNumberOf(receipt.incarnation, receipt.number)}</span>
      <span class="amount">${format?.money(receipt.totals.dueMinor)}</span>
      <span class="soft">${format?.dateTime(new Date(receipt.at.slice(0, 24)))}</span>
      <span class="state ${itemState}">${icon(look.icon, 16)} ${look.word}</span>
    </button>`
  }

  #renderChosen(receipt: Sale, item: UnsentItem | undefined) {
    const { catalog, format } = this.till
    if (catalog?.store === undefined) return nothing
    return html`<section class="chosen" aria-label="Chosen receipt">
      ${item?.lastError == null ? nothing : html`<p class="problem" role="status">${item.lastError}</p>`}
      <button class="primary" data-testid="reprint" @click=${() => window.print()}>${icon('print')} Print again</button>
      <tm-receipt .sale=${receipt} .store=${catalog.store} .format=${format}></tm-receipt>
    </section>`
  }
}
