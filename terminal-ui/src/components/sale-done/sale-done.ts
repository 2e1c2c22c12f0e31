/** The sale is recorded: what goes back to the customer, the receipt, and the way to the next sale. */
import { msg, str } from '@lit/localize'
import type { Payment, Refund, Sale, Store } from '@tidemark/contracts'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { StoreFormat } from '../../data/format.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'
import '../receipt/receipt.ts'
import type { ReceiptKind, TmReceipt } from '../receipt/receipt.ts'
import { saleDoneStyles } from './sale-done-styles.ts'

/** @fires tm-new-sale */
@customElement('tm-sale-done')
export class TmSaleDone extends LitElement {
  static override styles = [sharedStyles, saleDoneStyles]

  @property({ attribute: false }) accessor sale!: Sale
  /** The refund of an exchange: what goes back is in it. */
  @property({ attribute: false }) accessor refund: Refund | undefined
  @property({ attribute: false }) accessor store!: Store
  @property({ attribute: false }) accessor format!: StoreFormat
  @state() private accessor kind: ReceiptKind = 'sale'

  protected override firstUpdated(): void {
    this.renderRoot.querySelector<HTMLElement>('.new-sale')?.focus()
  }

  async #print(kind: ReceiptKind): Promise<void> {
    this.kind = kind
    await this.updateComplete
    await this.renderRoot.querySelector<TmReceipt>('tm-receipt')?.updateComplete
    window.print()
    this.kind = 'sale'
  }

  #newSale(event: MouseEvent): void {
    // The second click of a double click on "confirm", or a held Enter key, must not put the receipt away unseen.
    if (event.detail <= 1) this.dispatchEvent(new CustomEvent('tm-new-sale'))
  }

  protected override render() {
    const { sale, store, format } = this
    const cash = sale.payments.filter(isCoins)
    const changeMinor = cash.reduce((total, payment) => total + payment.changeMinor, 0)
    const backMinor = (this.refund?.payments ?? [])
      .filter(isCoins)
      .reduce((total, { amountMinor }) => total + amountMinor, 0)
    return html`<section data-testid="receipt" aria-label=${msg('Receipt')}>
      <div class="outcome" role="status">
        <span class="tick">${icon('check', 40)}</span>
        <h1>${msg('Paid')}</h1>
        ${cash.length === 0 ? nothing : this.#renderCash(msg('Change'), changeMinor)}
        ${backMinor === 0 ? nothing : this.#renderCash(msg('Give back in cash'), backMinor)}
        ${
          sale.customer?.email === undefined
            ? nothing
            : html`<p class="soft">${msg(str`The receipt is for ${sale.customer.email}`)}</p>`
        }
        <button
          class="primary new-sale"
          data-testid="new-sale"
          @keydown=${(event: KeyboardEvent) => {
            if (event.repeat) event.preventDefault()
          }}
          @click=${(event: MouseEvent) => this.#newSale(event)}
        >
          ${msg('New sale')} <kbd>Enter</kbd>
        </button>
        <button data-testid="print" @click=${() => void this.#print('sale')}>${icon('print')} ${msg('Print')}</button>
        <button data-testid="print-gift" @click=${() => void this.#print('gift')}>
          ${icon('gift')} ${msg('Gift receipt')}
        </button>
      </div>
      <div class="paper">
        <tm-receipt .sale=${sale} .store=${store} .format=${format} .kind=${this.kind}></tm-receipt>
      </div>
    </section>`
  }

  #renderCash(label: string, amountMinor: number) {
    return html`<p>${label}</p>
      <p class="change amount" data-testid="handed-back">${this.format.money(amountMinor)}</p>`
  }
}

/** Cash, and no goods in its place. */
function isCoins(payment: Payment): payment is Extract<Payment, { method: 'cash' }> {
  return payment.method === 'cash' && payment.exchange !== true
}
