/** First start: which lane is this till. */
import { msg, str } from '@lit/localize'
import { errorCodes, type StoreInfo } from '@tidemark/contracts'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { icon } from '../components/icon/icon.ts'
import type { Till } from '../contexts/till.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { setupStyles } from './setup-styles.ts'
import './message-view.ts'

/** A hub that is being started, or a cable that is being plugged in, needs nobody to press a button here. */
const lookAgainMs = 5000
const askAgainMs = 2000
const maxEarlyAsks = 60
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
  @state() private accessor code = ''
  @state() private accessor problem = ''
  @state() private accessor busy = false
  @query('dialog') private accessor dialog!: HTMLDialogElement
  #timer: ReturnType<typeof setTimeout> | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    void this.#askHub()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  async #askHub(): Promise<void> {
    clearTimeout(this.#timer)
    this.busy = true
    const answer = await this.till.hub.readStore()
    this.busy = false
    this.unreachable = answer.outcome === 'ok' ? undefined : answer.reason
    if (answer.outcome === 'ok') this.store = answer.value
    else if (this.isConnected && this.store === undefined)
      this.#timer = setTimeout(() => void this.#askHub(), lookAgainMs)
  }

  get #taken(): ReadonlyMap<number, string> {
    return new Map(this.store?.lanes.map(({ lane, incarnation }) => [lane, incarnation]))
  }

  get #wantsCode(): boolean {
    return this.store?.enrolment === 'code'
  }

  get #isComplete(): boolean {
    return this.lane !== undefined && (!this.#wantsCode || this.code.trim() !== '')
  }

  #submit = (event: Event): void => {
    event.preventDefault()
    if (!this.#isComplete || this.lane === undefined || this.busy) return
    if (this.#taken.has(this.lane)) this.dialog.showModal()
    else void this.#enrol(false)
  }

  async #enrol(replace: boolean): Promise<void> {
    if (this.lane === undefined || this.busy) return
    this.busy = true
    this.problem = ''
    const answer = await this.#askForLane({ lane: this.lane, code: this.code.trim() }, replace)
    if (answer.outcome === 'ok') {
      await this.till.enrol(answer.value)
      return
    }
    this.busy = false
    this.problem =
      answer.outcome === 'unreachable'
        ? msg(str`The store hub does not answer (${answer.reason}).`)
        : refusalWords(answer.code, answer.reason)
    await this.#askHub()
  }

  /** A hub that was just started says for a moment that it is not ready. */
  async #askForLane(wanted: { readonly lane: number; readonly code: string }, replace: boolean) {
    for (let asked = 1; ; asked += 1) {
      const answer = await this.till.requestEnrolment(wanted, replace)
      const isEarly = answer.outcome === 'refused' && answer.code === errorCodes.notReady
      if (!isEarly || asked === maxEarlyAsks || !this.isConnected) return answer
      this.problem = refusalWords(answer.code, answer.reason)
      await new Promise((resolve) => setTimeout(resolve, askAgainMs))
    }
  }

  protected override render() {
    if (this.unreachable !== undefined && this.store === undefined) return this.#renderUnreachable(this.unreachable)
    if (this.store === undefined) {
      return html`<tm-message-view icon="store" heading=${msg('Looking for the store hub…')} busy></tm-message-view>`
    }
    return html`<form @submit=${this.#submit}>
        <header>
          <span class="mark">${icon('store', 32)}</span>
          <div>
            <h1>${this.store.name}</h1>
            <p class="soft">${msg('Set up this till. You do this once.')}</p>
          </div>
        </header>
        ${this.#renderLanes()} ${this.#wantsCode ? this.#renderCode() : nothing}
        ${this.problem === '' ? nothing : html`<p class="problem" role="alert">${icon('alert')} ${this.problem}</p>`}
        ${this.#renderStart()}
      </form>
      ${this.#renderTakeOver()}`
  }

  #renderUnreachable(reason: string) {
    return html`<tm-message-view
      icon="cloudOff"
      heading=${msg('The store hub does not answer')}
      text=${msg(str`A new till needs it once, to get its lane and the catalogue. Check that the hub is on and that this device is in the store’s network. (${reason})`)}
      action=${this.busy ? msg('Trying…') : msg('Try again')}
      @tm-action=${() => void this.#askHub()}
    ></tm-message-view>`
  }

  #renderLanes() {
    const lanes = Array.from({ length: allLanes }, (_, index) => index + 1).filter(
      (lane) => lane <= this.laneCount || this.#taken.has(lane),
    )
    return html`<fieldset>
      <legend>${msg('Lane')}</legend>
      <div class="lanes">
        ${lanes.map((lane) => this.#renderLane(lane))}
        ${
          this.laneCount < allLanes
            ? html`<button type="button" class="plain" @click=${() => (this.laneCount = allLanes)}>
                ${msg('More…')}
              </button>`
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
      ${lane}${isTaken ? html`<small>${msg('in use')}</small>` : nothing}
    </button>`
  }

  #renderCode() {
    return html`<label
      >${msg('One-time code')}
      <input
        class="code"
        data-testid="enrolment-code"
        type="text"
        maxlength="20"
        autocomplete="one-time-code"
        autocapitalize="characters"
        spellcheck="false"
        aria-describedby="code-hint"
        placeholder="XXXX XXXX"
        .value=${this.code}
        @input=${(event: Event) => (this.code = (event.target as HTMLInputElement).value)}
      />
      <small id="code-hint" class="soft">
        ${msg('A manager gets it at the store’s hub. It works once, for ten minutes.')}
      </small></label
    >`
  }

  #renderStart() {
    const isTaken = this.lane !== undefined && this.#taken.has(this.lane)
    const label = startWords(this.lane, isTaken)
    return html`<button
      type="submit"
      class="primary start"
      data-testid="start-selling"
      ?disabled=${!this.#isComplete || this.busy}
    >
      ${this.busy ? msg('Setting up…') : label}
    </button>`
  }

  #renderTakeOver() {
    const { lane = 0 } = this
    const old = this.#taken.get(lane) ?? ''
    return html`<dialog aria-labelledby="take-over-title">
      <h2 id="take-over-title">${msg(str`Take over lane ${lane}?`)}</h2>
      <p>
        ${msg(str`Its till (${old}) can still send what it has sold, and is asked to be set up anew. This till starts a receipt series of its own.`)}
      </p>
      <div class="actions">
        <button @click=${() => this.dialog.close()}>${msg('Cancel')}</button>
        <button
          class="danger"
          data-testid="take-over"
          @click=${() => {
            this.dialog.close()
            void this.#enrol(true)
          }}
        >
          ${msg(str`Take over lane ${lane}`)}
        </button>
      </div>
    </dialog>`
  }
}

function refusalWords(code: string, reason: string): string {
  if (code === errorCodes.codeRefused) {
    return msg('This code does not work: it is mistyped, was used, or is older than ten minutes.')
  }
  if (code === errorCodes.tooManyRequests) {
    return msg('Too many wrong codes. Wait ten minutes, and ask for a new one.')
  }
  return `${reason}.`
}

function startWords(lane: number | undefined, isTaken: boolean): string {
  if (lane === undefined) return msg('Choose a lane')
  return isTaken ? msg(str`Take over lane ${lane}`) : msg(str`Start on lane ${lane}`)
}
