/** The demo page: asks for a snapshot each second and shows it. */
import { html, LitElement, nothing } from 'lit'
import type { ProcessStatus } from '../process-status.ts'
import type { Snapshot } from '../page-server/snapshot-types.ts'
import { clock } from './format.ts'
import './head-office.ts'
import './store-card.ts'

const intervalMs = 1000
const answerTimeoutMs = 10_000

type SwitchEvent = CustomEvent<{ storeId: string; on: boolean }>

class DemoPage extends LitElement {
  static override properties = { snapshot: { state: true }, problem: { state: true } }

  declare private snapshot: Snapshot | undefined
  declare private problem: string | undefined
  private timer: number | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    void this.refresh()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.timer)
  }

  protected override createRenderRoot(): HTMLElement {
    return this
  }

  protected override render() {
    const { snapshot, problem } = this
    return html`<header class="top">
        <div>
          <h1>Tidemark</h1>
          <p class="quiet">Tills sell whatever the network does. Cut a line, sell on, restore it, and watch.</p>
        </div>
        <p class="quiet" role="status">${snapshot === undefined ? nothing : `as of ${clock(snapshot.at)}`}</p>
      </header>
      ${problem === undefined ? nothing : html`<p class="problem" role="alert">${problem}</p>`}
      ${snapshot === undefined ? html`<p class="empty">Looking at the system…</p>` : this.system(snapshot)}`
  }

  private system({ stores, headOffice, processes, addresses, at }: Snapshot) {
    return html`<main>
        <div
          class="stores"
          @wan-switched=${(event: SwitchEvent) => this.change(event, 'wan', { up: event.detail.on })}
          @hub-switched=${(event: SwitchEvent) => this.change(event, 'hub', { running: event.detail.on })}
        >
          ${stores.map((store) => html`<demo-store-card .store=${store} .now=${at}></demo-store-card>`)}
        </div>
        <demo-head-office .office=${headOffice}></demo-head-office>
      </main>
      <section class="card machine">
        <h3>Processes</h3>
        <ul class="processes">
          ${processes.map(processTemplate)}
        </ul>
        <h3>Addresses</h3>
        <ul class="addresses">
          ${addresses.map(({ name, url }) => html`<li><span class="quiet">${name}</span> ${addressTemplate(url)}</li>`)}
        </ul>
      </section>`
  }

  /** One question at a time: the next is asked a second after the answer. */
  private async refresh(): Promise<void> {
    try {
      const response = await fetch('/api/snapshot', { signal: AbortSignal.timeout(answerTimeoutMs) })
      if (!response.ok) throw new Error(`status ${response.status}`)
      this.snapshot = (await response.json()) as Snapshot
      this.problem = undefined
    } catch {
      this.problem = 'The demo does not answer. Was it stopped? This page goes on by itself when it is back.'
    }
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.refresh(), intervalMs)
  }

  private async change({ detail }: SwitchEvent, what: 'wan' | 'hub', body: object): Promise<void> {
    const response = await fetch(`/api/stores/${detail.storeId}/${what}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }).catch(() => undefined)
    await this.refresh()
    if (response?.ok !== true) this.problem = `That did not work for ${detail.storeId}. Its log may say why.`
  }
}

function processTemplate({ name, state, pid, ended, logFile }: ProcessStatus) {
  const detail = pid === null ? (ended ?? '') : `pid ${pid}`
  return html`<li data-state=${state} title=${logFile}>
    <b>${name}</b><span>${state}</span><span class="quiet">${detail}</span>
  </li>`
}

function addressTemplate(url: string) {
  return url.startsWith('http')
    ? html`<a href=${url} target="_blank" rel="noopener">${url}</a>`
    : html`<code>${url}</code>`
}

customElements.define('demo-page', DemoPage)
