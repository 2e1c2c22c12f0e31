/** How far a receipt has come: this till → hub → head office → audited. */
import { msg, str } from '@lit/localize'
import { css, html, LitElement } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import type { ReceiptStage } from '../../contexts/durability.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'

const stages: readonly ReceiptStage[] = ['till', 'hub', 'central', 'audited']

@customElement('tm-durability')
export class TmDurability extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host {
        display: inline-block;
      }
      .badge {
        display: inline-flex;
        align-items: center;
        gap: var(--tm-space-2);
        color: var(--tm-ink-soft);
        font-size: var(--tm-text-s);
        white-space: nowrap;
      }
      .steps {
        display: inline-flex;
        gap: 3px;
      }
      i {
        width: 10px;
        height: 10px;
        border: 2px solid currentColor;
        border-radius: 50%;
      }
      i.reached {
        background: currentColor;
      }
      [data-stage='hub'] {
        color: var(--tm-busy);
      }
      [data-stage='central'],
      [data-stage='audited'] {
        color: var(--tm-good);
      }
    `,
  ]

  @property() accessor stage: ReceiptStage = 'till'

  protected override render() {
    const reached = stages.indexOf(this.stage)
    const word = stageWord(this.stage)
    return html`<span
      class="badge"
      role="img"
      data-testid="durability"
      data-stage=${this.stage}
      aria-label=${msg(str`${word}: step ${reached + 1} of ${stages.length}`)}
    >
      <span class="steps">${stages.map((_, index) => html`<i class=${index <= reached ? 'reached' : ''}></i>`)}</span>
      ${word}
    </span>`
  }
}

function stageWord(stage: ReceiptStage): string {
  switch (stage) {
    case 'till':
      return msg('On this till')
    case 'hub':
      return msg('At the hub')
    case 'central':
      return msg('At head office')
    case 'audited':
      return msg('Audited')
  }
}
