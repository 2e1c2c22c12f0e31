/** A small bar chart: one bar for each value, as wide as its place. The same figures are there as a table for a screen reader. */
import { css, html, LitElement, svg } from 'lit'
import { sharedStyles } from '../styles/shared-styles.ts'

export interface Bar {
  readonly label: string
  readonly value: number
  /** The value in words. */
  readonly text: string
}

const width = 600
const height = 120
const axis = 18
const gap = 8
const widest = 40

export class TmBarChart extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      svg {
        width: 100%;
        height: auto;
        overflow: visible;
      }
      rect {
        fill: var(--tm-brand);
      }
      rect.ground {
        fill: var(--tm-surface-sunken);
      }
      text {
        fill: var(--tm-ink-soft);
        font-size: 11px;
        text-anchor: middle;
      }
    `,
  ]
  static override properties = { bars: { attribute: false }, caption: {} }

  declare bars: readonly Bar[]
  declare caption: string

  constructor() {
    super()
    this.bars = []
    this.caption = ''
  }

  protected override render() {
    const greatest = Math.max(1, ...this.bars.map(({ value }) => value))
    const step = width / Math.max(1, this.bars.length)
    return html`<figure>
      <svg viewBox="0 0 ${width} ${height}" aria-hidden="true">
        ${this.bars.map((bar, index) => this.#bar(bar, index, step, greatest))}
      </svg>
      <table class="visually-hidden">
        <caption>
          ${this.caption}
        </caption>
        <tbody>
          ${this.bars.map(
            ({ label, text }) =>
              html`<tr>
                <th scope="row">${label}</th>
                <td>${text}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </figure>`
  }

  #bar({ label, value, text }: Bar, index: number, step: number, greatest: number) {
    const full = height - axis
    const size = value <= 0 ? 0 : Math.max(2, (value / greatest) * full)
    const bar = Math.min(widest, step - gap)
    const x = index * step + (step - bar) / 2
    const isLabelled = this.bars.length <= 12 || index % 3 === 0
    return svg`<g>
      <title>${label}: ${text}</title>
      <rect class="ground" x=${x} y="0" width=${bar} height=${full} rx="4"></rect>
      <rect x=${x} y=${full - size} width=${bar} height=${size} rx="4"></rect>
      ${isLabelled ? svg`<text x=${x + bar / 2} y=${height - 4}>${label}</text>` : ''}
    </g>`
  }
}
customElements.define('tm-bar-chart', TmBarChart)
