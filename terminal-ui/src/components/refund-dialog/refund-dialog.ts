/** Which lines of a sale come back, how much of each, and why. */
import { msg, str } from '@lit/localize'
import type { LineBalance, Payment, RefundPlan, Sale } from '@tidemark/contracts'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { planTillRefund } from '../../data/correction-rules.ts'
import type { CorrectedSale } from '../../data/correction-index.ts'
import { isCardPayment } from '../../data/card-returns.ts'
import type { StoreFormat } from '../../data/format.ts'
import type { SimulatedBehaviour } from '../../data/simulated-card-terminal.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import '../card-simulator/card-simulator.ts'
import { icon } from '../icon/icon.ts'

export interface RefundWish {
  readonly lines: readonly { readonly lineNumber: number; readonly quantity: number }[]
  readonly reason: string
  readonly method: Payment['method']
}

/** @fires tm-refund, or tm-exchange when it was opened for that, with a RefundWish; tm-behaviour with what the simulated terminal shall do */
@customElement('tm-refund-dialog')
export class TmRefundDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: 640px;
      }
      form {
        display: grid;
        gap: var(--tm-space-4);
      }
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
      }
      ul {
        display: grid;
        gap: var(--tm-space-2);
        max-height: 42dvh;
        margin: 0;
        padding: 0;
        overflow-y: auto;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: 2px var(--tm-space-3);
        padding: var(--tm-space-2) var(--tm-space-3);
        border-radius: var(--tm-radius-m);
        background: var(--tm-surface-sunken);
      }
      li.gone {
        opacity: 0.6;
      }
      .stepper {
        display: flex;
        align-items: center;
        gap: var(--tm-space-1);
        grid-row: span 2;
      }
      .stepper input {
        width: 72px;
        text-align: center;
      }
      .methods,
      .reasons {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tm-space-2);
      }
      .methods button[aria-pressed='true'],
      .reasons button[aria-pressed='true'] {
        border-color: var(--tm-brand);
        background: var(--tm-brand-soft);
      }
      label {
        display: grid;
        gap: var(--tm-space-2);
        font-weight: 600;
      }
      .confirm {
        min-height: 56px;
        font-size: var(--tm-text-l);
      }
    `,
  ]

  @property({ attribute: false }) accessor format!: StoreFormat
  @property({ attribute: false }) accessor corrected: CorrectedSale | undefined
  @property({ attribute: false }) accessor balances: readonly LineBalance[] = []
  /** The smallest coin. */
  @property({ type: Number }) accessor coinMinor = 1
  @property({ type: Boolean }) accessor busy = false
  @property() accessor behaviour: SimulatedBehaviour = 'approve'
  @state() private accessor chosen: ReadonlyMap<number, number> = new Map()
  @state() private accessor reason = ''
  @state() private accessor purpose: 'refund' | 'exchange' = 'refund'
  @state() private accessor method: Payment['method'] = 'cash'
  @query('dialog') private accessor dialog!: HTMLDialogElement

  open(purpose: 'refund' | 'exchange' = 'refund'): void {
    this.purpose = purpose
    this.chosen = new Map()
    this.reason = ''
    // The money goes back where it came from, unless somebody says otherwise.
    this.method = this.#cards.length > 0 ? 'card' : 'cash'
    this.dialog.showModal()
  }

  close(): void {
    this.dialog.close()
  }

  get #wanted() {
    return [...this.chosen]
      .filter(([, quantity]) => quantity > 0)
      .map(([lineNumber, quantity]) => ({ lineNumber, quantity }))
  }

  get #cards() {
    return this.corrected?.sale.payments.filter(isCardPayment) ?? []
  }

  /** How it goes back for what is chosen; undefined while nothing is. */
  get #plan(): Extract<RefundPlan, { ok: true }> | undefined {
    const lines = this.#wanted
    if (this.corrected === undefined || lines.length === 0) return undefined
    const plan = planTillRefund(this.corrected, { lines, method: this.method }, this.coinMinor)
    return plan.ok ? plan : undefined
  }

  #choose(lineNumber: number, quantity: number, left: number): void {
    this.chosen = new Map([...this.chosen, [lineNumber, Math.max(0, Math.min(left, quantity))]])
  }

  #submit = (event: Event): void => {
    event.preventDefault()
    if (this.#wanted.length === 0 || this.reason.trim() === '' || this.busy) return
    const detail: RefundWish = { lines: this.#wanted, reason: this.reason.trim(), method: this.method }
    this.dispatchEvent(new CustomEvent(`tm-${this.purpose}`, { detail }))
  }

  protected override render() {
    const plan = this.#plan
    const reasons = [msg('Does not fit'), msg('Faulty'), msg('Changed their mind'), msg('Wrong article')]
    return html`<dialog aria-labelledby="title">
      <form @submit=${this.#submit}>
        <header>
          <h2 id="title">${msg('What comes back?')}</h2>
          <button type="button" class="plain" aria-label=${msg('Close')} @click=${() => this.close()}>
            ${icon('close')}
          </button>
        </header>
        <ul>
          ${this.corrected?.sale.lines.map((line) => this.#renderLine(line))}
        </ul>
        <label
          >${msg('Reason')}
          <input
            type="text"
            data-testid="refund-reason"
            maxlength="200"
            .value=${this.reason}
            @input=${(event: Event) => (this.reason = (event.target as HTMLInputElement).value)}
        /></label>
        <div class="reasons">
          ${reasons.map(
            (reason) =>
              html`<button type="button" aria-pressed=${this.reason === reason} @click=${() => (this.reason = reason)}>
                ${reason}
              </button>`,
          )}
        </div>
        ${this.#cards.length === 0 || this.purpose === 'exchange' ? nothing : this.#renderMethods()}
        <button
          class="primary confirm"
          data-testid="confirm-refund"
          data-minor=${plan?.sold.totals.dueMinor ?? 0}
          ?disabled=${this.#wanted.length === 0 || this.reason.trim() === '' || this.busy}
        >
          ${this.purpose === 'exchange' ? this.#exchangeWords(plan?.sold.totals.grossMinor ?? 0) : this.#confirmWords(plan?.sold.payments ?? [])}
        </button>
      </form>
    </dialog>`
  }

  #exchangeWords(grossMinor: number): string {
    return msg(str`Choose other goods for ${this.format.money(grossMinor)}`)
  }

  #confirmWords(payments: readonly Payment[]): string {
    const sum = (method: Payment['method']) =>
      payments.reduce((total, payment) => total + (payment.method === method ? payment.amountMinor : 0), 0)
    const [card, cash] = [this.format.money(sum('card')), this.format.money(sum('cash'))]
    if (sum('card') === 0) return msg(str`Give back ${cash} in cash`)
    return sum('cash') === 0
      ? msg(str`Give back ${card} to the card`)
      : msg(str`Give back ${card} to the card and ${cash} in cash`)
  }

  #renderMethods() {
    const lastFour = this.#cards.map((card) => `••••${card.lastFour}`).join(', ')
    const methods = [
      { method: 'card', label: msg(str`To the card ${lastFour}`), symbol: 'card' },
      { method: 'cash', label: msg('In cash'), symbol: 'drawer' },
    ] as const
    return html`<div class="methods" role="group" aria-label=${msg('How it is given back')}>
        ${methods.map(
          ({ method, label, symbol }) =>
            html`<button
              type="button"
              data-testid="refund-${method}"
              aria-pressed=${method === this.method}
              @click=${() => (this.method = method)}
            >
              ${icon(symbol)} ${label}
            </button>`,
        )}
      </div>
      ${
        this.method === 'cash'
          ? nothing
          : html`<tm-card-simulator
              .behaviour=${this.behaviour}
              @tm-behaviour=${(event: CustomEvent<SimulatedBehaviour>) =>
                this.dispatchEvent(new CustomEvent('tm-behaviour', { detail: event.detail }))}
            ></tm-card-simulator>`
      }`
  }

  #renderLine(line: Sale['lines'][number]) {
    const balance = this.balances.find(({ lineNumber }) => lineNumber === line.lineNumber)
    const left = balance === undefined ? 0 : Math.max(0, balance.soldQuantity - balance.refundedQuantity)
    const chosen = this.chosen.get(line.lineNumber) ?? 0
    const step = line.unit === 'gram' ? left : 1
    const sold = this.format.quantity(line.quantity, line.unit)
    return html`<li class=${left === 0 ? 'gone' : ''} data-testid="refund-line" data-sku=${line.sku}>
      <strong>${line.name}</strong>
      <span class="stepper">
        <button
          type="button"
          aria-label=${msg(str`Less of ${line.name}`)}
          ?disabled=${chosen === 0}
          @click=${() => this.#choose(line.lineNumber, chosen - step, left)}
        >
          ${icon('minus', 18)}
        </button>
        <input
          type="text"
          inputmode="numeric"
          maxlength="7"
          aria-label=${msg(str`Quantity of ${line.name}`)}
          .value=${String(chosen)}
          ?disabled=${left === 0}
          @change=${(event: Event) => {
            const { value } = event.target as HTMLInputElement
            this.#choose(line.lineNumber, /^[0-9]+$/.test(value) ? Number(value) : 0, left)
          }}
        />
        <button
          type="button"
          data-testid="refund-more"
          aria-label=${msg(str`More of ${line.name}`)}
          ?disabled=${chosen >= left}
          @click=${() => this.#choose(line.lineNumber, chosen + step, left)}
        >
          ${icon('plus', 18)}
        </button>
      </span>
      <span class="soft amount">
        ${sold} · ${this.format.money(line.grossMinor)}
        ${left === line.quantity ? nothing : html` · ${msg(str`left: ${this.format.quantity(left, line.unit)}`)}`}
      </span>
    </li>`
  }
}
