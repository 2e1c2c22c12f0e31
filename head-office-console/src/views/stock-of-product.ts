/** One product: on hand in every store, and the history of one of them with the balance after each change. */
import { html, nothing } from 'lit'
import type { Static } from 'typebox'
import { chip, empty, stateOf } from '../components/states.ts'
import { Loaded } from '../contexts/loaded.ts'
import { HistoryEntry, pageOf, Product, StockLevel } from '../data/answers.ts'
import { count, kindLabel, moment, money, quantity } from '../data/format.ts'
import { go } from '../data/route.ts'
import { ConsoleView } from './console-view.ts'

const Levels = pageOf(StockLevel)
const History = pageOf(HistoryEntry)
type Entry = Static<typeof HistoryEntry>
type Level = Static<typeof StockLevel>
const everyMs = 5000

export class TmStockOfProduct extends ConsoleView {
  readonly #product = new Loaded(this, (signal) =>
    this.console.client.get('inventory', `/products/${encodeURIComponent(this.#sku)}`, Product, signal),
  )
  readonly #levels = new Loaded(
    this,
    async (signal) =>
      (await this.console.client.get('inventory', `/stock/${encodeURIComponent(this.#sku)}?limit=500`, Levels, signal))
        .items,
    everyMs,
  )
  readonly #history = new Loaded(this, (signal) => this.#loadHistory(signal), everyMs)
  #shown: string | undefined

  get #sku(): string {
    return this.route.path[1] ?? ''
  }

  get #storeId(): string | undefined {
    return this.route.query['store'] ?? this.#levels.value?.[0]?.storeId
  }

  protected override willUpdate(): void {
    const shown = JSON.stringify([this.#sku, this.#storeId])
    if (this.#shown !== undefined && this.#shown !== shown) {
      const isOther = JSON.parse(this.#shown)[0] !== this.#sku
      if (isOther) void Promise.all([this.#product.restart(), this.#levels.restart()])
      void this.#history.restart()
    }
    this.#shown = shown
  }

  async #loadHistory(signal: AbortSignal): Promise<readonly Entry[]> {
    const storeId = this.#storeId
    if (storeId === undefined) return []
    const path = `/stores/${storeId}/stock/${encodeURIComponent(this.#sku)}/history?limit=100`
    return (await this.console.client.get('inventory', path, History, signal)).items
  }

  protected override render() {
    const product = this.#product.value
    return html`<div class="page">
      <div class="row">
        <h2>${product?.name ?? this.#sku}</h2>
        <span class="soft mono">${this.#sku}</span>
        ${product?.priceMinor === undefined ? nothing : html`<b>${money(product.priceMinor, product.currency)}</b>`}
        ${product?.status === 'discontinued' ? chip('discontinued') : nothing}
      </div>
      ${stateOf(this.#levels, () => void this.#levels.reload())}
      ${this.#levels.value === undefined ? nothing : this.#renderLevels(this.#levels.value)} ${this.#renderHistory()}
    </div>`
  }

  #renderLevels(levels: readonly Level[]) {
    if (levels.length === 0)
      return empty('stock', 'No store has ever had it', 'Stock begins with a delivery or a count.')
    return html`<div class="tiles" data-testid="levels">
      ${levels.map(
        ({ storeId, onHand, lastCount }) =>
          html`<button
            class="tile"
            data-store=${storeId}
            data-on-hand=${onHand}
            data-mood=${onHand < 0 ? 'bad' : 'quiet'}
            aria-pressed=${storeId === this.#storeId}
            @click=${() => go(['stock', this.#sku], { store: storeId })}
          >
            <span class="small">${storeId}</span>
            <strong>${quantity(onHand, this.#product.value?.unit)}</strong>
            <span class="small soft">${lastCount === null ? 'never counted' : `counted ${moment(lastCount.at)}`}</span>
          </button>`,
      )}
    </div>`
  }

  #renderHistory() {
    const history = this.#history.value
    if (this.#storeId === undefined) return nothing
    if (history === undefined) return stateOf(this.#history, () => void this.#history.reload())
    return html`<section class="card stack">
      <h2>History in ${this.#storeId}</h2>
      ${
        history.length === 0
          ? empty('stock', 'Nothing has moved yet', 'Sales, deliveries and counts appear here.')
          : html`<div class="scroll">
              <table class="stacks" data-testid="history">
                <thead>
                  <tr>
                    <th>When</th>
                    <th>What</th>
                    <th>Document</th>
                    <th class="number">Change</th>
                    <th class="number">On hand</th>
                  </tr>
                </thead>
                <tbody>
                  ${history.map((entry) => this.#renderEntry(entry))}
                </tbody>
              </table>
            </div>`
      }
    </section>`
  }

  #renderEntry({ at, sourceId, sourceType, kind, quantity: changed, balance, difference }: Entry) {
    const sign = changed > 0 ? '+' : ''
    const change = kind === 'count' ? `= ${count(changed)}` : `${sign}${count(changed)}`
    return html`<tr>
      <td data-label="When">${moment(at)}</td>
      <td data-label="What">
        ${kindLabel(sourceType)}
        ${kind === 'count' && difference !== 0 ? chip(`${difference > 0 ? '+' : ''}${count(difference)} than expected`, 'caution') : nothing}
      </td>
      <td data-label="Document" class="mono small">${sourceId}</td>
      <td data-label="Change" class="number">${change}</td>
      <td data-label="On hand" class="number"><b>${count(balance)}</b></td>
    </tr>`
  }
}
customElements.define('tm-stock-of-product', TmStockOfProduct)
