/** Puts the open cart aside under a name, and shows those that wait. */
import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { countItems } from '../../data/cart.ts'
import type { StoreFormat } from '../../data/format.ts'
import type { HeldCart } from '../../data/held-carts.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'

/** @fires tm-hold with the name; tm-recall and tm-discard with the id; tm-cancel */
@customElement('tm-held-dialog')
export class TmHeldDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: 560px;
      }
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        margin-bottom: var(--tm-space-3);
      }
      header button {
        padding: 0;
      }
      form {
        display: grid;
        gap: var(--tm-space-4);
      }
      label {
        display: grid;
        gap: var(--tm-space-1);
        font-weight: 600;
      }
      form button {
        min-height: 56px;
        font-size: var(--tm-text-l);
      }
      ul {
        display: grid;
        gap: var(--tm-space-2);
        margin: 0;
        padding: 0;
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        align-items: center;
        gap: var(--tm-space-2);
      }
      .cart {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto;
        justify-content: stretch;
        gap: 0 var(--tm-space-3);
        min-height: 60px;
        padding: var(--tm-space-2) var(--tm-space-3);
        overflow-wrap: anywhere;
        text-align: left;
      }
      .cart .soft {
        grid-column: 1;
        font-weight: 400;
        font-size: var(--tm-text-s);
      }
      .cart .amount {
        grid-column: 2;
        grid-row: 1 / span 2;
        align-self: center;
      }
      .none {
        padding: var(--tm-space-5);
        color: var(--tm-ink-soft);
        text-align: center;
      }
    `,
  ]

  @property({ attribute: false }) accessor carts: readonly HeldCart[] = []
  @property({ attribute: false }) accessor format!: StoreFormat
  @state() private accessor isHolding = false
  @query('dialog') private accessor dialog!: HTMLDialogElement

  async openToHold(): Promise<void> {
    this.isHolding = true
    await this.updateComplete
    this.dialog.showModal()
  }

  async openList(): Promise<void> {
    this.isHolding = false
    await this.updateComplete
    this.dialog.showModal()
  }

  #done(name: string, detail: string): void {
    this.dialog.close()
    this.dispatchEvent(new CustomEvent(name, { detail }))
  }

  #submit = (event: Event): void => {
    event.preventDefault()
    const typed = this.renderRoot.querySelector('input')?.value.trim() ?? ''
    this.#done('tm-hold', typed === '' ? this.#suggestion : typed)
  }

  get #suggestion(): string {
    return msg(str`Customer ${this.carts.length + 1}`)
  }

  protected override render() {
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('tm-cancel'))}>
      <header>
        <h2 id="title">${this.isHolding ? msg('Put the cart aside') : msg('Carts put aside')}</h2>
        <button class="plain" aria-label=${msg('Close')} @click=${() => this.dialog.close()}>${icon('close')}</button>
      </header>
      ${this.isHolding ? this.#renderForm() : this.#renderList()}
    </dialog>`
  }

  #renderForm() {
    return html`<form @submit=${this.#submit}>
      <label
        >${msg('To find it again')}
        <input
          data-testid="held-name"
          type="text"
          maxlength="60"
          autocomplete="off"
          autofocus
          placeholder=${this.#suggestion}
      /></label>
      <button class="primary" data-testid="confirm-hold">${msg('Put aside')} <kbd>Enter</kbd></button>
    </form>`
  }

  #renderList() {
    if (this.carts.length === 0) return html`<p class="none">${msg('No cart waits.')}</p>`
    return html`<ul>
      ${this.carts.map(
        (held) =>
          html`<li data-testid="held-cart">
            <button class="cart" data-testid="recall" @click=${() => this.#done('tm-recall', held.id)}>
              <span>${held.name}</span>
              <span class="soft">${this.format.time(new Date(held.heldAt))} · ${itemWords(countItems(held.cart))}</span>
              <span class="amount">${this.format.money(held.totalMinor)}</span>
            </button>
            <button
              class="plain"
              aria-label=${msg(str`Throw away ${held.name}`)}
              @click=${() => this.#done('tm-discard', held.id)}
            >
              ${icon('bin')}
            </button>
          </li>`,
      )}
    </ul>`
  }
}

/** `1 item`, `3 items` */
export function itemWords(count: number): string {
  return count === 1 ? msg('1 item') : msg(str`${count} items`)
}
