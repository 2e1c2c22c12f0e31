/** First start: which lane is this till, and who stands at it. */
import type { StoreInfo } from '@tidemark/contracts'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { icon } from '../components/icon/icon.ts'
import type { Till } from '../contexts/till.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { setupStyles } from './setup-styles.ts'
import './message-view.ts'

const firstLanes = 12
const allLanes = 99

@customElement('tm-setup-view')
export class TmSetupView extends LitElement {
  static override styles = [sharedStyles, setupStyles]

  @property({ attribute: false, hasChanged: () => true }) accessor till!: Till
  @state() private accessor store: StoreInfo | undefined
  @state() private accessor unreachable: string | undefined
  @state() private accessor lane: number | undefined
  @state() private accessor laneCount = firstLanes
  @state() private accessor name = ''
  @state() private accessor problem = ''
  @state() private accessor busy = false
  @query('dialog') private accessor dialog!: HTMLDialogElement

  override connectedCallback(): void {
    super.connectedCallback()
    this.name = this.till.cashier.name
    void this.#askHub()
  }

  async #askHub(): Promise<void> {
    this.busy = true
    const answer = await this.till.hub.readStore()
    this.busy = false
    this.unreachable = answer.outcome === 'ok' ? undefined : answer.reason
    if (answer.outcome !== 'ok') return
    this.store = answer.value
  }

  get #taken(): ReadonlyMap<number, string> {
    return new Map(this.store?.lanes.map(({ lane, incarnation }) => [lane, incarnation]))
  }

  #submit = (event: Event): void => {
    event.preventDefault()
    if (this.lane === undefined || this.name.trim() === '' || this.busy) return
    if (this.#taken.has(this.lane)) this.dialog.showModal()
    else void this.#enrol(false)
  }

  async #enrol(replace: boolean): Promise<void> {
    if (this.lane === undefined || this.busy) return
    this.busy = true
    this.problem = ''
    const answer = await this.till.hub.enrol({ lane: this.lane }, replace)
    if (answer.outcome === 'ok') {
      await this.till.enrol(answer.value, { name: this.name.trim() })
      return
    }
    this.busy = false
    this.problem =
      answer.outcome === 'unreachable' ? `The store hub does not answer (${answer.reason}).` : `${answer.reason}.`
    await this.#askHub()
  }

  protected override render() {
    if (this.unreachable !== undefined && this.store === undefined) return this.#renderUnreachable(this.unreachable)
    if (this.store === undefined) {
      return html`<tm-message-view icon="store" heading="Looking for the store hub…" busy></tm-message-view>`
    }
    return html`<form @submit=${this.#submit}>
        <header>
          <span class="mark">${icon('store', 32)}</span>
          <div>
            <h1>${this.store.name}</h1>
            <p class="soft">Set up this till. You do this once.</p>
          </div>
        </header>
        ${this.#renderLanes()} ${this.#renderName()}
        ${this.problem === '' ? nothing : html`<p class="problem" role="alert">${icon('alert')} ${this.problem}</p>`}
        ${this.#renderStart()}
      </form>
      ${this.#renderTakeOver()}`
  }

  #renderUnreachable(reason: string) {
    return html`<tm-message-view
      icon="cloudOff"
      heading="The store hub does not answer"
      text="A new till needs it once, to get its lane and the catalogue. Check that the hub is on and that this device is in the store’s network. (${reason})"
      action=${this.busy ? 'Trying…' : 'Try again'}
      @tm-action=${() => void this.#askHub()}
    ></tm-message-view>`
  }

  #renderLanes() {
    const lanes = Array.from({ length: allLanes }, (_, index) => index + 1).filter(
      (lane) => lane <= this.laneCount || this.#taken.has(lane),
    )
    return html`<fieldset>
      <legend>Lane</legend>
      <div class="lanes">
        ${lanes.map((lane) => this.#renderLane(lane))}
        ${
          this.laneCount < allLanes
            ? html`<button type="button" class="plain" @click=${() => (this.laneCount = allLanes)}>More…</button>`
            : nothing
        }
      </div>
    </fieldset>`
  }

  #renderLane(lane: number) {
    const isTaken = this.#taken.has(lane)
    return html`<button
      type="button"
      class="lane ${isTaken ? 'taken' : ''}"
      data-testid="lane-${lane}"
      data-taken=${isTaken}
      aria-pressed=${lane === this.lane}
      @click=${() => (this.lane = lane)}
    >
      ${lane}${isTaken ? html`<small>in use</small>` : nothing}
    </button>`
  }

  #renderName() {
    return html`<label
      >Cashier
      <input
        data-testid="cashier-name"
        type="text"
        maxlength="100"
        autocomplete="off"
        placeholder="Your name, as on the receipt"
        .value=${this.name}
        @input=${(event: Event) => (this.name = (event.target as HTMLInputElement).value)}
    /></label>`
  }

  #renderStart() {
    const isTaken = this.lane !== undefined && this.#taken.has(this.lane)
    const label = this.lane === undefined ? 'Choose a lane' : `${isTaken ? 'Take over' : 'Start on'} lane ${this.lane}`
    return html`<button
      type="submit"
      class="primary start"
      data-testid="start-selling"
      ?disabled=${this.lane === undefined || this.name.trim() === '' || this.busy}
    >
      ${this.busy ? 'Setting up…' : label}
    </button>`
  }

  #renderTakeOver() {
    const old = this.lane === undefined ? undefined : this.#taken.get(this.lane)
    return html`<dialog aria-labelledby="take-over-title">
      <h2 id="take-over-title">Take over lane ${this.lane}?</h2>
      <p>
        Its till (${old}) can still send what it has sold, and is asked to be set up anew. This till starts a receipt
        series of its own.
      </p>
      <div class="actions">
        <button @click=${() => this.dialog.close()}>Cancel</button>
        <button
          class="danger"
          data-testid="take-over"
          @click=${() => {
            this.dialog.close()
            void this.#enrol(true)
          }}
        >
          Take over lane ${this.lane}
        </button>
      </div>
    </dialog>`
  }
}
