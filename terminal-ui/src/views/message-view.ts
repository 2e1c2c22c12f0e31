/** A page with one thing to say: opening, loading, another tab, storage that won't open. */
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { icon, type IconName } from '../components/icon/icon.ts'
import { sharedStyles } from '../styles/shared-styles.ts'

/** @fires tm-action; tm-second-action */
@customElement('tm-message-view')
export class TmMessageView extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        place-items: center;
        flex: 1;
        padding: var(--tm-space-5);
      }
      section {
        display: grid;
        justify-items: center;
        gap: var(--tm-space-4);
        max-width: 34rem;
        text-align: center;
      }
      svg {
        color: var(--tm-brand);
      }
      progress {
        width: 18rem;
        max-width: 100%;
        height: 10px;
        accent-color: var(--tm-brand);
      }
    `,
  ]

  @property() accessor icon: IconName = 'store'
  @property() accessor heading = ''
  @property() accessor text = ''
  /** The word on the button; none without it. */
  @property() accessor action = ''
  /** The word on a second, quieter button; none without it. */
  @property() accessor secondAction = ''
  @property({ type: Boolean }) accessor busy = false
  @property({ type: Number }) accessor documents = 0
  @property({ attribute: false }) accessor total: number | undefined

  protected override render() {
    return html`<section role="status">
      ${icon(this.icon, 56)}
      <h1>${this.heading}</h1>
      ${this.busy ? this.#renderProgress() : nothing}
      <p class="soft">${this.text}</p>
      ${
        this.action === ''
          ? nothing
          : html`<button class="primary" @click=${() => this.dispatchEvent(new CustomEvent('tm-action'))}>
              ${this.action}
            </button>`
      }
      ${
        this.secondAction === ''
          ? nothing
          : html`<button
              data-testid="second-action"
              @click=${() => this.dispatchEvent(new CustomEvent('tm-second-action'))}
            >
              ${this.secondAction}
            </button>`
      }
    </section>`
  }

  #renderProgress() {
    const { documents, total } = this
    const isKnown = total !== undefined && total > 0
    return html`<progress value=${isKnown ? Math.min(documents, total) : nothing} max=${isKnown ? total : 1}></progress>
      ${
        documents === 0
          ? nothing
          : html`<p class="amount">
              ${
                isKnown
                  ? msg(str`${documents.toLocaleString()} of ${total.toLocaleString()} documents`)
                  : msg(str`${documents.toLocaleString()} documents`)
              }
            </p>`
      }`
  }
}
