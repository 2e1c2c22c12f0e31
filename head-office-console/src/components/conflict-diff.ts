/**
 * The versions of a conflict side by side, and what will stand of each field.
 *
 *     before │ store s001 ◉ │ store s002 ○ │ what will stand      a pick in each row, a whole side, the suggestion, or an own value
 *
 * `tm-draft` tells what is picked; `tm-typing` whether a value is being typed or is wrong, so that nothing can be decided yet.
 */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit'
import type { ConflictCase } from '../data/answers.ts'
import { editText, fieldRows, readText, valueOf, wholeSide, type Draft, type FieldRow } from '../data/conflict-draft.ts'
import { fieldLabel, fieldText, minorUnits } from '../data/format.ts'
import { sharedStyles } from '../styles/shared-styles.ts'
import { authorText, fieldTimeText, writerTitle } from './case-words.ts'
import { conflictDiffStyles } from './conflict-diff-styles.ts'
import { icon } from './icon.ts'

type Body = Readonly<Record<string, unknown>>

export class TmConflictDiff extends LitElement {
  static override styles = [sharedStyles, conflictDiffStyles]
  static override properties = {
    conflict: { attribute: false },
    draft: { attribute: false },
    mayDecide: { attribute: false },
    isActive: { attribute: false },
    showsAll: { attribute: false },
    editing: { state: true },
    wrong: { state: true },
  }

  declare conflict: ConflictCase
  declare draft: Draft
  /** The case is open, and one that people decide. */
  declare mayDecide: boolean
  /** Whoever looks may decide. */
  declare isActive: boolean
  /** Fields that are the same in all versions too. */
  declare showsAll: boolean
  /** The field whose value is being typed. */
  declare editing: string | undefined
  /** What is wrong with what was typed, by field. */
  declare wrong: Readonly<Record<string, string>>

