/** Paying: in cash or by card, in as many parts as it takes. What is due, what was paid, what is left, what goes back. */
import { msg, str } from '@lit/localize'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { CardReturn } from '../../data/card-returns.ts'
import { suggestTenders } from '../../data/cash-tenders.ts'
import type { Payout } from '../../data/exchange.ts'
import type { StoreFormat } from '../../data/format.ts'
import type { SimulatedBehaviour } from '../../data/simulated-card-terminal.ts'
import { isSettled, type Balance, type CardTender, type Tender } from '../../data/tenders.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import '../card-simulator/card-simulator.ts'
import { icon } from '../icon/icon.ts'
import '../keypad/keypad.ts'
import { pressKey } from '../keypad/keypad.ts'
import { payDialogStyles } from './pay-dialog-styles.ts'

/**
 * @fires tm-cash with what was handed over; tm-card with the amount to ask for; tm-ask-again and tm-remove-tender with the part's id;
 * tm-pay-out with the method by which an exchange gives money back; tm-finish; tm-behaviour with what the simulated terminal shall do; tm-cancel
 */
@customElement('tm-pay-dialog')
export class TmPayDialog extends LitElement {
  static override styles = [sharedStyles, payDialogStyles]

  @property({ attribute: false }) accessor balance!: Balance
  @property({ attribute: false }) accessor tenders: readonly Tender[] = []
  /** What goes back to the customer of an exchange. */
  @property({ attribute: false }) accessor payout: Payout | undefined
  /** What was asked of the card terminal of it. */
  @property({ attribute: false }) accessor payoutParts: readonly CardReturn[] | undefined
  @property() accessor busy: 'card' | 'recording' | undefined
  @property() accessor message = ''
  @property() accessor behaviour: SimulatedBehaviour = 'approve'
  @property({ attribute: false }) accessor format!: StoreFormat
  @state() private accessor method: Tender['method'] = 'cash'
  /** Digits as typed, an amount in minor units; empty before the first. */
  @state() private accessor digits = ''
  @query('dialog') private accessor dialog!: HTMLDialogElement | null

  open(): void {
    this.digits = ''
    const isCard = this.payout === undefined ? this.tenders.some((tender) => !isSettled(tender)) : this.#canPayOutToCard
    this.method = isCard ? 'card' : 'cash'
    if (this.dialog?.open === false) this.dialog.showModal()
  }

  /** Also before the first render: a till may start on the receipt of a sale that its tab did not live to show. */
  close(): void {
    this.dialog?.close()
  }

  protected override updated(changed: Map<PropertyKey, unknown>): void {
    // A part is paid or taken out: the next one starts from nothing.
    if (changed.has('tenders') && changed.get('tenders') !== undefined) this.digits = ''
    // A button that is off while the card terminal works loses the focus, and the keys with it.
    const isFocusLost = this.dialog?.open === true && this.shadowRoot?.activeElement === null
    if (changed.has('busy') && isFocusLost) this.renderRoot.querySelector<HTMLElement>('.amounts')?.focus()
  }

