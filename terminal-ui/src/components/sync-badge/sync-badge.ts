/** The five states of synchronisation as icon, colour and word. */
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { sharedStyles } from '../../styles/shared-styles.ts'
import type { Indicator } from '../../data/sync-status.ts'
import { icon, type IconName } from '../icon/icon.ts'
import { indicatorWord } from './status-words.ts'

const icons: Readonly<Record<Indicator, IconName>> = {
  synced: 'check',
  syncing: 'arrows',
  conflict: 'fork',
  failed: 'alert',
  offline: 'cloudOff',
}

@customElement('tm-sync-badge')
export class TmSyncBadge extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: inline-block;
      }
      button {
        display: flex;
        align-items: center;
        gap: var(--tm-space-2);
        padding: 0 var(--tm-space-3);
        border-color: transparent;
        border-radius: 999px;
        white-space: nowrap;
      }
      .synced {
        background: var(--tm-good-soft);
        color: var(--tm-good);
      }
      .syncing {
        background: var(--tm-busy-soft);
        color: var(--tm-busy);
      }
      .conflict {
        background: var(--tm-caution-soft);
        color: var(--tm-caution);
      }
      .failed {
        background: var(--tm-bad-soft);
        color: var(--tm-bad);
      }
      .offline {
        background: var(--tm-quiet-soft);
        color: var(--tm-quiet);
      }
      .count {
        min-width: 24px;
        padding: 0 6px;
        border-radius: 999px;
        background: currentColor;
        font-size: var(--tm-text-s);
        line-height: 24px;
        text-align: center;
      }
      .count span {
        color: var(--tm-surface);
      }
      @media (max-width: 480px) {
        .word {
          display: none;
        }
      }
    `,
  ]

  @property() accessor indicator: Indicator = 'offline'
  @property({ type: Number }) accessor unsent = 0

  protected override render() {
    const word = indicatorWord(this.indicator)
    const waiting = waitingWords(this.unsent)
    const label = this.unsent === 0 ? word : `${word}, ${waiting}`
    return html`<button
      class=${this.indicator}
      data-testid="sync-state"
      data-state=${this.indicator}
      data-unsent=${this.unsent}
      aria-label=${msg(str`${label}. Show details`)}
    >
      ${icon(icons[this.indicator])}<span class="word">${word}</span>
      ${this.unsent === 0 ? nothing : html`<span class="count amount" title=${waiting}><span>${this.unsent}</span></span>`}
    </button>`
  }
}

function waitingWords(unsent: number): string {
  return unsent === 1 ? msg('1 receipt not sent yet') : msg(str`${unsent} receipts not sent yet`)
}
