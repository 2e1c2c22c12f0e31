/** The sides of a conflict beside each other, in words, and the choice between them field by field. */
import { msg, str } from '@lit/localize'
import { writerOf, type ComparedLeaf, type LeafDecision } from '@tidemark/contracts'
import { css, html, LitElement, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { amountText, readAmount } from '../../data/amount-text.ts'
import { choiceUnits, decisionOf, suggestedChoices, type ChoiceUnit, type Choices } from '../../data/conflict-choice.ts'
import type { StoreFormat } from '../../data/format.ts'
import type { OpenConflict } from '../../data/open-conflicts.ts'
import { deskStyles } from '../../styles/desk-styles.ts'
import { sharedStyles } from '../../styles/shared-styles.ts'
import { icon } from '../icon/icon.ts'
import { fieldLabel, fieldText } from './field-words.ts'

export interface Decided {
  readonly decision: LeafDecision
  readonly note: string
}

/** @fires tm-decide with a Decided */
@customElement('tm-conflict-diff')
export class TmConflictDiff extends LitElement {
  static override styles = [
    sharedStyles,
    deskStyles,
    css`
      :host {
        display: grid;
        grid-template-columns: minmax(0, 1fr);
        gap: var(--tm-space-4);
        height: auto;
      }
      fieldset {
        display: grid;
        gap: var(--tm-space-2);
        min-width: 0;
        margin: 0;
        padding: var(--tm-space-3) var(--tm-space-4) var(--tm-space-4);
        border: 1px solid var(--tm-line);
        border-radius: var(--tm-radius-m);
        background: var(--tm-surface);
      }
      fieldset.contested {
        border-color: var(--tm-caution);
      }
      legend {
        display: flex;
        align-items: center;
        gap: var(--tm-space-2);
        padding: 0 var(--tm-space-2);
        font-weight: 700;
      }
      .sides {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(190px, 1fr));
        gap: var(--tm-space-2);
      }
      .side {
        display: grid;
        grid-template-columns: 24px minmax(0, 1fr);
        align-items: center;
        gap: 0 var(--tm-space-3);
        min-height: 64px;
        padding: var(--tm-space-2) var(--tm-space-3);
        border: 1px solid var(--tm-line);
        border-radius: var(--tm-radius-m);
        cursor: pointer;
      }
      .side:has(input:checked) {
        border-color: var(--tm-brand);
        background: var(--tm-brand-soft);
      }
      .side input[type='radio'] {
        width: 22px;
        min-height: 22px;
        height: 22px;
        accent-color: var(--tm-brand);
      }
      .side.other {
        grid-template-columns: minmax(0, 1fr);
        border-style: dashed;
      }
      .value {
        font-size: var(--tm-text-l);
        font-weight: 700;
        overflow-wrap: anywhere;
      }
      .who {
        grid-column: 2;
        font-size: var(--tm-text-s);
        color: var(--tm-ink-soft);
      }
      .before {
        font-size: var(--tm-text-s);
        color: var(--tm-ink-soft);
      }
    `,
  ]

  @property({ attribute: false }) accessor conflict!: OpenConflict
  @property({ attribute: false }) accessor format!: StoreFormat
  @property({ type: Boolean }) accessor busy = false
  @state() private accessor choices: Choices = new Map()
  @state() private accessor note = ''

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('conflict')
    if (changed.has('conflict') && before?.id !== this.conflict.id) {
      this.choices = suggestedChoices(this.conflict.leaves, this.#units)
      this.note = ''
    }
  }

  get #units(): readonly ChoiceUnit[] {
    return choiceUnits(this.conflict.leaves, this.conflict.base)
  }

  protected override render() {
    const { leaves, canDecide } = this.conflict
    const units = this.#units
    const decision = decisionOf(leaves, units, this.choices)
    return html`
      ${
        canDecide
          ? html`<div class="actions">
              ${leaves.map(
                (leaf) =>
                  html`<button data-testid="take-side" data-rev=${leaf.rev} @click=${() => this.#takeSide(leaf, units)}>
                    ${icon('check')} ${msg(str`Everything from ${this.#writer(leaf)}`)}
                  </button>`,
              )}
            </div>`
          : nothing
      }
      ${units.map((unit) => this.#renderUnit(unit))} ${canDecide ? this.#renderDecision(decision) : nothing}
    `
  }

  #renderUnit(unit: ChoiceUnit) {
    const { leaves, base } = this.conflict
    return html`<fieldset
      class=${unit.isContested ? 'contested' : ''}
      data-testid="conflict-field"
      data-field=${unit.name}
    >
      <legend>
        ${fieldLabel(unit.name)}
        ${unit.isContested ? html`<span class="badge caution">${icon('alert', 16)} ${msg('Please choose')}</span>` : nothing}
      </legend>
      ${
        base === undefined
          ? nothing
          : html`<p class="before">${msg(str`Before: ${fieldText(unit.name, base.body, this.format)}`)}</p>`
      }
      <div class="sides">${leaves.map((leaf) => this.#renderSide(unit, leaf))} ${this.#renderOther(unit)}</div>
    </fieldset>`
  }

  #renderSide(unit: ChoiceUnit, leaf: ComparedLeaf) {
    const choice = this.choices.get(unit.name)
    const isChosen = choice !== undefined && 'rev' in choice && choice.rev === leaf.rev
    return html`<label class="side">
      <input
        type="radio"
        name=${unit.name}
        ?disabled=${!this.conflict.canDecide}
        .checked=${isChosen}
        @change=${() => this.#choose(unit, { rev: leaf.rev })}
      />
      <span class="value">${fieldText(unit.name, leaf.body, this.format)}</span>
      <span class="who">${this.#writer(leaf)} · ${this.#time(leaf, unit)}</span>
    </label>`
  }

  /** A price or a name can also become what no side has. */
  #renderOther(unit: ChoiceUnit) {
    if (!this.conflict.canDecide || !['priceMinor', 'name'].includes(unit.name)) return nothing
    const choice = this.choices.get(unit.name)
    const value = choice !== undefined && 'value' in choice ? choice.value : undefined
    const { decimals } = this.format
    return html`<label class="side other">
      <input
        data-testid="other-value"
        autocomplete="off"
        maxlength="200"
        inputmode=${unit.name === 'priceMinor' ? 'decimal' : 'text'}
        aria-label=${msg(str`Another value of ${fieldLabel(unit.name)}`)}
        placeholder=${msg('Another value')}
        .value=${typeof value === 'number' ? amountText(value, decimals) : typeof value === 'string' ? value : ''}
        @change=${(event: Event) => this.#enter(unit, (event.target as HTMLInputElement).value)}
      />
    </label>`
  }

  #renderDecision(decision: LeafDecision | undefined) {
    return html`
      <label class="field"
        >${msg('Why (kept with the decision)')}
        <input
          data-testid="decision-note"
          maxlength="300"
          .value=${this.note}
          @input=${(event: Event) => (this.note = (event.target as HTMLInputElement).value)}
      /></label>
      <p class="note">${msg('What is not chosen is kept in the case and can be brought back at head office.')}</p>
      <button
        class="primary"
        data-testid="decide"
        ?disabled=${decision === undefined || this.busy}
        @click=${() => this.#decide(decision)}
      >
        ${icon('check')} ${msg('Decide')}
      </button>
    `
  }

  #takeSide(leaf: ComparedLeaf, units: readonly ChoiceUnit[]): void {
    this.choices = new Map(units.map(({ name }) => [name, { rev: leaf.rev }]))
  }

  #choose({ name }: ChoiceUnit, choice: { readonly rev: string } | { readonly value: unknown }): void {
    this.choices = new Map([...this.choices, [name, choice]])
  }

  #enter(unit: ChoiceUnit, text: string): void {
    const value = unit.name === 'priceMinor' ? readAmount(text, this.format.decimals) : text.trim()
    if (value === undefined || value === '') {
      this.choices = new Map([...this.choices].filter(([name]) => name !== unit.name))
    } else this.#choose(unit, { value })
  }

  #decide(decision: LeafDecision | undefined): void {
    if (decision === undefined) return
    const detail: Decided = { decision, note: this.note }
    this.dispatchEvent(new CustomEvent('tm-decide', { detail, bubbles: true, composed: true }))
  }

  #writer({ body }: ComparedLeaf): string {
    const writer = writerOf(body)
    const by = body['by'] as { readonly name?: string; readonly id?: string } | undefined
    const person = by?.name ?? by?.id ?? ''
    if (writer === undefined) return msg('unknown')
    return writer === 'hq' ? msg(str`Head office (${person})`) : msg(str`Store ${writer} (${person})`)
  }

  #time({ body }: ComparedLeaf, { fields }: ChoiceUnit): string {
    const times = (body['fieldTimes'] ?? {}) as Readonly<Record<string, unknown>>
    const own = fields.map((field) => times[field]).filter((time) => typeof time === 'string')
    const stamp = own.sort().at(-1) ?? String(body['at'])
    return this.format.dateTime(new Date(stamp.slice(0, 24)))
  }
}
