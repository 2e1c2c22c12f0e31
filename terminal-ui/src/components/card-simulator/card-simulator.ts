/** What the simulated card terminal does with the next card. A real one has a customer for that. */
import { msg } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { SimulatedBehaviour } from '../../data/simulated-card-terminal.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'

/** @fires tm-behaviour with a SimulatedBehaviour */
@customElement('tm-card-simulator')
export class TmCardSimulator extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      label {
        display: grid;
        gap: var(--tm-space-1);
        margin-bottom: var(--tm-space-3);
        color: var(--tm-ink-soft);
        font-size: var(--tm-text-s);
      }
    `,
  ]

  @property() accessor behaviour: SimulatedBehaviour = 'approve'
  @property({ type: Boolean }) accessor busy = false

  protected override render() {
    const behaviours: Record<SimulatedBehaviour, string> = {
      approve: msg('approves the card'),
      decline: msg('declines the card'),
      'time-out': msg('waits in vain'),
      'lose-answer': msg('approves, the answer is lost'),
      'lose-declined': msg('declines, the answer is lost'),
    }
    return html`<label
      >${msg('The simulated terminal')}
      <select
        data-testid="card-behaviour"
        .value=${this.behaviour}
        ?disabled=${this.busy}
        @change=${(event: Event) => this.#choose((event.target as HTMLSelectElement).value)}
      >
        ${Object.entries(behaviours).map(
          ([value, label]) => html`<option value=${value} ?selected=${value === this.behaviour}>${label}</option>`,
        )}
      </select>
    </label>`
  }

  #choose(detail: string): void {
    this.dispatchEvent(new CustomEvent('tm-behaviour', { detail }))
  }
}
