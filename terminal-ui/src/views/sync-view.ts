/** Synchronisation in full: state, queue, log, storage, files. */
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import '../components/sync/clear-cache-dialog.ts'
import '../components/sync/file-card.ts'
import '../components/sync/storage-card.ts'
import '../components/sync/sync-log.ts'
import '../components/sync/sync-overview.ts'
import '../components/sync/sync-queue.ts'
import type { TmClearCacheDialog } from '../components/sync/clear-cache-dialog.ts'
import { documentName } from '../components/sync/words.ts'
import type { LocalData } from '../contexts/local-data.ts'
import type { Till } from '../contexts/till.ts'
import { messageOf } from '../data/errors.ts'
import type { TillLogEntry } from '../data/till-log.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { defaultKeptPeriods } from '../data/kept-periods.ts'

type ImportAnswer = Awaited<ReturnType<LocalData['importFile']>>

const shownRefusals = 5

@customElement('tm-sync-view')
export class TmSyncView extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: block;
        height: 100%;
        overflow-y: auto;
        padding: var(--tm-space-4);
      }
      .cards {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
        gap: var(--tm-space-4);
        max-width: 1200px;
        margin: 0 auto;
      }
      .wide {
        grid-column: 1 / -1;
      }
    `,
  ]

  @property({ attribute: false, hasChanged: () => true }) accessor till!: Till
  @state() private accessor entries: readonly TillLogEntry[] = []
  @state() private accessor outcome = ''
  @state() private accessor isBusy = false
  @query('tm-clear-cache-dialog') private accessor dialog: TmClearCacheDialog | null = null

  override connectedCallback(): void {
    super.connectedCallback()
    this.till.addEventListener('change', this.#onChange)
    void this.till.storage.look()
    void this.#readLog()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.till.removeEventListener('change', this.#onChange)
  }

  #onChange = (): void => {
    void this.#readLog()
    void this.dialog?.refresh()
  }

  async #readLog(): Promise<void> {
    this.entries = await this.till.log.entries()
  }

  protected override render() {
    const { till } = this
    const { syncStatus: status, format, settings, storage } = till
    if (status === undefined) return nothing
    const syncNow = () => void till.sync?.processQueue()
    return html`<h1 class="visually-hidden">${msg('Synchronisation')}</h1>
      <div class="cards">
        <tm-sync-overview
          class="wide"
          .status=${status}
          .format=${format}
          terminalId=${till.enrolment?.incarnation ?? ''}
          @tm-sync-now=${syncNow}
        ></tm-sync-overview>
        <tm-sync-queue .status=${status} @tm-sync-now=${syncNow}></tm-sync-queue>
        <tm-storage-card
          .report=${storage.report}
          .keptPeriods=${settings.keptPeriods ?? defaultKeptPeriods}
          .categories=${this.#categories}
          .chosen=${settings.categories}
          @tm-kept-periods=${(event: CustomEvent<number>) => void settings.change({ keptPeriods: event.detail })}
          @tm-categories=${(event: CustomEvent<readonly string[] | undefined>) => void till.chooseCategories(event.detail)}
          @tm-clear-cache=${() => void this.dialog?.open()}
        ></tm-storage-card>
        <tm-file-card
          class="wide"
          .unsent=${status.unsent.length}
          ?busy=${this.isBusy}
          outcome=${this.outcome}
          @tm-export-unsent=${() => void this.#export(() => till.localData.exportUnsent())}
          @tm-export-all=${() => void this.#export(() => till.localData.exportAll())}
          @tm-import=${(event: CustomEvent<File>) => void this.#import(event.detail)}
        ></tm-file-card>
        <tm-sync-log class="wide" .entries=${this.entries} .format=${format}></tm-sync-log>
      </div>
      <tm-clear-cache-dialog
        .localData=${till.localData}
        @tm-export-unsent=${() => void this.#export(() => till.localData.exportUnsent())}
        @tm-cleared=${() => window.location.reload()}
      ></tm-clear-cache-dialog>`
  }

  /** All that this till has heard of. */
  get #categories(): string[] {
    const { catalog, settings } = this.till
    const held = [...(catalog?.products.values() ?? [])].map(({ category }) => category)
    return [...new Set([...held, ...(settings.categories ?? [])])].sort((a, b) => a.localeCompare(b))
  }

  async #export(work: () => Promise<number>): Promise<void> {
    try {
      const documents = await work()
      this.outcome = documents === 0 ? msg('There is nothing to save.') : msg(str`Saved: ${documents} documents.`)
    } catch (error) {
      this.outcome = msg(str`The file could not be written: ${messageOf(error)}`)
    }
  }

  async #import(file: File): Promise<void> {
    this.isBusy = true
    this.outcome = ''
    try {
      this.outcome = importWords(await this.till.localData.importFile(await file.text()))
    } catch (error) {
      this.outcome = msg(str`The file could not be read: ${messageOf(error)}`)
    } finally {
      this.isBusy = false
    }
  }
}

function importWords(answer: ImportAnswer): string {
  if (answer.outcome === 'invalid') return msg('This is no file of a till.')
  if (answer.outcome !== 'ok') return msg(str`The hub did not take the file: ${answer.reason}`)
  const { stored, alreadyThere, refused, missing } = answer.value
  const gaps = missing.map(({ incarnation, after, next }) =>
    msg(str`${incarnation}: receipts ${after + 1} to ${next - 1} are missing`),
  )
  return [
    msg(str`New at the hub: ${stored}. Already there: ${alreadyThere}. Refused: ${refused.length}.`),
    ...refused.slice(0, shownRefusals).map(({ id, reason }) => `${documentName(id)}: ${reason}`),
    ...gaps,
  ].join('\n')
}
