/** What is on hand, with how old the number is; and stock work: deliveries, adjustments, waste, count sheets. */
import { msg, str } from '@lit/localize'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import '../components/count-sheet/count-sheet.ts'
import type { CountedProduct } from '../components/count-sheet/count-sheet.ts'
import { icon, type IconName } from '../components/icon/icon.ts'
import '../components/movement-form/movement-form.ts'
import type { TmMovementForm } from '../components/movement-form/movement-form.ts'
import type { StockDocument } from '../contexts/stock.ts'
import type { Till } from '../contexts/till.ts'
import type { TillProduct } from '../data/catalog-store.ts'
import { maxSheetLines, type CountSheet } from '../data/count-sheet.ts'
import type { MovementEntry, MovementKind } from '../data/stock-documents.ts'
import { deskStyles } from '../styles/desk-styles.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { recentLine } from './stock-recent.ts'

type Task = 'overview' | MovementKind | 'sheets' | 'recent'

const shownProducts = 60
const shownRecent = 50

@customElement('tm-stock-view')
export class TmStockView extends LitElement {
  static override styles = [sharedStyles, deskStyles]

  @property({ attribute: false, hasChanged: () => true }) accessor till!: Till
  @state() private accessor text = ''
  @state() private accessor category = ''
  @state() private accessor chosen: TillProduct | undefined
  @state() private accessor task: Task = 'overview'
  @state() private accessor sheetId = ''
  @state() private accessor sheetCategory = ''
  @state() private accessor isBlind = false
  @state() private accessor recent: readonly StockDocument[] = []
  @state() private accessor busy = false
  @query('tm-movement-form') private accessor form!: TmMovementForm | null

  protected override render() {
    return html`
      <section class="list" aria-label=${msg('On hand')}>
        <div class="head">
          <h1>${msg('Stock')}</h1>
          ${this.#renderAge()}
        </div>
        <div class="actions">
          <label class="field" style="flex: 2 1 180px"
            ><span class="visually-hidden">${msg('Search products')}</span>
            <input
              type="search"
              data-testid="stock-search"
              placeholder=${msg('Name, SKU or barcode')}
              @input=${(event: Event) => (this.text = (event.target as HTMLInputElement).value)}
          /></label>
          <label class="field" style="flex: 1 1 140px"
            ><span class="visually-hidden">${msg('Category')}</span>
            <select @change=${(event: Event) => (this.category = (event.target as HTMLSelectElement).value)}>
              <option value="">${msg('All categories')}</option>
              ${this.till.index.categories().map(({ name }) => html`<option value=${name}>${name}</option>`)}
            </select></label
          >
        </div>
        <div class="rows" data-testid="stock-list">${this.#found().map((product) => this.#renderRow(product))}</div>
      </section>
      <section class="chosen" aria-label=${msg('Stock work')}>${this.#renderTabs()} ${this.#renderTask()}</section>
    `
  }

