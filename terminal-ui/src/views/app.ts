/** The shell: one view for each phase of the till, the bar on top of it, and what lies over both. */
import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import '../components/sync-badge/sync-badge.ts'
import '../components/sync-panel/sync-panel.ts'
import '../components/toast/toast.ts'
import type { TmSyncPanel } from '../components/sync-panel/sync-panel.ts'
import { icon } from '../components/icon/icon.ts'
import type { Till } from '../contexts/till.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { failuresBeforeAlert, type SyncStatus } from '../data/sync-status.ts'
import { appStyles } from './app-styles.ts'
import './message-view.ts'
import './receipts-view.ts'
import './sell-view.ts'
import './setup-view.ts'

type Page = 'sell' | 'receipts'

@customElement('tm-app')
export class TmApp extends LitElement {
  static override styles = [sharedStyles, appStyles]

  @property({ attribute: false }) accessor till!: Till
  @state() private accessor page: Page = 'sell'
  @query('tm-sync-panel') private accessor panel!: TmSyncPanel

  override connectedCallback(): void {
    super.connectedCallback()
    this.till.addEventListener('change', this.#onChange)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.till.removeEventListener('change', this.#onChange)
  }

  #onChange = (): void => this.requestUpdate()

  protected override render() {
    return html`${this.#renderPhase()}
      <tm-toast .notice=${this.till.notice} @tm-dismiss=${() => this.till.dismissNotice()}></tm-toast>`
  }

  #renderPhase() {
    const { till } = this
    switch (till.phase) {
      case 'starting':
        return html`<tm-message-view icon="store" heading="Opening the till…" busy></tm-message-view>`
      case 'elsewhere':
        return html`<tm-message-view
          icon="store"
          heading="The till is open in another tab"
          text="One tab sells at a time, so that every receipt number is used once. If you take over, the other tab stops and nothing is lost."
          action="Take over here"
          @tm-action=${() => void till.start(true)}
        ></tm-message-view>`
      case 'broken':
        return html`<tm-message-view
          icon="alert"
          heading="This browser’s storage can’t be opened"
          text="Nothing was deleted. Close other windows of the till, leave private browsing, or make room on the disk; then try again. (${till.failure})"
          action="Try again"
          @tm-action=${() => window.location.reload()}
        ></tm-message-view>`
      case 'setup':
        return html`<tm-setup-view .till=${till}></tm-setup-view>`
      case 'loading':
        return this.#renderLoading()
      case 'selling':
        return this.#renderSelling()
    }
  }

  #renderLoading() {
    const status = this.till.syncStatus
    const loading = status?.loading
    const text = status === undefined ? '' : loadingWords(status, this.till.enrolment?.storeId ?? '')
    return html`<tm-message-view
      icon="store"
      heading="Loading the catalogue"
      .text=${text}
      .documents=${loading?.documents ?? this.till.index.size}
      .total=${loading?.total}
      action=${status?.lockedOut ? 'Set up this till again' : ''}
      busy
      @tm-action=${() => void this.till.leaveEnrolment()}
    ></tm-message-view>`
  }

  #renderSelling() {
    const { till } = this
    return html`
      ${this.#renderBar()} ${till.syncStatus === undefined ? nothing : this.#renderAlert(till.syncStatus)}
      <main>
        ${
          this.page === 'sell'
            ? html`<tm-sell-view .till=${till}></tm-sell-view>`
            : html`<tm-receipts-view .till=${till}></tm-receipts-view>`
        }
      </main>
      <tm-sync-panel
        .status=${till.syncStatus}
        .format=${till.format}
        .sound=${till.sound}
        terminalId=${till.enrolment?.incarnation ?? ''}
        @tm-sync-now=${() => void till.sync?.processQueue()}
        @tm-sound=${(event: CustomEvent<boolean>) => void till.setSound(event.detail)}
      ></tm-sync-panel>
    `
  }

  #renderBar() {
    const { till } = this
    const status = till.syncStatus
    const lane = Number(till.enrolment?.terminalId.slice(-2) ?? 0)
    return html`<header>
      <div class="place">
        <strong>${till.catalog?.store?.name}</strong>
        <span>Lane ${lane}<span class="cashier"> · ${till.cashier.name}</span></span>
      </div>
      <nav aria-label="Pages">
        ${this.#renderTab('sell', 'Sell', 'cart')} ${this.#renderTab('receipts', 'Receipts', 'receipt')}
      </nav>
      <tm-sync-badge
        indicator=${status?.indicator ?? 'offline'}
        .unsent=${status?.unsentReceipts ?? 0}
        @click=${() => this.panel.open()}
      ></tm-sync-badge>
    </header>`
  }

  #renderTab(page: Page, label: string, iconName: 'cart' | 'receipt') {
    return html`<button
      class="tab"
      data-testid=${page}
      aria-current=${this.page === page ? 'page' : nothing}
      @click=${() => (this.page = page)}
    >
      ${icon(iconName)}<span>${label}</span>
    </button>`
  }

  #renderAlert(status: SyncStatus) {
    if (status.lockedOut) {
      return html`<div class="alert" role="alert">
        ${icon('alert')}
        <p>The hub no longer accepts this till: it was revoked. Sales are still recorded here.</p>
        <button @click=${() => void this.till.leaveEnrolment()}>Set up again</button>
      </div>`
    }
    if (status.replaced) {
      return html`<div class="alert" role="alert">
        ${icon('alert')}
        <p>
          Another device has taken over this lane.
          ${status.unsentReceipts === 0 ? 'Everything sold here was sent.' : 'The receipts made here are still being sent.'}
        </p>
        <button ?disabled=${status.unsentReceipts > 0} @click=${() => void this.till.leaveEnrolment()}>
          Set up again
        </button>
      </div>`
    }
    if (status.failures < failuresBeforeAlert && !status.unsent.some((item) => item.state === 'failed')) return nothing
    return html`<div class="alert" role="alert">
      ${icon('alert')}
      <p>${alertWords(status)}</p>
      <button @click=${() => this.panel.open()}>Details</button>
    </div>`
  }
}

function loadingWords(status: SyncStatus, storeId: string): string {
  if (status.lockedOut) return 'The hub no longer accepts this till: it was revoked.'
  if (status.lastError !== null) return `The catalogue can’t be fetched yet: ${status.lastError}. Trying again…`
  if (status.lastSyncAt !== null && status.loading === null && !status.running) {
    return `The hub answers, but head office has not sent the settings of store ${storeId} yet. Waiting for them…`
  }
  return 'The till starts selling as soon as the catalogue and the store’s settings are here.'
}

function alertWords(status: SyncStatus): string {
  const refused = status.unsent.filter((item) => item.refused).length
  if (status.online && refused > 0) {
    const what = refused === 1 ? '1 document' : `${refused} documents`
    return `The hub does not accept ${what} of this till. Nothing is lost: it stays here and is offered again. Tell the store’s manager.`
  }
  const count = status.unsentReceipts === 1 ? '1 receipt is' : `${status.unsentReceipts} receipts are`
  const safe = status.unsentReceipts === 0 ? '' : ` ${count} safe on this till and will be sent.`
  if (!status.online) return `The store hub does not answer. Go on selling.${safe}`
  return `Some changes could not be sent to the hub. They are tried again every 30 seconds.${safe}`
}
