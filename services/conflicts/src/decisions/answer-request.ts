/** Head office accepts or refuses what a store wanted of a document on which head office decides. */
import { checkDocument, decidedBody, describeProblems, stampOf, type Author } from '@tidemark/contracts'
import { applyRequest, type ChangeRequest } from '../domain/change-request.ts'
import { comparedLeaves } from '../domain/conflict-case.ts'
import type { DecisionParts } from './decide-case.ts'
import { done, notPossible, tooLate, type DecisionResult } from './decision-result.ts'

type Answered = Promise<DecisionResult<ChangeRequest>>

/** Writes the fields that were asked for on the document as it is now; not when one of them was changed since. */
export async function acceptRequest(parts: DecisionParts, request: ChangeRequest, by: Author): Answered {
  if (request.status !== 'open') return answered(parts, request, 'accepted')
  const { requests, sources, clock } = parts
  const { _id, documentId, database } = request
  const present = comparedLeaves(await sources.leavesOf(request))
  const [standing] = present
  if (standing === undefined) return tooLate('the document was deleted since')
  if (present.length > 1) return tooLate('the document is in conflict at the moment')
  const applied = applyRequest(request, standing.body)
  clock.observe(stampOf(standing.body))
  const at = clock.now()
  const accepted = async (rev: string): Answered =>
    answered(parts, await requests.answer(_id, 'accepted', { at, by, rev }), 'accepted')
  if (applied.kind === 'changed-since') {
    return tooLate(`changed since the store asked: ${applied.fields.join(', ')}`)
  }
  // Also where a run before was cut off between the document and the request.
  if (applied.kind === 'same') return accepted(standing.rev)
  const next = decidedBody(applied.body, [standing.body], at, by)
  const problems = checkDocument(database, next)
  if (problems.length > 0) return notPossible(`the change does not fit: ${describeProblems(problems)}`)
  const outcome = await sources.writeNext(request, { ...next, _id: documentId, _rev: standing.rev })
  if (outcome.kind === 'exists') return tooLate('somebody edited the document just now')
  if (outcome.kind === 'failed') return notPossible(`the revision was refused: ${outcome.reason}`)
  return accepted(outcome.rev)
}

export async function refuseRequest(
  parts: DecisionParts,
  request: ChangeRequest,
  reason: string,
  by: Author,
): Answered {
  if (request.status !== 'open') return answered(parts, request, 'refused')
  const { requests, clock } = parts
  return answered(parts, await requests.answer(request._id, 'refused', { at: clock.now(), by, reason }), 'refused')
}

/** The store reads the answer in its copy of the case. */
async function answered({ desk }: DecisionParts, request: ChangeRequest, wanted: ChangeRequest['status']): Answered {
  const { status, storeId, answer, conflict } = request
  const who = answer?.by.name ?? answer?.by.id ?? 'somebody'
  if (status !== wanted) return tooLate(`it was ${status} before, by ${who}`)
  const when = (answer?.at ?? '').slice(0, 19).replace('T', ' ')
  const reason = answer?.reason === undefined ? '' : `: ${answer.reason}`
  await desk.explain(conflict, `the change of store ${storeId} was ${status} by ${who} at ${when} UTC${reason}`)
  return done(request)
}
