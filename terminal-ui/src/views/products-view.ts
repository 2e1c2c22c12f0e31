/** Products: what they are and cost, and for a manager their change, with the hub away or not. */
import { msg, str } from '@lit/localize'
import type { Product, ProductChanges } from '@tidemark/contracts'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { icon } from '../components/icon/icon.ts'
import { failureWords } from '../contexts/failure-words.ts'
import type { Till } from '../contexts/till.ts'
import { amountText, readAmount } from '../data/amount-text.ts'
import type { TillProduct } from '../data/catalog-store.ts'
import type { StoredDocument } from '../data/pouch-types.ts'
import type { EditOutcome } from '../data/product-edits.ts'
import { deskStyles } from '../styles/desk-styles.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { stateBadge } from './stock-recent.ts'

const shownProducts = 60

/** The form as typed. */
interface Draft {
  readonly name: string
  readonly price: string
  readonly category: string
  readonly description: string
  readonly status: Product['status']
}

@customElement('tm-products-view')
export class TmProductsView extends LitElement {
  static override styles = [sharedStyles, deskStyles]

  @property({ attribute: false, hasChanged: () => true }) accessor till!: Till
  @state() private accessor text = ''
  @state() private accessor stored: StoredDocument | undefined
  @state() private accessor draft: Draft | undefined
  @state() private accessor problem = ''
  @state() private accessor busy = false
  /** SKU that somebody chose last; what was read or saved of another one comes too late for the form. */
  #chosen = ''

  protected override render() {
    return html`
      <section class="list" aria-label=${msg('Products')}>
        <h1>${msg('Products')}</h1>
        <label class="field"
          ><span class="visually-hidden">${msg('Search products')}</span>
          <input
            type="search"
            data-testid="product-search"
            placeholder=${msg('Name, SKU or barcode')}
            @input=${(event: Event) => (this.text = (event.target as HTMLInputElement).value)}
        /></label>
        <div class="rows">${this.#found().map((product) => this.#renderRow(product))}</div>
      </section>
      <section class="chosen" aria-label=${msg('The chosen product')}>
        ${this.stored === undefined || this.draft === undefined ? this.#renderNone() : this.#renderForm(this.stored, this.draft)}
      </section>
    `
  }

