/**
 * One conflict, decided field by field.
 *
 *     what will stand, field by field (conflict-diff.ts)
 *             │
 *            note, "Check the decision" ──► dry run: what would change, nothing written ──► "Decide" ──► undo
 */
import { html, nothing, type PropertyValues } from 'lit'
import { keyed } from 'lit/directives/keyed.js'
import { Type } from 'typebox'
import '../components/conflict-diff.ts'
import { decisionOf, dryRunDialog } from '../components/case-decision.ts'
import { sidesText, subjectOf, writerOf, writerTitle } from '../components/case-words.ts'
import { icon } from '../components/icon.ts'
import { chip, notice, problemNotice, stateOf } from '../components/states.ts'
import { Loaded } from '../contexts/loaded.ts'
import { ConflictCase, DryRun } from '../data/answers.ts'
import { fieldRows, orderOf, type Draft, type FieldRow } from '../data/conflict-draft.ts'
import { wordsOf } from '../data/errors.ts'
import { ago, plural } from '../data/format.ts'
import { hrefOf } from '../data/route.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { conflictCaseStyles } from './conflict-case-styles.ts'
import { ConsoleView } from './console-view.ts'

const everyMs = 5000
const Undone = Type.Object({ id: Type.String() })

export class TmConflictCaseView extends ConsoleView {
  static override styles = [sharedStyles, conflictCaseStyles]
  static override properties = {
    ...ConsoleView.properties,
    draft: { state: true },
    isTyping: { state: true },
    note: { state: true },
    tried: { state: true },
    problem: { state: true },
    isBusy: { state: true },
    showsAll: { state: true },
  }

  declare draft: Draft
  /** A value is being typed, or is wrong. */
  declare isTyping: boolean
  declare note: string
  /** The answer of the dry run, while it is on the screen. */
  declare tried: DryRun | undefined
  declare problem: string | undefined
  declare isBusy: boolean
  declare showsAll: boolean

  readonly #case = new Loaded(
    this,
    (signal) => this.console.client.get('conflicts', this.#path(), ConflictCase, signal),
    everyMs,
  )
  #shown: string | undefined

  constructor() {
    super()
    this.#begin()
  }

