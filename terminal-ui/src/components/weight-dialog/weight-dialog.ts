/** Asks for the grams of a product that is sold by weight. */
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { extendedPrice } from '@tidemark/contracts'
import { maxQuantity } from '../../data/cart.ts'
import type { TillProduct } from '../../data/catalog-store.ts'
import type { StoreFormat } from '../../data/format.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'

/** @fires tm-weighed with the grams; tm-cancel */
@customElement('tm-weight-dialog')
export class TmWeightDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: 380px;
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
      input {
        min-height: 60px;
        font-size: var(--tm-text-xl);
        text-align: right;
      }
      .price {
        display: flex;
        justify-content: space-between;
        font-size: var(--tm-text-l);
      }
      .actions {
        display: grid;
        grid-template-columns: 1fr 2fr;
        gap: var(--tm-space-2);
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
    this.input.focus()
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

  protected override render() {
    const { product } = this
    return html`<dialog aria-labelledby="title" @close=${() => this.dispatchEvent(new CustomEvent('tm-cancel'))}>
      ${
        product === undefined
          ? nothing
          : html`<form @submit=${this.#submit}>
              <h2 id="title">${product.name}</h2>
              <label
                >Weight in grams
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
                <strong class="amount"
                  >${
                    this.grams === 0
                      ? '–'
                      : this.format.money(
                          extendedPrice({ unitPriceMinor: product.priceMinor, quantity: this.grams, unit: 'gram' }),
                        )
                  }</strong
                >
              </div>
              <div class="actions">
                <button type="button" @click=${() => this.dialog.close()}>Cancel</button>
                <button class="primary" type="submit" data-testid="add-weighed" ?disabled=${this.grams === 0}>
                  Add
                </button>
              </div>
            </form>`
      }
    </dialog>`
  }
}
