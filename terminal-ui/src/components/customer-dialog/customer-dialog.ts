/** Who the receipt is for: name, e-mail and telephone, all of them optional. */
import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import type { CartCustomer } from '../../data/cart.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'

/** @fires tm-customer with a CartCustomer, of which absent fields are empty; tm-cancel */
@customElement('tm-customer-dialog')
export class TmCustomerDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: 440px;
      }
      header {
        display: flex;
        align-items: center;
        justify-content: space-between;
        margin-bottom: var(--tm-space-2);
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
      input:user-invalid {
        border-color: var(--tm-bad);
        background: var(--tm-bad-soft);
      }
      .actions {
        display: grid;
        grid-template-columns: 1fr 2fr;
        gap: var(--tm-space-2);
      }
    `,
  ]

  @property({ attribute: false }) accessor customer: CartCustomer = {}
  @query('dialog') private accessor dialog!: HTMLDialogElement
  @query('form') private accessor form!: HTMLFormElement

  async open(customer: CartCustomer | undefined): Promise<void> {
    this.customer = customer ?? {}
    await this.updateComplete
    this.form.reset()
    this.dialog.showModal()
  }

  #submit = (event: Event): void => {
    event.preventDefault()
    const fields = Object.fromEntries(new FormData(this.form))
    const text = (name: string) => String(fields[name] ?? '').trim()
    this.#done({ name: text('name'), email: text('email'), phone: text('phone') })
  }

  #done(detail: CartCustomer): void {
    this.dialog.close()
    this.dispatchEvent(new CustomEvent('tm-customer', { detail }))
  }

  protected override render() {
    const { name = '', email = '', phone = '' } = this.customer
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('tm-cancel'))}>
      <header>
        <h2 id="title">${msg('Customer')}</h2>
        <button class="plain" aria-label=${msg('Close')} @click=${() => this.dialog.close()}>${icon('close')}</button>
      </header>
      <form @submit=${this.#submit}>
        <p class="soft">${msg('Only if the customer wishes it, for the receipt.')}</p>
        <label
          >${msg('E-mail for the receipt')}
          <input
            name="email"
            data-testid="customer-email"
            type="email"
            maxlength="254"
            pattern="[^\\s@]+@[^\\s@]+"
            autocomplete="off"
            value=${email}
            autofocus
        /></label>
        <label
          >${msg('Name')}
          <input name="name" data-testid="customer-name" maxlength="200" autocomplete="off" value=${name}
        /></label>
        <label
          >${msg('Telephone')}
          <input
            name="phone"
            data-testid="customer-phone"
            type="tel"
            maxlength="32"
            pattern="\\+?[0-9][0-9 \\(\\)\\.\\/\\-]{3,30}"
            autocomplete="off"
            value=${phone}
        /></label>
        <div class="actions">
          <button type="button" @click=${() => this.#done({})}>${msg('Remove')}</button>
          <button class="primary" data-testid="save-customer">${msg('Save')}</button>
        </div>
      </form>
    </dialog>`
  }
}
