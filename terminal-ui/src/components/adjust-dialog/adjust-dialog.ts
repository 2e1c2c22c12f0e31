/** Changes a line of the cart (quantity, price, discount, note), or takes something off the whole cart. What comes off needs a reason. */
import { msg } from '@lit/localize'
import type { ManualDiscount } from '@tidemark/contracts'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { maxQuantity, type CartLine } from '../../data/cart.ts'
import type { StoreFormat } from '../../data/format.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'
import '../keypad/keypad.ts'
import { pressKey } from '../keypad/keypad.ts'
import { adjustDialogStyles } from './adjust-dialog-styles.ts'

type Mode = 'quantity' | 'price' | 'percent' | 'amount' | 'note'

/** What was entered; `undefined` as a discount takes the present one away. */
export type Adjustment =
  | { readonly kind: 'quantity'; readonly quantity: number }
  | { readonly kind: 'price'; readonly priceMinor: number; readonly reason: string }
  | { readonly kind: 'list-price' }
  | { readonly kind: 'discount'; readonly discount: ManualDiscount | undefined }
  | { readonly kind: 'note'; readonly note: string }

interface Subject {
  readonly title: string
  /** Undefined for the whole cart. */
  readonly line: CartLine | undefined
  readonly discount: ManualDiscount | undefined
  readonly totalMinor: number
}

/** @fires tm-adjust with `{lineId, adjustment}`, where `lineId` is undefined for the whole cart; tm-cancel */
@customElement('tm-adjust-dialog')
export class TmAdjustDialog extends LitElement {
  static override styles = [sharedStyles, adjustDialogStyles]

  @property({ attribute: false }) accessor format!: StoreFormat
  @state() private accessor subject: Subject | undefined
  @state() private accessor mode: Mode = 'quantity'
  /** As typed: pieces, grams, minor units or percent. */
  @state() private accessor digits = ''
  @state() private accessor reason = ''
  @query('dialog') private accessor dialog!: HTMLDialogElement

  async openLine(line: CartLine, totalMinor: number): Promise<void> {
    await this.#open({ title: line.name, line, discount: line.discount, totalMinor }, 'quantity')
  }

  async openCart(discount: ManualDiscount | undefined, totalMinor: number): Promise<void> {
    await this.#open({ title: msg('Discount on the whole cart'), line: undefined, discount, totalMinor }, 'percent')
  }

