/**
 * Products from a file.
 *
 *     file ──► dry run: what would become of each row ──► import ──► progress ──► a report for each row
 *
 * The address names the job, so that somebody who goes away and comes back sees how it went.
 */
import { css, html, nothing } from 'lit'
import { icon } from '../components/icon.ts'
import { chip, notice, problemNotice, stateOf, type Mood } from '../components/states.ts'
import { Loaded } from '../contexts/loaded.ts'
import { ImportJob, ReportRow } from '../data/answers.ts'
import { wordsOf } from '../data/errors.ts'
import { count, kindLabel, moment, plural } from '../data/format.ts'
import { go } from '../data/route.ts'
import { saveFile } from '../data/save-file.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { ConsoleView } from './console-view.ts'

const progressEveryMs = 700
const shownRows = 200
const outcomes: readonly (readonly [keyof ImportJob['counts'], Mood])[] = [
  ['created', 'good'],
  ['updated', 'busy'],
  ['unchanged', 'quiet'],
  ['skipped', 'caution'],
  ['refused', 'bad'],
]
const formats = [
  ['csv', 'CSV, our own columns'],
  ['shopify', 'CSV, Shopify’s product export'],
  ['json', 'JSON, an array or an object per line'],
] as const

export class TmImportView extends ConsoleView {
  static override styles = [
    sharedStyles,
    css`
      form {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(210px, 1fr));
        gap: var(--tm-space-3);
        align-items: end;
      }
      .drop {
        grid-column: 1 / -1;
        display: flex;
        flex-direction: column;
        align-items: center;
        justify-content: center;
        gap: var(--tm-space-2);
        min-height: 130px;
        padding: var(--tm-space-4);
        border: 2px dashed var(--tm-line-strong);
        border-radius: var(--tm-radius-l);
        text-align: center;
        cursor: pointer;
      }
      .drop:has(:focus-visible) {
        outline: var(--tm-focus);
        outline-offset: 2px;
      }
      .drop[data-over] {
        border-color: var(--tm-brand);
        background: var(--tm-brand-soft);
      }
      progress {
        width: 100%;
        height: 14px;
        accent-color: var(--tm-brand);
      }
      button[aria-pressed='true'] {
        border-color: var(--tm-brand);
        background: var(--tm-brand-soft);
      }
    `,
  ]
  static override properties = {
    ...ConsoleView.properties,
    file: { state: true },
    format: { state: true },
    uploaded: { state: true },
    problem: { state: true },
    rows: { state: true },
    outcome: { state: true },
    isOver: { state: true },
  }

  declare file: File | undefined
  declare format: string
  /** The part of the file that is over there; undefined while none is on its way. */
  declare uploaded: number | undefined
  declare problem: string | undefined
  declare rows: readonly ReportRow[] | undefined
  declare outcome: string | undefined
  declare isOver: boolean

  readonly #job = new Loaded(this, (signal) => this.#load(signal))
  #timer: ReturnType<typeof setTimeout> | undefined
  #shown: string | undefined

  constructor() {
    super()
    this.format = 'csv'
    this.isOver = false
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
  }

