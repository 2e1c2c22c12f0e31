/** Verifying: every hub's chain, and the audit's own. */
import { html, nothing } from 'lit'
import { icon } from '../components/icon.ts'
import { chip, empty, stateOf } from '../components/states.ts'
import { Loaded } from '../contexts/loaded.ts'
import { AuditChain, pageOf, Store, StoreChain } from '../data/answers.ts'
import { wordsOf } from '../data/errors.ts'
import { count, moment, plural } from '../data/format.ts'
import { ConsoleView } from './console-view.ts'

const Stores = pageOf(Store)

interface Verdicts {
  readonly own: AuditChain | string
  readonly stores: readonly { readonly store: Store; readonly chain: StoreChain | string }[]
}

export class TmAuditChains extends ConsoleView {
  readonly #verdicts = new Loaded<Verdicts>(this, (signal) => this.#verify(signal))

  async #verify(signal: AbortSignal): Promise<Verdicts> {
    const { client } = this.console
    const orWords = (error: unknown): string => {
      signal.throwIfAborted()
      return wordsOf(error)
    }
    const { items } = await client.get('sales', '/stores?limit=100', Stores, signal)
    const own = client.get('sync-log', '/chain', AuditChain, signal).catch(orWords)
    const stores = items.map(async (store) => ({
      store,
      chain: await client.get('sync-log', `/stores/${store.storeId}/chain`, StoreChain, signal).catch(orWords),
    }))
    return { own: await own, stores: await Promise.all(stores) }
  }

  protected override render() {
    const verdicts = this.#verdicts.value
    return html`<div class="stack">
      <div class="head">
        <p class="soft">Every hash, link, signature and place is read again and compared, now.</p>
        <button
          class="primary"
          ?disabled=${this.#verdicts.isLoading}
          data-testid="verify"
          @click=${() => void this.#verdicts.restart()}
        >
          ${icon('audit')} Verify again
        </button>
      </div>
      ${stateOf(this.#verdicts, () => void this.#verdicts.reload())}
      ${verdicts === undefined ? nothing : this.#renderVerdicts(verdicts)}
    </div>`
  }

  #renderVerdicts({ own, stores }: Verdicts) {
    return html`${this.#renderOwn(own)}
    ${stores.length === 0 ? empty('stores', 'No stores yet', 'A hub’s log appears when the hub has reached head office.') : nothing}
    ${stores.map(({ store, chain }) => this.#renderStore(store, chain))}`
  }

  #renderOwn(own: AuditChain | string) {
    if (typeof own === 'string')
      return html`<section class="card stack">
        <h2>The audit’s own chain</h2>
        <p>${own}</p>
      </section>`
    return html`<section class="card stack" data-testid="own-chain" data-verified=${own.verified}>
      <div class="head">
        <h2>The audit’s own chain</h2>
        ${own.verified ? chip('verified', 'good') : chip('broken', 'bad')}
      </div>
      <p class="soft small">
        ${plural(own.size, 'entry has a place', 'entries have a place')}, compared with
        ${plural(own.heads, 'signed head')}, ${moment(own.verifiedAt)} · root
        <span class="mono">${own.rootHash.slice(0, 16)}…</span>
      </p>
      ${own.faults.map(({ kind, message }) => html`<p>${chip(kind, 'bad')} ${message}</p>`)}
    </section>`
  }

  #renderStore({ storeId, name }: Store, chain: StoreChain | string) {
    if (typeof chain === 'string') {
      return html`<section class="card stack">
        <h2>${name}</h2>
        <p class="soft">${chain}</p>
      </section>`
    }
    const entries = chain.epochs.reduce((total, epoch) => total + epoch.entries, 0)
    return html`<section class="card stack" data-testid="chain-${storeId}" data-verified=${chain.verified}>
      <div class="head">
        <h2>${name} <span class="soft small">${storeId}</span></h2>
        ${chain.verified ? chip('verified', 'good') : chip(entries === 0 ? 'nothing to verify' : 'broken', entries === 0 ? 'quiet' : 'bad')}
      </div>
      <p class="soft small">
        ${count(entries)} entries in ${plural(chain.epochs.length, 'epoch')}, ${moment(chain.verifiedAt)}
      </p>
      ${chain.epochs.flatMap(({ faults }) => faults).map(({ kind, message }) => html`<p>${chip(kind, 'bad')} ${message}</p>`)}
      ${chain.rejected.map(({ documentId, reason }) => html`<p>${chip('rejected', 'bad')} <span class="mono">${documentId}</span>: ${reason}</p>`)}
    </section>`
  }
}
customElements.define('tm-audit-chains', TmAuditChains)
