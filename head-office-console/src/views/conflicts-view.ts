/** The conflict desk: what needs a person, what was decided, and what stores ask for. */
import { css, html, nothing } from 'lit'
import { icon } from '../components/icon.ts'
import { chip, empty, stateOf } from '../components/states.ts'
import { sidesText, subjectOf } from '../components/case-words.ts'
import { Loaded } from '../contexts/loaded.ts'
import { ConflictCase, pageOf } from '../data/answers.ts'
import { fieldRows } from '../data/conflict-draft.ts'
import { ago, fieldLabel } from '../data/format.ts'
import { hrefOf } from '../data/route.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import './change-requests-view.ts'
import './conflict-case-view.ts'
import { ConsoleView } from './console-view.ts'

const Cases = pageOf(ConflictCase)
const everyMs = 5000
const pageSize = 50

export class TmConflictsView extends ConsoleView {
  static override styles = [
    sharedStyles,
    css`
      .case {
        display: grid;
        grid-template-columns: minmax(0, 1fr) auto auto;
        gap: var(--tm-space-1) var(--tm-space-4);
        align-items: center;
        padding: var(--tm-space-3) var(--tm-space-4);
        border-bottom: 1px solid var(--tm-line);
        color: inherit;
        text-decoration: none;
      }
      li:last-child .case {
        border-bottom: none;
      }
      .case:hover {
        background: var(--tm-surface-sunken);
      }
      .case p {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .list {
        padding: 0;
        overflow: hidden;
      }
      @media (max-width: 640px) {
        .case {
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .case > svg {
          display: none;
        }
      }
    `,
  ]

  readonly #cases = new Loaded(this, (signal) => this.#load(signal), everyMs)
  #asked: string | undefined

  get #status(): 'open' | 'resolved' {
    return this.route.path[1] === 'resolved' ? 'resolved' : 'open'
  }

  protected override willUpdate(): void {
    const asked = JSON.stringify([this.#status, this.route.query['store']])
    if (this.#asked !== undefined && this.#asked !== asked) void this.#cases.restart()
    this.#asked = asked
  }

  async #load(signal: AbortSignal): Promise<readonly ConflictCase[]> {
    const { store } = this.route.query
    const ofStore = store === undefined ? '' : `&storeId=${encodeURIComponent(store)}`
    const path = `/conflicts?status=${this.#status}&limit=${pageSize}${ofStore}`
    return (await this.console.client.get('conflicts', path, Cases, signal)).items
  }

  protected override render() {
    const [, what] = this.route.path
    if (what === 'case') {
      return html`<tm-conflict-case-view .console=${this.console} .route=${this.route}></tm-conflict-case-view>`
    }
    return html`<div class="page">
      <div class="head">
        <h1>Conflicts</h1>
        ${
          this.route.query['store'] === undefined
            ? nothing
            : html`<a class="button" href=${hrefOf(this.route.path)}
                >only ${this.route.query['store']} ${icon('close', 16)}</a
              >`
        }
      </div>
      <nav class="tabs" aria-label="Kinds of cases">
        ${this.#tab('Need a decision', 'open', what === undefined)}
        ${this.#tab('Decided', 'resolved', what === 'resolved')}
        ${this.#tab('Change requests', 'requests', what === 'requests')}
      </nav>
      ${
        what === 'requests'
          ? html`<tm-change-requests-view .console=${this.console} .route=${this.route}></tm-change-requests-view>`
          : this.#renderCases()
      }
    </div>`
  }

  #tab(label: string, what: string, isCurrent: boolean) {
    return html`<a
      href=${hrefOf(what === 'open' ? ['conflicts'] : ['conflicts', what])}
      aria-current=${isCurrent ? 'page' : nothing}
      data-testid="tab-${what}"
      >${label}</a
    >`
  }

  #renderCases() {
    const cases = this.#cases.value
    if (cases === undefined) return stateOf(this.#cases, () => void this.#cases.reload())
    const isOpen = this.#status === 'open'
    return html`${this.#cases.problem === undefined ? nothing : stateOf(this.#cases, () => void this.#cases.reload())}
    ${
      cases.length === 0
        ? html`<div class="card">
            ${
              isOpen
                ? empty(
                    'check',
                    'Nobody has to decide',
                    'When two people change the same price while a line is down, it is decided here.',
                  )
                : empty('conflicts', 'Nothing was decided yet', 'Cases stay here with every version of the document.')
            }
          </div>`
        : html`<ul class="card list" data-testid="cases">
            ${cases.map((one) => this.#renderCase(one))}
          </ul>`
    }`
  }

  #renderCase(conflict: ConflictCase) {
    const { id, documentId, openedAt, needsPerson, policy, stores, resolution } = conflict
    const differing = fieldRows(conflict)
      .filter(({ differs }) => differs)
      .map(({ name }) => fieldLabel(name).toLowerCase())
    return html`<li>
      <a class="case" href=${hrefOf(['conflicts', 'case', id])} data-case=${id} data-document=${documentId}>
        <div>
          <b>${subjectOf(conflict)}</b> <span class="soft small mono">${documentId}</span>
          <p class="small soft">
            ${resolution ?? `${sidesText(conflict)} differ in ${differing.length === 0 ? 'nothing that people wrote' : differing.join(', ')}`}
          </p>
        </div>
        <div class="row">
          ${policy === 'immutable' ? chip('integrity alarm', 'bad') : needsPerson ? chip('needs a person', 'caution') : chip(policy, 'good')}
          <span class="soft small">${stores.length > 0 ? `${stores.join(', ')} · ` : ''}${ago(openedAt)}</span>
        </div>
        ${icon('forward')}
      </a>
    </li>`
  }
}
customElements.define('tm-conflicts-view', TmConflictsView)
