/** Ten keys under a finger, and what digits become. */
import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement } from 'lit/decorators.js'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'

const keys = ['7', '8', '9', '4', '5', '6', '1', '2', '3', '0', '00'] as const
/** Ten million in a currency with cents: more than any drawer holds. */
const maxDigits = 9

/** The digits after one more key: `0`–`9`, `00`, `Backspace` or `Delete`; the same digits for any other key. */
export function pressKey(digits: string, key: string): string {
  if (key === 'Backspace') return digits.slice(0, -1)
  if (key === 'Delete') return ''
  if (!/^(?:[0-9]|00)$/.test(key)) return digits
  const next = `${digits}${key}`.replace(/^0+(?=[0-9])/, '')
  return next.length <= maxDigits ? next : digits
}

/** @fires tm-key with the key, as `pressKey` takes it */
@customElement('tm-keypad')
export class TmKeypad extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: var(--tm-space-2);
      }
      button {
        min-height: 60px;
        padding: 0;
        font-size: var(--tm-text-l);
      }
      @media (max-width: 640px), (max-height: 640px) {
        button {
          min-height: 46px;
        }
      }
    `,
  ]

  override connectedCallback(): void {
    super.connectedCallback()
    this.setAttribute('role', 'group')
    this.setAttribute('aria-label', msg('Keypad'))
  }

  #press(key: string): void {
    this.dispatchEvent(new CustomEvent('tm-key', { detail: key }))
  }

  protected override render() {
    return html`${keys.map((key) => html`<button type="button" @click=${() => this.#press(key)}>${key}</button>`)}
      <button type="button" aria-label=${msg('Delete last digit')} @click=${() => this.#press('Backspace')}>
        ${icon('backspace', 24)}
      </button>`
  }
}