  async #open(subject: Subject, mode: Mode): Promise<void> {
    this.subject = subject
    this.#choose(mode)
    await this.updateComplete
    this.dialog.showModal()
  }

  #choose(mode: Mode): void {
    this.mode = mode
    this.digits = ''
    this.reason = this.subject?.discount?.reason ?? ''
  }

  get #value(): number {
    return Number(this.digits === '' ? '0' : this.digits)
  }

  get #isReady(): boolean {
    if (this.mode === 'note') return true
    if (this.digits === '') return false
    if (this.mode === 'quantity') return this.#value <= maxQuantity
    return this.reason.trim() !== '' && (this.mode !== 'percent' || this.#value <= 100)
  }

  #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.composedPath()[0] instanceof HTMLInputElement) return
    const next = pressKey(this.digits, event.key)
    if (event.key === 'Enter' && (event.target as Element).closest('button') === null) this.#apply()
    else if (next === this.digits) return
    this.digits = next
    event.preventDefault()
  }

  #apply(): void {
    if (!this.#isReady) return
    const reason = this.reason.trim()
    switch (this.mode) {
      case 'quantity':
        return this.#emit({ kind: 'quantity', quantity: this.#value })
      case 'price':
        return this.#emit({ kind: 'price', priceMinor: this.#value, reason })
      case 'percent':
        return this.#discount({ kind: 'percent', basisPoints: this.#value * 100, reason })
      case 'amount':
        return this.#discount({ kind: 'amount', amountMinor: this.#value, reason })
      case 'note':
        return this.#emit({ kind: 'note', note: this.renderRoot.querySelector<HTMLInputElement>('.note')?.value ?? '' })
    }
  }

  #discount(discount: ManualDiscount): void {
    const isNothing = discount.kind === 'percent' ? discount.basisPoints === 0 : discount.amountMinor === 0
    this.#emit({ kind: 'discount', discount: isNothing ? undefined : discount })
  }

  #emit(adjustment: Adjustment): void {
    const lineId = this.subject?.line?.lineId
    this.dialog.close()
    this.dispatchEvent(new CustomEvent('tm-adjust', { detail: { lineId, adjustment } }))
  }

  protected override render() {
    const { subject } = this
    return html`<dialog
      aria-labelledby="title"
      @keydown=${this.#onKey}
      @close=${() => this.dispatchEvent(new CustomEvent('tm-cancel'))}
    >
      ${subject === undefined ? nothing : this.#renderSubject(subject)}
    </dialog>`
  }

  #renderSubject(subject: Subject) {
    return html`<header>
        <h2 id="title">${subject.title}</h2>
        <button class="plain" aria-label=${msg('Close')} @click=${() => this.dialog.close()}>${icon('close')}</button>
      </header>
      ${this.#renderModes(subject)}
      ${this.mode === 'note' ? this.#renderNote(subject.line?.note ?? '') : this.#renderEntry(subject)}
      <footer>
        ${this.#renderTakeBack(subject)}
        <button class="primary" data-testid="apply-change" ?disabled=${!this.#isReady} @click=${() => this.#apply()}>
          ${msg('Apply')} <kbd>Enter</kbd>
        </button>
      </footer>`
  }

  #renderModes({ line }: Subject) {
    const labels: Record<Mode, string> = {
      quantity: line?.unit === 'gram' ? msg('Weight') : msg('Quantity'),
      price: msg('Price'),
      percent: msg('Discount %'),
      amount: msg('Discount amount'),
      note: msg('Note'),
    }
    const modes: Mode[] =
      line === undefined ? ['percent', 'amount'] : ['quantity', 'price', 'percent', 'amount', 'note']
    return html`<div class="modes" role="group" aria-label=${msg('What to change')}>
      ${modes.map(
        (mode) =>
          html`<button data-testid="mode-${mode}" aria-pressed=${mode === this.mode} @click=${() => this.#choose(mode)}>
            ${labels[mode]}
          </button>`,
      )}
    </div>`
  }

  #renderEntry(subject: Subject) {
    return html`<div class="body">
      <div class="side" tabindex="-1" autofocus>
        <div class="now soft"><span>${msg('Now')}</span><span class="amount">${this.#present(subject)}</span></div>
        <div class="value amount" role="status" data-testid="entered-value">${this.#entered(subject)}</div>
        ${this.mode === 'quantity' ? nothing : this.#renderReasons()}
      </div>
      <tm-keypad
        @tm-key=${(event: CustomEvent<string>) => (this.digits = pressKey(this.digits, event.detail))}
      ></tm-keypad>
    </div>`
  }

  #present({ line, totalMinor }: Subject): string {
    if (this.mode === 'quantity' && line !== undefined) return this.format.quantity(line.quantity, line.unit)
    if (this.mode === 'price' && line !== undefined) return this.format.unitPrice(line.unitPriceMinor, line.unit)
    return this.format.money(totalMinor)
  }

  #entered({ line }: Subject): string {
    if (this.digits === '') return '–'
    if (this.mode === 'quantity') return this.format.quantity(this.#value, line?.unit ?? 'piece')
    if (this.mode === 'percent') return this.format.percent(this.#value * 100)
    return this.format.money(this.#value)
  }

  #renderReasons() {
    const reasons = [
      msg('Damaged'),
      msg('Near its date'),
      msg('Price promise'),
      msg('Regular customer'),
      msg('Goodwill'),
    ]
    return html`<fieldset>
      <legend>${msg('Reason')}</legend>
      ${reasons.map(
        (reason, index) =>
          html`<button
            type="button"
            data-testid="reason-${index}"
            aria-pressed=${reason === this.reason}
            @click=${() => (this.reason = reason)}
          >
            ${reason}
          </button>`,
      )}
      <label
        >${msg('Another reason')}
        <input
          type="text"
          maxlength="100"
          autocomplete="off"
          .value=${reasons.includes(this.reason) ? '' : this.reason}
          @input=${(event: Event) => (this.reason = (event.target as HTMLInputElement).value)}
      /></label>
    </fieldset>`
  }

  #renderNote(note: string) {
    return html`<label
      >${msg('Note on the receipt')}
      <input
        class="note"
        type="text"
        maxlength="200"
        autocomplete="off"
        .value=${note}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === 'Enter') this.#apply()
        }}
    /></label>`
  }

  #renderTakeBack({ line, discount }: Subject) {
    if ((this.mode === 'percent' || this.mode === 'amount') && discount !== undefined) {
      return html`<button
        data-testid="no-discount"
        @click=${() => this.#emit({ kind: 'discount', discount: undefined })}
      >
        ${msg('No discount')}
      </button>`
    }
    if (this.mode !== 'price' || line?.priceOverride === undefined) return nothing
    return html`<button @click=${() => this.#emit({ kind: 'list-price' })}>${msg('List price')}</button>`
  }
}
