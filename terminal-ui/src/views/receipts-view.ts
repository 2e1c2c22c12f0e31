/** Receipts of this till and of the store's other lanes: found, printed again, given back, voided. */
import { msg, str } from '@lit/localize'
import { parseJournalId, receiptNumberOf, type JournalEntry, type Refund, type Sale } from '@tidemark/contracts'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import '../components/durability/durability.ts'
import '../components/receipt/receipt.ts'
import '../components/refund-dialog/refund-dialog.ts'
import '../components/void-dialog/void-dialog.ts'
import { icon, type IconName } from '../components/icon/icon.ts'
import type { RefundWish, TmRefundDialog } from '../components/refund-dialog/refund-dialog.ts'
import type { TmVoidDialog } from '../components/void-dialog/void-dialog.ts'
import type { ReceiptState } from '../contexts/after-sale.ts'
import type { Till } from '../contexts/till.ts'
import type { CorrectedSale } from '../data/correction-index.ts'
import { isCardPayment } from '../data/card-returns.ts'
import type { VoidProblem } from '../data/correction-rules.ts'
import { messageOf } from '../data/errors.ts'
import { withNews, type Receipt, type ReceiptQuery } from '../data/receipt-search.ts'
import type { SimulatedBehaviour } from '../data/simulated-card-terminal.ts'
import type { ItemState } from '../data/sync-status.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { receiptsStyles } from './receipts-styles.ts'

const pageSize = 100
/** A search over many receipts waits until the cashier has typed. */
const typingMs = 150
/** How often the hub is asked how far the newest receipts have come. */
const lookEveryMs = 5000
const lookedAt = 100

const icons: Readonly<Record<ItemState, IconName>> = {
  synced: 'check',
  syncing: 'arrows',
  pending: 'receipt',
  failed: 'alert',
}

@customElement('tm-receipts-view')
export class TmReceiptsView extends LitElement {
  static override styles = [sharedStyles, receiptsStyles]

  @property({ attribute: false, hasChanged: () => true }) accessor till!: Till
  @state() private accessor receipts: readonly Receipt[] = []
  @state() private accessor chosenId = ''
  @state() private accessor chosen: ReceiptState | undefined
  @state() private accessor corrected: CorrectedSale | undefined
  @state() private accessor text = ''
  @state() private accessor date = ''
  @state() private accessor limit = pageSize
  @state() private accessor isSearching = true
  @state() private accessor problem = ''
  @query('tm-refund-dialog') private accessor refundDialog!: TmRefundDialog
  @query('tm-void-dialog') private accessor voidDialog!: TmVoidDialog
  #search = 0
  /** What came during the look that is under way, which may have passed it. */
  #news: JournalEntry[] = []
  #typing: ReturnType<typeof setTimeout> | undefined
  #timer: ReturnType<typeof setInterval> | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.till.addEventListener('receipts', this.#onReceipts)
    this.#timer = setInterval(() => this.#look(), lookEveryMs)
    void this.#find()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.till.removeEventListener('receipts', this.#onReceipts)
    clearTimeout(this.#typing)
    clearInterval(this.#timer)
    this.#search += 1
  }

  #look(): void {
    const chosen = this.receipts.filter(({ _id }) => _id === this.chosenId)
    void this.till.durability.look([...chosen, ...this.receipts.slice(0, lookedAt)])
  }

  /** News is shown when it comes, and again with what a look that was under way has found. */
  #onReceipts = (event: Event): void => {
    const news = (event as CustomEvent<readonly JournalEntry[]>).detail
    if (this.isSearching) this.#news.push(...news)
    this.receipts = withNews(this.receipts, news, this.#query(), this.limit)
    if (this.chosenId === '' || news.some((entry) => correctedBy(entry) === this.chosenId))
      void this.#choose(this.#chosenOrFirst())
  }

