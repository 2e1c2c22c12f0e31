/** How full this browser's storage is, what of the store's data stays on this till, and clearing what the hub has as well. */
import { msg, str } from '@lit/localize'
import { css, html, LitElement, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { StorageReport } from '../../contexts/storage-watch.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { maxKeptPeriods } from '../../data/kept-periods.ts'
import { icon } from '../icon/icon.ts'
import { cardStyles } from './sync-styles.ts'
import { bytesWords } from './words.ts'

/** @fires tm-kept-periods with the number; tm-categories with their names, undefined for all; tm-clear-cache */
@customElement('tm-storage-card')
export class TmStorageCard extends LitElement {
  static override styles = [
    sharedStyles,
    cardStyles,
    css`
      meter {
        width: 100%;
        height: 14px;
      }
      label {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--tm-space-4);
        min-height: var(--tm-target);
      }
      fieldset {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr));
        gap: 0 var(--tm-space-5);
        margin: 0;
        padding: 0;
        border: none;
      }
      summary {
        min-height: var(--tm-target);
        align-content: center;
        font-weight: 600;
        cursor: pointer;
      }
      .part {
        padding-top: var(--tm-space-3);
        border-top: 1px solid var(--tm-line);
      }
    `,
  ]

  @property({ attribute: false }) accessor report!: StorageReport
  @property({ type: Number }) accessor keptPeriods = 2
  /** Of the catalogue, as far as this till knows it. */
  @property({ attribute: false }) accessor categories: readonly string[] = []
  /** Those that this till sells; undefined for all. */
  @property({ attribute: false }) accessor chosen: readonly string[] | undefined

  protected override render() {
    const { level, usedBytes, quotaBytes, persistent } = this.report
    return html`<section aria-labelledby="title">
      <div class="head">
        <h2 id="title">${msg('Storage of this device')}</h2>
        <span class="state ${level}" data-testid="storage-level" data-level=${level}>${levelWord(level)}</span>
      </div>
      <meter
        min="0"
        max=${quotaBytes || 1}
        value=${usedBytes}
        high=${quotaBytes * 0.8}
        aria-label=${msg('Storage in use')}
      ></meter>
      <p>
        ${msg(str`${bytesWords(usedBytes)} of ${bytesWords(quotaBytes)} in use.`)}
        <span class="soft">
          ${
            persistent
              ? msg('The browser keeps it until somebody clears it.')
              : msg('The browser may clear it when the disk gets full: install the till as an application.')
          }
        </span>
      </p>
      <label class="part">
        ${msg('Receipts stay on this till for')}
        <select
          data-testid="kept-periods"
          @change=${(event: Event) => this.#fire('tm-kept-periods', Number((event.target as HTMLSelectElement).value))}
        >
          ${[1, 2, 3, 6, maxKeptPeriods].map(
            (months) =>
              html`<option value=${months} ?selected=${months === this.keptPeriods}>
                ${months === 1 ? msg('this month') : msg(str`${months} months`)}
              </option>`,
          )}
        </select>
      </label>
      ${this.#renderCategories()}
      <div class="part actions">
        <button data-testid="clear-cache" @click=${() => this.#fire('tm-clear-cache', undefined)}>
          ${icon('bin')} ${msg('Clear local cache…')}
        </button>
      </div>
    </section>`
  }

  #renderCategories() {
    if (this.categories.length === 0) return nothing
    const count = this.chosen?.length ?? this.categories.length
    return html`<details class="part">
      <summary>
        ${msg('Categories of the catalogue')}
        <span class="soft">
          ${this.chosen === undefined ? msg('all') : msg(str`${count} of ${this.categories.length} chosen`)}
        </span>
      </summary>
      <fieldset data-testid="categories">
        ${this.categories.map(
          (category) =>
            html`<label>
              ${category}
              <input
                type="checkbox"
                data-category=${category}
                .checked=${this.chosen?.includes(category) ?? true}
                ?disabled=${count === 1 && this.chosen?.[0] === category}
                @change=${(event: Event) => this.#toggle(category, (event.target as HTMLInputElement).checked)}
              />
            </label>`,
        )}
      </fieldset>
    </details>`
  }

  #toggle(category: string, isChosen: boolean): void {
    const before = this.chosen ?? this.categories
    const after = isChosen ? [...before, category] : before.filter((other) => other !== category)
    this.#fire('tm-categories', after.length === this.categories.length ? undefined : after)
  }

  #fire(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }
}

function levelWord(level: StorageReport['level']): string {
  switch (level) {
    case 'ok':
      return msg('Enough room')
    case 'low':
      return msg('Getting full')
    case 'full':
      return msg('Full')
    case 'unknown':
      return msg('Unknown')
  }
}
