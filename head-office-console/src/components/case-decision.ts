/** What a decision would come to, and what one came to. */
import { html, nothing, type TemplateResult } from 'lit'
import type { ConflictCase, DryRun } from '../data/answers.ts'
import { fieldLabel, fieldText, moment, plural } from '../data/format.ts'
import { authorText, shortRev, writerOf, writerTitle } from './case-words.ts'
import { icon } from './icon.ts'
import { notice, problemNotice } from './states.ts'

export interface DryRunDialog {
  /** Undefined while it is closed. */
  readonly tried: DryRun | undefined
  readonly problem: string | undefined
  readonly isBusy: boolean
  readonly onClose: () => void
  readonly onDecide: () => void
}

/** What a decision comes to, before it is written. The element is there all the time; whoever has it shows it. */
export function dryRunDialog({ tried, problem, isBusy, onClose, onDecide }: DryRunDialog): TemplateResult {
  return html`<dialog aria-labelledby="check-heading" @close=${onClose}>
    ${
      tried === undefined
        ? nothing
        : html`<div class="stack">
            <h2 id="check-heading">This is what it comes to</h2>
            <p class="soft">Nothing is written yet. Against what everybody sees meanwhile:</p>
            ${
              tried.changes.length === 0
                ? notice('Nothing changes for anybody; the other version ends.')
                : html`<table data-testid="dry-run">
                    <tbody>
                      ${tried.changes.map(
                        ({ field, standing, requested }) =>
                          html`<tr data-field=${field}>
                            <td>${fieldLabel(field)}</td>
                            <td>${fieldText(field, standing, tried.document)}</td>
                            <td class="arrow">${icon('forward', 18)}</td>
                            <td><b>${fieldText(field, requested, tried.document)}</b></td>
                          </tr>`,
                      )}
                    </tbody>
                  </table>`
            }
            <p class="soft small">
              It follows revision <span class="mono">${shortRev(tried.follows)}</span>;
              ${plural(tried.ends.length, 'revision ends', 'revisions end')}:
              <span class="mono">${tried.ends.map(shortRev).join(', ')}</span>. Every version stays in the case.
            </p>
            ${problem === undefined ? nothing : problemNotice(problem)}
            <div class="row">
              <button @click=${onClose}>Not yet</button>
              <button class="primary" ?disabled=${isBusy} data-testid="decide" @click=${onDecide}>
                ${icon('check')} Decide
              </button>
            </div>
          </div>`
    }
  </dialog>`
}

export interface Undoing {
  readonly isBusy: boolean
  readonly mayUndo: boolean
  /** The form has the revision that is to come back, as `rev`. */
  readonly onUndo: (event: SubmitEvent) => void
}

/** Who decided what, and the way to take it back. */
export function decisionOf(conflict: ConflictCase, undoing: Undoing): TemplateResult {
  const { decision, undone, resolution, resolvedAt } = conflict
  return html`<section class="card stack" data-testid="decision">
    <div class="head">
      <h2>${undone === null ? 'Decided' : 'Decided, and taken back'}</h2>
      <span class="soft small">${resolvedAt === null ? '' : moment(resolvedAt)}</span>
    </div>
    <p>${resolution ?? ''}</p>
    ${decision?.note === undefined ? nothing : html`<p class="soft">“${decision.note}”</p>`}
    ${
      decision === null || decision.kind === 'rule'
        ? nothing
        : html`<p class="soft small">
            By ${decision.by.name ?? decision.by.id} (${decision.by.role}), ${moment(decision.at)}
          </p>`
    }
    ${
      undone === null
        ? nothing
        : notice(
            `Taken back by ${undone.by.name ?? undone.by.id}, ${moment(undone.at)}: the version of ${writerOf(conflict, undone.restored)} stands again, as revision ${shortRev(undone.rev)}.`,
            'caution',
          )
    }
    ${decision !== null && undone === null ? undoForm(conflict, decision.chosen, undoing) : nothing}
  </section>`
}

/** What was chosen stands already; any other version may come back, first of all the one that everybody saw before. */
function undoForm(conflict: ConflictCase, chosen: string | undefined, { isBusy, mayUndo, onUndo }: Undoing) {
  const others = conflict.leaves.filter(({ rev }) => rev !== chosen)
  const first = others.find(({ rev }) => rev === conflict.winningRev) ?? others[0]
  if (first === undefined) return nothing
  return html`<form class="decide" @submit=${onUndo}>
    <label class="field">
      Take it back, and put back
      <select name="rev">
        ${others.map(
          ({ rev, body }) =>
            html`<option value=${rev} ?selected=${rev === first.rev}>
              the version of ${writerTitle(body).toLowerCase()},
              ${authorText(body)}${rev === conflict.winningRev ? ', which everybody saw before' : ''}
            </option>`,
        )}
      </select>
    </label>
    <button type="submit" ?disabled=${isBusy || !mayUndo} data-testid="undo">${icon('undo')} Take it back</button>
    <p class="soft small">It becomes the next revision, unless somebody has edited the document since.</p>
  </form>`
}
