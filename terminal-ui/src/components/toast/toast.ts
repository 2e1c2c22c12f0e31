/** A passing message, with the way back where there is one. */
import { msg } from '@lit/localize'
import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { Notice } from '../../contexts/notices.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'

const shownMs = { plain: 6_000, warning: 10_000 } as const

/** @fires tm-dismiss */
@customElement('tm-toast')
export class TmToast extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        position: fixed;
        z-index: 20;
        left: 50%;
        bottom: var(--tm-space-5);
        transform: translateX(-50%);
        width: max-content;
        max-width: calc(100vw - 2 * var(--tm-space-4));
      }
      .toast {
        display: flex;
        align-items: center;
        gap: var(--tm-space-3);
        padding: var(--tm-space-1) var(--tm-space-2) var(--tm-space-1) var(--tm-space-4);
        border-radius: var(--tm-radius-m);
        background: var(--tm-ink);
        color: var(--tm-surface);
        box-shadow: var(--tm-shadow-2);
      }
      .warning {
        background: var(--tm-bad);
        color: var(--tm-on-bad);
      }
      button,
      button.plain:hover:not(:disabled) {
        border-color: transparent;
        background: transparent;
        color: inherit;
      }
      .undo {
        text-decoration: underline;
      }
      @media print {
        :host {
          display: none;
        }
      }
    `,
  ]

  @property({ attribute: false }) accessor notice: Notice | undefined
  #timer: ReturnType<typeof setTimeout> | undefined

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('notice')) return
    clearTimeout(this.#timer)
    if (this.notice !== undefined) this.#timer = setTimeout(() => this.#dismiss(), shownMs[this.notice.tone])
  }

  #dismiss(): void {
    this.dispatchEvent(new CustomEvent('tm-dismiss'))
  }

  protected override render() {
    const { notice } = this
    return html`<div aria-live="assertive">
      ${
        notice === undefined
          ? nothing
          : html`<div class="toast ${notice.tone}" data-testid="notice">
              ${notice.tone === 'warning' ? icon('alert') : nothing}
              <span>${notice.text}</span>
              ${
                notice.undo === undefined
                  ? nothing
                  : html`<button class="undo" data-testid="undo" @click=${() => notice.undo?.()}>
                      ${msg('Undo')}
                    </button>`
              }
              <button class="plain" aria-label=${msg('Close')} @click=${() => this.#dismiss()}>${icon('close')}</button>
            </div>`
      }
    </div>`
  }
}
