/** The drawer is counted, note by note and coin by coin, and the shift is closed with what was counted. */
import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { sumOf, type CountedDenomination } from '../../data/denominations.ts'
import type { StoreFormat } from '../../data/format.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'

/** @fires tm-count with CountedDenomination[] */
@customElement('tm-count-dialog')
export class TmCountDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: 720px;
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
      .grid {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(168px, 1fr));
        gap: var(--tm-space-2);
      }
      label {
        display: grid;
        grid-template-columns: minmax(0, 1fr) minmax(56px, 5em);
        align-items: center;
        gap: var(--tm-space-1);
        font-weight: 600;
      }
      label span {
        text-align: right;
      }
      input {
        width: 100%;
        padding: 0 var(--tm-space-2);
        text-align: right;
      }
      @media (max-width: 640px) {
        .grid {
          grid-template-columns: repeat(auto-fill, minmax(144px, 1fr));
        }
      }
      .sums {
        display: grid;
        gap: var(--tm-space-1);
        padding: var(--tm-space-3) var(--tm-space-4);
        border-radius: var(--tm-radius-m);
        background: var(--tm-surface-sunken);
      }
      .row {
        display: flex;
        justify-content: space-between;
      }
      .total {
        font-size: var(--tm-text-xl);
        font-weight: 700;
      }
      .right {
        color: var(--tm-good);
      }
      .wrong {
        color: var(--tm-bad);
      }
      .confirm {
        min-height: 56px;
        font-size: var(--tm-text-l);
      }
    `,
  ]

  @property({ attribute: false }) accessor format!: StoreFormat
  /** In minor units, largest first. */
  @property({ attribute: false }) accessor denominations: readonly number[] = []
  @property({ type: Number }) accessor expectedMinor = 0
  @property({ type: Boolean }) accessor busy = false
  @state() private accessor counts: ReadonlyMap<number, number> = new Map()
  @query('dialog') private accessor dialog!: HTMLDialogElement

  open(): void {
    this.counts = new Map()
    this.dialog.showModal()
  }

  close(): void {
    this.dialog.close()
  }

  get #counted(): CountedDenomination[] {
    return this.denominations.map((valueMinor) => ({ valueMinor, count: this.counts.get(valueMinor) ?? 0 }))
  }

  #count(valueMinor: number, input: HTMLInputElement): void {
    const count = /^[0-9]{1,5}$/.test(input.value) ? Number(input.value) : 0
    this.counts = new Map([...this.counts, [valueMinor, count]])
  }

  #submit = (event: Event): void => {
    event.preventDefault()
    if (!this.busy) this.dispatchEvent(new CustomEvent('tm-count', { detail: this.#counted }))
  }

  protected override render() {
    const countedMinor = sumOf(this.#counted)
    const differenceMinor = countedMinor - this.expectedMinor
    return html`<dialog aria-labelledby="title">
      <form @submit=${this.#submit}>
        <header>
          <h2 id="title">${msg('Count the drawer')}</h2>
          <button type="button" class="plain" aria-label=${msg('Close')} @click=${() => this.close()}>
            ${icon('close')}
          </button>
        </header>
        <div class="grid">
          ${this.denominations.map(
            (valueMinor, index) =>
              html`<label
                ><span class="amount">${this.format.money(valueMinor)} ×</span>
                <input
                  type="text"
                  data-testid="count-${valueMinor}"
                  inputmode="numeric"
                  autocomplete="off"
                  maxlength="5"
                  placeholder="0"
                  ?autofocus=${index === 0}
                  .value=${String(this.counts.get(valueMinor) ?? '')}
                  @input=${(event: Event) => this.#count(valueMinor, event.target as HTMLInputElement)}
              /></label>`,
          )}
        </div>
        <div class="sums" role="status">
          <div class="row total">
            <span>${msg('Counted')}</span><span class="amount">${this.format.money(countedMinor)}</span>
          </div>
          <div class="row soft">
            <span>${msg('Expected in the drawer')}</span
            ><span class="amount">${this.format.money(this.expectedMinor)}</span>
          </div>
          <div class="row ${differenceMinor === 0 ? 'right' : 'wrong'}">
            <span>${msg('Difference')}</span><span class="amount">${this.format.money(differenceMinor)}</span>
          </div>
        </div>
        <button class="primary confirm" data-testid="confirm-close" ?disabled=${this.busy}>
          ${msg('Close the shift')}
        </button>
      </form>
    </dialog>`
  }
}
