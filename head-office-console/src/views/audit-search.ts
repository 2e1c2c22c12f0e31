/** Entries of hubs' sync logs by store, till, document, kind and time. The address holds the question. */
import { css, html, nothing } from 'lit'
import { icon } from '../components/icon.ts'
import { empty, problemNotice, stateOf } from '../components/states.ts'
import { eventText } from '../components/audit-words.ts'
import { verdictChip } from '../components/verdicts.ts'
import { Loaded } from '../contexts/loaded.ts'
import { AuditEntry, auditKinds, pageOf } from '../data/answers.ts'
import { wordsOf } from '../data/errors.ts'
import { kindLabel, moment } from '../data/format.ts'
import { go, hrefOf } from '../data/route.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { ConsoleView } from './console-view.ts'

const Entries = pageOf(AuditEntry)
const pageSize = 50

interface Found {
  readonly items: readonly AuditEntry[]
  readonly next: string | null
}

export class TmAuditSearch extends ConsoleView {
  static override styles = [
    sharedStyles,
    css`
      form {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(132px, 1fr));
        gap: var(--tm-space-3);
        align-items: end;
      }
      td p {
        overflow-wrap: anywhere;
      }
    `,
  ]
  static override properties = { ...ConsoleView.properties, problem: { state: true } }

  declare problem: string | undefined
  readonly #found = new Loaded<Found>(this, (signal) => this.#page(null, signal))
  #asked: string | undefined

  protected override willUpdate(): void {
    const asked = JSON.stringify(this.route.query)
    if (this.#asked !== undefined && this.#asked !== asked) void this.#found.restart()
    this.#asked = asked
  }

  async #page(cursor: string | null, signal?: AbortSignal): Promise<Found> {
    const search = new URLSearchParams({ limit: String(pageSize) })
    const { store, terminal, document: documentId, kind, from, until } = this.route.query
    const times = [from, until].map((time) => (time === undefined ? undefined : new Date(time).toISOString()))
    const named = { storeId: store, terminalId: terminal, documentId, kind, from: times[0], until: times[1] }
    for (const [name, value] of Object.entries(named)) if (value) search.set(name, value)
    if (cursor !== null) search.set('cursor', cursor)
    const { items, nextCursor } = await this.console.client.get(
      'sync-log',
      `/entries?${search.toString()}`,
      Entries,
      signal,
    )
    return { items, next: nextCursor }
  }

  async #more({ items, next }: Found): Promise<void> {
    this.problem = undefined
    try {
      const page = await this.#page(next)
      this.#found.replace({ items: [...items, ...page.items], next: page.next })
    } catch (error) {
      this.problem = wordsOf(error)
    }
  }

  protected override render() {
    return html`<div class="stack">
      ${this.#renderForm()} ${this.problem === undefined ? nothing : problemNotice(this.problem)}
      ${stateOf(this.#found, () => void this.#found.reload())}
      ${this.#found.value === undefined ? nothing : this.#renderFound(this.#found.value)}
    </div>`
  }

  #renderForm() {
    const { query } = this.route
    const value = (name: string): string => query[name] ?? ''
    return html`<form class="card" role="search" @submit=${this.#search}>
      <label class="field"
        >Store<input name="store" placeholder="s001" pattern="s[0-9]{3,6}" .value=${value('store')}
      /></label>
      <label class="field">Till<input name="terminal" placeholder="s001-t01" .value=${value('terminal')} /></label>
      <label class="field"
        >Document<input
          name="document"
          placeholder="journal:…"
          data-testid="audit-document"
          .value=${value('document')}
      /></label>
      <label class="field">
        What happened
        <select name="kind" data-testid="audit-kind">
          <option value="">anything</option>
          ${auditKinds.map((kind) => html`<option value=${kind} ?selected=${kind === value('kind')}>${kindLabel(kind)}</option>`)}
        </select>
      </label>
      <label class="field">From<input name="from" type="datetime-local" .value=${value('from')} /></label>
      <label class="field">Until<input name="until" type="datetime-local" .value=${value('until')} /></label>
      <button class="primary" type="submit" data-testid="audit-search">${icon('search')} Search</button>
    </form>`
  }

  #search(event: SubmitEvent): void {
    event.preventDefault()
    const form = new FormData(event.target as HTMLFormElement)
    go(['audit', 'entries'], Object.fromEntries([...form].map(([name, value]) => [name, String(value).trim()])))
  }

  #renderFound(found: Found) {
    if (found.items.length === 0) {
      return html`<div class="card">${empty('audit', 'No entries', 'No hub has written anything like this.')}</div>`
    }
    return html`<div class="card scroll">
      <table class="stacks" data-testid="entries">
        <thead>
          <tr>
            <th>When</th>
            <th>Store</th>
            <th class="number">Entry</th>
            <th>What happened</th>
            <th>Verdict</th>
          </tr>
        </thead>
        <tbody>
          ${found.items.map(
            (item) =>
              html`<tr data-entry=${item.id}>
                <td data-label="When">${moment(item.at)}</td>
                <td data-label="Store">${item.storeId}</td>
                <td data-label="Entry" class="number">
                  <a href=${hrefOf(['audit', 'entry', item.id])}>${item.number}</a>
                </td>
                <td data-label="What happened">
                  <b>${kindLabel(item.kind)}</b>
                  <p class="small soft">${eventText(item)}</p>
                </td>
                <td data-label="Verdict">${verdictChip(item)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
      ${
        found.next === null
          ? nothing
          : html`<button class="plain" @click=${() => void this.#more(found)}>Show older entries</button>`
      }
    </div>`
  }
}
customElements.define('tm-audit-search', TmAuditSearch)
