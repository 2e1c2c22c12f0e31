/** Asks for the grams of a product that is sold by weight. */
import { msg } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { extendedPrice } from '@tidemark/contracts'
import { maxQuantity } from '../../data/cart.ts'
import type { TillProduct } from '../../data/catalog-store.ts'
import type { StoreFormat } from '../../data/format.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import '../keypad/keypad.ts'
import { pressKey } from '../keypad/keypad.ts'

/** @fires tm-weighed with the grams; tm-cancel */
@customElement('tm-weight-dialog')
export class TmWeightDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: 640px;
      }
      form {
        display: grid;
        grid-template-columns: minmax(0, 1fr) 248px;
        gap: var(--tm-space-4) var(--tm-space-5);
      }
      h2,
      .actions {
        grid-column: 1 / -1;
        overflow-wrap: anywhere;
      }
      .weighed {
        display: grid;
        align-content: start;
        gap: var(--tm-space-4);
      }
      label {
        display: grid;
        gap: var(--tm-space-1);
        font-weight: 600;
      }
      input {
        width: 100%;
        min-height: 60px;
        font-size: var(--tm-text-xl);
        text-align: right;
      }
      .price {
        display: flex;
        justify-content: space-between;
        font-size: var(--tm-text-l);
      }
      .price strong {
        font-size: var(--tm-text-xl);
      }
      .actions {
        display: grid;
        grid-template-columns: 1fr 2fr;
        gap: var(--tm-space-2);
      }
      .actions button {
        min-height: 52px;
      }
      @media (max-width: 640px) {
        form {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ]

  @property({ attribute: false }) accessor format!: StoreFormat
  @state() private accessor product: TillProduct | undefined
  @state() private accessor grams = 0
  @query('dialog') private accessor dialog!: HTMLDialogElement
  @query('input') private accessor input!: HTMLInputElement

  async open(product: TillProduct): Promise<void> {
    this.product = product
    this.grams = 0
    await this.updateComplete
    this.dialog.showModal()
    this.input.value = ''
    // The keypad is there for a finger; a keyboard of the system's own would cover it.
    if (window.matchMedia('(pointer: fine)').matches) this.input.focus()
  }

  #press(key: string): void {
    this.input.value = pressKey(this.input.value.trim(), key)
    this.#onInput()
  }

  #onInput = (): void => {
    const grams = Number(this.input.value.trim())
    this.grams = Number.isInteger(grams) && grams >= 1 && grams <= maxQuantity ? grams : 0
  }

  #submit = (event: Event): void => {
    event.preventDefault()
    if (this.grams === 0 || this.product === undefined) return
    const detail = { product: this.product, grams: this.grams }
    this.dialog.close()
    this.dispatchEvent(new CustomEvent('tm-weighed', { detail }))
  }

  #price({ priceMinor }: TillProduct): string {
    if (this.grams === 0) return '–'
    return this.format.money(extendedPrice({ unitPriceMinor: priceMinor, quantity: this.grams, unit: 'gram' }))
  }

  protected override render() {
    const { product } = this
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('tm-cancel'))}>
      ${
        product === undefined
          ? nothing
          : html`<form @submit=${this.#submit}>
              <h2 id="title">${product.name}</h2>
              <div class="weighed">
                <label
                  >${msg('Weight in grams')}
                  <input
                    data-testid="grams"
                    type="text"
                    inputmode="numeric"
                    maxlength="7"
                    autocomplete="off"
                    @input=${this.#onInput}
                /></label>
                <div class="price">
                  <span class="soft">${this.format.unitPrice(product.priceMinor, 'gram')}</span>
                  <strong class="amount">${this.#price(product)}</strong>
                </div>
              </div>
              <tm-keypad @tm-key=${(event: CustomEvent<string>) => this.#press(event.detail)}></tm-keypad>
              <div class="actions">
                <button type="button" @click=${() => this.dialog.close()}>${msg('Cancel')}</button>
                <button class="primary" type="submit" data-testid="add-weighed" ?disabled=${this.grams === 0}>
                  ${msg('Add')}
                </button>
              </div>
            </form>`
      }
    </dialog>`
  }
}
