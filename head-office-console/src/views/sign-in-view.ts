/** Nobody is signed in: by the demo's two people, or with a token of the retailer's identity provider. */
import { css, html, LitElement, nothing } from 'lit'
import { icon } from '../components/icon.ts'
import { problemNotice } from '../components/states.ts'
import type { Console } from '../contexts/console.ts'
import { sharedStyles } from '../styles/shared-styles.ts'

export class TmSignInView extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: grid;
        flex: 1;
        place-items: center;
        padding: var(--tm-space-4);
        background: var(--tm-page);
      }
      .card {
        width: min(460px, 100%);
        padding: var(--tm-space-6);
      }
      form,
      .card {
        display: flex;
        flex-direction: column;
        gap: var(--tm-space-4);
      }
      .accounts {
        display: flex;
        flex-direction: column;
        gap: var(--tm-space-2);
      }
      .accounts button {
        justify-content: flex-start;
        min-height: 60px;
        text-align: left;
      }
      .accounts small {
        display: block;
        color: var(--tm-ink-soft);
        font-weight: 400;
      }
      textarea {
        min-height: 90px;
        font: var(--tm-text-s) var(--tm-font-mono);
      }
    `,
  ]
  static override properties = { console: { attribute: false } }

  declare console: Console

  protected override render() {
    const { problem, settings } = this.console.session
    return html`<section class="card">
      <div>
        <h1>Tidemark head office</h1>
        <p class="soft">Stores, sales, stock, conflicts and the audit trail</p>
      </div>
      ${problem === undefined ? nothing : problemNotice(problem)}
      ${settings?.signIn.kind === 'demo' ? this.#renderDemo() : nothing} ${this.#renderToken()}
    </section>`
  }

  #renderDemo() {
    return html`<div class="accounts">
      ${this.#account('manager', 'Demo manager', 'sees and decides: prices, conflicts, imports, audit')}
      ${this.#account('viewer', 'Demo viewer', 'sees, and changes nothing')}
    </div>`
  }

  #account(account: string, name: string, what: string) {
    return html`<button
      data-testid="sign-in-${account}"
      @click=${() => void this.console.session.signInAtDemo(account)}
    >
      ${icon('person')}<span>${name}<small>${what}</small></span>
    </button>`
  }

  #renderToken() {
    const isDemo = this.console.session.settings?.signIn.kind === 'demo'
    const form = html`<form @submit=${this.#signIn}>
      <label class="field">
        Token of your identity provider
        <textarea name="token" required spellcheck="false" autocomplete="off"></textarea>
      </label>
      <button class="primary" type="submit">Sign in</button>
    </form>`
    return isDemo
      ? html`<details>
          <summary>With a token</summary>
          ${form}
        </details>`
      : form
  }

  #signIn(event: SubmitEvent): void {
    event.preventDefault()
    const token = new FormData(event.target as HTMLFormElement).get('token')
    if (typeof token === 'string') this.console.session.signIn(token.trim())
  }
}
customElements.define('tm-sign-in-view', TmSignInView)
