/** What is on the shelf: a product by words, its stock in every store, its history; and what a person should look at. */
import { css, html, nothing } from 'lit'
import { icon } from '../components/icon.ts'
import { chip, empty, stateOf } from '../components/states.ts'
import { Loaded } from '../contexts/loaded.ts'
import { pageOf, Product } from '../data/answers.ts'
import { money } from '../data/format.ts'
import { go, hrefOf } from '../data/route.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { ConsoleView } from './console-view.ts'
import './stock-exceptions.ts'
import './stock-of-product.ts'

const Products = pageOf(Product)
const shownProducts = 50
const typingPauseMs = 250

export class TmStockView extends ConsoleView {
  static override styles = [
    sharedStyles,
    css`
      .search {
        position: relative;
        flex: 1;
        max-width: 620px;
      }
      .search svg {
        position: absolute;
        top: 12px;
        left: 14px;
        color: var(--tm-ink-soft);
      }
      .search input {
        width: 100%;
        padding-left: 44px;
      }
    `,
  ]

  readonly #found = new Loaded(this, (signal) => this.#search(signal))
  #typing: ReturnType<typeof setTimeout> | undefined
  #asked: string | undefined

  get #words(): string {
    return this.route.query['q'] ?? ''
  }

  protected override willUpdate(): void {
    if (this.#asked !== undefined && this.#asked !== this.#words) void this.#found.restart()
    this.#asked = this.#words
  }

  async #search(signal: AbortSignal): Promise<readonly Product[]> {
    const words = this.#words
    if (words === '') return []
    const { client } = this.console
    const isBarcode = /^[0-9]{8,13}$/.test(words)
    const query = isBarcode ? `barcode=${words}` : `search=${encodeURIComponent(words)}&limit=${shownProducts}`
    const { items } = await client.get('inventory', `/products?${query}`, Products, signal)
    return items
  }

  protected override render() {
    const [, sku] = this.route.path
    return html`<div class="page">
      <div class="head"><h1>Stock</h1></div>
      <div class="row" role="search">
        <div class="search">
          ${icon('search')}
          <input
            type="search"
            aria-label="Product"
            placeholder="SKU, words of the name, or a barcode"
            data-testid="stock-search"
            .value=${this.#words}
            @input=${this.#onInput}
          />
        </div>
      </div>
      ${sku === undefined ? this.#renderOverview() : html`<tm-stock-of-product .console=${this.console} .route=${this.route}></tm-stock-of-product>`}
    </div>`
  }

  #onInput({ target }: InputEvent): void {
    clearTimeout(this.#typing)
    const words = (target as HTMLInputElement).value.trim()
    this.#typing = setTimeout(() => go(['stock'], { q: words }), typingPauseMs)
  }

  #renderOverview() {
    if (this.#words === '') {
      return html`<tm-stock-exceptions .console=${this.console} .route=${this.route}></tm-stock-exceptions>`
    }
    const products = this.#found.value
    if (products === undefined) return stateOf(this.#found, () => void this.#found.reload())
    if (products.length === 0) {
      return html`<div class="card">
        ${empty('stock', `Nothing is found for “${this.#words}”`, 'Each word has to be the beginning of a word of the SKU or the name.')}
      </div>`
    }
    return html`<div class="card scroll">
      <table class="stacks" data-testid="products">
        <thead>
          <tr>
            <th>Product</th>
            <th>SKU</th>
            <th>Category</th>
            <th class="number">Price</th>
            <th>State</th>
          </tr>
        </thead>
        <tbody>
          ${products.map((product) => this.#renderProduct(product))}
        </tbody>
      </table>
      ${products.length === shownProducts ? html`<p class="soft small">The first ${shownProducts}: more words find fewer.</p>` : nothing}
    </div>`
  }

  #renderProduct({ sku, name, category, priceMinor, currency, status }: Product) {
    return html`<tr data-sku=${sku}>
      <td data-label="Product">
        <a href=${hrefOf(['stock', sku])}><b>${name}</b></a>
      </td>
      <td data-label="SKU" class="mono">${sku}</td>
      <td data-label="Category">${category ?? '–'}</td>
      <td data-label="Price" class="number">${priceMinor === undefined ? '–' : money(priceMinor, currency)}</td>
      <td data-label="State">${status === 'discontinued' ? chip('discontinued') : chip('on sale', 'good')}</td>
    </tr>`
  }
}
customElements.define('tm-stock-view', TmStockView)
