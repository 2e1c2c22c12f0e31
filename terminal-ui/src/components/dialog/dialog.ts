/**
 * A dialog with a heading, a way out, and its actions at the bottom. What it says goes between its tags, buttons into `slot="actions"`.
 * The browser keeps the focus inside and gives it back afterwards; keys pressed in it do not reach the view under it.
 */
import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'

/** @fires tm-close after it was closed, by whatever way */
@customElement('tm-dialog')
export class TmDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: var(--tm-dialog-width, 520px);
        padding: 0;
      }
      dialog[open] {
        display: flex;
        flex-direction: column;
      }
      header {
        display: flex;
        align-items: center;
        gap: var(--tm-space-3);
        padding: var(--tm-space-3) var(--tm-space-3) var(--tm-space-3) var(--tm-space-5);
        border-bottom: 1px solid var(--tm-line);
      }
      header button {
        padding: 0;
      }
      .content {
        display: grid;
        gap: var(--tm-space-4);
        min-height: 0;
        padding: var(--tm-space-5);
        overflow-y: auto;
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: var(--tm-space-2);
      }
      footer.filled {
        padding: var(--tm-space-3) var(--tm-space-5) var(--tm-space-4);
        border-top: 1px solid var(--tm-line);
      }
    `,
  ]

  @property() accessor heading = ''
  @query('dialog') private accessor dialog!: HTMLDialogElement
  @property({ attribute: false }) private accessor hasActions = false

  async open(): Promise<void> {
    await this.updateComplete
    if (!this.dialog.open) this.dialog.showModal()
  }

  close(): void {
    this.dialog?.close()
  }

  protected override render() {
    return html`<dialog
      aria-labelledby="heading"
      @keydown=${(event: KeyboardEvent) => event.stopPropagation()}
      @close=${() => this.dispatchEvent(new CustomEvent('tm-close'))}
    >
      <header>
        <h2 id="heading" class="grow">${this.heading}</h2>
        <button class="plain" aria-label=${msg('Close')} @click=${() => this.close()}>${icon('close')}</button>
      </header>
      <div class="content"><slot></slot></div>
      <footer class=${this.hasActions ? 'filled' : ''}>
        <slot
          name="actions"
          @slotchange=${(event: Event) => {
            this.hasActions = (event.target as HTMLSlotElement).assignedElements().length > 0
          }}
        ></slot>
      </footer>
    </dialog>`
  }
}
