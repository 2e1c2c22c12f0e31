/**
 * The search box. A scanner is a keyboard that types digits and Enter, so Enter decides by what is in the box at that moment: an exact
 * barcode or SKU is added at once, else the highlighted result.
 */
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { TillProduct } from '../../data/catalog-store.ts'
import type { StoreFormat } from '../../data/format.ts'
import type { ProductIndex } from '../../data/product-index.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'

const shownResults = 24

/** @fires tm-pick with the product; tm-not-found with the code; tm-camera */
@customElement('tm-product-search')
export class TmProductSearch extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        position: relative;
      }
      .box {
        position: relative;
        display: flex;
        align-items: center;
      }
      .box > svg {
        position: absolute;
        left: var(--tm-space-3);
        color: var(--tm-ink-soft);
        pointer-events: none;
      }
      input {
        width: 100%;
        min-height: 52px;
        padding-left: 44px;
        padding-right: 52px;
        border-color: var(--tm-line);
        font-size: 1.0625rem;
        box-shadow: var(--tm-shadow-1);
      }
      input:focus-visible {
        outline: var(--tm-focus-at-rest);
        outline-offset: -1px;
      }
      input::placeholder {
        color: var(--tm-ink-soft);
        opacity: 1;
      }
      .box > button {
        position: absolute;
        right: 4px;
        padding: 0;
      }
      .results {
        position: absolute;
        z-index: 5;
        top: calc(100% + var(--tm-space-1));
        left: 0;
        right: 0;
        max-height: min(60dvh, 520px);
        margin: 0;
        padding: var(--tm-space-1);
        overflow-y: auto;
        list-style: none;
        border-radius: var(--tm-radius-m);
        background: var(--tm-surface);
        box-shadow: var(--tm-shadow-2);
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        gap: 0 var(--tm-space-4);
        align-items: center;
        min-height: 52px;
        padding: var(--tm-space-1) var(--tm-space-3);
        border-radius: var(--tm-radius-s);
        cursor: pointer;
      }
      li[aria-selected='true'] {
        background: var(--tm-brand-soft);
      }
      .name {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .details {
        grid-column: 1;
        font-size: var(--tm-text-s);
        color: var(--tm-ink-soft);
      }
      .price {
        grid-column: 2;
        grid-row: 1 / span 2;
        font-weight: 600;
      }
      .none {
        padding: var(--tm-space-4);
        color: var(--tm-ink-soft);
        cursor: default;
      }
    `,
  ]

  @property({ attribute: false }) accessor index!: ProductIndex
  @property({ attribute: false }) accessor format!: StoreFormat
  @state() private accessor text = ''
  @state() private accessor results: TillProduct[] = []
  @state() private accessor selected = 0
  @query('input') private accessor input!: HTMLInputElement

  override focus(): void {
    this.input?.focus()
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('index') && this.text !== '') this.results = this.index.find(this.text)
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('selected'))
      this.renderRoot.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' })
  }

  #onInput = (): void => {
    this.text = this.input.value
    this.results = this.index.find(this.text)
    this.selected = 0
  }

  #onKey = (event: KeyboardEvent): void => {
    const last = Math.min(this.results.length, shownResults) - 1
    if (event.key === 'ArrowDown') this.selected = Math.min(this.selected + 1, Math.max(last, 0))
    else if (event.key === 'ArrowUp') this.selected = Math.max(this.selected - 1, 0)
    else if (event.key === 'Escape') this.#clear()
    else if (event.key === 'Enter') this.#enter()
    else return
    event.preventDefault()
  }

  #enter(): void {
    const typed = this.input.value.trim()
    if (typed === '') return
    const isScan = /^[0-9]{6,14}$/.test(typed)
    const exact = this.index.exact(typed)
    const chosen = this.selected > 0 ? this.results[this.selected] : (exact ?? (isScan ? undefined : this.results[0]))
    if (chosen !== undefined) {
      this.#pick(chosen)
      return
    }
    if (isScan) this.#clear()
    this.dispatchEvent(new CustomEvent('tm-not-found', { detail: typed }))
  }

  #pick(product: TillProduct): void {
    this.#clear()
    this.input.focus()
    this.dispatchEvent(new CustomEvent('tm-pick', { detail: product }))
  }

  #clear(): void {
    this.input.value = ''
    this.text = ''
    this.results = []
    this.selected = 0
  }

  protected override render() {
    const isOpen = this.text.trim() !== ''
    return html`
      <div class="box">
        ${icon('search')}
        <input
          data-testid="search"
          type="text"
          role="combobox"
          inputmode="search"
          autocomplete="off"
          autocapitalize="off"
          spellcheck="false"
          maxlength="100"
          placeholder=${msg('Scan, or search by name, SKU or barcode')}
          aria-label=${msg('Search products')}
          aria-expanded=${isOpen}
          aria-controls="results"
          aria-activedescendant=${isOpen && this.results.length > 0 ? `result-${this.selected}` : nothing}
          @input=${this.#onInput}
          @keydown=${this.#onKey}
        />
        ${
          isOpen
            ? html`<button class="plain" aria-label=${msg('Clear the search')} @click=${() => this.#clear()}>
                ${icon('close')}
              </button>`
            : html`<button
                class="plain"
                data-testid="camera"
                aria-label=${msg('Scan with the camera')}
                title=${msg('Scan with the camera')}
                @click=${() => this.dispatchEvent(new CustomEvent('tm-camera'))}
              >
                ${icon('camera')}
              </button>`
        }
      </div>
      ${isOpen ? this.#renderResults() : nothing}
    `
  }

  #renderResults() {
    if (this.results.length === 0) {
      return html`<div class="results" id="results" role="status">
        <p class="none">${msg(str`Nothing matches “${this.text.trim()}”.`)}</p>
      </div>`
    }
    return html`<ul class="results" id="results" role="listbox" aria-label=${msg('Products found')}>
      ${this.results.slice(0, shownResults).map((product, position) => this.#renderResult(product, position))}
    </ul>`
  }

  #renderResult(product: TillProduct, position: number) {
    return html`<li
      id="result-${position}"
      role="option"
      data-testid="search-result"
      data-sku=${product.sku}
      aria-selected=${position === this.selected}
      @pointerdown=${(event: Event) => event.preventDefault()}
      @click=${() => this.#pick(product)}
    >
      <span class="name">${product.name}</span>
      <span class="details">${product.sku} · ${product.category}</span>
      <span class="price amount">${this.format.unitPrice(product.priceMinor, product.unit)}</span>
    </li>`
  }
}
