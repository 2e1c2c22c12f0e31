/** Changes that contradict each other, and the decision of a manager, with the hub away or not. */
import { msg, str } from '@lit/localize'
import type { Conflict } from '@tidemark/contracts'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import '../components/conflict-diff/conflict-diff.ts'
import type { Decided } from '../components/conflict-diff/conflict-diff.ts'
import { icon } from '../components/icon/icon.ts'
import type { Till } from '../contexts/till.ts'
import type { OpenConflict } from '../data/open-conflicts.ts'
import { deskStyles } from '../styles/desk-styles.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { stateBadge } from './stock-recent.ts'

const shownDecided = 20

@customElement('tm-conflicts-view')
export class TmConflictsView extends LitElement {
  static override styles = [sharedStyles, deskStyles]

  @property({ attribute: false, hasChanged: () => true }) accessor till!: Till
  @state() private accessor chosenId = ''
  @state() private accessor decided: readonly Conflict[] = []
  @state() private accessor busy = false
  /** The list of the last look; another one means that cases came in. */
  #seen: readonly OpenConflict[] | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    void this.till.conflicts.look()
  }

  protected override willUpdate(): void {
    const { open } = this.till.conflicts
    if (open === this.#seen) return
    this.#seen = open
    void this.#readDecided()
  }

  protected override render() {
    const { open } = this.till.conflicts
    const chosen = open.find(({ id }) => id === this.chosenId) ?? open[0]
    return html`
      <section class="list" aria-label=${msg('Conflicts')}>
        <div class="head">
          <h1>${msg('Conflicts')}</h1>
          ${
            open.length === 0
              ? html`<span class="badge good">${icon('check', 16)} ${msg('None open')}</span>`
              : html`<span class="badge caution" data-testid="open-conflicts">${msg(str`${open.length} open`)}</span>`
          }
        </div>
        <p class="note">
          ${msg('Two people changed the same thing before either could know. Until somebody decides, one of the versions is used everywhere.')}
        </p>
        <div class="rows">${open.map((conflict) => this.#renderRow(conflict, conflict === chosen))}</div>
        ${this.#renderDecidedList()}
      </section>
      <section class="chosen" aria-label=${msg('The chosen conflict')}>
        ${chosen === undefined ? this.#renderNone() : this.#renderChosen(chosen)}
      </section>
    `
  }

  #renderRow(conflict: OpenConflict, isChosen: boolean) {
    return html`<button
      class="row"
      data-testid="conflict-row"
      data-document=${conflict.documentId}
      aria-current=${isChosen ? 'true' : nothing}
      @click=${() => (this.chosenId = conflict.id)}
    >
      <span class="title">${this.#titleOf(conflict)}</span>
      <span class="details">${this.#when(conflict.since)}</span>
      <span style="grid-column: 2; grid-row: 1 / span 2">
        ${
          conflict.needsPerson
            ? html`<span class="badge caution">${icon('person', 16)} ${msg('Needs a person')}</span>`
            : html`<span class="badge busy">${icon('arrows', 16)} ${msg('Merges by itself')}</span>`
        }
      </span>
    </button>`
  }

  #renderChosen(conflict: OpenConflict) {
    return html`<div class="card" data-testid="conflict">
      <h2>${this.#titleOf(conflict)}</h2>
      <p>${this.#explain(conflict)}</p>
      ${
        conflict.database === 'catalog'
          ? html`<tm-conflict-diff
              .conflict=${conflict}
              .format=${this.till.format}
              .busy=${this.busy}
              @tm-decide=${(event: CustomEvent<Decided>) => void this.#decide(conflict, event.detail)}
            ></tm-conflict-diff>`
          : this.#renderOtherSides(conflict)
      }
    </div>`
  }

  /** Sides that are records, such as two counts: each with what it says. */
  #renderOtherSides({ leaves }: OpenConflict) {
    return html`<div class="rows">
      ${leaves.map(
        ({ body }) =>
          html`<div class="row">
            <span class="title">${String(body['quantity'] ?? body['type'])}</span>
            <span class="details">${this.#when(String(body['at']))}</span>
          </div>`,
      )}
    </div>`
  }

  #renderNone() {
    return html`<div class="empty">
      ${icon('check', 44)}
      <p>${msg('Nothing to decide. The till tells you when two changes contradict each other.')}</p>
    </div>`
  }

  #renderDecidedList() {
    if (this.decided.length === 0) return nothing
    const unsent = new Map(this.till.syncStatus?.unsent.map(({ documentId, state }) => [documentId, state]))
    return html`<h3>${msg('Decided')}</h3>
      <div class="rows" data-testid="decided-conflicts">
        ${this.decided.map(
          (conflict) =>
            html`<div
              class="row"
              data-testid="decided-conflict"
              data-id=${conflict._id}
              data-document=${conflict.documentId}
            >
              <span class="title">${this.#titleOf(conflict)}</span>
              <span class="details"
                >${conflict.decision?.by.name ?? conflict.decision?.by.id} · ${this.#when(conflict.decision?.at ?? '')}
                ${conflict.decision?.note === undefined ? nothing : html`· ${conflict.decision.note}`}</span
              >
              <span style="grid-column: 2; grid-row: 1 / span 2"
                >${stateBadge(unsent.get(conflict._id) ?? 'synced')}</span
              >
            </div>`,
        )}
      </div>`
  }

  #titleOf({ documentId }: Pick<OpenConflict, 'documentId'>): string {
    const key = documentId.slice(documentId.indexOf(':') + 1)
    return this.till.index.exact(key)?.name ?? documentId
  }

  #explain({ database, documentId, policy, canDecide, needsPerson }: OpenConflict): string {
    if (documentId.startsWith('counts:')) {
      return msg('Two counts contradict each other. Count the product once more: the new count stands.')
    }
    if (policy === 'immutable') {
      return msg('A record has two contents. Both are kept, the first one stands, and head office looks into it.')
    }
    if (!canDecide || database !== 'catalog') return msg('Head office decides this one.')
    return needsPerson
      ? msg('More than one person changed the same field. Choose what is right; the others are kept.')
      : msg(
          'Different fields were changed. They are merged by themselves when head office has both sides; you can also decide now.',
        )
  }

  #when(stamp: string): string {
    return this.till.format?.dateTime(new Date(stamp.slice(0, 24))) ?? stamp
  }

  async #decide(conflict: OpenConflict, { decision, note }: Decided): Promise<void> {
    const by = await this.till.askManager('product', msg('Decide a conflict'))
    if (by === undefined) return
    this.busy = true
    const outcome = await this.till.conflicts.decide(conflict.id, decision, note, by).finally(() => (this.busy = false))
    if (outcome.outcome === 'invalid') {
      this.till.notices.warn(msg(str`Nothing was decided: ${outcome.reason}`))
      return
    }
    this.till.notices.tell(
      this.till.syncStatus?.online === true
        ? msg('Decided')
        : msg('Decided here. It goes to the hub as soon as it answers.'),
    )
    await this.#readDecided()
  }

  async #readDecided(): Promise<void> {
    this.decided = await this.till.conflicts.decided(shownDecided)
  }
}