  #query(): ReceiptQuery {
    return { text: this.text, date: this.date, decimals: this.till.format?.decimals ?? 2 }
  }

  #chosenOrFirst(): string {
    const isThere = this.receipts.some(({ _id }) => _id === this.chosenId)
    return isThere ? this.chosenId : (this.receipts[0]?._id ?? '')
  }

  #findSoon(): void {
    clearTimeout(this.#typing)
    this.#typing = setTimeout(() => void this.#find(), typingMs)
  }

  async #find(): Promise<void> {
    this.#search += 1
    const search = this.#search
    const isWanted = () => search === this.#search
    this.isSearching = true
    this.#news = []
    try {
      const found = await this.till.afterSale.search(this.#query(), this.limit, isWanted)
      if (!isWanted()) return
      this.receipts = withNews(found, this.#news, this.#query(), this.limit)
      this.#look()
      await this.#choose(this.#chosenOrFirst())
    } catch (error) {
      this.problem = messageOf(error)
    }
    if (isWanted()) this.isSearching = false
  }

  async #choose(id: string): Promise<void> {
    this.chosenId = id
    const receipt = this.receipts.find(({ _id }) => _id === id)
    const { afterSale } = this.till
    const state = receipt === undefined ? undefined : await afterSale.stateOf(receipt)
    const corrected = receipt?.type === 'sale' ? await afterSale.correctedSale(receipt) : undefined
    if (this.chosenId !== id) return
    this.chosen = state
    this.corrected = corrected
  }

  async #refund(sale: Sale, wish: RefundWish): Promise<void> {
    this.refundDialog.close()
    const refund = await this.till.afterSale.refund(sale, wish)
    if (refund !== undefined) this.chosenId = refund._id
    await this.#find()
  }

  /** The goods that come back lie beside the cart; the others are chosen there. */
  async #exchange(sale: Sale, wish: RefundWish): Promise<void> {
    this.refundDialog.close()
    if (!(await this.till.exchanges.begin(sale, wish))) return
    this.dispatchEvent(new CustomEvent('tm-open-section', { detail: 'sell', bubbles: true, composed: true }))
  }

  async #void(receipt: Sale | Refund, reason: string): Promise<void> {
    this.voidDialog.close()
    await this.till.afterSale.voidReceipt(receipt, reason)
    await this.#find()
  }

  protected override render() {
    const chosen = this.receipts.find(({ _id }) => _id === this.chosenId)
    return html`
      <section class="list" data-testid="receipts-list" aria-label=${msg('Receipts')}>
        ${this.#renderSearch()}
        ${this.problem === '' ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
        ${this.receipts.length === 0 ? this.#renderEmpty() : this.#renderRows()}
      </section>
      ${chosen === undefined ? nothing : this.#renderChosen(chosen)}
    `
  }

  #renderSearch() {
    return html`<div class="search">
      <div class="box">
        ${icon('search')}
        <input
          type="text"
          data-testid="receipt-search"
          inputmode="search"
          autocomplete="off"
          maxlength="120"
          placeholder=${msg('Number, amount, article, last four digits')}
          aria-label=${msg('Search receipts')}
          @input=${(event: Event) => {
            this.text = (event.target as HTMLInputElement).value
            this.#findSoon()
          }}
        />
      </div>
      <input
        type="date"
        data-testid="receipt-date"
        aria-label=${msg('Day')}
        @change=${(event: Event) => {
          this.date = (event.target as HTMLInputElement).value
          this.#findSoon()
        }}
      />
    </div>`
  }

  #renderEmpty() {
    const isOpen = this.text === '' && this.date === ''
    const words = isOpen ? msg('No receipts yet.') : msg('No receipt fits.')
    return html`<div class="empty">
      ${icon('receipt', 44)}
      <p>${this.isSearching ? msg('Looking…') : words}</p>
    </div>`
  }

  #renderRows() {
    const unsent = new Map(this.till.syncStatus?.unsent.map((item) => [item.documentId, item.state]))
    return html`<div class="rows">
      ${repeat(
        this.receipts,
        ({ _id }) => _id,
        (receipt) => this.#renderRow(receipt, unsent.get(receipt._id) ?? 'synced'),
      )}
      ${
        this.receipts.length < this.limit
          ? nothing
          : html`<button
              @click=${() => {
                this.limit += pageSize
                void this.#find()
              }}
            >
              ${msg('Show older receipts')}
            </button>`
      }
    </div>`
  }

  #renderRow(receipt: Receipt, itemState: ItemState) {
    const { format } = this.till
    const number = receiptNumberOf(receipt.incarnation, receipt.number)
    return html`<button
      class="row"
      data-testid="receipt-row"
      data-type=${receipt.type}
      data-state=${itemState}
      data-receipt=${number}
      aria-current=${receipt._id === this.chosenId ? 'true' : nothing}
      @click=${() => void this.#choose(receipt._id)}
    >
      <span class="number"
        >${number} ${receipt.type === 'sale' ? nothing : html`<em class=${receipt.type}>${nameOf(receipt)}</em>`}</span
      >
      <span class="amount">${receipt.type === 'void' ? '' : format?.money(signedDue(receipt))}</span>
      <span class="soft">${format?.dateTime(new Date(receipt.at.slice(0, 24)))}</span>
      <span class="state ${itemState}">${icon(icons[itemState], 16)} ${wordOf(itemState)}</span>
    </button>`
  }

  #renderChosen(receipt: Receipt) {
    const { catalog, format } = this.till
    if (catalog?.store === undefined || format === undefined) return nothing
    const item = this.till.syncStatus?.unsent.find(({ documentId }) => documentId === receipt._id)
    return html`<section class="chosen" aria-label=${msg('Chosen receipt')}>
        <tm-durability stage=${this.till.durability.stageOf(receipt)}></tm-durability>
        ${item?.lastError == null ? nothing : html`<p class="problem" role="status">${item.lastError}</p>`}
        <div class="actions">${this.#renderActions(receipt)}</div>
        ${this.#renderNotes(receipt)}
        ${
          receipt.type === 'void'
            ? nothing
            : html`<div class="stamp" data-testid="stamp">${stampOf(receipt)}</div>
                <tm-receipt .sale=${receipt as Sale} .store=${catalog.store} .format=${format}></tm-receipt>`
        }
      </section>
      <tm-refund-dialog
        .format=${format}
        .corrected=${this.corrected}
        .balances=${this.chosen?.balances ?? []}
        .coinMinor=${catalog.store.cashIncrementMinor}
        .busy=${this.till.afterSale.isBusy}
        .behaviour=${this.till.cards.behaviour}
        @tm-behaviour=${(event: CustomEvent<SimulatedBehaviour>) => {
          this.till.cards.behaviour = event.detail
          this.requestUpdate()
        }}
        @tm-refund=${(event: CustomEvent<RefundWish>) => {
          if (receipt.type === 'sale') void this.#refund(receipt, event.detail)
        }}
        @tm-exchange=${(event: CustomEvent<RefundWish>) => {
          if (receipt.type === 'sale') void this.#exchange(receipt, event.detail)
        }}
      ></tm-refund-dialog>
      <tm-void-dialog
        receipt=${receiptNumberOf(receipt.incarnation, receipt.number)}
        toCards=${receipt.type === 'sale' ? this.#toCards(receipt) : ''}
        .busy=${this.till.afterSale.isBusy}
        @tm-void=${(event: CustomEvent<string>) => {
          if (receipt.type !== 'void') void this.#void(receipt, event.detail)
        }}
      ></tm-void-dialog>`
  }

  #toCards({ payments }: Sale): string {
    const amountMinor = payments.filter(isCardPayment).reduce((total, payment) => total + payment.amountMinor, 0)
    return amountMinor === 0 ? '' : (this.till.format?.money(amountMinor) ?? '')
  }

  #renderActions(receipt: Receipt) {
    if (receipt.type === 'void') return nothing
    const { afterSale, shifts } = this.till
    const canRefund = (this.chosen?.balances ?? []).some((line) => line.soldQuantity > line.refundedQuantity)
    const problem = this.chosen?.voidProblem
    return html`<button class="primary" data-testid="reprint" @click=${() => window.print()}>
        ${icon('print')} ${msg('Print a copy')}
      </button>
      ${
        receipt.type === 'sale'
          ? html`<button
                data-testid="refund"
                ?disabled=${!canRefund || shifts.current === undefined || afterSale.isBusy}
                @click=${() => this.refundDialog.open()}
              >
                ${icon('back')} ${msg('Refund')}
              </button>
              <button
                data-testid="exchange"
                ?disabled=${!canRefund || shifts.current === undefined || afterSale.isBusy}
                @click=${() => this.refundDialog.open('exchange')}
              >
                ${icon('arrows')} ${msg('Exchange')}
              </button>`
          : nothing
      }
      <button
        data-testid="void"
        title=${problem === undefined ? nothing : problemWords(problem)}
        ?disabled=${this.chosen === undefined || problem !== undefined || afterSale.isBusy}
        @click=${() => this.voidDialog.open()}
      >
        ${icon('close')} ${msg('Void')}
      </button>`
  }

  /** What has become of it, and what it corrects. */
  #renderNotes(receipt: Receipt) {
    const notes = (this.chosen?.corrections ?? []).map((entry) => {
      const number = receiptNumberOf(entry.incarnation, entry.number)
      return entry.type === 'void'
        ? msg(str`Voided by ${number}: ${entry.reason}`)
        : msg(str`${this.till.format?.money(entry.totals.dueMinor) ?? ''} given back by ${number}: ${entry.reason}`)
    })
    if (receipt.type !== 'sale') notes.unshift(`${stampOf(receipt)}: ${receipt.reason}`)
    const exchanged = receipt.type === 'sale' ? parseJournalId(receipt.exchange?.refund ?? '') : undefined
    if (exchanged !== undefined) {
      notes.unshift(msg(str`Exchanged for the goods of ${receiptNumberOf(exchanged.incarnation, exchanged.number)}`))
    }
    return notes.length === 0
      ? nothing
      : html`<ul class="notes" data-testid="receipt-notes">
          ${notes.map((note) => html`<li>${note}</li>`)}
        </ul>`
  }
}

