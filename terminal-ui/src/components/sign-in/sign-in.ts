/** People and a number pad: who is it, and do they know their PIN. Digits work from wherever the focus is inside. */
import { msg, str } from '@lit/localize'
import { html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { PinOutcome } from '../../contexts/session.ts'
import type { Person } from '../../data/people.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'
import { signInStyles } from './sign-in-styles.ts'

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const
const leastDigits = 4
const mostDigits = 8
/** More tiles than this need a field to find one by. */
const tilesWithoutFilter = 12

/** @fires tm-signed-in when the check says that the PIN was right */
@customElement('tm-sign-in')
export class TmSignIn extends LitElement {
  static override styles = [sharedStyles, signInStyles]

  @property({ attribute: false }) accessor people: readonly Person[] = []
  @property({ attribute: false }) accessor check!: (personId: string, pin: string) => Promise<PinOutcome>
  /** Who is most likely to sign in. */
  @property() accessor suggested = ''
  @state() private accessor chosen: Person | undefined
  @state() private accessor pin = ''
  @state() private accessor problem = ''
  @state() private accessor busy = false
  @state() private accessor filter = ''

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('people') && !changed.has('suggested')) return
    const wanted = this.chosen?.id ?? this.suggested
    this.chosen = this.people.find(({ id }) => id === wanted) ?? (this.people.length === 1 ? this.people[0] : undefined)
  }

  /** Takes a key from wherever it was pressed; true when it meant something here. */
  take(event: KeyboardEvent): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey || this.chosen === undefined) return false
    if (/^[0-9]$/.test(event.key)) this.#press(event.key)
    else if (event.key === 'Backspace') this.pin = this.pin.slice(0, -1)
    else if (event.key === 'Enter' && !isOnButton(event)) void this.#submit()
    else return false
    return true
  }

  #choose(person: Person): void {
    this.chosen = person
    this.pin = ''
    this.problem = ''
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>('.pad')?.focus())
  }

  #press(digit: string): void {
    if (this.busy || this.pin.length >= mostDigits) return
    this.problem = ''
    this.pin += digit
  }

  async #submit(): Promise<void> {
    const { chosen, pin } = this
    if (chosen === undefined || this.busy || pin.length < leastDigits) return
    this.busy = true
    const outcome = await this.check(chosen.id, pin)
    this.busy = false
    this.pin = ''
    this.problem = wordsOf(outcome)
    if (outcome.outcome === 'right') this.dispatchEvent(new CustomEvent('tm-signed-in'))
  }

  protected override render() {
    return html`${this.#renderPeople()} ${this.chosen === undefined ? this.#renderHint() : this.#renderPad(this.chosen)}`
  }

  #renderPeople() {
    const wanted = this.filter.trim().toLowerCase()
    const shown = this.people.filter(
      ({ name, number }) => name.toLowerCase().includes(wanted) || number?.startsWith(wanted) === true,
    )
    return html`<div class="people">
      ${
        this.people.length <= tilesWithoutFilter
          ? nothing
          : html`<input
              type="search"
              aria-label=${msg('Find by name or number')}
              placeholder=${msg('Name or number')}
              .value=${this.filter}
              @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)}
            />`
      }
      <ul aria-label=${msg('People')}>
        ${shown.map((person) => this.#renderPerson(person))}
      </ul>
    </div>`
  }

  #renderPerson(person: Person) {
    return html`<li>
      <button
        class="person"
        data-testid="person"
        data-person=${person.id}
        aria-pressed=${person.id === this.chosen?.id}
        @click=${() => this.#choose(person)}
      >
        <span class="initials" aria-hidden="true">${initialsOf(person.name)}</span>
        <span class="name">${person.name}</span>
        <span class="role">${person.role === 'manager' ? msg('Manager') : msg('Cashier')}</span>
      </button>
    </li>`
  }

  #renderHint() {
    return html`<p class="hint soft">${icon('person', 40)} ${msg('Choose your name.')}</p>`
  }

  #renderPad(person: Person) {
    return html`<div class="pad" role="group" aria-label=${msg(str`PIN of ${person.name}`)} tabindex="-1">
      <p class="dots" role="status">
        <span class="visually-hidden">${msg(str`${this.pin.length} digits`)}</span>
        ${Array.from(
          { length: Math.max(leastDigits, this.pin.length) },
          (_, index) => html`<span class="dot ${index < this.pin.length ? 'full' : ''}" aria-hidden="true"></span>`,
        )}
      </p>
      <p class="problem" role="alert">${this.problem}</p>
      <div class="keys">
        ${digits.map((digit) => this.#renderDigit(digit))}
        <button aria-label=${msg('Delete last digit')} @click=${() => (this.pin = this.pin.slice(0, -1))}>
          ${icon('backspace', 24)}
        </button>
        ${this.#renderDigit('0')}
        <button
          class="primary"
          data-testid="submit-pin"
          aria-label=${msg('Sign in')}
          ?disabled=${this.busy || this.pin.length < leastDigits}
          @click=${() => void this.#submit()}
        >
          ${this.busy ? html`<span class="spinner" aria-hidden="true"></span>` : icon('check', 24)}
        </button>
      </div>
    </div>`
  }

  #renderDigit(digit: string) {
    return html`<button data-testid="pin-${digit}" @click=${() => this.#press(digit)}>${digit}</button>`
  }
}

function wordsOf(outcome: PinOutcome): string {
  switch (outcome.outcome) {
    case 'right':
      return ''
    case 'wrong':
      return outcome.triesLeft === 1
        ? msg('Wrong PIN. 1 try is left.')
        : msg(str`Wrong PIN. ${outcome.triesLeft} tries are left.`)
    case 'wait':
      return waitWords(outcome.waitMs)
    case 'grant-over':
      return msg('The permission from head office is over. Sign in when the till has heard from head office again.')
    case 'unknown':
      return msg('This person may not do that here.')
  }
}

function waitWords(waitMs: number): string {
  const seconds = Math.ceil(waitMs / 1000)
  return seconds <= 90
    ? msg(str`Too many wrong PINs. Try again in ${seconds} seconds.`)
    : msg(str`Too many wrong PINs. Try again in ${Math.ceil(seconds / 60)} minutes.`)
}

function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  return [words[0], words.length > 1 ? words.at(-1) : '']
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase()
}

/** On a button, Enter is that button. */
function isOnButton(event: KeyboardEvent): boolean {
  return event.composedPath()[0] instanceof HTMLButtonElement
}
