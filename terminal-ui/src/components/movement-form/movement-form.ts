/** What came in, goes out or has to be put right: products with quantities, and why. One movement is one document. */
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { TillProduct } from '../../data/catalog-store.ts'
import type { StoreFormat } from '../../data/format.ts'
import type { ProductIndex } from '../../data/product-index.ts'
import type { MovementEntry, MovementKind } from '../../data/stock-documents.ts'
import { deskStyles } from '../../styles/desk-styles.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'
import { readQuantity } from '../../data/quantity-text.ts'
import '../product-search/product-search.ts'

interface Line {
  readonly product: TillProduct
  /** As typed. */
  readonly text: string
}

const maxLines = 500

/** @fires tm-movement with a MovementEntry; tm-not-found with a code that no product has; tm-close */
@customElement('tm-movement-form')
export class TmMovementForm extends LitElement {
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
        grid-template-columns: minmax(0, 1fr) 116px var(--tm-target);
        align-items: center;
        gap: var(--tm-space-2);
        padding: var(--tm-space-2) 0;
        border-bottom: 1px solid var(--tm-line);
      }
      .line input {
        width: 100%;
        text-align: right;
        font-variant-numeric: tabular-nums;
      }
      .line button {
        padding: 0;
      }
    `,
  ]

  @property({ attribute: false }) accessor index!: ProductIndex
  @property({ attribute: false }) accessor format!: StoreFormat
  @property() accessor kind: MovementKind = 'delivery'
  @property({ type: Boolean }) accessor busy = false
  @state() private accessor lines: readonly Line[] = []
  @state() private accessor reason = ''
  @state() private accessor problem = ''

  /** Puts a product on the list, or the focus on its quantity. */
  add(product: TillProduct): void {
    const known = this.lines.some((line) => line.product.sku === product.sku)
    if (!known && this.lines.length < maxLines) this.lines = [...this.lines, { product, text: '' }]
    void this.updateComplete.then(() =>
      this.renderRoot.querySelector<HTMLInputElement>(`input[data-sku="${CSS.escape(product.sku)}"]`)?.focus(),
    )
  }

  clear(): void {
    this.lines = []
    this.reason = ''
    this.problem = ''
  }

  protected override render() {
    const titles: Readonly<Record<MovementKind, string>> = {
      delivery: msg('Receive a delivery'),
      adjustment: msg('Adjust stock'),
      waste: msg('Record waste'),
    }
    return html`
      <div class="head">
        <h2>${titles[this.kind]}</h2>
        <button class="plain" @click=${() => this.#fire('tm-close')}>${icon('close')} ${msg('Close')}</button>
      </div>
      <p class="note">${this.#hint()}</p>
      <tm-product-search
        .index=${this.index}
        .format=${this.format}
        @tm-pick=${(event: CustomEvent<TillProduct>) => this.add(event.detail)}
      ></tm-product-search>
      ${this.lines.map((line) => this.#renderLine(line))}
      <label class="field"
        >${this.kind === 'delivery' ? msg('Note, such as the number of the delivery note') : msg('Reason')}
        <input
          data-testid="movement-reason"
          list="reasons"
          maxlength="200"
          .value=${this.reason}
          @input=${(event: Event) => (this.reason = (event.target as HTMLInputElement).value)}
        />
        <datalist id="reasons">${this.#reasons().map((reason) => html`<option value=${reason}></option>`)}</datalist>
      </label>
      ${this.problem === '' ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
      <button class="primary" data-testid="save-movement" ?disabled=${this.busy} @click=${() => this.#save()}>
        ${icon('check')} ${msg('Save')}
      </button>
    `
  }

  #renderLine({ product, text }: Line) {
    const unit = product.unit === 'gram' ? msg('Kilograms') : msg('Pieces')
    return html`<div class="line" data-testid="movement-line" data-sku=${product.sku}>
      <span><strong>${product.name}</strong><br /><span class="note">${product.sku}</span></span>
      <input
        data-sku=${product.sku}
        inputmode="decimal"
        autocomplete="off"
        aria-label=${msg(str`${unit} of ${product.name}`)}
        placeholder=${unit}
        .value=${text}
        @input=${(event: Event) => this.#change(product.sku, (event.target as HTMLInputElement).value)}
      />
      <button
        class="plain"
        aria-label=${msg(str`Remove ${product.name}`)}
        @click=${() => (this.lines = this.lines.filter((line) => line.product.sku !== product.sku))}
      >
        ${icon('bin')}
      </button>
    </div>`
  }

  #hint(): string {
    if (this.kind === 'delivery') return msg('Scan or search what came in, and enter how much.')
    if (this.kind === 'waste') return msg('Enter what was thrown away. It is taken off the stock.')
    return msg('Enter what has to be added, or with a minus what has to be taken off.')
  }

  #reasons(): readonly string[] {
    if (this.kind === 'waste') return [msg('Broken'), msg('Past its date'), msg('Theft'), msg('Own use')]
    return this.kind === 'adjustment' ? [msg('Found'), msg('Missing'), msg('Wrong delivery')] : []
  }

  #change(sku: string, text: string): void {
    this.lines = this.lines.map((line) => (line.product.sku === sku ? { ...line, text } : line))
  }

  #save(): void {
    const lines = this.lines.map(({ product, text }) => ({ product, quantity: readQuantity(text, product.unit) }))
    const wrong = lines.find(
      ({ quantity }) => quantity === undefined || quantity === 0 || (quantity < 0 && this.kind !== 'adjustment'),
    )
    if (lines.length === 0) this.problem = msg('Add a product first.')
    else if (wrong !== undefined) this.problem = msg(str`Enter how much of ${wrong.product.name}.`)
    else if (this.kind !== 'delivery' && this.reason.trim() === '') this.problem = msg('Say why.')
    else {
      this.problem = ''
      const entered = lines.map(({ product, quantity = 0 }) => ({ sku: product.sku, quantity }))
      const entry: MovementEntry = { kind: this.kind, lines: entered, reason: this.reason }
      this.#fire('tm-movement', entry)
    }
  }

  #fire(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
  }
}
