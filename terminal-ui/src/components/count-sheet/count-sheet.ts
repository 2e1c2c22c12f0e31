/**
 * A sheet that is being counted: scan or tap a product, enter what is on the shelf. A line is marked as counted when its entry is on
 * disk.
 */
import { msg, str } from '@lit/localize'
import type { QuantityUnit } from '@tidemark/contracts'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { TillProduct } from '../../data/catalog-store.ts'
import { countedLines, type CountSheet } from '../../data/count-sheet.ts'
import type { StoreFormat } from '../../data/format.ts'
import type { ProductIndex } from '../../data/product-index.ts'
import { quantityText, readQuantity } from '../../data/quantity-text.ts'
import { deskStyles } from '../../styles/desk-styles.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'
import '../product-search/product-search.ts'

export interface CountedProduct {
  readonly sku: string
  /** Pieces or grams; undefined when there is no entry, or none any more. */
  readonly quantity: number | undefined
}

/** @fires tm-count with a CountedProduct; tm-one-more with a SKU; tm-finish; tm-drop; tm-close */
@customElement('tm-count-sheet')
export class TmCountSheet extends LitElement {
  static override styles = [
    sharedStyles,
    deskStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: var(--tm-space-3);
        height: auto;
      }
      .line {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto 116px;
        align-items: center;
        gap: var(--tm-space-3);
        min-height: 56px;
        padding: var(--tm-space-1) var(--tm-space-3);
        border-radius: var(--tm-radius-m);
        background: var(--tm-surface);
      }
      .line.counted {
        background: var(--tm-good-soft);
      }
      .line input {
        width: 100%;
        text-align: right;
        font-variant-numeric: tabular-nums;
      }
    `,
  ]

  @property({ attribute: false }) accessor sheet!: CountSheet
  @property({ attribute: false }) accessor index!: ProductIndex
  @property({ attribute: false }) accessor format!: StoreFormat
  /** What is expected of a product; undefined when nothing is known. Not asked for on a blind sheet. */
  @property({ attribute: false }) accessor expected: (sku: string) => number | undefined = () => undefined
  @state() private accessor wrong = new Set<string>()
  /** The product whose weight is asked for next. */
  #toWeigh = ''

  protected override updated(): void {
    const field = this.#toWeigh === '' ? null : this.#fieldOf(this.#toWeigh)
    if (field === null) return
    this.#toWeigh = ''
    field.focus()
  }

  protected override render() {
    const counted = countedLines(this.sheet).length
    const total = this.sheet.skus.length
    return html`
      <div class="head">
        <h2>${this.sheet.name}</h2>
        <button class="plain" @click=${() => this.#fire('tm-close')}>${icon('back')} ${msg('All sheets')}</button>
      </div>
      <p class="note" role="status" data-testid="count-progress" data-counted=${counted}>
        ${msg(str`${counted} of ${total} counted. Every entry is kept, also when this page is closed.`)}
      </p>
      <tm-product-search
        .index=${this.index}
        .format=${this.format}
        @tm-pick=${(event: CustomEvent<TillProduct>) => this.#pick(event.detail)}
      ></tm-product-search>
      <div class="rows">
        ${repeat(
          this.sheet.skus,
          (sku) => sku,
          (sku) => this.#renderLine(sku),
        )}
      </div>
      <div class="actions">
        <button
          class="primary"
          data-testid="finish-count"
          ?disabled=${counted === 0}
          @click=${() => this.#fire('tm-finish')}
        >
          ${icon('check')} ${msg('Finish the count')}
        </button>
        <button @click=${() => this.#fire('tm-drop')}>${icon('bin')} ${msg('Throw the sheet away')}</button>
      </div>
      <p class="note">${msg('Products that were not counted stay as they are.')}</p>
    `
  }

  #renderLine(sku: string) {
    const product = this.index.exact(sku)
    const entry = this.sheet.entries[sku]
    const unit = this.#unitOf(sku)
    const expected = this.sheet.isBlind ? undefined : this.expected(sku)
    const name = product?.name ?? sku
    return html`<div
      class="line ${entry === undefined ? '' : 'counted'}"
      data-testid="count-line"
      data-sku=${sku}
      data-quantity=${entry?.quantity ?? ''}
    >
      <span><strong>${name}</strong><br /><span class="note">${sku}</span></span>
      <span class="note">
        ${expected === undefined ? nothing : msg(str`expected ${this.format.quantity(expected, unit)}`)}
      </span>
      <input
        data-sku=${sku}
        inputmode="decimal"
        autocomplete="off"
        placeholder=${unit === 'gram' ? 'kg' : ''}
        aria-label=${msg(str`Counted of ${name}`)}
        aria-invalid=${this.wrong.has(sku) ? 'true' : 'false'}
        .value=${this.#textOf(sku)}
        @focus=${(event: Event) => (event.target as HTMLInputElement).select()}
        @change=${(event: Event) => this.#enter(sku, event.target as HTMLInputElement)}
      />
    </div>`
  }

  /** A scan counts one more piece, and the next scan may come; of weighed goods the weight has to be typed. */
  #pick({ sku, unit }: TillProduct): void {
    if (unit === 'piece') {
      this.#fire('tm-one-more', sku)
      return
    }
    this.#toWeigh = sku
    if (this.sheet.skus.includes(sku)) this.requestUpdate()
    else this.#fire('tm-count', { sku, quantity: undefined })
  }

  #enter(sku: string, field: HTMLInputElement): void {
    const text = field.value.trim()
    const scanned = /^[0-9]{8,14}$/.test(text) ? this.index.exact(text) : undefined
    if (scanned !== undefined) {
      // A scanner types wherever the focus is: that is no number of pieces.
      field.value = this.#textOf(sku)
      this.#pick(scanned)
      return
    }
    const quantity = text === '' ? undefined : readQuantity(text, this.#unitOf(sku))
    const isWrong = text !== '' && (quantity === undefined || quantity < 0)
    this.wrong = new Set([...this.wrong].filter((other) => other !== sku).concat(isWrong ? [sku] : []))
    if (!isWrong) this.#fire('tm-count', { sku, quantity })
  }

  #textOf(sku: string): string {
    const entry = this.sheet.entries[sku]
    return entry === undefined ? '' : quantityText(entry.quantity, this.#unitOf(sku))
  }

  #unitOf(sku: string): QuantityUnit {
    return this.index.exact(sku)?.unit ?? 'piece'
  }

  #fieldOf(sku: string): HTMLInputElement | null {
    return this.renderRoot.querySelector(`input[data-sku="${CSS.escape(sku)}"]`)
  }

  #fire(name: string, detail?: CountedProduct | string): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
  }
}
