/** Asks why a whole receipt is taken back. */
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { sharedStyles } from '../../styles/shared-styles.ts'

/** @fires tm-void with the reason */
@customElement('tm-void-dialog')
export class TmVoidDialog extends LitElement {
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
      label {
        display: grid;
        gap: var(--tm-space-2);
        font-weight: 600;
      }
      .reasons,
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tm-space-2);
      }
      .actions {
        justify-content: flex-end;
      }
    `,
  ]

  @property() accessor receipt = ''
  /** What goes back to cards, as the cashier reads it; empty when nothing does. */
  @property() accessor toCards = ''
  @property({ type: Boolean }) accessor busy = false
  @state() private accessor reason = ''
  @query('dialog') private accessor dialog!: HTMLDialogElement

  open(): void {
    this.reason = ''
    this.dialog.showModal()
  }

  close(): void {
    this.dialog.close()
  }

  #submit = (event: Event): void => {
    event.preventDefault()
    if (this.reason.trim() !== '') this.dispatchEvent(new CustomEvent('tm-void', { detail: this.reason.trim() }))
  }

  protected override render() {
    const reasons = [msg('Typed wrong'), msg('Customer left'), msg('Wrong payment')]
    return html`<dialog aria-labelledby="title">
      <form @submit=${this.#submit}>
        <h2 id="title">${msg(str`Void ${this.receipt}?`)}</h2>
        <p class="soft">
          ${msg('The whole receipt is taken back, as if it had not been. It stays on record with its void.')}
        </p>
        ${
          this.toCards === ''
            ? nothing
            : html`<p data-testid="void-to-cards">${msg(str`${this.toCards} goes back to the card.`)}</p>`
        }
        <label
          >${msg('Reason')}
          <input
            type="text"
            data-testid="void-reason"
            autofocus
            maxlength="200"
            .value=${this.reason}
            @input=${(event: Event) => (this.reason = (event.target as HTMLInputElement).value)}
        /></label>
        <div class="reasons">
          ${reasons.map((reason) => html`<button type="button" @click=${() => (this.reason = reason)}>${reason}</button>`)}
        </div>
        <div class="actions">
          <button type="button" @click=${() => this.close()}>${msg('Keep it')}</button>
          <button class="danger" data-testid="confirm-void" ?disabled=${this.reason.trim() === '' || this.busy}>
            ${msg('Void')}
          </button>
        </div>
      </form>
    </dialog>`
  }
}
