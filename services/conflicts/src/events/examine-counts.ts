/** Carries out what was decided about two counts: the decision is in the case already, so this may be repeated to the same end. */
import type { Outcome } from '@tidemark/service-kit'
import { describeDecision, suspectOfCase, type ConflictCase } from '../domain/conflict-case.ts'
import type { ExaminerParts } from './examine-suspect.ts'

/** `open`: open cases of one pair of counts or several. Without a decision nothing is done: a count of somebody ends them. */
export async function examineCounts(
  { desk, sources, stamp, logger, countCases }: Omit<ExaminerParts, 'requests'>,
  open: readonly ConflictCase[],
): Promise<Outcome> {
  let fresh = false
  for (const conflict of open) {
    const { decision, policy, _id: id } = conflict
    if (decision?.body === undefined) continue
    const [, hash = ''] = decision.rev.split('-')
    const count = { ...decision.body, _id: String(decision.body['_id']), _rev: decision.rev }
    const refused = await sources.writeRevisions(suspectOfCase(conflict), [
      { ...count, _revisions: { start: 1, ids: [hash] } },
    ])
    if (refused.length > 0) {
      logger.error({ conflict: id, refused }, 'a count that was decided could not be written')
      await desk.giveToPerson(conflict, refused.join('; '), stamp())
      continue
    }
    const quantity = String(decision.body['quantity'])
    await desk.close(conflict, `a count of ${quantity} stands: ${describeDecision(conflict)}`, stamp())
    countCases(1, { change: 'resolved', policy })
    fresh = true
  }
  return { kind: 'done', fresh }
}
