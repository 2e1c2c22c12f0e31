/** Cash put into the drawer, or taken out of it, with the reason that the report will give. */
import { msg } from '@lit/localize'
import type { CashMovement } from '@tidemark/contracts'
import { css, html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { StoreFormat } from '../../data/format.ts'
import { parseAmount } from '../../data/parse-amount.ts'
import type { CashMove } from '../../data/shift-documents.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'

/** @fires tm-cash-move with a CashMove */
@customElement('tm-cash-dialog')
export class TmCashDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: 460px;
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
      label {
        display: grid;
        gap: var(--tm-space-2);
        font-weight: 600;
      }
      .big {
        min-height: 60px;
        font-size: var(--tm-text-xl);
        text-align: right;
      }
      .reasons {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tm-space-2);
      }
      .reasons button[aria-pressed='true'] {
        border-color: var(--tm-brand);
        background: var(--tm-brand-soft);
      }
      .confirm {
        min-height: 56px;
        font-size: var(--tm-text-l);
      }
    `,
  ]

  @property({ attribute: false }) accessor format!: StoreFormat
  @property({ type: Boolean }) accessor busy = false
  @state() private accessor direction: CashMovement['direction'] = 'in'
  @state() private accessor amount = ''
  @state() private accessor reason = ''
  @query('dialog') private accessor dialog!: HTMLDialogElement

  open(direction: CashMovement['direction']): void {
    this.direction = direction
    this.amount = ''
    this.reason = ''
    this.dialog.showModal()
  }

  close(): void {
    this.dialog.close()
  }

  get #amountMinor(): number {
    return parseAmount(this.amount, this.format.decimals) ?? 0
  }

  #submit = (event: Event): void => {
    event.preventDefault()
    if (this.#amountMinor === 0 || this.reason.trim() === '' || this.busy) return
    const detail: CashMove = {
      direction: this.direction,
      amountMinor: this.#amountMinor,
      reason: this.reason.trim(),
    }
    this.dispatchEvent(new CustomEvent('tm-cash-move', { detail }))
  }

  protected override render() {
    const isIn = this.direction === 'in'
    const reasons = isIn
      ? [msg('Change from the bank'), msg('More float')]
      : [msg('To the safe'), msg('Petty cash'), msg('To the bank')]
    return html`<dialog aria-labelledby="title">
      <form @submit=${this.#submit}>
        <header>
          <h2 id="title">${isIn ? msg('Cash in') : msg('Cash out')}</h2>
          <button type="button" class="plain" aria-label=${msg('Close')} @click=${() => this.close()}>
            ${icon('close')}
          </button>
        </header>
        <label
          >${msg('Amount')}
          <input
            class="big"
            type="text"
            data-testid="cash-amount"
            inputmode="decimal"
            autocomplete="off"
            autofocus
            maxlength="12"
            .value=${this.amount}
            @input=${(event: Event) => (this.amount = (event.target as HTMLInputElement).value)}
        /></label>
        <label
          >${msg('Reason')}
          <input
            type="text"
            data-testid="cash-reason"
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
        <button
          class="primary confirm"
          data-testid="confirm-cash"
          ?disabled=${this.#amountMinor === 0 || this.reason.trim() === '' || this.busy}
        >
          ${isIn ? msg('Put in') : msg('Take out')}
          ${this.#amountMinor === 0 ? '' : this.format.money(this.#amountMinor)}
        </button>
      </form>
    </dialog>`
  }
}
