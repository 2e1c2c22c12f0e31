/** What stores wanted of documents on which head office decides. */
import { css, html, nothing } from 'lit'
import { chip, empty, notice, problemNotice, stateOf } from '../components/states.ts'
import { Loaded } from '../contexts/loaded.ts'
import { ChangeRequest, pageOf } from '../data/answers.ts'
import { wordsOf } from '../data/errors.ts'
import { ago, fieldLabel, fieldText } from '../data/format.ts'
import { hrefOf } from '../data/route.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { ConsoleView } from './console-view.ts'

const Requests = pageOf(ChangeRequest)
const everyMs = 5000

export class TmChangeRequestsView extends ConsoleView {
  static override styles = [
    sharedStyles,
    css`
      td:first-child {
        font-weight: 600;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        gap: var(--tm-space-2);
        margin-left: auto;
      }
    `,
  ]
  static override properties = { ...ConsoleView.properties, problem: { state: true }, refusing: { state: true } }

  declare problem: string | undefined
  /** The request for whose refusal a reason is asked. */
  declare refusing: string | undefined

  readonly #requests = new Loaded(
    this,
    async (signal) =>
      (await this.console.client.get('conflicts', '/change-requests?limit=100', Requests, signal)).items,
    everyMs,
  )

  protected override render() {
    const requests = this.#requests.value
    if (requests === undefined) return stateOf(this.#requests, () => void this.#requests.reload())
    return html`<div class="stack">
      ${this.problem === undefined ? nothing : problemNotice(this.problem)}
      ${this.console.session.may('manager') ? nothing : notice('You may look. Accepting and refusing takes the role manager.')}
      ${
        requests.length === 0
          ? html`<div class="card">
              ${empty('check', 'No store asks for anything', 'A store that changes what head office decides on asks for it here.')}
            </div>`
          : requests.map((request) => this.#renderRequest(request))
      }
    </div>`
  }

  #renderRequest(request: ChangeRequest) {
    const { id, status, storeId, at, documentId, documentType, changes, conflict } = request
    return html`<section
      class="card stack"
      data-testid="change-request"
      data-document=${documentId}
      data-status=${status}
    >
      <div class="head">
        <h2>Store ${storeId}: ${documentId}</h2>
        ${status === 'open' ? chip('open', 'caution') : chip(status, status === 'accepted' ? 'good' : 'quiet')}
      </div>
      <p class="soft small">
        ${documentType} · asked ${ago(at)} · <a href=${hrefOf(['conflicts', 'case', conflict])}>how it came about</a>
      </p>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th>Field</th>
              <th>Stands</th>
              <th>The store wants</th>
            </tr>
          </thead>
          <tbody>
            ${changes.map(
              ({ field, standing, requested }) =>
                html`<tr>
                  <td>${fieldLabel(field)}</td>
                  <td>${fieldText(field, standing)}</td>
                  <td><b>${fieldText(field, requested)}</b></td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${status === 'open' ? this.#renderAnswer(id) : nothing}
    </section>`
  }

  #renderAnswer(id: string) {
    const isOff = !this.console.session.may('manager')
    if (this.refusing === id) {
      return html`<form @submit=${(event: SubmitEvent) => void this.#refuse(event, id)}>
        <input
          name="reason"
          required
          maxlength="300"
          aria-label="Why it is refused"
          placeholder="Why; the store reads it"
        />
        <button type="submit">Refuse</button>
        <button type="button" class="plain" @click=${() => (this.refusing = undefined)}>Not yet</button>
      </form>`
    }
    return html`<div class="row">
      <button
        class="primary"
        ?disabled=${isOff}
        data-testid="accept"
        @click=${() => void this.#answer(id, 'accept', {})}
      >
        Accept
      </button>
      <button ?disabled=${isOff} data-testid="refuse" @click=${() => (this.refusing = id)}>Refuse…</button>
    </div>`
  }

  async #refuse(event: SubmitEvent, id: string): Promise<void> {
    event.preventDefault()
    const reason = new FormData(event.target as HTMLFormElement).get('reason')
    await this.#answer(id, 'refuse', { reason })
    this.refusing = undefined
  }

  async #answer(id: string, step: 'accept' | 'refuse', body: object): Promise<void> {
    this.problem = undefined
    try {
      await this.console.client.post(
        'conflicts',
        `/change-requests/${encodeURIComponent(id)}/${step}`,
        body,
        ChangeRequest,
      )
    } catch (error) {
      this.problem = wordsOf(error)
    }
    await this.#requests.reload()
  }
}
customElements.define('tm-change-requests-view', TmChangeRequestsView)
