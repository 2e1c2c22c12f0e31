/** Quick keys: the favourites and the categories, and the products of the chosen one. A manager pins favourites. */
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { TillProduct } from '../../data/catalog-store.ts'
import type { StoreFormat } from '../../data/format.ts'
import type { ProductIndex } from '../../data/product-index.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'

const pageSize = 60
/** In place of a category's name, which is never empty. */
const favouriteShelf = ''

/** @fires tm-pick with the product; tm-pin with the SKU of a product to be put onto the first shelf, or taken away */
@customElement('tm-product-shelf')
export class TmProductShelf extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: var(--tm-space-3);
        min-height: 0;
      }
      .categories {
        display: flex;
        flex: none;
        align-content: start;
        gap: var(--tm-space-2);
        padding: 4px;
        margin: -4px;
        overflow-x: auto;
        scrollbar-width: thin;
      }
      .categories button {
        flex: none;
        border-radius: 999px;
      }
      .categories button[aria-pressed='true'] {
        background: var(--tm-brand);
        border-color: var(--tm-brand);
        color: var(--tm-on-brand);
      }
      .count {
        font-weight: 400;
        font-size: var(--tm-text-s);
      }
      .products {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(148px, 1fr));
        /* Not auto: in a box of fixed height such a row takes the least height its tiles allow, and clips their text. */
        grid-auto-rows: max-content;
        align-content: start;
        gap: var(--tm-space-2);
        min-height: 0;
        padding: 4px;
        margin: -4px;
        overflow-y: auto;
      }
      .product {
        display: flex;
        flex-direction: column;
        align-items: stretch;
        justify-content: space-between;
        min-height: 92px;
        padding: var(--tm-space-3);
        border-color: transparent;
        box-shadow: var(--tm-shadow-1);
        text-align: left;
        line-height: 1.25;
      }
      .name {
        display: -webkit-box;
        flex: none;
        -webkit-box-orient: vertical;
        -webkit-line-clamp: 4;
        font-size: 0.9375rem;
        overflow: hidden;
        overflow-wrap: anywhere;
      }
      .price {
        display: flex;
        align-items: center;
        gap: var(--tm-space-1);
        color: var(--tm-brand);
      }
      /* Where there is room, categories stand beside the products: all in sight, none behind a scroll bar. */
      @media (min-width: 1000px) {
        :host {
          flex-direction: row;
        }
        .categories {
          flex-direction: column;
          width: 152px;
          gap: var(--tm-space-1);
          overflow: hidden auto;
        }
        .categories button {
          justify-content: start;
          min-height: var(--tm-target);
          padding: 0 var(--tm-space-3);
          border-radius: var(--tm-radius-m);
          font-size: var(--tm-text-s);
          text-align: left;
        }
        .count {
          display: none;
        }
        .products {
          flex: 1;
        }
      }
      .product[aria-pressed='true'] {
        border-color: var(--tm-brand);
      }
      .pin[aria-pressed='true'] {
        background: var(--tm-caution-soft) !important;
        color: var(--tm-caution) !important;
      }
      .more {
        grid-column: 1 / -1;
      }
      .empty {
        display: grid;
        place-items: center;
        align-content: center;
        gap: var(--tm-space-3);
        flex: 1;
        padding: var(--tm-space-6);
        color: var(--tm-ink-soft);
        text-align: center;
      }
    `,
  ]

  @property({ attribute: false }) accessor index!: ProductIndex
  @property({ attribute: false }) accessor format!: StoreFormat
  @property({ attribute: false }) accessor favourites: readonly string[] = []
  @property({ type: Boolean }) accessor canPin = false
  @state() private accessor category: string | undefined
  /** True while a manager chooses favourites: a key pins, and sells nothing. */
  @state() private accessor isPinning = false
  @state() private accessor shown = pageSize

  #choose(category: string): void {
    this.category = category
    this.shown = pageSize
    this.renderRoot.querySelector('.products')?.scrollTo(0, 0)
  }

  protected override render() {
    const categories = this.index.categories()
    if (categories.length === 0) return this.#renderEmpty()
    const favourites = this.index.named(this.favourites)
    const isKnown =
      this.category === favouriteShelf ? favourites.length > 0 : this.index.inCategory(this.category ?? '').length > 0
    const first = favourites.length > 0 ? favouriteShelf : (categories[0]?.name ?? '')
    const chosen = isKnown ? (this.category ?? first) : first
    return html`
      <div class="categories" role="group" aria-label=${msg('Categories')}>
        ${
          favourites.length === 0
            ? nothing
            : html`<button aria-pressed=${chosen === favouriteShelf} @click=${() => this.#choose(favouriteShelf)}>
                ${icon('star', 16)} ${msg('Favourites')}<span class="count">${favourites.length}</span>
              </button>`
        }
        ${categories.map(
          ({ name, count }) =>
            html`<button aria-pressed=${name === chosen} @click=${() => this.#choose(name)}>
              ${name}<span class="count">${count}</span>
            </button>`,
        )}
        ${this.#renderPinSwitch(chosen)}
      </div>
      ${this.#renderProducts(chosen === favouriteShelf ? favourites : this.index.inCategory(chosen))}
    `
  }

  #renderPinSwitch(chosen: string) {
    if (!this.canPin) return nothing
    return html`<button
      class="pin"
      data-testid="choose-favourites"
      aria-pressed=${this.isPinning}
      @click=${() => {
        this.isPinning = !this.isPinning
        // The first favourite makes a shelf before all others: whoever is choosing stays where they are.
        this.#choose(chosen)
      }}
    >
      ${icon('star', 16)} ${this.isPinning ? msg('Done') : msg('Choose favourites')}
    </button>`
  }

  #press(product: TillProduct): void {
    if (this.isPinning && this.canPin) this.dispatchEvent(new CustomEvent('tm-pin', { detail: product.sku }))
    else this.dispatchEvent(new CustomEvent('tm-pick', { detail: product }))
  }

  #renderProducts(products: readonly TillProduct[]) {
    return html`<div class="products">
      ${products.slice(0, this.shown).map((product) => this.#renderProduct(product))}
      ${
        products.length > this.shown
          ? html`<button class="more" @click=${() => (this.shown += pageSize)}>
              ${msg(str`Show ${Math.min(pageSize, products.length - this.shown)} more of ${products.length}`)}
            </button>`
          : nothing
      }
    </div>`
  }

  #renderProduct(product: TillProduct) {
    return html`<button
      class="product"
      data-testid="product-key"
      data-sku=${product.sku}
      aria-pressed=${this.isPinning ? this.favourites.includes(product.sku) : nothing}
      @click=${() => this.#press(product)}
    >
      <span class="name"
        >${this.isPinning && this.favourites.includes(product.sku) ? '★ ' : nothing}${product.name}</span
      >
      <span class="price amount"
        >${product.unit === 'gram' ? icon('scale', 16) : nothing}${this.format.unitPrice(
          product.priceMinor,
          product.unit,
        )}</span
      >
    </button>`
  }

  #renderEmpty() {
    return html`<div class="empty">
      ${icon('store', 48)}
      <h2>${msg('No products yet')}</h2>
      <p>${msg('They appear here as soon as head office has sent the catalogue.')}</p>
    </div>`
  }
}
