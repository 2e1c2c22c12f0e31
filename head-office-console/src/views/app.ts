/** The frame: who is signed in, where one can go, and the view of where one is. */
import { html, LitElement, nothing } from 'lit'
import { icon, type IconName } from '../components/icon.ts'
import type { Console } from '../contexts/console.ts'
import { loadOpenWork } from '../contexts/open-work.ts'
import { applyTheme, currentTheme, nextTheme, type Theme } from '../contexts/theme.ts'
import { hrefOf, parseRoute, type Route } from '../data/route.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { appStyles } from './app-styles.ts'
import { sections, type Section } from './sections.ts'
import './sign-in-view.ts'

const themeIcons: Readonly<Record<Theme, IconName>> = { system: 'system', light: 'light', dark: 'dark' }

export class TmApp extends LitElement {
  static override styles = [sharedStyles, appStyles]
  static override properties = { console: { attribute: false }, route: { state: true }, theme: { state: true } }

  declare console: Console
  declare route: Route
  declare theme: Theme

  constructor() {
    super()
    this.route = parseRoute(window.location.hash)
    this.theme = currentTheme()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    this.console.session.addEventListener('change', () => this.requestUpdate())
    window.addEventListener('hashchange', () => {
      this.route = parseRoute(window.location.hash)
      this.renderRoot.querySelector('main')?.scrollTo(0, 0)
    })
  }

  protected override render() {
    const { session } = this.console
    switch (session.state) {
      case 'starting':
        return nothing
      case 'signed-out':
        return html`<tm-sign-in-view .console=${this.console}></tm-sign-in-view>`
      case 'signed-in':
        return this.#renderConsole()
    }
  }

  #renderConsole() {
    const [id] = this.route.path
    const section = sections.find((candidate) => candidate.id === id) ?? sections[0]
    if (section === undefined) return nothing
    return html`<a class="skip" href="#main" @click=${this.#skip}>Skip to the content</a>
      <aside>
        <p class="brand">
          ${mark()}<span>Tidemark<small>Head office</small></span>
        </p>
        <tm-console-nav .console=${this.console} current=${section.id}></tm-console-nav>
        ${this.#renderPerson()}
      </aside>
      <main id="main" tabindex="-1" aria-label=${section.label} data-testid="view-${section.id}">
        ${section.view(this.console, this.route)}
      </main>`
  }

  #renderPerson() {
    const { session } = this.console
    return html`<div class="person">
      <span class="who"
        >${icon('person')}<span>${session.name}<small>${session.roles.join(', ')}</small></span></span
      >
      <span class="tools">
        <button
          class="plain"
          title="Colours: ${this.theme}"
          aria-label="Colours: ${this.theme}"
          @click=${this.#switchTheme}
        >
          ${icon(themeIcons[this.theme])}
        </button>
        <button class="plain" title="Sign out" aria-label="Sign out" @click=${() => session.signOut()}>
          ${icon('leave')}
        </button>
      </span>
    </div>`
  }

  #switchTheme(): void {
    this.theme = nextTheme(this.theme)
    applyTheme(this.theme)
  }

  #skip(event: Event): void {
    // The part behind # says where one is in the console; a jump must not change it.
    event.preventDefault()
    this.renderRoot.querySelector('main')?.focus()
  }
}
customElements.define('tm-app', TmApp)

/** Apart from the frame, so that what waits is asked for only while somebody is signed in. */
class TmConsoleNav extends LitElement {
  static override styles = [sharedStyles, appStyles]
  static override properties = { console: { attribute: false }, current: {} }

  declare console: Console
  declare current: string
  readonly #work = loadOpenWork(this, () => this.console.client)

  protected override render() {
    return html`<nav aria-label="Parts of the console">${sections.map((section) => this.#renderLink(section))}</nav>`
  }

  #renderLink({ id, label, icon: iconName }: Section) {
    const waiting = this.#waiting(id)
    return html`<a
      href=${hrefOf([id])}
      aria-current=${id === this.current ? 'page' : nothing}
      data-testid="nav-${id}"
      data-waiting=${waiting}
    >
      ${icon(iconName)}<span>${label}</span>
      ${waiting === 0 ? nothing : html`<b class="badge" aria-label="${waiting} waiting">${waiting}</b>`}
    </a>`
  }

  #waiting(id: string): number {
    const work = this.#work.value
    if (work === undefined) return 0
    if (id === 'conflicts') return work.cases.filter(({ needsPerson }) => needsPerson).length + work.requests.length
    return id === 'audit' ? work.alarms.length : 0
  }
}
customElements.define('tm-console-nav', TmConsoleNav)

function mark() {
  return html`<svg
    viewBox="0 0 32 32"
    width="32"
    height="32"
    aria-hidden="true"
    fill="none"
    stroke-width="2.600"
    stroke-linecap="round"
  >
    <path stroke="#f2a541" d="M5 10c3.500-3 7-3 11 0s7.500 3 11 0"></path>
    <path stroke="#ffffff" d="M5 16c3.500-3 7-3 11 0s7.500 3 11 0"></path>
    <path stroke="#8da8ac" d="M5 22c3.500-3 7-3 11 0s7.500 3 11 0"></path>
  </svg>`
}
