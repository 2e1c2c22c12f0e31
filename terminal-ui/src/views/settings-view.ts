/** How this till looks, speaks and sounds, when it locks, and what it is. */
import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { icon } from '../components/icon/icon.ts'
import type { Till } from '../contexts/till.ts'
import type { Theme } from '../data/device-store.ts'
import { languages, type LanguageCode } from '../data/languages.ts'
import { sharedStyles } from '../styles/shared-styles.ts'

const lockMinutes = [0, 2, 5, 10, 30] as const

@customElement('tm-settings-view')
export class TmSettingsView extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        overflow-y: auto;
      }
      .page {
        max-width: 720px;
      }
      h2 {
        margin-bottom: var(--tm-space-2);
      }
      select {
        min-width: 11rem;
        max-width: 60%;
      }
      dl {
        display: grid;
        grid-template-columns: max-content minmax(0, 1fr);
        gap: var(--tm-space-2) var(--tm-space-5);
        margin: 0;
      }
      dt {
        color: var(--tm-ink-soft);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
    `,
  ]

  @property({ attribute: false, hasChanged: () => true }) accessor till!: Till

  protected override render() {
    return html`<div class="page">
      <header>
        <h1>${msg('Settings')}</h1>
        <button
          data-testid="show-keys"
          @click=${() => this.dispatchEvent(new CustomEvent('tm-show-keys', { bubbles: true, composed: true }))}
        >
          ${icon('keyboard')} ${msg('Keys')}
        </button>
      </header>
      ${this.#renderLooks()} ${this.#renderLock()} ${this.#renderTill()}
    </div>`
  }

  #renderLooks() {
    const { settings } = this.till
    return html`<section class="card" aria-labelledby="looks">
      <h2 id="looks">${msg('Display and sound')}</h2>
      <label class="choice"
        ><span>${msg('Language')}</span>
        <select
          data-testid="language"
          @change=${(event: Event) => void settings.change({ language: chosen(event) as LanguageCode })}
        >
          ${languages.map(
            ({ code, name }) => html`<option value=${code} ?selected=${code === settings.language}>${name}</option>`,
          )}
        </select></label
      >
      <label class="choice"
        ><span>${msg('Colours')}</span>
        <select
          data-testid="theme"
          @change=${(event: Event) => void settings.change({ theme: chosen(event) as Theme })}
        >
          ${themes().map(
            ({ theme, name }) => html`<option value=${theme} ?selected=${theme === settings.theme}>${name}</option>`,
          )}
        </select></label
      >
      <label class="choice"
        ><span>${msg('Scanner sounds')}</span>
        <input
          type="checkbox"
          data-testid="sound"
          .checked=${settings.sound}
          @change=${(event: Event) => void settings.change({ sound: isChecked(event) })}
      /></label>
    </section>`
  }

  #renderLock() {
    const { settings } = this.till
    return html`<section class="card" aria-labelledby="lock">
      <h2 id="lock">${msg('Lock')}</h2>
      <label class="choice"
        ><span>${msg('Lock when nobody touches the till')}<small>${msg('A manager decides.')}</small></span>
        <select data-testid="lock-after" @change=${(event: Event) => void this.#changeLock(event)}>
          ${lockMinutes.map(
            (minutes) =>
              html`<option value=${minutes} ?selected=${minutes === settings.lockAfterMinutes}>
                ${minutes === 0 ? msg('Never') : msg(str`After ${minutes} minutes`)}
              </option>`,
          )}
        </select></label
      >
      <label class="choice"
        ><span>${msg('Ask for a PIN at every start')}<small>${msg('A manager decides.')}</small></span>
        <input
          type="checkbox"
          data-testid="lock-at-start"
          .checked=${settings.lockAtStart}
          @change=${(event: Event) => void this.#changeLockAtStart(event)}
      /></label>
    </section>`
  }

  #renderTill() {
    const { enrolment, catalog } = this.till
    return html`<section class="card" aria-labelledby="till">
      <h2 id="till">${msg('This till')}</h2>
      <dl>
        <dt>${msg('Store')}</dt>
        <dd>${catalog?.store?.name} (${enrolment?.storeId})</dd>
        <dt>${msg('Till')}</dt>
        <dd>${enrolment?.incarnation}</dd>
        <dt>${msg('Products')}</dt>
        <dd>${catalog?.products.size.toLocaleString(this.till.settings.language)}</dd>
        <dt>${msg('Version')}</dt>
        <dd>${buildVersion()}</dd>
      </dl>
    </section>`
  }

  async #changeLock(event: Event): Promise<void> {
    const lockAfterMinutes = Number(chosen(event))
    const reason =
      lockAfterMinutes === 0
        ? msg('The till no longer locks by itself')
        : msg(str`The till locks after ${lockAfterMinutes} idle minutes`)
    if (await this.#mayChange(reason)) await this.till.settings.change({ lockAfterMinutes })
    else (event.target as HTMLSelectElement).value = String(this.till.settings.lockAfterMinutes)
  }

  async #changeLockAtStart(event: Event): Promise<void> {
    const lockAtStart = isChecked(event)
    const reason = lockAtStart
      ? msg('The till asks for a PIN at every start')
      : msg('The till no longer asks for a PIN at every start')
    if (await this.#mayChange(reason)) await this.till.settings.change({ lockAtStart })
    else (event.target as HTMLInputElement).checked = this.till.settings.lockAtStart
  }

  async #mayChange(reason: string): Promise<boolean> {
    return (await this.till.session.askConsent({ permission: 'settings', reason })) !== undefined
  }
}

function themes(): { readonly theme: Theme; readonly name: string }[] {
  return [
    { theme: 'system', name: msg('As the device is set') },
    { theme: 'light', name: msg('Light') },
    { theme: 'dark', name: msg('Dark') },
    { theme: 'contrast', name: msg('High contrast') },
  ]
}

function chosen(event: Event): string {
  return (event.target as HTMLSelectElement).value
}

function isChecked(event: Event): boolean {
  return (event.target as HTMLInputElement).checked
}

/** The build writes it into the page. */
function buildVersion(): string {
  return document.querySelector('meta[name="version"]')?.getAttribute('content') ?? ''
}
