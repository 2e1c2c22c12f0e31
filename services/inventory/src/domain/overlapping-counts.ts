/**
 * Two counts of one SKU that contradict each other, and of which nobody can say that one knew of the other.
 *
 *     09:00  s001t01 counts 10 ─┐ different devices, half an hour or less apart,
 *     09:05  s001t02 sells   2  │ and 10 − 2 is not 7
 *     09:10  s001t03 counts  7 ─┘ → a person decides; until then the later one stands, as for every count
 *
 * Only the latest two matter: an older pair has been settled by a count after it. A count by head office settles what was before it.
 */
import { conflictIdOf, HEAD_OFFICE, ownerOfClockNode, parseStamp } from '@tidemark/contracts'

export interface CountMark {
  readonly at: string
  readonly sourceId: string
  readonly quantity: number
}

export interface Overlap {
  readonly caseId: string
  readonly storeId: string
  readonly sku: string
  readonly first: CountMark
  readonly second: CountMark
  /** What the second would have found if the first was right. */
  readonly expected: number
}

export const overlapWindowMs = 30 * 60_000

/** `changesBetween`: the sum of what moved after the first and not after the second. */
export function overlapOf(
  storeId: string,
  sku: string,
  first: CountMark,
  second: CountMark,
  changesBetween: number,
): Overlap | undefined {
  if (!areApart(first.at, second.at)) return undefined
  const expected = first.quantity + changesBetween
  if (second.quantity === expected) return undefined
  const key = { database: 'inventory', documentId: `counts:${sku}` }
  return { caseId: conflictIdOf(key, [first.sourceId, second.sourceId]), storeId, sku, first, second, expected }
}

/** By different devices within the window. */
export function areApart(first: string, second: string): boolean {
  const [a, b] = [parseStamp(first), parseStamp(second)]
  if (a === undefined || b === undefined || a.node === b.node) return false
  return ownerOfClockNode(b.node) !== HEAD_OFFICE && b.wallMs - a.wallMs <= overlapWindowMs
}
