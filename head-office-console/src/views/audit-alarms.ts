/** Alarms of the audit, and acknowledging them. */
import { css, html, nothing } from 'lit'
import { chip, empty, problemNotice, stateOf, type Mood } from '../components/states.ts'
import { Loaded } from '../contexts/loaded.ts'
import { Alarm, pageOf } from '../data/answers.ts'
import { wordsOf } from '../data/errors.ts'
import { kindLabel, moment } from '../data/format.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { ConsoleView } from './console-view.ts'

const Alarms = pageOf(Alarm)
const everyMs = 10_000
const moods: Readonly<Record<string, Mood>> = { open: 'bad', acknowledged: 'caution', cleared: 'good' }

export class TmAuditAlarms extends ConsoleView {
  static override styles = [
    sharedStyles,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tm-space-2);
      }
      form input {
        flex: 1;
        min-width: 200px;
      }
    `,
  ]
  static override properties = { ...ConsoleView.properties, problem: { state: true } }

  declare problem: string | undefined
  readonly #alarms = new Loaded(this, (signal) => this.#load(signal), everyMs)

  async #load(signal: AbortSignal): Promise<readonly Alarm[]> {
    const { store } = this.route.query
    const ofStore = store === undefined ? '' : `&storeId=${encodeURIComponent(store)}`
    return (await this.console.client.get('sync-log', `/alarms?limit=100${ofStore}`, Alarms, signal)).items
  }

  protected override render() {
    const alarms = this.#alarms.value
    if (alarms === undefined) return stateOf(this.#alarms, () => void this.#alarms.reload())
    if (alarms.length === 0) {
      return html`<div class="card">
        ${empty('check', 'No alarms', 'Nothing is missing from any hub’s log, and nothing contradicts the audit.')}
      </div>`
    }
    return html`<div class="stack" data-testid="alarms">
      ${this.problem === undefined ? nothing : problemNotice(this.problem)}
      ${alarms.map((alarm) => this.#renderAlarm(alarm))}
    </div>`
  }

  #renderAlarm({ id, kind, storeId, message, raisedAt, state, acknowledged, clearedAt }: Alarm) {
    return html`<section class="card stack">
      <div class="head">
        <h2>${kindLabel(kind)} <span class="soft small">${storeId}</span></h2>
        ${chip(state, moods[state] ?? 'quiet')}
      </div>
      <p>${message}</p>
      <p class="soft small">
        Raised ${moment(raisedAt)}${clearedAt === null ? '' : `, cleared ${moment(clearedAt)}`}
        ${acknowledged === null ? '' : `· ${acknowledged.by}, ${moment(acknowledged.at)}: ${acknowledged.note}`}
      </p>
      ${state === 'open' && this.console.session.may('auditor') ? this.#renderForm(id) : nothing}
    </section>`
  }

  #renderForm(id: string) {
    return html`<form @submit=${(event: SubmitEvent) => void this.#acknowledge(event, id)}>
      <input name="note" required maxlength="1000" aria-label="What it was" placeholder="What it was" />
      <button type="submit">Acknowledge</button>
    </form>`
  }

  async #acknowledge(event: SubmitEvent, id: string): Promise<void> {
    event.preventDefault()
    const note = new FormData(event.target as HTMLFormElement).get('note')
    this.problem = undefined
    try {
      await this.console.client.post('sync-log', `/alarms/${encodeURIComponent(id)}/acknowledgement`, { note }, Alarm)
    } catch (error) {
      this.problem = wordsOf(error)
    }
    await this.#alarms.reload()
  }
}
customElements.define('tm-audit-alarms', TmAuditAlarms)
