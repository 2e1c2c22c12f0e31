/** Carrying receipts by hand: a file of what is unsent, and the way of such a file into the hub. */
import { msg } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'
import { cardStyles } from './sync-styles.ts'

/** @fires tm-export-unsent; tm-export-all; tm-import with the File */
@customElement('tm-file-card')
export class TmFileCard extends LitElement {
  static override styles = [
    sharedStyles,
    cardStyles,
    css`
      input {
        display: none;
      }
    `,
  ]

  @property({ type: Number }) accessor unsent = 0
  @property({ type: Boolean }) accessor busy = false
  /** What came of the last action. */
  @property() accessor outcome = ''

  protected override render() {
    return html`<section aria-labelledby="title">
      <h2 id="title">${msg('Files')}</h2>
      <p class="soft">
        ${msg('When this till can’t reach its hub, its receipts can be carried there as a file. The hub checks them as if the till had sent them, and takes each one once.')}
      </p>
      <div class="actions">
        <button
          data-testid="export-unsent"
          ?disabled=${this.unsent === 0}
          @click=${() => this.dispatchEvent(new CustomEvent('tm-export-unsent'))}
        >
          ${icon('down')} ${msg('Save what is unsent')}
        </button>
        <button data-testid="export-all" @click=${() => this.dispatchEvent(new CustomEvent('tm-export-all'))}>
          ${icon('down')} ${msg('Save everything')}
        </button>
        <button data-testid="import" ?disabled=${this.busy} @click=${() => this.#chooseFile()}>
          ${icon('up')} ${this.busy ? msg('Sending…') : msg('Bring a file to the hub…')}
        </button>
        <input
          type="file"
          accept="application/json,.json"
          data-testid="import-file"
          aria-label=${msg('File of a till')}
          @change=${(event: Event) => this.#bring(event.target as HTMLInputElement)}
        />
      </div>
      ${
        this.outcome === ''
          ? nothing
          : html`<p class="outcome" role="status" data-testid="file-outcome">${this.outcome}</p>`
      }
    </section>`
  }

  #chooseFile(): void {
    this.renderRoot.querySelector<HTMLInputElement>('input')?.click()
  }

  #bring(input: HTMLInputElement): void {
    const file = input.files?.[0]
    // The same file may be chosen again.
    if (file !== undefined) this.dispatchEvent(new CustomEvent('tm-import', { detail: file }))
    input.value = ''
  }
}
