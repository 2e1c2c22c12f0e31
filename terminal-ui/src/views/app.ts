/** The shell: a page for each phase of the till, the bar on top, the way to the sections, and what lies over all of them. */
import { msg, str } from '@lit/localize'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { keyed } from 'lit/directives/keyed.js'
import '../components/navigation/navigation.ts'
import '../components/sync-badge/sync-badge.ts'
import '../components/toast/toast.ts'
import type { NavigationItem } from '../components/navigation/navigation.ts'
import type { Till } from '../contexts/till.ts'
import { spokenLanguage } from '../locales/localization.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { icon } from '../components/icon/icon.ts'
import { alertsOf } from './alerts.ts'
import { appStyles } from './app-styles.ts'
import { phasePage } from './phase-pages.ts'
import { SectionRouter } from './section-router.ts'
import { sections } from './sections.ts'
import { ViewLoader } from './view-loader.ts'

/**
 * What a till must have to open: one that can't lock, record a sale or send it must not. All is fetched behind the first picture, while
 * the databases open, and lies in the service worker's cache from then on.
 */
const checks = { load: () => import('@tidemark/contracts/check-document') }
const lock = { load: () => import('./lock-view.ts') }
const consent = { load: () => import('./consent-dialog.ts') }
const exchange = { load: () => import('../sync/sync-manager.ts') }
const needed = [checks, lock, consent, exchange]
const shortcuts = { load: () => import('./shortcuts-dialog.ts') }

@customElement('tm-app')
export class TmApp extends LitElement {
  static override styles = [sharedStyles, appStyles]

  @property({ attribute: false }) accessor till!: Till
  @state() private accessor areShortcutsOpen = false
  readonly #router = new SectionRouter(this)
  readonly #loader = new ViewLoader(this)
  #wasReady = false

  override connectedCallback(): void {
    super.connectedCallback()
    this.till.addEventListener('change', this.#onChange)
    document.addEventListener('keydown', this.#onKey)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.till.removeEventListener('change', this.#onChange)
    document.removeEventListener('keydown', this.#onKey)
  }

  #onChange = (): void => this.requestUpdate()

  protected override updated(): void {
    // For whoever measures how long a start takes.
    if (this.till.phase === 'selling' && !this.#wasReady) performance.mark('tm-ready')
    this.#wasReady ||= this.till.phase === 'selling'
  }

  #onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || this.till.phase !== 'selling') return
    const section = event.altKey && /^[1-9]$/.test(event.key) ? this.#sections[Number(event.key) - 1] : undefined
    if (section !== undefined) this.#router.go(section.id)
    else if (event.key === 'F1' || (event.key === '?' && !isTyping(event))) this.areShortcutsOpen = true
    else if (event.altKey && event.key.toLowerCase() === 'l') void this.till.session.lock()
    else return
    event.preventDefault()
  }

  protected override render() {
    const { till } = this
    const isMissing = needed.some((part) => this.#loader.readinessOf(part) === 'failed')
    const page = isMissing
      ? this.#renderMissingPart()
      : till.phase === 'selling'
        ? this.#renderSelling()
        : phasePage(till, this.#loader)
    // Another language is another tree: no element has to know when its texts were read.
    return html`${keyed(spokenLanguage(), page)}
      <tm-toast .notice=${till.notices.current} @tm-dismiss=${() => till.notices.dismiss()}></tm-toast>`
  }

  #renderSelling() {
    const { till } = this
    const isReady = needed.every((part) => this.#loader.readinessOf(part) === 'ready')
    if (!isReady) {
      return html`<tm-message-view icon="store" heading=${msg('Opening the till…')} busy></tm-message-view>`
    }
    return html`
      <button class="skip" @click=${() => this.renderRoot.querySelector<HTMLElement>('main')?.focus()}>
        ${msg('Skip to the content')}
      </button>
      ${this.#renderBar()} ${alertsOf(till, () => this.#router.go('sync'))}
      <div class="desk">
        <tm-navigation
          .items=${this.#items}
          current=${this.#router.open.id}
          @tm-navigate=${(event: CustomEvent<string>) => this.#router.go(event.detail)}
        ></tm-navigation>
        <main
          tabindex="-1"
          @tm-show-keys=${() => (this.areShortcutsOpen = true)}
          @tm-open-section=${(event: CustomEvent<string>) => this.#router.go(event.detail)}
        >
          ${this.#renderSection()}
        </main>
      </div>
      ${
        this.areShortcutsOpen && this.#loader.readinessOf(shortcuts) === 'ready'
          ? html`<tm-shortcuts-dialog @tm-close=${() => (this.areShortcutsOpen = false)}></tm-shortcuts-dialog>`
          : nothing
      }
      ${till.session.isSignInNeeded ? html`<tm-lock-view .till=${till}></tm-lock-view>` : nothing}
      ${till.session.consent === undefined ? nothing : html`<tm-consent-dialog .till=${till}></tm-consent-dialog>`}
    `
  }

  /** What the person at the till may open. */
  get #sections() {
    return sections.filter(({ role }) => role === 'cashier' || this.till.session.role === 'manager')
  }

  get #items(): NavigationItem[] {
    return this.#sections.map(({ id, label, icon }) => ({ id, label: label(), icon }))
  }

  #renderBar() {
    const { till } = this
    const status = till.syncStatus
    const lane = Number(till.enrolment?.terminalId.slice(-2) ?? 0)
    return html`<header>
      <div class="place">
        <strong>${till.catalog?.store?.name}</strong>
        <span>${msg(str`Lane ${lane}`)}</span>
      </div>
      <button class="cashier" data-testid="lock-till" @click=${() => void till.session.lock()}>
        ${icon('lock')}<span class="name">${till.session.name}</span>
        <span class="visually-hidden">${msg('Lock, or change who is selling')}</span>
      </button>
      <tm-sync-badge
        indicator=${status?.indicator ?? 'offline'}
        .unsent=${status?.unsentReceipts ?? 0}
        @click=${() => this.#router.go('sync')}
      ></tm-sync-badge>
    </header>`
  }

  #renderMissingPart() {
    return html`<tm-message-view
      icon="alert"
      heading=${msg('The till can’t be opened yet')}
      text=${msg('A part of it is not on this device, and the hub does not answer. Nothing is lost; the till opens as soon as it does.')}
      action=${msg('Try again')}
      @tm-action=${() => window.location.reload()}
    ></tm-message-view>`
  }

  #renderSection() {
    const asked = this.#router.open
    const open = this.#sections.includes(asked) ? asked : (sections[0] ?? asked)
    const readiness = this.#loader.readinessOf(open)
    if (readiness === 'ready') return open.render(this.till)
    if (readiness === 'loading') {
      return html`<tm-message-view icon=${open.icon} heading=${open.label()} busy></tm-message-view>`
    }
    return this.#renderMissing(open.label(), () => this.#loader.retry(open))
  }

  #renderMissing(name: string, retry: () => void) {
    return html`<tm-message-view
      icon="alert"
      heading=${msg(str`“${name}” could not be opened`)}
      text=${msg('This part of the till is not on this device yet, and the hub does not answer. Go on selling, and try again later.')}
      action=${msg('Try again')}
      @tm-action=${retry}
    ></tm-message-view>`
  }
}

/** True when the key goes into a field. The event's own target is the outermost host. */
function isTyping(event: KeyboardEvent): boolean {
  const [target] = event.composedPath()
  return target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
}