/** The receipt that an entry gives back or voids. */
function correctedBy(entry: JournalEntry): string | undefined {
  if (entry.type === 'refund') return entry.refundOf
  return entry.type === 'void' ? entry.voidOf : undefined
}

function signedDue(receipt: Sale | Refund): number {
  return receipt.type === 'sale' ? receipt.totals.dueMinor : -receipt.totals.dueMinor
}

function nameOf({ type }: Receipt): string {
  return type === 'refund' ? msg('Refund') : type === 'void' ? msg('Void') : msg('Sale')
}

/** Said above a receipt that is printed again: it must not pass for the first one. */
function stampOf(receipt: Receipt): string {
  if (receipt.type === 'sale') return msg('Copy')
  const key = parseJournalId(receipt.type === 'refund' ? receipt.refundOf : receipt.voidOf)
  const named = key === undefined ? '' : receiptNumberOf(key.incarnation, key.number)
  return receipt.type === 'refund' ? msg(str`Refund of ${named}`) : msg(str`Void of ${named}`)
}

function wordOf(itemState: ItemState): string {
  switch (itemState) {
    case 'synced':
      return msg('At the hub')
    case 'syncing':
      return msg('Sending')
    case 'pending':
      return msg('On this till')
    case 'failed':
      return msg('Not accepted')
  }
}

function problemWords(problem: VoidProblem): string {
  switch (problem) {
    case 'card':
      return msg('The money went back to a card')
    case 'exchange':
      return msg('It belongs to an exchange: void the sale of it instead')
    case 'no-shift':
      return msg('No shift is open')
    case 'other-lane':
      return msg('It was made at another till')
    case 'other-shift':
      return msg('It was made in an earlier shift: give it back instead')
    case 'voided':
      return msg('It is voided already')
    case 'refunded':
      return msg('Something of it was given back already')
  }
}
