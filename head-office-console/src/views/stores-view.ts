/** The stores: who was heard when, what waits there, what is missing here. */
import { css, html, nothing } from 'lit'
import type { ClassLag } from '@tidemark/contracts'
import { chip, empty, stateOf, type Mood } from '../components/states.ts'
import { lagWords, stateOfStore } from '../components/store-words.ts'
import { Loaded } from '../contexts/loaded.ts'
import { loadOpenWork } from '../contexts/open-work.ts'
import { pageOf, Store } from '../data/answers.ts'
import { ago, count, moment, span } from '../data/format.ts'
import { hrefOf } from '../data/route.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { ConsoleView } from './console-view.ts'
import './store-view.ts'

const everyMs = 5000
const Stores = pageOf(Store)
/** In the order in which they travel. */
const classWords: readonly (readonly [ClassLag['entityClass'], string])[] = [
  ['sales', 'Sales'],
  ['inventory', 'Stock'],
  ['conflicts', 'Conflicts'],
  ['catalog', 'Catalogue'],
  ['sync-log', 'Audit'],
]

export class TmStoresView extends ConsoleView {
  static override styles = [
    sharedStyles,
    css`
      .groups > * {
        padding-bottom: 0;
        border-bottom: none;
        font-size: var(--tm-text-xs);
        text-align: center;
      }
      .groups th {
        border-bottom: 2px solid var(--tm-brand);
      }
      th,
      td {
        padding-inline: var(--tm-space-2);
      }
      .name {
        white-space: nowrap;
      }
    `,
  ]

  readonly #stores = new Loaded(this, (signal) => this.#load(signal), everyMs)
  readonly #work = loadOpenWork(this, () => this.console.client)

  protected override render() {
    const [, storeId] = this.route.path
    if (storeId !== undefined) {
      const store = this.#stores.value?.find((candidate) => candidate.storeId === storeId)
      return html`<tm-store-view .console=${this.console} .route=${this.route} .store=${store}></tm-store-view>`
    }
    return html`<div class="page">
      <div class="head">
        <h1>Stores</h1>
        <p class="soft small">Hubs report every half minute, and at once when something changes</p>
      </div>
      ${stateOf(this.#stores, () => void this.#stores.reload())}
      ${this.#stores.value === undefined ? nothing : this.#renderStores(this.#stores.value)}
    </div>`
  }

  async #load(signal: AbortSignal): Promise<readonly Store[]> {
    const all: Store[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
      const page = await this.console.client.get('sales', `/stores?limit=50${after}`, Stores, signal)
      all.push(...page.items)
      cursor = page.nextCursor
    }
    return all
  }

  #renderStores(stores: readonly Store[]) {
    if (stores.length === 0) {
      return empty(
        'stores',
        'No stores yet',
        'A store appears when head office describes it, or when it sells something.',
      )
    }
    return html`${this.#renderTiles(stores)}
      <div class="card scroll">
        <table class="stacks" data-testid="stores">
          <thead>
            <tr class="groups">
              <td colspan="3"></td>
              <th colspan="5" scope="colgroup">Waits in the store</th>
              <td></td>
              <th colspan="3" scope="colgroup">At head office</th>
            </tr>
            <tr>
              <th>Store</th>
              <th>State</th>
              <th>Last contact</th>
              ${classWords.map(([, words]) => html`<th class="number">${words}</th>`)}
              <th class="number">Tills</th>
              <th class="number">Missing</th>
              <th class="number">Conflicts</th>
              <th class="number">Alarms</th>
            </tr>
          </thead>
          <tbody>
            ${stores.map((store) => this.#renderStore(store))}
          </tbody>
        </table>
      </div>
      <p class="soft small">
        What waits are changes that a store has not sent, as its hub reported last. Missing are receipt numbers that
        have not arrived although a later one has.
      </p>`
  }

  #renderTiles(stores: readonly Store[]) {
    const hubs = stores.flatMap(({ hub }) => hub ?? [])
    const silent = hubs.filter((hub) => hub.silent).length
    const waiting = hubs.flatMap(({ classes }) => classes).reduce((total, { unsent }) => total + unsent.documents, 0)
    const missing = stores.reduce((total, { ledger }) => total + ledger.missing, 0)
    const open = this.#work.value?.cases.filter(({ needsPerson }) => needsPerson).length ?? 0
    const alarms = this.#work.value?.alarms.length ?? 0
    return html`<div class="tiles">
      ${tile(`${hubs.length - silent} of ${stores.length}`, 'stores are heard', silent > 0 ? 'caution' : 'quiet')}
      ${tile(count(waiting), 'changes wait in stores', 'quiet')}
      ${tile(count(missing), 'receipt numbers missing', missing > 0 ? 'caution' : 'quiet')}
      ${tile(count(open), 'conflicts need a person', open > 0 ? 'caution' : 'quiet', hrefOf(['conflicts']))}
      ${tile(count(alarms), 'alarms', alarms > 0 ? 'bad' : 'quiet', hrefOf(['audit', 'alarms']))}
    </div>`
  }

  #renderStore(store: Store) {
    const { storeId, name, hub, ledger } = store
    const [words, mood] = stateOfStore(store)
    const cases = this.#work.value?.cases.filter(({ stores }) => stores.includes(storeId)).length ?? 0
    const alarms = this.#work.value?.alarms.filter((alarm) => alarm.storeId === storeId).length ?? 0
    return html`<tr data-store=${storeId} data-state=${words}>
      <td data-label="Store" class="name">
        <a href=${hrefOf(['stores', storeId])}><b>${name}</b></a> <span class="soft small">${storeId}</span>
      </td>
      <td data-label="State">${chip(words, mood)}</td>
      <td data-label="Last contact" title=${hub === null ? '' : moment(hub.lastContactAt)}>
        ${hub === null ? '–' : ago(hub.lastContactAt)}
      </td>
      ${classWords.map(
        ([entityClass, label]) => html`<td class="number" data-label=${label}>${lagText(hub, entityClass)}</td>`,
      )}
      <td class="number" data-label="Tills">
        ${hub === null ? '–' : html`${hub.terminals.connected}<span class="soft"> / ${hub.terminals.enrolled}</span>`}
      </td>
      <td class="number" data-label="Missing">
        ${ledger.missing === 0 ? '·' : chip(`${count(ledger.missing)} · ${span(ledger.oldestMissingSeconds ?? 0)}`, 'caution')}
      </td>
      <td class="number" data-label="Conflicts">
        ${cases === 0 ? '·' : html`<a href=${hrefOf(['conflicts'], { store: storeId })}>${cases}</a>`}
      </td>
      <td class="number" data-label="Alarms">
        ${alarms === 0 ? '·' : html`<a href=${hrefOf(['audit', 'alarms'], { store: storeId })}>${alarms}</a>`}
      </td>
    </tr>`
  }
}
customElements.define('tm-stores-view', TmStoresView)

function tile(figure: string, words: string, mood: Mood, href?: string) {
  const content = html`<strong>${figure}</strong><span class="small">${words}</span>`
  return href === undefined
    ? html`<div class="tile" data-mood=${mood}>${content}</div>`
    : html`<a class="tile" data-mood=${mood} href=${href}>${content}</a>`
}

function lagText(hub: Store['hub'], entityClass: ClassLag['entityClass']) {
  if (hub === null) return '–'
  const lag = hub.classes.find((candidate) => candidate.entityClass === entityClass)?.unsent
  return lag === undefined || lag.documents === 0 ? '·' : lagWords(lag, hub.reportedAt)
}