  get #enteredMinor(): number {
    return Number(this.digits === '' ? '0' : this.digits)
  }

  get #leftMinor(): number {
    return this.method === 'cash' ? this.balance.remainingCashMinor : this.balance.remainingMinor
  }

  get #canConfirm(): boolean {
    if (this.busy !== undefined) return false
    if (this.balance.isPaid || this.payout !== undefined) return true
    if (this.balance.openMinor > 0) return false
    if (this.method === 'card') return this.#leftMinor > 0
    return this.digits !== '' && (this.#enteredMinor > 0 || this.#leftMinor === 0)
  }

  #emit(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }

  #confirm(): void {
    if (!this.#canConfirm) return
    if (this.balance.isPaid) this.#emit('tm-finish')
    else if (this.payout !== undefined) this.#emit('tm-pay-out', this.method)
    else if (this.method === 'cash') this.#emit('tm-cash', this.#enteredMinor)
    // Nothing typed means all that is left.
    else this.#emit('tm-card', this.digits === '' ? this.#leftMinor : this.#enteredMinor)
  }

  #enter(amountMinor: number): void {
    this.digits = String(amountMinor)
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.confirm')?.focus())
  }

  #choose(method: Tender['method']): void {
    this.method = method
    this.digits = ''
  }

  #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.composedPath()[0] instanceof HTMLSelectElement) return
    const next = pressKey(this.digits, event.key)
    if (event.key === 'Enter') {
      // On a button, Enter is that button: the keys and the notes work as they do under a finger.
      if ((event.target as Element).closest('button') !== null) return
      this.#confirm()
    } else if (next === this.digits) return
    else this.digits = next
    event.preventDefault()
  }

  #onCancel = (event: Event): void => {
    // While money may be moving, Escape is no answer.
    if (this.busy !== undefined) event.preventDefault()
  }

  protected override render() {
    return html`<dialog
      aria-labelledby="title"
      @keydown=${this.#onKey}
      @cancel=${this.#onCancel}
      @close=${() => this.#emit('tm-cancel')}
    >
      <header>
        <h2 id="title">${msg('Payment')}</h2>
        <button
          class="plain"
          aria-label=${msg('Back to the cart')}
          ?disabled=${this.busy !== undefined}
          @click=${() => this.close()}
        >
          ${icon('close')}
        </button>
      </header>
      <div class="body ${this.payout === undefined ? '' : 'payout'}">
        <div class="amounts" tabindex="-1" autofocus>
          <div class="amount-row due">
            <span>${this.#dueWords()}</span
            ><span class="amount" data-testid="amount-due">${this.format.money(this.#shownMinor)}</span>
          </div>
          ${this.#renderTenderList()} ${this.payout === undefined ? this.#renderPaying() : this.#renderPayingOut()}
          ${this.#renderMessage()}
        </div>
        ${
          this.payout === undefined
            ? html`<tm-keypad
                @tm-key=${(event: CustomEvent<string>) => (this.digits = pressKey(this.digits, event.detail))}
              ></tm-keypad>`
            : nothing
        }
      </div>
      <button
        class="primary confirm"
        data-testid="confirm-payment"
        ?disabled=${!this.#canConfirm}
        @click=${() => this.#confirm()}
      >
        ${this.#confirmWords()} <kbd>Enter</kbd>
      </button>
    </dialog>`
  }

  #dueWords(): string {
    if (this.payout !== undefined) return msg('Goes back')
    return this.tenders.length === 0 ? msg('To pay') : msg('Left to pay')
  }

  get #shownMinor(): number {
    if (this.payout === undefined) return this.#leftMinor
    const { inCashMinor, toCardsMinor, besideCardsMinor } = this.payout
    return this.method === 'card' ? toCardsMinor + besideCardsMinor : inCashMinor
  }

  #renderPaying() {
    return html`${this.#renderMethods()} ${this.method === 'cash' ? this.#renderCash() : this.#renderCard()}`
  }

  /** The goods that come back are worth more: there is nothing to type, only to say how the rest goes back. */
  #renderPayingOut() {
    if (!this.#canPayOutToCard) return nothing
    return html`${this.#renderMethods()} ${this.method === 'cash' ? nothing : this.#renderSimulator()}`
  }

  #confirmWords(): string {
    if (this.busy === 'recording') return msg('Saving…')
    if (this.busy === 'card') return msg('Waiting for the card terminal…')
    if (this.balance.isPaid) return msg('Finish the sale')
    if (this.payout !== undefined) return this.#payOutWords(this.payout)
    if (this.method === 'card') {
      return msg(str`Charge the card ${this.format.money(this.digits === '' ? this.#leftMinor : this.#chargedMinor)}`)
    }
    if (this.digits !== '' && this.#enteredMinor < this.#leftMinor) {
      return msg(str`Take ${this.format.money(this.#enteredMinor)} as a part`)
    }
    return msg('Confirm payment')
  }

  get #canPayOutToCard(): boolean {
    return (this.payout?.toCardsMinor ?? 0) > 0
  }

  #payOutWords({ inCashMinor }: Payout): string {
    if (this.payoutParts?.some(({ state }) => state !== 'approved') === true) return msg('Ask again')
    if (inCashMinor === 0) return msg('Exchange')
    return this.method === 'card' ? msg('Give it back to the card') : msg('Give it back in cash')
  }

  get #chargedMinor(): number {
    return Math.min(this.#enteredMinor, this.#leftMinor)
  }

  #renderMethods() {
    const methods = [
      { method: 'cash', label: msg('Cash'), symbol: 'drawer' },
      { method: 'card', label: msg('Card'), symbol: 'card' },
    ] as const
    return html`<div class="methods" role="group" aria-label=${msg('How to pay')}>
      ${methods.map(
        ({ method, label, symbol }) =>
          html`<button
            data-testid="method-${method}"
            aria-pressed=${method === this.method}
            ?disabled=${this.busy !== undefined || this.payoutParts !== undefined}
            @click=${() => this.#choose(method)}
          >
            ${icon(symbol)} ${label}
          </button>`,
      )}
    </div>`
  }

  #renderTenderList() {
    if (this.tenders.length === 0) return nothing
    return html`<ul class="parts" aria-label=${msg('Paid so far')}>
      ${this.tenders.map((tender) => this.#renderTender(tender))}
    </ul>`
  }

  #renderTender(tender: Tender) {
    return html`<li data-testid="tender" data-state=${tender.method === 'cash' ? 'approved' : tender.state}>
      <span>${tender.method === 'cash' ? msg('Cash') : cardWords(tender)}</span>
      <span class="amount">${this.format.money(tender.amountMinor)}</span>
      ${
        tender.method === 'card' && (tender.state === 'unknown' || tender.state === 'reversing')
          ? html`<button
              data-testid="ask-again"
              ?disabled=${this.busy !== undefined}
              @click=${() => this.#emit('tm-ask-again', tender.id)}
            >
              ${msg('Ask again')}
            </button>`
          : nothing
      }
      <button
        class="plain"
        data-testid="remove-tender"
        aria-label=${tender.method === 'cash' ? msg('Give the cash back') : msg('Reverse the card payment')}
        ?disabled=${this.busy !== undefined}
        @click=${() => this.#emit('tm-remove-tender', tender.id)}
      >
        ${icon('bin', 18)}
      </button>
    </li>`
  }

  #renderCash() {
    const missing = this.balance.remainingCashMinor - this.#enteredMinor
    const isEnough = this.digits !== '' && missing <= 0
    return html`<div class="tenders" role="group" aria-label=${msg('Amounts')}>
        <button data-testid="tender-exact" @click=${() => this.#enter(this.balance.remainingCashMinor)}>
          ${msg('Exact')}
        </button>
        ${suggestTenders(this.balance.remainingCashMinor, this.format.decimals).map(
          (amount) =>
            html`<button class="amount" @click=${() => this.#enter(amount)}>${this.format.money(amount)}</button>`,
        )}
      </div>
      <div class="amount-row">
        <span>${msg('Given')}</span>
        <span class="amount" data-testid="tendered"
          >${this.digits === '' ? '–' : this.format.money(this.#enteredMinor)}</span
        >
      </div>
      <div class="amount-row change ${isEnough ? 'enough' : ''}" role="status">
        ${
          this.digits === '' || isEnough
            ? html`<span>${msg('Change')}</span>
                <span class="amount" data-testid="change">${isEnough ? this.format.money(0 - missing) : '–'}</span>`
            : html`<span>${msg('Missing')}</span><span class="amount">${this.format.money(missing)}</span>`
        }
      </div>`
  }

  #renderCard() {
    return html`<div class="amount-row">
        <span>${msg('From the card')}</span>
        <span class="amount" data-testid="card-amount"
          >${this.format.money(this.digits === '' ? this.#leftMinor : this.#chargedMinor)}</span
        >
      </div>
      ${this.#renderSimulator()}`
  }

  #renderSimulator() {
    return html`<tm-card-simulator
      .behaviour=${this.behaviour}
      .busy=${this.busy !== undefined}
      @tm-behaviour=${(event: CustomEvent<SimulatedBehaviour>) => this.#emit('tm-behaviour', event.detail)}
    ></tm-card-simulator>`
  }

  #renderMessage() {
    return html`<p class="message" role="alert" data-testid="payment-message" ?hidden=${this.message === ''}>
      ${this.message}
    </p>`
  }
}

function cardWords(tender: CardTender): string {
  switch (tender.state) {
    case 'asking':
      return msg('Card: asking…')
    case 'unknown':
      return msg('Card: answer not known')
    case 'reversing':
      return msg('Card: being reversed')
    case 'approved':
      return msg(str`Card ••••${tender.approval?.lastFour ?? ''}`)
  }
}
