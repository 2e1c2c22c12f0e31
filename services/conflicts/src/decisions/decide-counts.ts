/**
 * Two counts of a SKU that contradict each other. Counts never change, so nothing is written over: the decision is a count of
 * head office, which holds against both.
 *
 *     09:00 counts 10 ── 2 sold ── 09:10 counts 7        choose the second: a count of 7, right behind it
 *                                                        choose the first:  a count of 8, right behind the second
 *                                                        state a number:    a count of that, now
 *
 * Right behind the second, so that what was sold since is still counted from there.
 */
import {
  advanceClock,
  canonicalHash,
  changesBetween,
  checkDocument,
  formatStamp,
  HEAD_OFFICE,
  parseStamp,
  schemaVersion,
  type Author,
  type HybridClock,
} from '@tidemark/contracts'
import { newUlid } from '@tidemark/service-kit'
import type { ConflictCase } from '../domain/conflict-case.ts'
import type { DecisionOrder, PlannedDecision } from './decide-case.ts'
import { done, notPossible, notValid, tooLate, type DecisionResult } from './decision-result.ts'

export function planCounts(
  conflict: ConflictCase,
  order: DecisionOrder,
  by: Author,
  clock: HybridClock,
): DecisionResult<PlannedDecision> {
  if (conflict.status === 'resolved') return tooLate(`the conflict is over: ${conflict.resolution ?? 'resolved'}`)
  const [second] = conflict.leaves
  const secondAt = String(second?.body['at'])
  clock.observe(secondAt)
  const decidedAt = clock.now()
  const wanted = wantedCount(conflict, order)
  if (wanted.kind !== 'done') return wanted
  const at = order.kind === 'choose' ? behind(secondAt) : decidedAt
  const sku = conflict.documentId.slice('counts:'.length)
  const _id = `count:${sku}:${newUlid(parseStamp(at)?.wallMs ?? 0)}`
  const { storeId } = conflict
  const body = { _id, type: 'stock-count', schemaVersion, storeId, at, by, sku, quantity: wanted.value }
  const problems = checkDocument(conflict.database, body)
  if (problems.length > 0) {
    const named = problems.map(({ field, message }) => ({ field: `/body/body${field}`, message }))
    return { kind: 'not-valid', problems: named }
  }
  const note = order.note === undefined ? {} : { note: order.note }
  const chosen = order.kind === 'choose' && order.rev !== undefined ? { chosen: order.rev } : {}
  const rev = `1-${canonicalHash(body).slice(0, 32)}`
  return done({
    decision: { kind: order.kind, rev, at: decidedAt, by, ...note, ...chosen, body },
    follows: conflict.winningRev,
    ends: [],
    changes: changesBetween(second?.body ?? {}, body),
  })
}

function wantedCount(conflict: ConflictCase, { kind, rev, body }: DecisionOrder): DecisionResult<unknown> {
  if (kind === 'suggestion') return notPossible('nothing is suggested for two counts: choose one, or state a number')
  if (kind === 'merge') return body === undefined ? notValid('/body/body', 'is missing') : done(body['quantity'])
  const [second, first] = conflict.leaves
  if (rev !== undefined && rev === second?.rev) return done(second.body['quantity'])
  if (rev === undefined || rev !== first?.rev) return notValid('/body/rev', 'is not one of the two counts')
  // What the second would have found if the first was right: what moved in between is known to whoever keeps the stock.
  return conflict.expectedQuantity === undefined
    ? notPossible('what moved between the two counts is not in this case: state a number instead')
    : conflict.expectedQuantity < 0
      ? notPossible(`if the first was right, ${conflict.expectedQuantity} were left: state a number instead`)
      : done(conflict.expectedQuantity)
}

/** The next stamp after one of a store. */
function behind(stamp: string): string {
  const { wallMs, counter } = parseStamp(stamp) ?? { wallMs: 0, counter: 0 }
  return formatStamp(advanceClock({ wallMs, counter }, wallMs), HEAD_OFFICE)
}
