/** Cash: what is due, what the customer hands over, what they get back. */
import { html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { suggestTenders } from '../../data/cash-tenders.ts'
import type { StoreFormat } from '../../data/format.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'
import { payDialogStyles } from './pay-dialog-styles.ts'

const keys = ['7', '8', '9', '4', '5', '6', '1', '2', '3', '0', '00'] as const
/** Ten million in a currency with cents: more than any drawer holds. */
const maxDigits = 9

/** @fires tm-confirm with the tendered amount in minor units; tm-cancel */
@customElement('tm-pay-dialog')
export class TmPayDialog extends LitElement {
  static override styles = [sharedStyles, payDialogStyles]

  @property({ type: Number }) accessor dueMinor = 0
  @property({ type: Boolean }) accessor busy = false
  @property({ attribute: false }) accessor format!: StoreFormat
  /** Digits as typed, an amount in minor units; empty before the first. */
  @state() private accessor digits = ''
  @query('dialog') private accessor dialog!: HTMLDialogElement | null

  open(): void {
    this.digits = ''
    if (this.dialog?.open === false) this.dialog.showModal()
  }

  /** Also before the first render: a till may start on the receipt of a sale that its tab did not live to show. */
  close(): void {
    this.dialog?.close()
  }

  get #tenderedMinor(): number {
    return this.digits === '' ? 0 : Number(this.digits)
  }

  get #isEnough(): boolean {
    return this.digits !== '' && this.#tenderedMinor >= this.dueMinor
  }

  #press(key: string): void {
    const next = `${this.digits}${key}`.replace(/^0+(?=[0-9])/, '')
    if (next.length <= maxDigits) this.digits = next
  }

  #tender(amountMinor: number): void {
    this.digits = String(amountMinor)
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.confirm')?.focus())
  }

  #confirm(): void {
    if (this.#isEnough && !this.busy) this.dispatchEvent(new CustomEvent('tm-confirm', { detail: this.#tenderedMinor }))
  }

  #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (/^[0-9]$/.test(event.key)) this.#press(event.key)
    else if (event.key === 'Backspace') this.digits = this.digits.slice(0, -1)
    else if (event.key === 'Delete') this.digits = ''
    else if (event.key === 'Enter') {
      // On a button, Enter is that button: the keys and the notes work as they do under a finger.
      if ((event.target as Element).closest('button') !== null) return
      this.#confirm()
    } else return
    event.preventDefault()
  }

  protected override render() {
    return html`<dialog
      aria-labelledby="title"
      @keydown=${this.#onKey}
      @close=${() => this.dispatchEvent(new CustomEvent('tm-cancel'))}
    >
      <header>
        <h2 id="title">Cash payment</h2>
        <button class="plain" aria-label="Back to the cart" ?disabled=${this.busy} @click=${() => this.close()}>
          ${icon('close')}
        </button>
      </header>
      <div class="body">
        <div class="amounts" tabindex="-1" autofocus>
          <div class="amount-row due">
            <span>To pay</span><span class="amount" data-testid="amount-due">${this.format.money(this.dueMinor)}</span>
          </div>
          ${this.#renderTenders()} ${this.#renderBalance()}
        </div>
        ${this.#renderKeypad()}
      </div>
      <button
        class="primary confirm"
        data-testid="confirm-payment"
        ?disabled=${!this.#isEnough || this.busy}
        @click=${() => this.#confirm()}
      >
        ${this.busy ? 'Saving…' : 'Confirm payment'} <kbd>Enter</kbd>
      </button>
    </dialog>`
  }

  #renderTenders() {
    return html`<div class="tenders" role="group" aria-label="Amounts">
      <button data-testid="tender-exact" @click=${() => this.#tender(this.dueMinor)}>Exact</button>
      ${suggestTenders(this.dueMinor, this.format.decimals).map(
        (amount) =>
          html`<button class="amount" @click=${() => this.#tender(amount)}>${this.format.money(amount)}</button>`,
      )}
    </div>`
  }

  #renderBalance() {
    const missing = this.dueMinor - this.#tenderedMinor
    return html`
      <div class="amount-row">
        <span>Given</span>
        <span class="amount" data-testid="tendered"
          >${this.digits === '' ? '–' : this.format.money(this.#tenderedMinor)}</span
        >
      </div>
      <div class="amount-row change ${this.#isEnough ? 'enough' : ''}" role="status">
        ${
          this.digits === '' || this.#isEnough
            ? html`<span>Change</span>
                <span class="amount" data-testid="change">${this.#isEnough ? this.format.money(-missing) : '–'}</span>`
            : html`<span>Missing</span><span class="amount">${this.format.money(missing)}</span>`
        }
      </div>
    `
  }

  #renderKeypad() {
    return html`<div class="keypad" role="group" aria-label="Keypad">
      ${keys.map((key) => html`<button @click=${() => this.#press(key)}>${key}</button>`)}
      <button aria-label="Delete last digit" @click=${() => (this.digits = this.digits.slice(0, -1))}>
        ${icon('backspace', 24)}
      </button>
    </div>`
  }
}
