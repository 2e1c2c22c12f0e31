/** One store: its WAN switch, its hub, and what waits to be sent. */
import { lagByClass, sumLag, type ClassLag, type Lag } from '@tidemark/contracts'
import { html, LitElement, nothing } from 'lit'
import type { StoreSnapshot } from '../page-server/snapshot-types.ts'
import { count, span } from './format.ts'
import { stateOf, type StoreState } from './store-state.ts'

const stateWords: Record<StoreState, string> = {
  synced: 'All sent',
  syncing: 'Sending',
  cut: 'Cut off',
  down: 'Hub down',
}
const classWords: Record<ClassLag['entityClass'], string> = {
  sales: 'Sales',
  inventory: 'Stock',
  catalog: 'Catalogue',
  conflicts: 'Conflicts',
  'sync-log': 'Audit trail',
}

export class StoreCard extends LitElement {
  static override properties = { store: { attribute: false }, now: { attribute: false } }

  declare store: StoreSnapshot
  declare now: string

  /** Light DOM: the page has one style sheet. */
  protected override createRenderRoot(): HTMLElement {
    return this
  }

  protected override render() {
    const { store } = this
    const state = stateOf(store)
    const databases = store.status?.databases ?? []
    return html`<section class="card store" data-state=${state} data-testid="store-${store.storeId}">
      <header>
        <div>
          <h2>${store.name}</h2>
          <p class="quiet">${store.storeId} · ${this.terminalsText()}</p>
        </div>
        <span class="badge" data-state=${state}>${stateWords[state]}</span>
      </header>
      ${this.wanSwitch()}
      <dl class="figures">
        ${this.figure('Waiting for head office', sumLag(databases.map(({ push }) => push)))}
        ${this.figure('Waiting to be announced', sumLag(databases.map(({ publish }) => publish)))}
      </dl>
      ${this.classTable(lagByClass(databases))}
      <footer>
        <a class="button primary" href=${store.tillUrl} target="_blank" rel="noopener">Open a till</a>
        ${this.hubButton()}
      </footer>
    </section>`
  }

  private terminalsText(): string {
    const terminals = this.store.status?.terminals
    if (terminals === undefined) return 'the hub does not answer'
    return `${count(terminals.enrolled, 'till')}, ${terminals.connected} connected`
  }

  private wanSwitch() {
    const { isWanUp, name } = this.store
    return html`<button
      class="wan"
      role="switch"
      aria-checked=${isWanUp}
      aria-label="WAN of ${name}"
      data-testid="wan-${this.store.storeId}"
      @click=${() => this.send('wan-switched', !isWanUp)}
    >
      <span class="knob"></span>
      <span class="wan-text">
        <b>${isWanUp ? 'Line is up' : 'Line is cut'}</b>
        <span>${isWanUp ? 'Press to cut it' : 'It sells on. Press to restore'}</span>
      </span>
    </button>`
  }

  private figure(label: string, lag: Lag) {
    const since = lag.since === null ? 'nothing waits' : `for ${span(lag.since, this.now)}`
    const unknown = this.store.status === null
    return html`<div class=${lag.documents > 0 ? 'behind' : ''}>
      <dt>${label}</dt>
      <dd>${unknown ? '–' : lag.documents.toLocaleString('en-IE')}</dd>
      <dd class="quiet">${unknown ? 'not known' : since}</dd>
    </div>`
  }

  private classTable(classes: readonly ClassLag[]) {
    if (classes.length === 0) return nothing
    return html`<table>
      <thead>
        <tr>
          <th>Kind</th>
          <th class="number">To send</th>
          <th class="number">To announce</th>
        </tr>
      </thead>
      <tbody>
        ${classes.map(
          ({ entityClass, unsent, unpublished }) =>
            html`<tr>
              <td>${classWords[entityClass]}</td>
              <td class="number">${unsent.documents || '·'}</td>
              <td class="number">${unpublished.documents || '·'}</td>
            </tr>`,
        )}
      </tbody>
    </table>`
  }

  private hubButton() {
    const state = this.store.hub?.state
    if (state === 'starting' || state === 'stopping')
      return html`<button class="button" disabled>Hub is ${state}…</button>`
    const isRunning = state === 'running'
    return html`<button class="button" @click=${() => this.send('hub-switched', !isRunning)}>
      ${isRunning ? 'Kill the hub' : 'Start the hub'}
    </button>`
  }

  private send(type: 'wan-switched' | 'hub-switched', on: boolean): void {
    this.dispatchEvent(new CustomEvent(type, { detail: { storeId: this.store.storeId, on }, bubbles: true }))
  }
}

customElements.define('demo-store-card', StoreCard)
