/** One store: its hub's last report, its receipt series, and what is wrong with entries of it. */
import { html, nothing } from 'lit'
import { icon } from '../components/icon.ts'
import { chip, empty, stateOf } from '../components/states.ts'
import { lagWords, stateOfStore } from '../components/store-words.ts'
import { Loaded } from '../contexts/loaded.ts'
import { Flag, pageOf, Series, type Store } from '../data/answers.ts'
import { ago, count, kindLabel, moment, span } from '../data/format.ts'
import { hrefOf } from '../data/route.ts'
import { ConsoleView } from './console-view.ts'

const everyMs = 5000
const shownFlags = 50
const SeriesList = pageOf(Series)
const Flags = pageOf(Flag)

interface LedgerOfStore {
  readonly series: readonly Series[]
  readonly flags: readonly Flag[]
}

export class TmStoreView extends ConsoleView {
  static override properties = { ...ConsoleView.properties, store: { attribute: false } }

  declare store: Store | undefined
  readonly #ledger = new Loaded(this, (signal) => this.#load(signal), everyMs)

  get #storeId(): string {
    return this.route.path[1] ?? ''
  }

  async #load(signal: AbortSignal): Promise<LedgerOfStore> {
    const { client } = this.console
    const [series, flags] = await Promise.all([
      client.get('sales', `/stores/${this.#storeId}/series`, SeriesList, signal),
      client.get('sales', `/stores/${this.#storeId}/flags?limit=${shownFlags}`, Flags, signal),
    ])
    return { series: series.items, flags: flags.items }
  }

  protected override render() {
    const { store } = this
    return html`<div class="page">
      <div class="row">
        <a class="button" href=${hrefOf(['stores'])} aria-label="Back to the stores">${icon('back')}</a>
        <h1>${store?.name ?? this.#storeId}</h1>
        ${store === undefined ? nothing : chip(...stateOfStore(store))}
        <span class="soft">${this.#storeId}</span>
      </div>
      ${store === undefined ? nothing : this.#renderHub(store)}
      ${stateOf(this.#ledger, () => void this.#ledger.reload())}
      ${this.#ledger.value === undefined ? nothing : this.#renderLedger(this.#ledger.value)}
    </div>`
  }

  #renderHub({ hub }: Store) {
    if (hub === null)
      return empty('stores', 'This hub has never reported', 'It does so as soon as it reaches head office.')
    return html`<section class="card stack">
      <div class="head">
        <h2>The hub</h2>
        <span class="soft small">
          heard ${ago(hub.lastContactAt)} · running since ${moment(hub.startedAt)} · JetStream ${hub.nats}
        </span>
      </div>
      <div class="scroll">
        <table class="stacks">
          <thead>
            <tr>
              <th>What waits</th>
              <th class="number">Not at head office</th>
              <th class="number">Not announced</th>
            </tr>
          </thead>
          <tbody>
            ${hub.classes.map(
              ({ entityClass, unsent, unpublished }) =>
                html`<tr>
                  <th scope="row">${kindLabel(entityClass)}</th>
                  <td class="number" data-label="Not at head office">
                    ${unsent.documents === 0 ? '·' : lagWords(unsent, hub.reportedAt)}
                  </td>
                  <td class="number" data-label="Not announced">
                    ${unpublished.documents === 0 ? '·' : lagWords(unpublished, hub.reportedAt)}
                  </td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="soft small">
        ${count(hub.terminals.enrolled)} tills, ${count(hub.terminals.connected)} connected ·
        ${count(hub.refusedDocuments)} refused documents · ${count(hub.openConflicts)} open conflicts at the hub · epoch
        <span class="mono">${hub.epoch.slice(0, 8)}</span>
      </p>
    </section>`
  }

  #renderLedger({ series, flags }: LedgerOfStore) {
    return html`<section class="card stack">
        <h2>Receipt series</h2>
        ${
          series.length === 0
            ? empty('sales', 'No receipts yet', 'Nothing of this store has reached the ledger.')
            : html`<div class="scroll">
                <table class="stacks">
                  <thead>
                    <tr>
                      <th>Till</th>
                      <th class="number">Up to</th>
                      <th class="number">Entries</th>
                      <th>Missing</th>
                      <th>Last entry</th>
                      <th>Last heard</th>
                    </tr>
                  </thead>
                  <tbody>
                    ${series.map((one) => this.#renderSeries(one))}
                  </tbody>
                </table>
              </div>`
        }
      </section>
      ${
        flags.length === 0
          ? nothing
          : html`<section class="card stack">
              <h2>Flags</h2>
              <ul class="stack">
                ${flags.map(
                  ({ rule, detail, documentId, active }) =>
                    html`<li>
                      ${chip(rule, active ? 'caution' : 'quiet')} <span class="mono">${documentId}</span>
                      <p class="small">${detail}</p>
                    </li>`,
                )}
              </ul>
            </section>`
      }`
  }

  #renderSeries({ incarnation, last, entries, missing, faults, lastEntryAt, lastHeardAt, ...one }: Series) {
    return html`<tr>
      <td data-label="Till"><b>${incarnation}</b></td>
      <td class="number" data-label="Up to">${count(last)}</td>
      <td class="number" data-label="Entries">${count(entries)}</td>
      <td data-label="Missing">
        ${
          missing.length === 0
            ? chip('complete', 'good')
            : chip(
                `${missing.map(({ from, to }) => (from === to ? from : `${from}–${to}`)).join(', ')} · for ${span(one.oldestMissingSeconds ?? 0)}`,
                'caution',
              )
        }
        ${faults.map(({ kind, number }) => chip(`${kind} at ${number}`, 'bad'))}
      </td>
      <td data-label="Last entry">${moment(lastEntryAt)}</td>
      <td data-label="Last heard">${ago(lastHeardAt)}</td>
    </tr>`
  }
}
customElements.define('tm-store-view', TmStoreView)
