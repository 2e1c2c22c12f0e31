/** One entry of the audit, and its proof: made by the service, checked here in the browser. */
import { css, html, nothing } from 'lit'
import { icon } from '../components/icon.ts'
import { chip, problemNotice, stateOf } from '../components/states.ts'
import { eventText } from '../components/audit-words.ts'
import { verdictChips } from '../components/verdicts.ts'
import { Loaded } from '../contexts/loaded.ts'
import { AuditEntry, AuditKey, EntryProof } from '../data/answers.ts'
import { wordsOf } from '../data/errors.ts'
import { kindLabel, moment } from '../data/format.ts'
import { hrefOf } from '../data/route.ts'
import { saveFile } from '../data/save-file.ts'
import { verifyProof, type ProofCheck } from '../data/verify-proof.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { ConsoleView } from './console-view.ts'

interface Proven {
  readonly proof: EntryProof
  readonly checks: readonly ProofCheck[]
}

export class TmAuditEntryView extends ConsoleView {
  static override styles = [
    sharedStyles,
    css`
      .verdict {
        font-size: var(--tm-text-l);
        font-weight: 700;
      }
      .checks li {
        display: flex;
        align-items: center;
        gap: var(--tm-space-2);
        min-height: 32px;
      }
      [data-holds='yes'] {
        color: var(--tm-good);
      }
      [data-holds='no'] {
        color: var(--tm-bad);
      }
    `,
  ]
  static override properties = {
    ...ConsoleView.properties,
    proven: { state: true },
    problem: { state: true },
    isBusy: { state: true },
  }

  declare proven: Proven | undefined
  declare problem: string | undefined
  declare isBusy: boolean

  readonly #entry = new Loaded(this, (signal) =>
    this.console.client.get('sync-log', `/entries/${encodeURIComponent(this.#id)}`, AuditEntry, signal),
  )
  #shown: string | undefined

  get #id(): string {
    return this.route.path[2] ?? ''
  }

  protected override willUpdate(): void {
    if (this.#shown !== undefined && this.#shown !== this.#id) {
      this.proven = undefined
      this.problem = undefined
      void this.#entry.restart()
    }
    this.#shown = this.#id
  }

  protected override render() {
    const entry = this.#entry.value
    return html`<div class="page">
      <div class="row">
        <a class="button" href=${hrefOf(['audit'])} aria-label="Back to the search">${icon('back')}</a>
        <h1>${entry === undefined ? 'Audit entry' : kindLabel(entry.kind)}</h1>
        ${entry === undefined ? nothing : verdictChips(entry)}
      </div>
      ${stateOf(this.#entry, () => void this.#entry.reload())}
      ${entry === undefined ? nothing : this.#renderEntry(entry)}
    </div>`
  }

  #renderEntry(entry: AuditEntry) {
    return html`<section class="card stack">
        <p>${eventText(entry)}</p>
        <p class="soft small">
          Entry ${entry.number} of store ${entry.storeId}, ${moment(entry.at)} by the hub’s clock · recorded
          ${moment(entry.recordedAt)} by ${entry.source}
        </p>
      </section>
      <section class="card stack">
        <div class="head">
          <h2>Proof</h2>
          <div class="row">
            <button
              class="primary"
              ?disabled=${this.isBusy || !this.console.session.may('auditor')}
              data-testid="prove"
              @click=${() => void this.#prove()}
            >
              ${icon('audit')} Verify this entry
            </button>
            ${
              this.proven === undefined
                ? nothing
                : html`<button @click=${this.#save}>${icon('download')} Keep the proof</button>`
            }
          </div>
        </div>
        <p class="soft small">
          The service gives the way from this entry to a head that it signed; your browser goes that way itself. The
          same file is checked without any of us by the standalone verifier. It takes the role auditor.
        </p>
        ${this.problem === undefined ? nothing : problemNotice(this.problem)}
        ${this.proven === undefined ? nothing : this.#renderProven(this.proven)}
      </section>
      <section class="card stack">
        <h2>As the hub wrote it</h2>
        <pre>${JSON.stringify(entry.entry, null, 2)}</pre>
      </section>`
  }

  #renderProven({ proof, checks }: Proven) {
    const isBroken = checks.some(({ holds }) => holds === false)
    const isOpen = checks.some(({ holds }) => holds === undefined)
    const verdict = isBroken ? 'broken' : isOpen ? 'partly' : 'verified'
    const words = {
      broken: 'This proof does not hold',
      partly: 'What can be checked here holds',
      verified: 'Verified',
    }[verdict]
    return html`<div class="stack" data-testid="proof" data-verdict=${verdict}>
      <p class="verdict" data-holds=${isBroken ? 'no' : 'yes'} role="status">${words}</p>
      <ul class="checks">
        ${checks.map(
          ({ what, holds }) =>
            html`<li data-holds=${holds === undefined ? 'unknown' : holds ? 'yes' : 'no'}>
              ${icon(holds === false ? 'close' : holds === undefined ? 'alert' : 'check')} ${what}
              ${holds === undefined ? chip('can’t be checked here', 'caution') : nothing}
            </li>`,
        )}
      </ul>
      <p class="soft small">
        Head over ${proof.head.size} entries, signed ${moment(proof.head.signedAt)} with key
        <span class="mono">${proof.head.keyId}</span>, root
        <span class="mono">${proof.head.rootHash.slice(0, 16)}…</span>
      </p>
    </div>`
  }

  async #prove(): Promise<void> {
    this.isBusy = true
    this.problem = undefined
    try {
      const { client } = this.console
      const [proof, key] = await Promise.all([
        client.get('sync-log', `/entries/${encodeURIComponent(this.#id)}/proof`, EntryProof),
        client.get('sync-log', '/key', AuditKey),
      ])
      this.proven = { proof, checks: await verifyProof(proof, key.publicKey) }
    } catch (error) {
      this.problem = wordsOf(error)
    }
    this.isBusy = false
  }

  #save(): void {
    const { proof } = this.proven ?? {}
    if (proof === undefined) return
    saveFile(
      new Blob([JSON.stringify(proof, null, 2)], { type: 'application/json' }),
      `proof-${this.#id.replaceAll(':', '-')}.json`,
    )
  }
}
customElements.define('tm-audit-entry-view', TmAuditEntryView)
