/** Over everything until somebody signs in. What was open stays open under it, out of reach and out of sight. */
import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import '../components/sign-in/sign-in.ts'
import type { TmSignIn } from '../components/sign-in/sign-in.ts'
import { icon } from '../components/icon/icon.ts'
import type { Till } from '../contexts/till.ts'
import { sharedStyles } from '../styles/shared-styles.ts'

@customElement('tm-lock-view')
export class TmLockView extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: 100vw;
        height: 100dvh;
        max-width: none;
        max-height: none;
        padding: var(--tm-space-4);
        border-radius: 0;
        background: var(--tm-bar);
        overflow-y: auto;
      }
      dialog[open] {
        display: grid;
        place-items: center;
      }
      section {
        display: grid;
        gap: var(--tm-space-5);
        width: min(860px, 100%);
        padding: var(--tm-space-6);
        border-radius: var(--tm-radius-l);
        background: var(--tm-surface);
        box-shadow: var(--tm-shadow-2);
      }
      header {
        display: flex;
        align-items: center;
        gap: var(--tm-space-4);
      }
      header svg {
        color: var(--tm-brand);
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
      label input {
        min-height: 52px;
        font-weight: 400;
      }
      @media (max-width: 640px) {
        dialog {
          padding: var(--tm-space-2);
        }
        section {
          padding: var(--tm-space-4);
        }
      }
    `,
  ]

  @property({ attribute: false, hasChanged: () => true }) accessor till!: Till
  @query('dialog') private accessor dialog!: HTMLDialogElement
  @query('tm-sign-in') private accessor signIn!: TmSignIn | null

  override connectedCallback(): void {
    super.connectedCallback()
    window.addEventListener('keydown', this.#onKey, { capture: true })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    window.removeEventListener('keydown', this.#onKey, { capture: true })
  }

  protected override firstUpdated(): void {
    this.#show()
  }

  #show(): void {
    if (this.isConnected && !this.dialog.open) this.dialog.showModal()
  }

  /** Before anybody else: a scanner or a key must not reach the sale beneath, wherever the focus is. */
  #onKey = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') event.preventDefault()
    if (!event.composedPath().includes(this)) event.stopImmediatePropagation()
    if (this.signIn?.take(event) === true) event.preventDefault()
  }

  protected override render() {
    const { session, catalog, enrolment } = this.till
    const lane = Number(enrolment?.terminalId.slice(-2) ?? 0)
    return html`<dialog
      aria-labelledby="title"
      @cancel=${(event: Event) => event.preventDefault()}
      @close=${this.#show}
    >
      <section data-testid="lock">
        <header>
          ${icon(session.isLocked ? 'lock' : 'store', 40)}
          <div>
            <h1 id="title">${session.isLocked ? msg('The till is locked') : msg('Who is selling?')}</h1>
            <p class="soft">${catalog?.store?.name} · ${msg(str`Lane ${lane}`)}</p>
          </div>
        </header>
        ${session.isOpenToAll ? this.#renderName() : this.#renderSignIn()}
      </section>
    </dialog>`
  }

  #renderSignIn() {
    const { session } = this.till
    return html`<tm-sign-in
      .people=${session.people}
      suggested=${session.person?.id ?? ''}
      .check=${(personId: string, pin: string) => session.signIn(personId, pin)}
    ></tm-sign-in>`
  }

  #renderName() {
    const status = this.till.syncStatus
    const catalogClass = status?.classes.find(({ entityClass }) => entityClass === 'catalog')
    const isComing = status?.loading != null || (status?.online === true && catalogClass?.lastSuccessAt === null)
    if (isComing) return html`<p class="soft" role="status">${msg('The people of this store are being fetched…')}</p>`
    return html`<form
      @submit=${(event: SubmitEvent) => {
        event.preventDefault()
        const name = new FormData(event.target as HTMLFormElement).get('name')
        if (typeof name === 'string' && name.trim() !== '') void this.till.session.signInByName(name)
      }}
    >
      <p>${msg('Head office has not given anybody a PIN yet. Until it has, your name is enough.')}</p>
      <label
        >${msg('Your name, as on the receipt')}
        <input name="name" data-testid="cashier-name" maxlength="100" autocomplete="off" autofocus required />
      </label>
      <button type="submit" class="primary" data-testid="start-as">${msg('Start selling')}</button>
    </form>`
  }
}
