/**
 * A person decides a case.
 *
 *     plan (dry run ends here) ──► the decision is in the case ──► examine: write it, end the losing leaves, close the case
 *
 * 1. A decision is about one set of leaves. When the leaves at central are others, nothing is written.
 * 2. The first decision that is in the case counts; the same one again is answered as the first was.
 */
import {
  changesBetween,
  checkDocument,
  conflictIdOf,
  decidedBody,
  resolveLeaves,
  winnerOf,
  type Author,
  type ComparedLeaf,
  type FieldChange,
  type HybridClock,
} from '@tidemark/contracts'
import {
  comparedLeaves,
  describeDecision,
  isAboutCounts,
  suspectOfCase,
  type CaseDecision,
  type ConflictCase,
} from '../domain/conflict-case.ts'
import type { ExamineSuspect } from '../events/examine-suspect.ts'
import type { CaseDesk } from '../stores/case-desk.ts'
import type { RequestDesk } from '../stores/request-desk.ts'
import type { SourceDocuments } from '../stores/source-documents.ts'
import { planCounts } from './decide-counts.ts'
import { done, notPossible, notValid, tooLate, type DecisionResult } from './decision-result.ts'

type Fields = Readonly<Record<string, unknown>>

export interface DecisionParts {
  readonly desk: CaseDesk
  readonly requests: RequestDesk
  readonly sources: SourceDocuments
  readonly examine: ExamineSuspect
  readonly clock: HybridClock
}

export interface DecisionOrder {
  readonly kind: 'choose' | 'merge' | 'suggestion'
  /** For `choose`: one of the leaves. */
  readonly rev?: string
  /** For `merge`: the document that takes the place of all. */
  readonly body?: Fields
  readonly note?: string
}

export interface PlannedDecision {
  readonly decision: CaseDecision & { readonly body: Fields }
  /** The leaf that the new revision follows, and those that end. */
  readonly follows: string
  readonly ends: readonly string[]
  /** Against what everybody sees meanwhile. */
  readonly changes: readonly FieldChange[]
}

/** With the bodies of its leaves a case stays below what a document may have. */
const maxBodyLength = 256 * 1024

export async function planDecision(
  { sources, examine, clock }: DecisionParts,
  conflict: ConflictCase,
  order: DecisionOrder,
  by: Author,
): Promise<DecisionResult<PlannedDecision>> {
  if (conflict.policy === 'immutable') {
    return notPossible('the document may never change: every version is kept, and the one received first stands')
  }
  if (isAboutCounts(conflict)) return planCounts(conflict, order, by, clock)
  if (conflict.status === 'resolved') return tooLate(`the conflict is over: ${conflict.resolution ?? 'resolved'}`)
  const suspect = suspectOfCase(conflict)
  const leaves = comparedLeaves(await sources.leavesOf(suspect))
  const revs = leaves.map(({ rev }) => rev)
  const current = conflictIdOf(suspect, revs)
  if (current !== conflict._id) {
    await examine(suspect)
    return tooLate(`the document has changed since${leaves.length > 1 ? `: it is now ${current}` : ''}`)
  }
  const wanted = wantedBody(conflict, leaves, order)
  if (wanted.kind !== 'done') return wanted
  const bodies = leaves.map(({ body }) => body)
  for (const { at } of bodies) if (typeof at === 'string') clock.observe(at)
  const at = clock.now()
  const body = decidedBody(wanted.value, bodies, at, by)
  const problems = checkDocument(conflict.database, body)
  if (problems.length > 0) {
    const base = order.kind === 'merge' ? '/body/body' : '/body/rev'
    return { kind: 'not-valid', problems: problems.map(({ field, message }) => ({ field: base + field, message })) }
  }
  const winner = winnerOf(leaves, body)
  const note = order.note === undefined ? {} : { note: order.note }
  const chosen = order.kind === 'choose' && order.rev !== undefined ? { chosen: order.rev } : {}
  return done({
    decision: { kind: order.kind, rev: winner.rev, at, by, ...note, ...chosen, body },
    follows: winner.parent,
    ends: revs.filter((rev) => rev !== winner.parent),
    changes: changesBetween(bodies[0] ?? {}, body),
  })
}

function wantedBody(
  { documentId }: ConflictCase,
  leaves: readonly ComparedLeaf[],
  { kind, rev, body }: DecisionOrder,
): DecisionResult<Fields> {
  if (kind === 'choose') {
    const chosen = leaves.find((leaf) => leaf.rev === rev)
    return chosen === undefined ? notValid('/body/rev', 'is not one of the competing revisions') : done(chosen.body)
  }
  if (kind === 'suggestion') {
    const { winner } = resolveLeaves(leaves)
    return winner === undefined ? notPossible('nothing is suggested for this conflict') : done(winner.body)
  }
  if (body === undefined) return notValid('/body/body', 'is missing')
  if (body['_id'] !== undefined && body['_id'] !== documentId)
    return notValid('/body/body/_id', `must be ${documentId}`)
  if (JSON.stringify(body).length > maxBodyLength) return notValid('/body/body', `is longer than ${maxBodyLength}`)
  return done({ ...body, _id: documentId })
}

export async function decideCase(
  parts: DecisionParts,
  conflict: ConflictCase,
  order: DecisionOrder,
  by: Author,
): Promise<DecisionResult<ConflictCase>> {
  const { desk, examine } = parts
  const suspect = suspectOfCase(conflict)
  if (conflict.decision !== undefined) {
    // Decided, and perhaps not carried out: whoever asked may have gone away in between.
    if (conflict.status === 'open') await examine(suspect)
    return answerRepeat(await desk.find(conflict._id), order, by)
  }
  const planned = await planDecision(parts, conflict, order, by)
  if (planned.kind !== 'done') return planned
  await desk.decide(conflict._id, planned.value.decision)
  await examine(suspect)
  const present = await desk.find(conflict._id)
  if (present?.decision === undefined) {
    return notPossible(present?.explanation?.at(-1) ?? 'what was decided could not be written')
  }
  return answerRepeat(present, order, by)
}

function answerRepeat(
  present: ConflictCase | undefined,
  order: DecisionOrder,
  by: Author,
): DecisionResult<ConflictCase> {
  if (present?.decision === undefined) return tooLate('the conflict is not what it was')
  if (isSameDecision(present.decision, order, by)) return done(present)
  return tooLate(`it was decided before: ${describeDecision(present)}`)
}

function isSameDecision(decision: CaseDecision, { kind, rev, body }: DecisionOrder, by: Author): boolean {
  if (decision.kind !== kind || decision.by.id !== by.id) return false
  if (decision.body?.['type'] === 'stock-count' && kind === 'merge') {
    return decision.body['quantity'] === body?.['quantity']
  }
  if (kind === 'choose') return decision.chosen === rev
  return kind === 'suggestion' || changesBetween(decision.body ?? {}, body ?? {}).length === 0
}
