/** What this till did to stay alike with its hub, newest first. */
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { StoreFormat } from '../../data/format.ts'
import type { TillLogEntry, TillLogEvent } from '../../data/till-log.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { cardStyles } from './sync-styles.ts'
import { logWords } from './words.ts'

type Filter = 'all' | 'problems' | 'carried' | 'people'

const pageSize = 50
const filterOf: Readonly<Record<TillLogEvent['kind'], Exclude<Filter, 'all'>>> = {
  sent: 'carried',
  fetched: 'carried',
  failed: 'problems',
  recovered: 'problems',
  refused: 'problems',
  'hub-changed': 'problems',
  'cache-cleared': 'people',
  exported: 'people',
  imported: 'people',
  'period-dropped': 'carried',
}

@customElement('tm-sync-log')
export class TmSyncLog extends LitElement {
  static override styles = [
    sharedStyles,
    cardStyles,
    css`
      li {
        display: grid;
        grid-template-columns: 11rem minmax(0, 1fr);
        gap: var(--tm-space-3);
        padding: var(--tm-space-2) 0;
        border-top: 1px solid var(--tm-line);
        overflow-wrap: anywhere;
      }
      li[data-kind='failed'] .words,
      li[data-kind='refused'] .words {
        color: var(--tm-bad);
      }
      .filters {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tm-space-2);
      }
      [aria-pressed='true'] {
        border-color: var(--tm-brand);
        background: var(--tm-brand-soft);
      }
      @media (max-width: 640px) {
        li {
          grid-template-columns: 1fr;
          gap: 0;
        }
      }
    `,
  ]

  @property({ attribute: false }) accessor entries: readonly TillLogEntry[] = []
  @property({ attribute: false }) accessor format: StoreFormat | undefined
  @state() private accessor filter: Filter = 'all'
  @state() private accessor shown = pageSize

  protected override render() {
    const found = this.entries.filter(({ kind }) => this.filter === 'all' || filterOf[kind] === this.filter)
    return html`<section aria-labelledby="title">
      <div class="head">
        <h2 id="title">${msg('Sync log')} <span class="soft amount">${found.length}</span></h2>
        <div class="filters" role="group" aria-label=${msg('Show')}>
          ${this.#renderFilter('all', msg('All'))} ${this.#renderFilter('problems', msg('Problems'))}
          ${this.#renderFilter('carried', msg('Sent and fetched'))} ${this.#renderFilter('people', msg('By people'))}
        </div>
      </div>
      ${found.length === 0 ? html`<p class="soft">${msg('Nothing of this kind has happened yet.')}</p>` : nothing}
      <ul data-testid="sync-log">
        ${found.slice(0, this.shown).map(
          (entry) =>
            html`<li data-kind=${entry.kind}>
              <time class="soft amount" datetime=${entry.at}
                >${this.format?.dateTime(new Date(entry.at)) ?? entry.at}</time
              >
              <span class="words">${logWords(entry)}</span>
            </li>`,
        )}
      </ul>
      ${
        found.length <= this.shown
          ? nothing
          : html`<button @click=${() => (this.shown += pageSize)}>
              ${msg(str`Show ${Math.min(pageSize, found.length - this.shown)} more`)}
            </button>`
      }
    </section>`
  }

  #renderFilter(filter: Filter, label: string) {
    return html`<button
      data-filter=${filter}
      aria-pressed=${this.filter === filter}
      @click=${() => {
        this.filter = filter
        this.shown = pageSize
      }}
    >
      ${label}
    </button>`
  }
}