  #found(): readonly TillProduct[] {
    const { index } = this.till
    const names = this.category === '' ? index.categories().map(({ name }) => name) : [this.category]
    const all = this.text.trim() === '' ? names.flatMap((name) => index.inCategory(name)) : index.find(this.text)
    const fitting = this.category === '' ? all : all.filter(({ category }) => category === this.category)
    return fitting.slice(0, shownProducts)
  }

  #renderAge() {
    const { stock, format, syncStatus } = this.till
    if (stock.asOf === undefined) {
      return html`<span class="badge caution"
        >${icon('clock', 16)} ${msg('The hub has not said yet what is on hand')}</span
      >`
    }
    const time = format?.dateTime(new Date(stock.asOf)) ?? stock.asOf
    const text = stock.isComplete
      ? msg(str`Hub’s numbers of ${time}`)
      : msg(str`Hub’s numbers of ${time}, not complete yet`)
    const isFresh = syncStatus?.online === true && stock.isComplete
    return html`<span class="badge ${isFresh ? 'good' : 'caution'}" data-testid="stock-age" data-as-of=${stock.asOf}
      >${icon('clock', 16)} ${text}</span
    >`
  }

  #renderRow(product: TillProduct) {
    const onHand = this.till.stock.onHand(product.sku)
    const isChosen = this.chosen?.sku === product.sku
    return html`<button
      class="row"
      data-testid="stock-row"
      data-sku=${product.sku}
      data-on-hand=${onHand?.quantity ?? ''}
      data-unsent=${onHand?.hasUnsent === true}
      aria-current=${isChosen ? 'true' : nothing}
      @click=${() => this.#choose(product)}
    >
      <span class="title">${product.name}</span>
      <span class="details">${product.sku} · ${product.category}</span>
      ${this.#renderFigure(product)}
    </button>`
  }

  #renderFigure(product: TillProduct) {
    const onHand = this.till.stock.onHand(product.sku)
    if (onHand === undefined) return html`<span class="figure soft" title=${msg('Not known')}>–</span>`
    const quantity = this.till.format?.quantity(onHand.quantity, product.unit) ?? String(onHand.quantity)
    return html`<span class="figure ${onHand.quantity < 0 ? 'below' : ''}"
      >${quantity}${onHand.hasUnsent ? html`<span title=${msg('With changes of this till that are not sent yet')}>*</span>` : nothing}</span
    >`
  }

  #renderTabs() {
    const tabs: readonly (readonly [Task, string, IconName])[] = [
      ['overview', msg('Product'), 'box'],
      ['delivery', msg('Receive'), 'down'],
      ['adjustment', msg('Adjust'), 'edit'],
      ['waste', msg('Waste'), 'bin'],
      ['sheets', msg('Count'), 'check'],
      ['recent', msg('Done here'), 'clock'],
    ]
    return html`<div class="tabs" role="tablist" aria-label=${msg('Stock work')}>
      ${tabs.map(
        ([task, label, name]) =>
          html`<button
            role="tab"
            data-testid="stock-${task}"
            aria-selected=${this.task === task ? 'true' : 'false'}
            @click=${() => this.#open(task)}
          >
            ${icon(name)} ${label}
          </button>`,
      )}
    </div>`
  }

  #renderTask() {
    switch (this.task) {
      case 'overview':
        return this.#renderProduct()
      case 'sheets':
        return this.#renderSheets()
      case 'recent':
        return this.#renderRecent()
      case 'delivery':
      case 'adjustment':
      case 'waste':
        return html`<div class="card">
          <tm-movement-form
            .index=${this.till.index}
            .format=${this.till.format}
            .busy=${this.busy}
            kind=${this.task}
            @tm-movement=${(event: CustomEvent<MovementEntry>) => void this.#record(event.detail)}
            @tm-close=${() => this.#open('overview')}
          ></tm-movement-form>
        </div>`
    }
  }

  #renderProduct() {
    const product = this.chosen
    if (product === undefined) {
      return html`<div class="empty">
        ${icon('box', 44)}
        <p>${msg('Choose a product on the left to see what is on hand.')}</p>
      </div>`
    }
    const onHand = this.till.stock.onHand(product.sku)
    const { format } = this.till
    const counted = onHand?.countedAt ?? null
    return html`<div class="card" data-testid="stock-product">
      <div class="head">
        <h2>${product.name}</h2>
        <span class="level">${this.#renderFigure(product)}</span>
      </div>
      <p class="note">${product.sku} · ${product.category} · ${product.barcodes.join(', ')}</p>
      <p>
        ${
          counted === null
            ? msg('Never counted.')
            : msg(str`Last counted ${format?.dateTime(new Date(counted.slice(0, 24))) ?? ''}.`)
        }
        ${onHand?.hasUnsent === true ? msg('Changes of this till are in the number, and on their way to the hub.') : nothing}
        ${onHand === undefined ? msg('Nothing is known of it: it never moved.') : nothing}
      </p>
      <div class="actions">
        <button @click=${() => this.#open('delivery', product)}>${icon('down')} ${msg('Receive')}</button>
        <button @click=${() => this.#open('adjustment', product)}>${icon('edit')} ${msg('Adjust')}</button>
        <button @click=${() => this.#open('waste', product)}>${icon('bin')} ${msg('Waste')}</button>
      </div>
    </div>`
  }

  #renderSheets() {
    const sheet = this.till.stock.sheets.find(({ id }) => id === this.sheetId)
    return html`<div class="card">${sheet === undefined ? this.#renderSheetList() : this.#renderSheet(sheet)}</div>`
  }

  #renderSheet(sheet: CountSheet) {
    const { stock } = this.till
    return html`<tm-count-sheet
      .sheet=${sheet}
      .index=${this.till.index}
      .format=${this.till.format}
      .expected=${(sku: string) => stock.onHand(sku)?.quantity}
      @tm-count=${({ detail }: CustomEvent<CountedProduct>) => void stock.count(sheet.id, detail.sku, detail.quantity)}
      @tm-one-more=${({ detail }: CustomEvent<string>) => void stock.countOneMore(sheet.id, detail)}
      @tm-finish=${() => void this.#finish(sheet)}
      @tm-drop=${() => void stock.dropSheet(sheet.id)}
      @tm-close=${() => (this.sheetId = '')}
    ></tm-count-sheet>`
  }

  #renderSheetList() {
    const { stock, index, format } = this.till
    return html`
      <h2>${msg('Count sheets')}</h2>
      ${stock.sheets.length === 0 ? html`<p class="note">${msg('No sheet is being counted.')}</p>` : nothing}
      ${stock.sheets.map(
        (sheet) =>
          html`<button class="row" data-testid="open-sheet" @click=${() => (this.sheetId = sheet.id)}>
            <span class="title">${sheet.name}</span>
            <span class="details"
              >${msg(str`${Object.keys(sheet.entries).length} of ${sheet.skus.length} counted`)} ·
              ${format?.dateTime(new Date(sheet.createdAt))}</span
            >
          </button>`,
      )}
      <h3>${msg('New sheet')}</h3>
      <label class="field"
        >${msg('Category')}
        <select
          data-testid="sheet-category"
          @change=${(event: Event) => (this.sheetCategory = (event.target as HTMLSelectElement).value)}
        >
          <option value="">${msg('Free: what is scanned')}</option>
          ${index
            .categories()
            .map(({ name, count }) => html`<option value=${name}>${msg(str`${name} (${count})`)}</option>`)}
        </select></label
      >
      <label class="actions" style="align-items: center"
        ><input
          type="checkbox"
          data-testid="sheet-blind"
          .checked=${this.isBlind}
          @change=${(event: Event) => (this.isBlind = (event.target as HTMLInputElement).checked)}
        />${msg('Blind: whoever counts does not see what is expected')}</label
      >
      <button class="primary" data-testid="begin-sheet" @click=${() => void this.#begin()}>
        ${icon('plus')} ${msg('Begin')}
      </button>
    `
  }

  #renderRecent() {
    const states = new Map(this.till.syncStatus?.unsent.map(({ documentId, state }) => [documentId, state]))
    return html`<div class="card">
      <h2>${msg('Done on this till')}</h2>
      ${this.recent.length === 0 ? html`<p class="note">${msg('Nothing yet.')}</p>` : nothing}
      <div class="rows" data-testid="stock-recent-list">
        ${this.recent.map((document) => recentLine(this.till, document, states.get(document._id) ?? 'synced'))}
      </div>
    </div>`
  }

  #choose(product: TillProduct): void {
    this.chosen = product
    if (this.task === 'recent' || this.task === 'sheets') this.task = 'overview'
    this.form?.add(product)
  }

  #open(task: Task, product?: TillProduct): void {
    this.task = task
    if (task === 'recent') void this.#readRecent()
    if (product !== undefined) void this.updateComplete.then(() => this.form?.add(product))
  }

  async #readRecent(): Promise<void> {
    this.recent = await this.till.stock.recent(shownRecent)
  }

  async #record(entry: MovementEntry): Promise<void> {
    const by = entry.kind === 'delivery' ? this.till.author : await this.till.askManager('stock', msg('Change stock'))
    if (by === undefined) return
    this.busy = true
    const isRecorded = await this.till.stock.move(entry, by)
    this.busy = false
    if (!isRecorded) return
    this.form?.clear()
    this.till.notices.tell(msg('Recorded'))
    this.#open('recent')
  }

  async #begin(): Promise<void> {
    const { stock, index } = this.till
    const skus = this.sheetCategory === '' ? [] : index.inCategory(this.sheetCategory).map(({ sku }) => sku)
    const name = this.sheetCategory === '' ? msg('Free count') : this.sheetCategory
    const sheet = await stock.beginSheet(name, skus.slice(0, maxSheetLines), this.isBlind)
    this.sheetId = sheet.id
  }

  async #finish(sheet: CountSheet): Promise<void> {
    if (!(await this.till.stock.finishSheet(sheet.id))) return
    this.sheetId = ''
    this.till.notices.tell(msg('The count is recorded'))
    this.#open('recent')
  }
}