  get #id(): string {
    return this.route.path[2] ?? ''
  }

  #path(step = ''): string {
    return `/conflicts/${encodeURIComponent(this.#id)}${step}`
  }

  #begin(): void {
    this.draft = {}
    this.isTyping = false
    this.note = ''
    this.tried = undefined
    this.problem = undefined
    this.isBusy = false
    this.showsAll = false
  }

  protected override willUpdate(): void {
    if (this.#shown !== undefined && this.#shown !== this.#id) {
      this.#begin()
      void this.#case.restart()
    }
    this.#shown = this.#id
  }

  protected override updated(changed: PropertyValues): void {
    const dialog = this.renderRoot.querySelector('dialog')
    if (changed.has('tried') && this.tried !== undefined && dialog?.open === false) dialog.showModal()
  }

  protected override render() {
    const conflict = this.#case.value
    return html`<div class="page">
      <div class="row">
        <a class="button" href=${hrefOf(['conflicts'])} aria-label="Back to the conflicts">${icon('back')}</a>
        <h1>${conflict === undefined ? 'Conflict' : subjectOf(conflict)}</h1>
        ${conflict === undefined ? nothing : this.#renderState(conflict)}
      </div>
      ${stateOf(this.#case, () => void this.#case.reload())}
      ${this.problem === undefined ? nothing : problemNotice(this.problem)}
      ${conflict === undefined ? nothing : this.#renderCase(conflict)}
    </div>`
  }

  #renderState({ status, policy, needsPerson, undone }: ConflictCase) {
    if (undone !== null) return chip('taken back', 'caution')
    if (status === 'resolved') return chip('decided', 'good')
    if (policy === 'immutable') return chip('integrity alarm', 'bad')
    return needsPerson ? chip('needs a person', 'caution') : chip('being decided', 'busy')
  }

  #renderCase(conflict: ConflictCase) {
    const rows = fieldRows(conflict)
    const mayDecide = conflict.status === 'open' && conflict.policy !== 'immutable'
    return html`<section class="card stack">
        <p class="soft small">
          <span class="mono">${conflict.documentId}</span> in ${conflict.database} · ${sidesText(conflict)} · found
          ${ago(conflict.openedAt)}${conflict.stores.length === 0 ? '' : ` · stores ${conflict.stores.join(', ')}`}
        </p>
        <ul class="explanation" data-testid="explanation">
          ${conflict.explanation.map((sentence) => html`<li>${sentence}</li>`)}
        </ul>
      </section>
      ${conflict.status === 'resolved' ? this.#renderDecision(conflict) : nothing}
      <section class="card stack">
        <div class="head">
          <h2>${mayDecide ? 'What shall stand?' : 'The versions'}</h2>
          <label class="check">
            <input type="checkbox" .checked=${this.showsAll} @change=${this.#toggleAll} /> Show fields that are the same
          </label>
        </div>
        ${this.#renderDiff(conflict, mayDecide)}
      </section>
      ${mayDecide ? this.#renderDecide(conflict, rows) : nothing}
      <details class="card">
        <summary>Every version, whole</summary>
        <div class="stack">
          ${conflict.leaves.map(
            ({ rev, body }) =>
              html`<h3>${writerTitle(body)} · ${rev}</h3>
                <pre>${JSON.stringify(body, null, 2)}</pre>`,
          )}
          ${conflict.leavesApart.length === 0 ? nothing : notice(`${plural(conflict.leavesApart.length, 'version')} too large for the case: ${conflict.leavesApart.join(', ')}`)}
        </div>
      </details>
      ${dryRunDialog({
        tried: this.tried,
        problem: this.problem,
        isBusy: this.isBusy,
        onClose: () => this.#closeDialog(),
        onDecide: () => void this.#decide(conflict),
      })}`
  }

  /** Another case has another table: nothing that is typed goes over to it. */
  #renderDiff(conflict: ConflictCase, mayDecide: boolean) {
    return keyed(
      conflict.id,
      html`<div class="scroll">
        <tm-conflict-diff
          .conflict=${conflict}
          .draft=${this.draft}
          .mayDecide=${mayDecide}
          .isActive=${this.console.session.may('manager')}
          .showsAll=${this.showsAll}
          @tm-draft=${({ detail }: CustomEvent<Draft>) => (this.draft = detail)}
          @tm-typing=${({ detail }: CustomEvent<boolean>) => (this.isTyping = detail)}
        ></tm-conflict-diff>
      </div>`,
    )
  }

  #renderDecision(conflict: ConflictCase) {
    return decisionOf(conflict, {
      isBusy: this.isBusy,
      mayUndo: this.console.session.may('manager'),
      onUndo: (event) => void this.#undo(event),
    })
  }

  #toggleAll(): void {
    this.showsAll = !this.showsAll
  }

  #renderDecide(conflict: ConflictCase, rows: readonly FieldRow[]) {
    if (!this.console.session.may('manager')) {
      return notice('You may look at this case. Deciding it takes the role manager.')
    }
    const order = orderOf(conflict, rows, this.draft)
    const isBlocked = this.isBusy || this.isTyping
    return html`<section class="card decide">
      <label class="field">
        Why, for those who read it later
        <input
          maxlength="300"
          data-testid="note"
          .value=${this.note}
          @input=${(event: InputEvent) => (this.note = (event.target as HTMLInputElement).value)}
        />
      </label>
      <button
        class="primary"
        ?disabled=${isBlocked}
        data-testid="check-decision"
        @click=${() => void this.#try(conflict, rows)}
      >
        Check the decision
      </button>
      <p class="soft small" data-testid="order" data-kind=${order.kind}>${this.#orderWords(conflict, order)}</p>
    </section>`
  }

  #orderWords(conflict: ConflictCase, order: ReturnType<typeof orderOf>): string {
    switch (order.kind) {
      case 'suggestion':
        return 'The suggestion stands.'
      case 'merge':
        return 'A merge of both stands, as you have put it together.'
      case 'choose':
        return `The version of ${writerOf(conflict, order.rev)} stands.`
    }
  }

  #order(conflict: ConflictCase, rows: readonly FieldRow[]) {
    const note = this.note.trim()
    return { ...orderOf(conflict, rows, this.draft), ...(note === '' ? {} : { note }) }
  }

  async #try(conflict: ConflictCase, rows: readonly FieldRow[]): Promise<void> {
    await this.#busy(async () => {
      this.tried = await this.console.client.post(
        'conflicts',
        this.#path('/dry-run'),
        this.#order(conflict, rows),
        DryRun,
      )
    })
  }

  async #decide(conflict: ConflictCase): Promise<void> {
    await this.#busy(async () => {
      const order = this.#order(conflict, fieldRows(conflict))
      this.#case.replace(await this.console.client.post('conflicts', this.#path('/resolve'), order, ConflictCase))
    })
    this.#closeDialog()
  }

  async #undo(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const rev = new FormData(event.target as HTMLFormElement).get('rev')
    await this.#busy(async () => {
      await this.console.client.post('conflicts', this.#path('/undo'), { rev }, Undone)
    })
    await this.#case.reload()
  }

  async #busy(work: () => Promise<void>): Promise<void> {
    this.problem = undefined
    this.isBusy = true
    try {
      await work()
    } catch (error) {
      this.problem = wordsOf(error)
      // It is not what it was: show what it is now.
      await this.#case.reload()
    }
    this.isBusy = false
  }

  #closeDialog(): void {
    this.renderRoot.querySelector('dialog')?.close()
    this.tried = undefined
  }
}
customElements.define('tm-conflict-case-view', TmConflictCaseView)
