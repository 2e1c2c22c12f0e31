/** A receipt: what it says, whether that can be believed, and where it has been. */
import { css, html, nothing } from 'lit'
import { icon } from '../components/icon.ts'
import { chip, notice, stateOf } from '../components/states.ts'
import { Loaded } from '../contexts/loaded.ts'
import { ReceiptDetail, ReceiptLife } from '../data/answers.ts'
import { wordsOf } from '../data/errors.ts'
import { kindLabel, moment, money, quantity } from '../data/format.ts'
import { hrefOf } from '../data/route.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { ConsoleView } from './console-view.ts'

const everyMs = 5000

export class TmReceiptView extends ConsoleView {
  static override styles = [
    sharedStyles,
    css`
      .halves {
        display: grid;
        grid-template-columns: minmax(300px, 420px) minmax(0, 1fr);
        gap: var(--tm-space-4);
        align-items: start;
      }
      .total {
        display: flex;
        justify-content: space-between;
        font-size: var(--tm-text-l);
        font-weight: 700;
      }
      .life li {
        position: relative;
        padding: 0 0 var(--tm-space-4) var(--tm-space-5);
        border-left: 2px solid var(--tm-line);
      }
      .life li:last-child {
        padding-bottom: 0;
      }
      .life li::before {
        position: absolute;
        top: 4px;
        left: -7px;
        width: 12px;
        height: 12px;
        border-radius: 50%;
        background: var(--tm-brand);
        content: '';
      }
      @media (max-width: 900px) {
        .halves {
          grid-template-columns: 1fr;
        }
      }
    `,
  ]

  readonly #receipt = new Loaded(this, (signal) => this.#load(signal))
  /** The hub, head office and the audit follow one after the other. */
  readonly #life = new Loaded(this, (signal) => this.#loadLife(signal), everyMs)
  #shown: string | undefined

  get #number(): string {
    return this.route.path[2] ?? ''
  }

  protected override willUpdate(): void {
    if (this.#shown !== undefined && this.#shown !== this.#number) {
      void this.#receipt.restart()
      void this.#life.restart()
    }
    this.#shown = this.#number
  }

  #load(signal: AbortSignal): Promise<ReceiptDetail> {
    return this.console.client.get('sales', `/receipts/${encodeURIComponent(this.#number)}`, ReceiptDetail, signal)
  }

  /** For auditors and managers; others read why not. */
  async #loadLife(signal: AbortSignal): Promise<ReceiptLife | string> {
    try {
      const path = `/receipts/${encodeURIComponent(this.#number)}/life`
      return await this.console.client.get('sync-log', path, ReceiptLife, signal)
    } catch (error) {
      signal.throwIfAborted()
      return wordsOf(error)
    }
  }

  protected override render() {
    const detail = this.#receipt.value
    return html`<div class="page">
      <div class="row">
        <a class="button" href=${hrefOf(['sales'])} aria-label="Back to the sales">${icon('back')}</a>
        <h1>${detail?.receipt ?? this.#number}</h1>
      </div>
      ${stateOf(this.#receipt, () => void this.#receipt.reload())}
      ${detail === undefined ? nothing : html`<div class="halves">${this.#renderPaper(detail)} ${this.#renderFacts(detail)}</div>`}
    </div>`
  }

  #renderPaper({ entry }: ReceiptDetail) {
    const { currency, lines = [], payments = [], totals } = entry
    return html`<section class="card stack" data-testid="receipt">
      <div class="head">
        <h2>${kindLabel(entry.type)}</h2>
        <span class="soft small">${entry.terminalId} · ${entry.by.name ?? entry.by.id}</span>
      </div>
      <p class="soft small">${moment(entry.at)}</p>
      <table>
        <tbody>
          ${lines.map(
            (line) =>
              html`<tr>
                <td>
                  <a href=${hrefOf(['stock', line.sku])}>${line.name}</a>
                  <div class="soft small">
                    ${quantity(line.quantity, line.unit)} × ${money(line.unitPriceMinor, currency)}
                  </div>
                </td>
                <td class="number">${money(line.grossMinor, currency)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${
        totals === undefined
          ? nothing
          : html`<p class="total"><span>Total</span><span>${money(totals.dueMinor, currency)}</span></p>
              <p class="soft small">
                net ${money(totals.netMinor, currency)}, tax ${money(totals.taxMinor, currency)} ·
                ${payments.map(({ method, amountMinor }) => `${method} ${money(amountMinor, currency)}`).join(', ')}
              </p>`
      }
      ${totals === undefined && lines.length === 0 ? html`<pre>${JSON.stringify(entry, null, 2)}</pre>` : nothing}
    </section>`
  }

  #renderFacts(detail: ReceiptDetail) {
    const { verification, voidedBy, refundedBy, flag } = detail
    return html`<div class="stack">
      <section class="card stack">
        <h2>Can it be believed?</h2>
        <p class="row">
          ${chip(verification.hash === 'valid' ? 'hash right' : 'hash wrong', verification.hash === 'valid' ? 'good' : 'bad')}
          ${chip(verification.amounts === 'valid' ? 'adds up' : 'does not add up', verification.amounts === 'valid' ? 'good' : 'bad')}
          ${chainChip(verification.chain)} ${voidedBy.length > 0 ? chip('voided', 'caution') : nothing}
          ${refundedBy.length > 0 ? chip(`refunded (${refundedBy.length})`, 'caution') : nothing}
        </p>
        ${flag === null ? nothing : notice(`${flag.rule}: ${flag.detail}`, 'caution')}
        ${verification.findings.map(({ field, message }) => notice(`${field} ${message}`, 'bad'))}
        <p class="soft small">In the ledger since ${moment(detail.recordedAt)}, by ${detail.source}</p>
      </section>
      <section class="card stack">
        <h2>Its life</h2>
        ${this.#renderLife()}
      </section>
    </div>`
  }

  #renderLife() {
    const life = this.#life.value
    if (life === undefined) return stateOf(this.#life, () => void this.#life.reload())
    if (typeof life === 'string') return notice(life)
    return html`<ol class="life" data-testid="life">
        ${life.steps.map(
          ({ at, place, what, entryId }) =>
            html`<li>
              <b>${kindLabel(place)}</b> <span class="soft small">${moment(at)}</span>
              <p>
                ${what}
                ${entryId === undefined ? nothing : html`<a href=${hrefOf(['audit', 'entry', entryId])}>audit entry</a>`}
              </p>
            </li>`,
        )}
      </ol>
      ${life.notHeardOf.length === 0 ? nothing : notice(`Nothing was heard of it yet from: ${life.notHeardOf.join(', ')}`)}`
  }
}
customElements.define('tm-receipt-view', TmReceiptView)

function chainChip(chain: string) {
  if (chain === 'verified') return chip('follows from the one before', 'good')
  return chain === 'waiting' ? chip('the one before has not arrived', 'busy') : chip('chain broken', 'bad')
}
