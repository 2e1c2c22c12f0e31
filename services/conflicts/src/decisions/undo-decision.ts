/** Takes a decision back: what was becomes a new revision, unless somebody has edited the document since. */
import {
  changesBetween,
  checkDocument,
  decidedBody,
  describeProblems,
  describeWriter,
  stampOf,
  type Author,
  type ComparedLeaf,
} from '@tidemark/contracts'
import {
  comparedLeaves,
  describeDecision,
  isAboutCounts,
  suspectOfCase,
  type ConflictCase,
} from '../domain/conflict-case.ts'
import type { DecisionParts } from './decide-case.ts'
import { done, notPossible, notValid, tooLate, type DecisionResult } from './decision-result.ts'

/** `rev` is the leaf whose body comes back; what everybody saw before the decision unless given. */
export async function undoDecision(
  { desk, sources, clock }: DecisionParts,
  conflict: ConflictCase,
  rev: string | undefined,
  by: Author,
): Promise<DecisionResult<ConflictCase>> {
  const { decision, undone, _id: id, documentId, database } = conflict
  const restored = rev ?? conflict.winningRev
  if (undone !== undefined) {
    if (undone.restored === restored && undone.by.id === by.id) return done(conflict)
    return tooLate(`it was taken back already, by ${undone.by.name ?? undone.by.id}`)
  }
  if (isAboutCounts(conflict)) return notPossible('a count is never taken back: record another one')
  if (conflict.status === 'open') return notPossible('the conflict is still open: there is nothing to take back')
  if (decision === undefined) return notPossible(`nobody decided here: ${conflict.resolution ?? 'it ended by itself'}`)
  if (!conflict.leaves.some((leaf) => leaf.rev === restored)) {
    return notValid('/body/rev', 'is not one of the revisions of the conflict')
  }
  const suspect = suspectOfCase(conflict)
  const present = comparedLeaves(await sources.leavesOf(suspect))
  const [standing] = present
  if (standing === undefined || present.length > 1 || standing.rev !== decision.rev) {
    return tooLate(`it can't be taken back: ${describeEdit(present)}`)
  }
  const body = await desk.bodyOf(conflict, restored)
  if (body === undefined) return notPossible(`the body of ${restored} is not at the desk`)
  if (changesBetween(standing.body, body).length === 0) {
    return notPossible(`${restored} says what stands (${describeDecision(conflict)}): name another revision to restore`)
  }
  clock.observe(stampOf(standing.body))
  const at = clock.now()
  const next = decidedBody(body, [standing.body], at, by)
  const problems = checkDocument(database, next)
  if (problems.length > 0) return notPossible(`${restored} can't be restored: ${describeProblems(problems)}`)
  const outcome = await sources.writeNext(suspect, { ...next, _id: documentId, _rev: standing.rev })
  if (outcome.kind === 'exists') return tooLate("it can't be taken back: somebody edited the document just now")
  if (outcome.kind === 'failed') return notPossible(`the revision was refused: ${outcome.reason}`)
  return done(await desk.markUndone(id, { at, by, rev: outcome.rev, restored }))
}

function describeEdit(present: readonly ComparedLeaf[]): string {
  const [first] = present
  if (first === undefined) return 'the document was deleted since'
  if (present.length > 1) return 'the document is in conflict again'
  return `${describeWriter(first.body)} edited the document since, in revision ${first.rev} (${stampOf(first.body).slice(0, 19)})`
}
