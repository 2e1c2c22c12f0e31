/** How this till and its hub stand: the state in a word and a sentence, the classes, the hub, and "sync now". */
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { StoreFormat } from '../../data/format.ts'
import { clockWarningMs, type ClassStatus, type Indicator, type SyncStatus } from '../../data/sync-status.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon, type IconName } from '../icon/icon.ts'
import { clockWords, indicatorWord } from '../sync-badge/status-words.ts'
import { cardStyles } from './sync-styles.ts'
import { className, headOfficeWords, indicatorSentence, itemWord } from './words.ts'

const icons: Readonly<Record<Indicator, IconName>> = {
  synced: 'check',
  syncing: 'arrows',
  conflict: 'fork',
  failed: 'alert',
  offline: 'cloudOff',
}

/** @fires tm-sync-now */
@customElement('tm-sync-overview')
export class TmSyncOverview extends LitElement {
  static override styles = [
    sharedStyles,
    cardStyles,
    css`
      .now {
        display: flex;
        align-items: center;
        gap: var(--tm-space-4);
        flex: 1 1 20rem;
      }
      .mark {
        display: grid;
        place-items: center;
        flex: none;
        width: 56px;
        height: 56px;
        border-radius: 50%;
      }
      h2 {
        font-size: var(--tm-text-xl);
        line-height: 1.2;
      }
      .columns {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr));
        gap: var(--tm-space-5);
        padding-top: var(--tm-space-4);
        border-top: 1px solid var(--tm-line);
      }
      li {
        display: grid;
        grid-template-columns: 1fr max-content 6rem;
        align-items: center;
        gap: var(--tm-space-3);
        min-height: 36px;
      }
      li .soft {
        text-align: right;
      }
      .warning {
        color: var(--tm-caution);
        font-weight: 600;
      }
    `,
  ]

  @property({ attribute: false }) accessor status!: SyncStatus
  @property({ attribute: false }) accessor format: StoreFormat | undefined
  @property() accessor terminalId = ''

  protected override render() {
    const { status } = this
    return html`<section aria-labelledby="state">
      <div class="head">
        <div class="now">
          <span class="mark state ${status.indicator}">${icon(icons[status.indicator], 28)}</span>
          <div>
            <h2 id="state" data-testid="sync-word">${indicatorWord(status.indicator)}</h2>
            <p class="soft">${indicatorSentence(status)}</p>
          </div>
        </div>
        <button
          class="primary"
          data-testid="sync-now"
          ?disabled=${status.running}
          @click=${() => this.dispatchEvent(new CustomEvent('tm-sync-now'))}
        >
          ${icon('arrows')} ${status.running ? msg('Syncing…') : msg('Sync now')}
        </button>
      </div>
      <div class="columns">
        <ul aria-label=${msg('What is exchanged')}>
          ${status.classes.map((entry) => this.#renderClass(entry))}
        </ul>
        ${this.#renderFacts(status)}
      </div>
    </section>`
  }

  #renderClass(entry: ClassStatus) {
    const amount =
      entry.unsent > 0
        ? msg(str`${entry.unsent} to send`)
        : entry.lastSuccessAt === null
          ? ''
          : this.format?.time(new Date(entry.lastSuccessAt))
    return html`<li data-class=${entry.entityClass} data-state=${entry.state}>
      <span>${className(entry.entityClass)}</span>
      <span class="state ${entry.state}">${itemWord(entry.state)}</span>
      <span class="soft amount">${amount}</span>
    </li>`
  }

  #renderFacts(status: SyncStatus) {
    const isClockWrong = Math.abs(status.clockSkewMs ?? 0) >= clockWarningMs
    return html`<dl>
      <dt>${msg('Store hub')}</dt>
      <dd>${status.online ? msg('Answers') : msg('Does not answer')} <span class="soft">${status.hubAddress}</span></dd>
      <dt>${msg('Epoch of its store')}</dt>
      <dd data-testid="epoch"><span title=${status.epoch ?? ''}>${status.epoch?.slice(0, 8) ?? '–'}</span></dd>
      <dt>${msg('Head office')}</dt>
      <dd data-testid="wan" data-state=${status.wan}>${headOfficeWords(status)}</dd>
      <dt>${msg('Clock')}</dt>
      <dd data-testid="clock" class=${isClockWrong ? 'warning' : ''}>${clockWords(status.clockSkewMs)}</dd>
      <dt>${msg('Last sync')}</dt>
      <dd>${status.lastSyncAt === null ? msg('Never') : this.format?.dateTime(new Date(status.lastSyncAt))}</dd>
      <dt>${msg('This till')}</dt>
      <dd>${this.terminalId}</dd>
      ${
        status.lastError === null
          ? nothing
          : html`<dt>${msg('Last error')}</dt>
              <dd class="error">
                ${status.lastError}${status.failures > 1 ? ` (${msg(str`${status.failures} times`)})` : ''}
              </dd>`
      }
    </dl>`
  }
}
