/** What the hub lacks, oldest first: status, tries, the last error, when it is tried next, and "retry now". */
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { SyncStatus, UnsentItem } from '../../data/sync-status.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'
import { cardStyles } from './sync-styles.ts'
import { className, documentName, itemWord, triesWords } from './words.ts'

const pageSize = 50
const countEveryMs = 1000

/** @fires tm-sync-now */
@customElement('tm-sync-queue')
export class TmSyncQueue extends LitElement {
  static override styles = [
    sharedStyles,
    cardStyles,
    css`
      li {
        display: grid;
        grid-template-columns: minmax(0, 1fr) max-content;
        gap: 2px var(--tm-space-3);
        padding: var(--tm-space-2) 0;
        border-top: 1px solid var(--tm-line);
      }
      .document {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
      .error {
        grid-column: 1 / -1;
      }
      .all-sent {
        display: flex;
        align-items: center;
        gap: var(--tm-space-2);
        color: var(--tm-good);
        font-weight: 600;
      }
    `,
  ]

  @property({ attribute: false }) accessor status!: SyncStatus
  @state() private accessor shown = pageSize
  #timer: ReturnType<typeof setInterval> | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    // The seconds to the next try run down on screen.
    this.#timer = setInterval(() => this.status.unsent.length > 0 && this.requestUpdate(), countEveryMs)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearInterval(this.#timer)
  }

  protected override render() {
    const { unsent, running } = this.status
    return html`<section aria-labelledby="title">
      <div class="head">
        <h2 id="title">${msg('Not sent yet')} <span class="soft amount">${unsent.length}</span></h2>
        ${
          unsent.length === 0
            ? nothing
            : html`<button
                data-testid="retry-now"
                ?disabled=${running}
                @click=${() => this.dispatchEvent(new CustomEvent('tm-sync-now'))}
              >
                ${icon('arrows')} ${msg('Retry now')}
              </button>`
        }
      </div>
      ${unsent.length === 0 ? this.#renderEmpty() : this.#renderItems(unsent)}
    </section>`
  }

  #renderEmpty() {
    return html`<p class="all-sent" data-testid="all-sent">
      ${icon('check')} ${msg('Everything on this till is at the hub.')}
    </p>`
  }

  #renderItems(unsent: readonly UnsentItem[]) {
    return html`<ul data-testid="queue">
        ${unsent.slice(0, this.shown).map(
          (item) =>
            html`<li data-testid="queue-item" data-state=${item.state} data-retries=${item.retries}>
              <span class="document">${documentName(item.documentId)}</span>
              <span class="state ${item.state}">${itemWord(item.state)}</span>
              <span class="soft">${className(item.entityClass)} · ${triesWords(item.retries)}</span>
              <span class="soft amount">${this.#nextTry(item)}</span>
              ${item.lastError === null ? nothing : html`<span class="error">${item.lastError}</span>`}
            </li>`,
        )}
      </ul>
      ${
        unsent.length <= this.shown
          ? nothing
          : html`<button @click=${() => (this.shown += pageSize)}>
              ${msg(str`Show ${Math.min(pageSize, unsent.length - this.shown)} more`)}
            </button>`
      }`
  }

  #nextTry({ state: itemState }: UnsentItem): string {
    const { nextTryAt } = this.status
    if (itemState === 'syncing') return msg('now')
    if (nextTryAt === null) return ''
    const seconds = Math.max(0, Math.ceil((Date.parse(nextTryAt) - Date.now()) / 1000))
    return msg(str`next try in ${seconds} s`)
  }
}