  get #id(): string | undefined {
    return this.route.path[1]
  }

  protected override willUpdate(): void {
    if (this.#shown !== this.#id) {
      this.rows = undefined
      this.outcome = undefined
      if (this.hasUpdated) void this.#job.restart()
    }
    this.#shown = this.#id
  }

  async #load(signal: AbortSignal): Promise<ImportJob | null> {
    clearTimeout(this.#timer)
    if (this.#id === undefined) return null
    const job = await this.console.client.get('inventory', `/imports/${this.#id}`, ImportJob, signal)
    if (job.status === 'running') this.#timer = setTimeout(() => void this.#job.reload(), progressEveryMs)
    else if (this.rows === undefined) {
      // What went wrong first: of a hundred thousand rows nobody reads those that are fine.
      this.outcome ??= job.counts.refused > 0 ? 'refused' : undefined
      await this.#readReport(job, signal)
    }
    return job
  }

  async #readReport(job: ImportJob, signal?: AbortSignal): Promise<void> {
    const filter = this.outcome === undefined ? '' : `&outcome=${this.outcome}`
    const path = `/imports/${job.id}/report?format=ndjson${filter}`
    this.rows = await this.console.client.lines('inventory', path, ReportRow, shownRows, signal)
  }

  protected override render() {
    const mayImport = this.console.session.may('manager')
    return html`<div class="page">
      <h1>Import products</h1>
      ${mayImport ? this.#renderForm() : notice('You may look at imports. Importing takes the role manager.')}
      ${this.problem === undefined ? nothing : problemNotice(this.problem)}
      ${this.#id === undefined ? nothing : stateOf(this.#job, () => void this.#job.reload())}
      ${this.#job.value ? this.#renderJob(this.#job.value) : nothing}
    </div>`
  }

  #renderForm() {
    const isBusy = this.uploaded !== undefined || this.#job.value?.status === 'running'
    return html`<form class="card" @submit=${(event: SubmitEvent) => event.preventDefault()}>
      <label
        class="drop"
        ?data-over=${this.isOver}
        @dragover=${(event: DragEvent) => {
          event.preventDefault()
          this.isOver = true
        }}
        @dragleave=${() => (this.isOver = false)}
        @drop=${this.#drop}
      >
        ${icon('imports', 28)}
        <b>${this.file === undefined ? 'Choose a file, or drop it here' : this.file.name}</b>
        <span class="soft small"
          >${this.file === undefined ? 'CSV or JSON, up to 64 MB and 250,000 rows' : `${count(Math.ceil(this.file.size / 1024))} kB`}</span
        >
        <input
          class="visually-hidden"
          type="file"
          accept=".csv,.json,.ndjson,.jsonl"
          data-testid="import-file"
          @change=${this.#choose}
        />
      </label>
      <label class="field">
        Format
        <select
          data-testid="import-format"
          @change=${(event: Event) => (this.format = (event.target as HTMLSelectElement).value)}
        >
          ${formats.map(([id, label]) => html`<option value=${id} ?selected=${id === this.format}>${label}</option>`)}
        </select>
      </label>
      <button
        ?disabled=${isBusy || this.file === undefined}
        data-testid="dry-run"
        @click=${() => void this.#send(true)}
      >
        Try it first
      </button>
      <button
        class="primary"
        ?disabled=${isBusy || this.file === undefined}
        data-testid="import"
        @click=${() => void this.#send(false)}
      >
        ${icon('imports')} Import
      </button>
      ${
        this.uploaded === undefined
          ? nothing
          : html`<p class="small soft">Sending the file… ${Math.round(this.uploaded * 100)} %</p>`
      }
    </form>`
  }

  #choose(event: Event): void {
    this.#take((event.target as HTMLInputElement).files?.[0])
  }

  #drop(event: DragEvent): void {
    event.preventDefault()
    this.isOver = false
    this.#take(event.dataTransfer?.files[0])
  }

  #take(file: File | undefined): void {
    this.file = file
    this.problem = undefined
    if (file !== undefined && /\.(json|ndjson|jsonl)$/i.test(file.name)) this.format = 'json'
    else if (this.format === 'json') this.format = 'csv'
  }

  async #send(dryRun: boolean): Promise<void> {
    const { file, format } = this
    if (file === undefined) return
    this.problem = undefined
    this.uploaded = 0
    try {
      const type = format === 'json' ? 'application/x-ndjson' : 'text/csv'
      const path = `/imports?format=${format}&dryRun=${dryRun}`
      const upload = { body: file, type }
      const job = await this.console.client.upload(
        'inventory',
        path,
        upload,
        ImportJob,
        (part) => (this.uploaded = part),
      )
      go(['import', job.id])
    } catch (error) {
      this.problem = wordsOf(error)
    }
    this.uploaded = undefined
  }

  #renderJob(job: ImportJob) {
    return html`<section class="card stack" data-testid="job" data-status=${job.status} data-dry-run=${job.dryRun}>
      <div class="head">
        <h2>${job.dryRun ? 'Tried, nothing written' : 'Import'}</h2>
        ${chip(job.status, job.status === 'done' ? 'good' : job.status === 'running' ? 'busy' : 'bad')}
      </div>
      <progress max="100" value=${job.percent} aria-label="Progress" data-testid="progress">${job.percent} %</progress>
      <p class="soft small" role="status">
        ${job.percent} % of the file, ${plural(job.rows, 'row')} · started ${moment(job.startedAt)} · ${job.format}
      </p>
      ${job.problem === null ? nothing : notice(job.problem, 'bad')}
      <div class="row" role="group" aria-label="Rows by what became of them">
        ${outcomes.map(
          ([outcome, mood]) =>
            html`<button
              class="small"
              aria-pressed=${this.outcome === outcome}
              data-outcome=${outcome}
              data-count=${job.counts[outcome]}
              @click=${() => void this.#show(job, outcome)}
            >
              ${chip(count(job.counts[outcome]), job.counts[outcome] === 0 ? 'quiet' : mood)} ${outcome}
            </button>`,
        )}
        <button class="small" @click=${() => void this.#download(job)}>${icon('download', 18)} Report as CSV</button>
      </div>
      ${this.#renderRows(job)}
    </section>`
  }

  #renderRows({ status }: ImportJob) {
    if (status === 'running' || this.rows === undefined) return nothing
    if (this.rows.length === 0)
      return html`<p class="soft">No rows ${this.outcome === undefined ? '' : `were ${this.outcome}`}.</p>`
    return html`<div class="scroll">
        <table class="stacks" data-testid="rows">
          <thead>
            <tr>
              <th class="number">Row</th>
              <th>SKU</th>
              <th>What became of it</th>
              <th>Why</th>
            </tr>
          </thead>
          <tbody>
            ${this.rows.map(
              ({ row, sku, outcome, message }) =>
                html`<tr>
                  <td data-label="Row" class="number">${row}</td>
                  <td data-label="SKU" class="mono">${sku}</td>
                  <td data-label="What became of it">
                    ${chip(kindLabel(outcome), outcomes.find(([name]) => name === outcome)?.[1] ?? 'quiet')}
                  </td>
                  <td data-label="Why">${message}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${this.rows.length === shownRows ? html`<p class="soft small">The first ${shownRows} rows; the report has all.</p>` : nothing}`
  }

  async #show(job: ImportJob, outcome: string): Promise<void> {
    this.outcome = this.outcome === outcome ? undefined : outcome
    try {
      await this.#readReport(job)
    } catch (error) {
      this.problem = wordsOf(error)
    }
  }

  async #download({ id }: ImportJob): Promise<void> {
    try {
      saveFile(await this.console.client.file('inventory', `/imports/${id}/report?format=csv`), `import-${id}.csv`)
    } catch (error) {
      this.problem = wordsOf(error)
    }
  }
}
customElements.define('tm-import-view', TmImportView)
