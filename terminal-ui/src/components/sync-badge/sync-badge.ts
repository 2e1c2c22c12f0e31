/** The five states of synchronisation as icon, colour and word. */
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { sharedStyles } from '../../styles/shared-styles.ts'
import type { Indicator } from '../../data/sync-status.ts'
import { icon, type IconName } from '../icon/icon.ts'

const looks: Readonly<Record<Indicator, { readonly word: string; readonly icon: IconName }>> = {
  synced: { word: 'Synced', icon: 'check' },
  syncing: { word: 'Syncing', icon: 'arrows' },
  conflict: { word: 'Conflict', icon: 'fork' },
  failed: { word: 'Failed', icon: 'alert' },
  offline: { word: 'Offline', icon: 'cloudOff' },
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
        color: #fff;
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
    const look = looks[this.indicator]
    const waiting = this.unsent === 1 ? '1 receipt not sent yet' : `${this.unsent} receipts not sent yet`
    return html`<button
      class=${this.indicator}
      data-testid="sync-state"
      data-state=${this.indicator}
      data-unsent=${this.unsent}
      aria-label="${look.word}${this.unsent === 0 ? '' : `, ${waiting}`}. Show details"
      aria-haspopup="dialog"
    >
      ${icon(look.icon)}<span class="word">${look.word}</span>
      ${this.unsent === 0 ? nothing : html`<span class="count amount" title=${waiting}><span>${this.unsent}</span></span>`}
    </button>`
  }
}
