/** Asks a manager at the till for their word. Whoever waits for it gets an author, or nothing. */
import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import '../components/sign-in/sign-in.ts'
import type { TmSignIn } from '../components/sign-in/sign-in.ts'
import { icon } from '../components/icon/icon.ts'
import type { Till } from '../contexts/till.ts'
import { sharedStyles } from '../styles/shared-styles.ts'

@customElement('tm-consent-dialog')
export class TmConsentDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: 720px;
      }
      dialog[open] {
        display: grid;
        gap: var(--tm-space-4);
      }
      header {
        display: flex;
        align-items: center;
        gap: var(--tm-space-3);
      }
      header svg {
        color: var(--tm-caution);
      }
      .reason {
        padding: var(--tm-space-3) var(--tm-space-4);
        border-radius: var(--tm-radius-m);
        background: var(--tm-caution-soft);
        color: var(--tm-caution);
        font-weight: 600;
      }
      .actions {
        display: flex;
        justify-content: flex-end;
        gap: var(--tm-space-2);
      }
    `,
  ]

  @property({ attribute: false, hasChanged: () => true }) accessor till!: Till
  @query('dialog') private accessor dialog!: HTMLDialogElement
  @query('tm-sign-in') private accessor signIn!: TmSignIn | null

  protected override firstUpdated(): void {
    this.dialog.showModal()
  }

  /** A key pressed here is for here. */
  #onKey = (event: KeyboardEvent): void => {
    event.stopPropagation()
    if (this.signIn?.take(event) === true) event.preventDefault()
  }

  protected override render() {
    const { session } = this.till
    return html`<dialog
      aria-labelledby="title"
      data-testid="consent"
      @keydown=${this.#onKey}
      @close=${() => session.refuseConsent()}
    >
      <header>
        ${icon('person', 28)}
        <h2 id="title">${msg('A manager has to agree')}</h2>
      </header>
      <p class="reason">${session.consent?.reason}</p>
      ${session.managers.length === 0 ? this.#renderNobody() : this.#renderSignIn()}
      <div class="actions">
        <button data-testid="refuse-consent" @click=${() => session.refuseConsent()}>${msg('Cancel')}</button>
        ${
          session.managers.length === 0
            ? html`<button
                class="primary"
                data-testid="take-responsibility"
                @click=${() => session.takeResponsibility()}
              >
                ${msg('Go on under my name')}
              </button>`
            : ''
        }
      </div>
    </dialog>`
  }

  #renderSignIn() {
    const { session } = this.till
    return html`<tm-sign-in
      .people=${session.managers}
      .check=${(personId: string, pin: string) => session.giveConsent(personId, pin)}
    ></tm-sign-in>`
  }

  #renderNobody() {
    return html`<p>
      ${msg('Head office has not given any manager a PIN yet. You can go on; your own name is recorded as the one who agreed.')}
    </p>`
  }
}
