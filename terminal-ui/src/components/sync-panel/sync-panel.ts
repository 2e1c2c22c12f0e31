/** What is behind the sync badge: classes, unsent documents with their retries, and "sync now". */
import { parseJournalId, receiptNumberOf } from '@tidemark/contracts'
import { html, LitElement, nothing } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import type { StoreFormat } from '../../data/format.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import type { ClassStatus, SyncStatus, UnsentItem } from '../../data/sync-status.ts'
import { icon } from '../icon/icon.ts'
import { syncPanelStyles } from './sync-panel-styles.ts'

const classNames: Readonly<Record<string, string>> = {
  sales: 'Sales',
  inventory: 'Stock',
  conflicts: 'Conflicts',
  catalog: 'Catalogue',
}
const stateWords = {
  waiting: 'Waiting',
  syncing: 'Syncing',
  synced: 'Synced',
  failed: 'Failed',
  pending: 'Waiting',
} as const
const shownUnsent = 100

/** @fires tm-sync-now; tm-sound with the new setting */
@customElement('tm-sync-panel')
export class TmSyncPanel extends LitElement {
  static override styles = [sharedStyles, syncPanelStyles]

  @property({ attribute: false }) accessor status: SyncStatus | undefined
  @property({ attribute: false }) accessor format: StoreFormat | undefined
  @property() accessor terminalId = ''
  @property({ type: Boolean }) accessor sound = false
  @query('dialog') private accessor dialog!: HTMLDialogElement

  open(): void {
    if (!this.dialog.open) this.dialog.showModal()
  }

  protected override render() {
    const { status } = this
    return html`<dialog
      aria-labelledby="title"
      @click=${(event: Event) => {
        if (event.target === this.dialog) this.dialog.close()
      }}
    >
      ${status === undefined ? nothing : this.#renderStatus(status)}
    </dialog>`
  }

  #renderStatus(status: SyncStatus) {
    return html`<div class="panel">
      <header>
        <h2 id="title">Synchronisation</h2>
        <button class="plain" aria-label="Close" @click=${() => this.dialog.close()}>${icon('close')}</button>
      </header>
      ${this.#renderFacts(status)}
      <ul class="classes">
        ${status.classes.map((entry) => this.#renderClass(entry))}
      </ul>
      ${this.#renderUnsent(status.unsent)}
      <footer>
        <label class="sound">
          <input
            type="checkbox"
            .checked=${this.sound}
            @change=${(event: Event) =>
              this.dispatchEvent(new CustomEvent('tm-sound', { detail: (event.target as HTMLInputElement).checked }))}
          />
          Scanner sounds
        </label>
        <button
          class="primary"
          data-testid="sync-now"
          ?disabled=${status.running}
          @click=${() => this.dispatchEvent(new CustomEvent('tm-sync-now'))}
        >
          ${status.running ? 'Syncing…' : 'Sync now'}
        </button>
      </footer>
    </div>`
  }

  #renderFacts(status: SyncStatus) {
    return html`<dl>
      <dt>Store hub</dt>
      <dd>${status.online ? 'Answers' : 'Does not answer'} <span class="soft">${status.hubAddress}</span></dd>
      <dt>Head office</dt>
      <dd>${headOfficeWords(status)}</dd>
      <dt>Last sync</dt>
      <dd>${this.#time(status.lastSyncAt)}</dd>
      <dt>This till</dt>
      <dd>${this.terminalId}</dd>
      ${
        status.lastError === null
          ? nothing
          : html`<dt>Last error</dt>
              <dd class="error">${status.lastError}${status.failures > 1 ? ` (${status.failures} times)` : ''}</dd>`
      }
    </dl>`
  }

  #renderClass(entry: ClassStatus) {
    return html`<li data-class=${entry.entityClass} data-state=${entry.state}>
      <span>${classNames[entry.entityClass] ?? entry.entityClass}</span>
      <span class="state ${entry.state}">${stateWords[entry.state]}</span>
      <span class="soft">${entry.unsent > 0 ? `${entry.unsent} to send` : this.#timeOfDay(entry.lastSuccessAt)}</span>
    </li>`
  }

  #renderUnsent(unsent: readonly UnsentItem[]) {
    if (unsent.length === 0)
      return html`<p class="all-sent">${icon('check')} Everything on this till is at the hub.</p>`
    return html`<h3>Not sent yet <span class="soft">${unsent.length}</span></h3>
      <ul class="unsent">
        ${unsent.slice(0, shownUnsent).map(
          (item) =>
            html`<li data-state=${item.state}>
              <span class="document">${nameOf(item.documentId)}</span>
              <span class="state ${item.state}">${stateWords[item.state]}</span>
              <span class="soft">${triesWords(item.retries)}</span>
              ${item.lastError === null ? nothing : html`<span class="error">${item.lastError}</span>`}
            </li>`,
        )}
      </ul>`
  }

  /** Of today: the classes' times are those of this session. */
  #timeOfDay(at: string | null): string {
    if (at === null || this.format === undefined) return ''
    return this.format.time(new Date(at))
  }

  #time(at: string | null): string {
    if (at === null) return 'Never'
    const time = new Date(at)
    return this.format === undefined ? time.toLocaleString() : this.format.dateTime(time)
  }
}

function headOfficeWords(status: SyncStatus): string {
  if (!status.online || status.wan === 'unknown') return 'Unknown'
  return status.wan === 'up' ? 'Connected' : 'Not connected; the hub keeps everything until it is'
}

function triesWords(retries: number): string {
  if (retries === 0) return 'not tried yet'
  return retries === 1 ? '1 try' : `${retries} tries`
}

function nameOf(documentId: string): string {
  const key = parseJournalId(documentId)
  return key === undefined ? documentId : receiptNumberOf(key.incarnation, key.number)
}