  #found(): readonly TillProduct[] {
    const { index, conflicts } = this.till
    if (this.text.trim() !== '') return index.find(this.text).slice(0, shownProducts)
    // What needs somebody comes first.
    const first = conflicts.open.flatMap(({ documentId }) => index.exact(documentId.replace(/^product:/, '')) ?? [])
    const all = index.categories().flatMap(({ name }) => index.inCategory(name))
    return [...new Set([...first, ...all])].slice(0, shownProducts)
  }

  #renderRow(product: TillProduct) {
    const { format, conflicts } = this.till
    const isChosen = this.stored?._id === `product:${product.sku}`
    return html`<button
      class="row"
      data-testid="product-row"
      data-sku=${product.sku}
      aria-current=${isChosen ? 'true' : nothing}
      @click=${() => void this.#choose(product.sku)}
    >
      <span class="title">${product.name}</span>
      <span class="details"
        >${product.sku} · ${product.category}
        ${
          conflicts.of(`product:${product.sku}`) === undefined
            ? nothing
            : html`<span class="badge caution" data-testid="conflict-badge"
                >${icon('fork', 16)} ${msg('Conflict')}</span
              >`
        }</span
      >
      <span class="figure">${format?.unitPrice(product.priceMinor, product.unit)}</span>
    </button>`
  }

  #renderNone() {
    return html`<div class="empty">
      ${icon('tag', 44)}
      <p>${msg('Choose a product to see or change it.')}</p>
    </div>`
  }

  #renderForm(stored: StoredDocument, draft: Draft) {
    const product = stored as unknown as Product
    const unsent = this.till.syncStatus?.unsent.find(({ documentId }) => documentId === stored._id)
    const onHand = this.till.stock.onHand(product.sku)
    return html`<form
      class="card"
      data-testid="product-form"
      data-sku=${product.sku}
      @submit=${(event: Event) => this.#submit(event, stored, draft)}
    >
      <div class="head">
        <h2>${product.name}</h2>
        ${unsent === undefined ? nothing : stateBadge(unsent.state)}
      </div>
      <p class="note">
        ${product.sku} · ${product.barcodes.join(', ')}
        ${onHand === undefined ? nothing : html`· ${msg(str`${this.till.format?.quantity(onHand.quantity, product.unit) ?? ''} on hand`)}`}
      </p>
      ${this.#renderConflict(stored._id)} ${this.#renderInput('name', msg('Name'), draft.name, 200)}
      ${this.#renderInput('price', product.unit === 'gram' ? msg('Price of a kilogram') : msg('Price'), draft.price, 14)}
      ${this.#renderInput('category', msg('Category'), draft.category, 100)}
      <datalist id="categories">
        ${this.till.index.categories().map(({ name }) => html`<option value=${name}></option>`)}
      </datalist>
      <label class="field"
        >${msg('Description')}
        <textarea
          data-testid="product-description"
          maxlength="2000"
          .value=${draft.description}
          @input=${(event: Event) => this.#change({ description: (event.target as HTMLTextAreaElement).value })}
        ></textarea>
      </label>
      <label class="actions" style="align-items: center"
        ><input
          type="checkbox"
          .checked=${draft.status === 'active'}
          @change=${(event: Event) =>
            this.#change({ status: (event.target as HTMLInputElement).checked ? 'active' : 'discontinued' })}
        />${msg('For sale')}</label
      >
      ${this.problem === '' ? nothing : html`<p class="problem" role="alert">${this.problem}</p>`}
      <div class="actions">
        <button class="primary" type="submit" data-testid="save-product" ?disabled=${this.busy}>
          ${icon('check')} ${msg('Save')}
        </button>
      </div>
      <p class="note">${msg('The change is used on this till at once and goes to all stores through the hub.')}</p>
    </form>`
  }

  #renderInput(name: 'name' | 'price' | 'category', label: string, value: string, maxLength: number) {
    return html`<label class="field"
      >${label}
      <input
        data-testid="product-${name}"
        autocomplete="off"
        required
        inputmode=${name === 'price' ? 'decimal' : 'text'}
        list=${name === 'category' ? 'categories' : nothing}
        maxlength=${maxLength}
        .value=${value}
        @input=${(event: Event) => this.#change({ [name]: (event.target as HTMLInputElement).value })}
    /></label>`
  }

  #renderConflict(documentId: string) {
    if (this.till.conflicts.of(documentId) === undefined) return nothing
    return html`<p class="badge caution" role="status">
      ${icon('fork', 16)} ${msg('Somebody else changed it too.')}
      <a href="#conflicts" data-testid="to-conflict">${msg('Decide')}</a>
    </p>`
  }

  async #choose(sku: string): Promise<void> {
    this.#chosen = sku
    this.problem = ''
    // Nothing may be typed into the form of the one before.
    this.stored = undefined
    this.draft = undefined
    await this.#show(sku)
  }

  async #show(sku: string): Promise<void> {
    const stored = await this.till.products.read(sku)
    if (this.#chosen !== sku) return
    this.stored = stored
    this.draft = stored === undefined ? undefined : this.#draftOf(stored as unknown as Product)
  }

  #draftOf({ name, priceMinor, category, description = '', status }: Product): Draft {
    return { name, price: amountText(priceMinor, this.till.format?.decimals ?? 2), category, description, status }
  }

  #change(part: Partial<Draft>): void {
    if (this.draft !== undefined) this.draft = { ...this.draft, ...part }
  }

  #submit(event: Event, stored: StoredDocument, draft: Draft): void {
    event.preventDefault()
    const product = stored as unknown as Product
    const priceMinor = readAmount(draft.price, this.till.format?.decimals ?? 2)
    if (priceMinor === undefined) {
      this.problem = msg('The price is no amount.')
      return
    }
    const { description, ...rest } = draft
    const texts = { name: rest.name.trim(), category: rest.category.trim(), status: rest.status }
    const changes: ProductChanges = {
      ...texts,
      priceMinor,
      ...(description.trim() === '' && product.description === undefined ? {} : { description: description.trim() }),
    }
    void this.#save(product, stored._rev, changes)
  }

  async #save({ sku, name }: Product, rev: string, changes: ProductChanges): Promise<void> {
    const by = await this.till.askManager('product', msg('Change a product'))
    if (by === undefined) return
    this.busy = true
    const { notices, products } = this.till
    const outcome = await products
      .save(sku, rev, changes, by)
      .catch((error: unknown) => ({ outcome: 'invalid' as const, reason: failureWords(error) }))
      .finally(() => (this.busy = false))
    if (outcome.outcome === 'saved') notices.tell(msg('Saved'))
    if (outcome.outcome === 'unchanged') notices.tell(msg('Nothing was changed.'))
    const problem = problemOf(outcome)
    if (this.#chosen !== sku) {
      if (problem !== '') notices.warn(`${name}: ${problem}`)
      return
    }
    // What could not be saved stays as it was typed.
    if (outcome.outcome !== 'invalid') await this.#show(sku)
    this.problem = problem
  }
}

function problemOf(outcome: EditOutcome): string {
  switch (outcome.outcome) {
    case 'saved':
    case 'unchanged':
      return ''
    case 'invalid':
      return outcome.reason
    case 'not-found':
      return msg('The product is not on this till any more.')
    case 'changed-meanwhile':
      return msg('Somebody else changed the product meanwhile. Look at it again, then save.')
  }
}
