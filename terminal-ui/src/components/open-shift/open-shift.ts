/** The way into a day's work: the float that is in the drawer, and off it goes. */
import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { StoreFormat } from '../../data/format.ts'
import { parseAmount } from '../../data/parse-amount.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'

/** @fires tm-open-shift with the float in minor units */
@customElement('tm-open-shift')
export class TmOpenShift extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 420px);
        place-content: center;
        min-height: 100%;
        padding: var(--tm-space-4);
      }
      form {
        display: grid;
        gap: var(--tm-space-4);
        padding: var(--tm-space-6);
        border-radius: var(--tm-radius-l);
        background: var(--tm-surface);
        box-shadow: var(--tm-shadow-1);
        text-align: center;
      }
      .sign {
        display: grid;
        place-content: center;
        width: 72px;
        height: 72px;
        margin: 0 auto;
        border-radius: 50%;
        background: var(--tm-brand-soft);
        color: var(--tm-brand);
      }
      h1 {
        font-size: var(--tm-text-xl);
      }
      label {
        display: grid;
        gap: var(--tm-space-2);
        font-weight: 600;
        text-align: left;
      }
      input {
        min-height: 60px;
        font-size: var(--tm-text-xl);
        text-align: right;
      }
      button {
        min-height: 56px;
        font-size: var(--tm-text-l);
      }
    `,
  ]

  @property({ attribute: false }) accessor format!: StoreFormat
  @property({ type: Boolean }) accessor busy = false
  @state() private accessor text = ''
  @query('input') private accessor input!: HTMLInputElement

  protected override firstUpdated(): void {
    this.input.focus()
  }

  get #floatMinor(): number | undefined {
    return this.text.trim() === '' ? 0 : parseAmount(this.text, this.format.decimals)
  }

  #submit = (event: Event): void => {
    event.preventDefault()
    const floatMinor = this.#floatMinor
    if (floatMinor === undefined || this.busy) return
    this.dispatchEvent(new CustomEvent('tm-open-shift', { detail: floatMinor }))
  }

  protected override render() {
    const floatMinor = this.#floatMinor
    return html`<form @submit=${this.#submit}>
      <div class="sign">${icon('drawer', 36)}</div>
      <h1>${msg('Open the shift')}</h1>
      <p class="soft">
        ${msg('Count the float in the drawer. Everything that is sold from now on belongs to this shift.')}
      </p>
      <label
        >${msg('Float')}
        <input
          type="text"
          data-testid="float"
          inputmode="decimal"
          autocomplete="off"
          maxlength="12"
          placeholder=${this.format.money(0)}
          aria-invalid=${floatMinor === undefined}
          .value=${this.text}
          @input=${(event: Event) => (this.text = (event.target as HTMLInputElement).value)}
      /></label>
      <button class="primary" data-testid="open-shift" ?disabled=${floatMinor === undefined || this.busy}>
        ${msg('Open the shift')}
      </button>
    </form>`
  }
}