  constructor() {
    super()
    this.wrong = {}
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('editing') || changed.has('wrong')) {
      const isTyping = this.editing !== undefined || Object.keys(this.wrong).length > 0
      this.dispatchEvent(new CustomEvent('tm-typing', { detail: isTyping }))
    }
    if (changed.has('editing') && this.editing !== undefined) {
      const input = this.renderRoot.querySelector<HTMLInputElement>(`input[name="${CSS.escape(this.editing)}-value"]`)
      input?.focus()
      input?.select()
    }
  }

  #pick(name: string, rev: string): void {
    this.#tell({ ...this.draft, [name]: { kind: 'side', rev } })
    if (this.editing === name) this.editing = undefined
  }

  #draftIs(draft: Draft): void {
    this.#tell(draft)
    this.editing = undefined
    this.wrong = {}
  }

  #tell(draft: Draft): void {
    this.draft = draft
    this.dispatchEvent(new CustomEvent('tm-draft', { detail: draft }))
  }

  #edited(row: FieldRow, text: string, body: Body): void {
    const like = row.sides.map(({ value }) => value).find((value) => value !== undefined)
    const read = readText(row.name, text, like, unitsOf(body))
    if (!read.ok) {
      this.wrong = { ...this.wrong, [row.name]: `${fieldLabel(row.name)} ${read.problem}` }
      return
    }
    const { [row.name]: _, ...others } = this.wrong
    this.wrong = others
    this.#tell({ ...this.draft, [row.name]: { kind: 'own', value: read.value } })
    this.editing = undefined
  }

  #editKey(event: KeyboardEvent): void {
    if (event.key === 'Enter') (event.target as HTMLInputElement).blur()
    if (event.key === 'Escape') {
      this.editing = undefined
      this.wrong = {}
    }
  }

  protected override render() {
    const { conflict, mayDecide } = this
    const { base, leaves } = conflict
    const rows = fieldRows(conflict)
    const shown = rows.filter(({ differs }) => differs || this.showsAll)
    const isOff = !mayDecide || !this.isActive
    return html`<div class="scroll">
      <table class="diff" data-testid="diff">
        <thead>
          <tr>
            <th class="what">Field</th>
            ${
              base === null
                ? nothing
                : html`<th>
                    <div><strong>Before</strong><span>${authorText(base.body)}</span></div>
                  </th>`
            }
            ${leaves.map(
              ({ rev, body }, index) =>
                html`<th>
                  <div>
                    <strong>${writerTitle(body)}</strong>
                    <span>${authorText(body)}</span>
                    ${rev === conflict.winningRev && mayDecide ? html`<span>everybody sees this meanwhile</span>` : nothing}
                    ${
                      mayDecide
                        ? html`<button
                            class="small"
                            ?disabled=${isOff}
                            data-testid="take-side-${index}"
                            @click=${() => this.#draftIs(wholeSide(rows, rev))}
                          >
                            Take this version
                          </button>`
                        : nothing
                    }
                  </div>
                </th>`,
            )}
            ${mayDecide ? this.#renderResultHead(conflict, isOff) : nothing}
          </tr>
        </thead>
        <tbody>
          ${shown.map((row) => this.#renderRow(conflict, row, mayDecide, isOff))}
        </tbody>
      </table>
    </div>`
  }

  #renderResultHead({ suggestion }: ConflictCase, isOff: boolean) {
    return html`<th class="result">
      <div>
        <strong>What will stand</strong>
        <span>${suggestion === null ? 'pick in each row' : 'begins with the suggestion'}</span>
        <button
          class="small"
          ?disabled=${isOff || suggestion === null}
          data-testid="take-suggestion"
          @click=${() => this.#draftIs({})}
        >
          Take the suggestion
        </button>
      </div>
    </th>`
  }

  #renderRow({ base, leaves }: ConflictCase, row: FieldRow, mayDecide: boolean, isOff: boolean) {
    const { name, differs } = row
    const bodyOf = (rev: string): Body => leaves.find((leaf) => leaf.rev === rev)?.body ?? {}
    return html`<tr data-field=${name} ?data-same=${!differs}>
      <th scope="row">${fieldLabel(name)}</th>
      ${base === null ? nothing : html`<td data-label="Before">${fieldText(name, row.base?.value, base.body)}</td>`}
      ${row.sides.map(({ rev, value, isChanged }, index) => {
        const body = bodyOf(rev)
        const when = fieldTimeText(body, name)
        const text = html`<span>
          <span class="value ${isChanged ? 'changed' : ''}">${fieldText(name, value, body)}</span>
          ${when === '' || !differs ? nothing : html`<span class="soft small"><br />${when}</span>`}
        </span>`
        return html`<td data-label=${writerTitle(body)}>
          ${
            differs && mayDecide
              ? html`<label>
                  <input
                    type="radio"
                    name=${name}
                    data-testid="pick-${name}-${index}"
                    .checked=${this.#isPicked(row, rev, value)}
                    ?disabled=${isOff}
                    @change=${() => this.#pick(name, rev)}
                  />
                  ${text}
                </label>`
              : text
          }
        </td>`
      })}
      ${mayDecide ? this.#renderResult(row, leaves[0]?.body ?? {}, isOff) : nothing}
    </tr>`
  }

  /** The one that the result comes from; without a pick the first side that says what the suggestion says. */
  #isPicked(row: FieldRow, rev: string, value: unknown): boolean {
    const pick = this.draft[row.name]
    if (pick?.kind === 'side') return pick.rev === rev
    if (pick?.kind === 'own') return false
    const result = JSON.stringify(valueOf(row, this.draft))
    const first = row.sides.find((side) => JSON.stringify(side.value) === result)
    return first?.rev === rev && JSON.stringify(value) === result
  }

  #renderResult(row: FieldRow, body: Body, isOff: boolean): TemplateResult {
    const { name } = row
    const value = valueOf(row, this.draft)
    const problem = this.wrong[name]
    if (this.editing === name) {
      return html`<td class="result" data-label="What will stand">
        <input
          name="${name}-value"
          aria-label="${fieldLabel(name)}, own value"
          data-testid="edit-value-${name}"
          .value=${editText(name, value, unitsOf(body))}
          @change=${(event: Event) => this.#edited(row, (event.target as HTMLInputElement).value, body)}
          @keydown=${(event: KeyboardEvent) => this.#editKey(event)}
        />
        ${problem === undefined ? nothing : html`<p class="wrong" role="alert">${problem}</p>`}
      </td>`
    }
    return html`<td class="result" data-label="What will stand">
      <div class="edit">
        <span class="value" data-testid="result-${name}">${fieldText(name, value, body)}</span>
        <button
          class="plain small"
          aria-label="Edit ${fieldLabel(name)}"
          title="Another value"
          ?disabled=${isOff}
          data-testid="edit-${name}"
          @click=${() => (this.editing = name)}
        >
          ${icon('edit', 18)}
        </button>
      </div>
    </td>`
  }
}
customElements.define('tm-conflict-diff', TmConflictDiff)

function unitsOf(body: Body): number {
  const currency = body['currency']
  return minorUnits(typeof currency === 'string' ? currency : 'EUR')
}
