/** Shows what clearing the local cache would remove and keep, and why it is refused when it is. */
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { ClearingPlan, HeldData, LocalData } from '../../contexts/local-data.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'

/** @fires tm-cleared; tm-export-unsent */
@customElement('tm-clear-cache-dialog')
export class TmClearCacheDialog extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      dialog {
        width: 34rem;
      }
      dialog[open] {
        display: grid;
        gap: var(--tm-space-4);
      }
      table {
        width: 100%;
        border-collapse: collapse;
      }
      th,
      td {
        padding: var(--tm-space-2) 0;
        border-top: 1px solid var(--tm-line);
        font-weight: 400;
        text-align: left;
      }
      td {
        padding-left: var(--tm-space-3);
      }
      td.amount {
        text-align: right;
      }
      .kept {
        color: var(--tm-good);
        font-weight: 600;
      }
      .refused {
        color: var(--tm-bad);
        font-weight: 600;
      }
      footer {
        display: flex;
        flex-wrap: wrap;
        justify-content: flex-end;
        gap: var(--tm-space-3);
      }
    `,
  ]

  @property({ attribute: false }) accessor localData!: LocalData
  @state() private accessor plan: ClearingPlan | undefined
  @state() private accessor isClearing = false
  @query('dialog') private accessor dialog!: HTMLDialogElement

  async open(): Promise<void> {
    await this.refresh()
    await this.updateComplete
    if (!this.dialog.open) this.dialog.showModal()
  }

  /** What may be cleared changes while the dialog is open. */
  async refresh(): Promise<void> {
    this.plan = await this.localData.planClearing()
  }

  protected override render() {
    return html`<dialog aria-labelledby="title" data-testid="clear-cache-dialog">
      <h2 id="title">${msg('Clear the local cache?')}</h2>
      ${this.plan === undefined ? nothing : this.#renderPlan(this.plan)}
    </dialog>`
  }

  #renderPlan(plan: ClearingPlan) {
    return html`<p>
        ${msg('What the hub has as well is removed from this device and fetched again. Open carts, settings and the keys of this till stay.')}
      </p>
      <table>
        <tbody>
          ${plan.held.map((row) => this.#renderRow(row))}
        </tbody>
      </table>
      ${plan.outcome === 'possible' ? nothing : html`<p class="refused" data-testid="refused">${refusedWords(plan)}</p>`}
      <footer>
        ${
          plan.outcome === 'unsent'
            ? html`<button
                data-testid="export-first"
                @click=${() => this.dispatchEvent(new CustomEvent('tm-export-unsent'))}
              >
                ${msg('Save what is unsent')}
              </button>`
            : nothing
        }
        <button @click=${() => this.dialog.close()}>${msg('Cancel')}</button>
        <button
          class="danger"
          data-testid="confirm-clear"
          ?disabled=${plan.outcome !== 'possible' || this.isClearing}
          @click=${() => void this.#clear()}
        >
          ${this.isClearing ? msg('Clearing…') : msg('Clear')}
        </button>
      </footer>`
  }

  #renderRow({ what, documents, isKept }: HeldData) {
    return html`<tr data-what=${what} data-kept=${isKept}>
      <th scope="row">${heldWords(what)}</th>
      <td class="amount">${documents.toLocaleString()}</td>
      <td class="amount ${isKept ? 'kept' : ''}">${isKept ? msg('stays') : msg('goes')}</td>
    </tr>`
  }

  async #clear(): Promise<void> {
    this.isClearing = true
    try {
      if (await this.localData.clear()) this.dispatchEvent(new CustomEvent('tm-cleared'))
      // Something was sold meanwhile, or the hub went away.
      else this.plan = await this.localData.planClearing()
    } finally {
      this.isClearing = false
    }
  }
}

function refusedWords(plan: ClearingPlan): string {
  if (plan.outcome !== 'unsent') return msg('The hub has to answer: this till could not fetch it again.')
  return plan.documents === 1
    ? msg('1 document was not sent yet. Only this device has it.')
    : msg(str`${plan.documents} documents were not sent yet. Only this device has them.`)
}

function heldWords(what: HeldData['what']): string {
  switch (what) {
    case 'catalog':
      return msg('Catalogue')
    case 'stock':
      return msg('Stock movements and counts')
    case 'conflicts':
      return msg('Conflicts')
    case 'receipts':
      return msg('Receipts of earlier months')
    case 'last-receipts':
      return msg('Receipts of the month with the last one, which names the next number')
  }
}
