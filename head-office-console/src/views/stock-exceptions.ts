/** Stock that a person should look at: oversold, low, counts that contradict each other. */
import { html, nothing } from 'lit'
import { chip, empty, problemNotice, stateOf } from '../components/states.ts'
import { Loaded } from '../contexts/loaded.ts'
import { pageOf, StockException } from '../data/answers.ts'
import { wordsOf } from '../data/errors.ts'
import { ago, count } from '../data/format.ts'
import { hrefOf } from '../data/route.ts'
import { ConsoleView } from './console-view.ts'

const Exceptions = pageOf(StockException)
const everyMs = 10_000
const kindWords: Readonly<Record<string, string>> = {
  oversell: 'Oversold',
  'low-stock': 'Low',
  'overlapping-counts': 'Counts contradict',
}

export class TmStockExceptions extends ConsoleView {
  static override properties = { ...ConsoleView.properties, problem: { state: true } }

  declare problem: string | undefined
  readonly #open = new Loaded(
    this,
    async (signal) =>
      (await this.console.client.get('inventory', '/exceptions?status=open&limit=200', Exceptions, signal)).items,
    everyMs,
  )

  protected override render() {
    const items = this.#open.value
    return html`<section class="card stack">
      <h2>To look at</h2>
      ${this.problem === undefined ? nothing : problemNotice(this.problem)}
      ${stateOf(this.#open, () => void this.#open.reload())} ${items === undefined ? nothing : this.#renderItems(items)}
    </section>`
  }

  #renderItems(items: readonly StockException[]) {
    if (items.length === 0) {
      return empty(
        'check',
        'Nothing to look at',
        'No store has sold more than it had, and nothing is below its minimum.',
      )
    }
    const mayAcknowledge = this.console.session.may('manager')
    return html`<div class="scroll">
      <table class="stacks" data-testid="exceptions">
        <thead>
          <tr>
            <th>What</th>
            <th>Store</th>
            <th>SKU</th>
            <th class="number">On hand</th>
            <th class="number">Minimum</th>
            <th>Since</th>
            <th></th>
          </tr>
        </thead>
        <tbody>
          ${items.map(
            (item) =>
              html`<tr>
                <td data-label="What">
                  ${chip(kindWords[item.kind] ?? item.kind, item.kind === 'low-stock' ? 'caution' : 'bad')}
                </td>
                <td data-label="Store">${item.storeId}</td>
                <td data-label="SKU">
                  <a class="mono" href=${hrefOf(['stock', item.sku], { store: item.storeId })}>${item.sku}</a>
                </td>
                <td data-label="On hand" class="number">${count(item.onHand)}</td>
                <td data-label="Minimum" class="number">${item.minimum === null ? '–' : count(item.minimum)}</td>
                <td data-label="Since">${ago(item.openedAt)}</td>
                <td>
                  ${
                    item.caseId === null
                      ? html`<button
                          class="small"
                          ?disabled=${!mayAcknowledge}
                          @click=${() => void this.#acknowledge(item)}
                        >
                          Seen
                        </button>`
                      : html`<a href=${hrefOf(['conflicts', 'case', item.caseId])}>decide</a>`
                  }
                </td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>`
  }

  async #acknowledge({ storeId, sku, kind }: StockException): Promise<void> {
    this.problem = undefined
    const path = `/stores/${storeId}/stock/${encodeURIComponent(sku)}/exceptions/${kind}/acknowledge`
    try {
      await this.console.client.post('inventory', path, { note: 'seen in the console' }, StockException)
      await this.#open.reload()
    } catch (error) {
      this.problem = wordsOf(error)
    }
  }
}
customElements.define('tm-stock-exceptions', TmStockExceptions)
