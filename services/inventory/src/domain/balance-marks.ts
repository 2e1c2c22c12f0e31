/**
 * Marks on the way of a SKU in a store: "with everything stamped up to here, so much was on hand". Whoever asks for a balance
 * adds up from the nearest mark before it, so the answer costs the same however long ago the SKU was counted.
 *
 *     entries   ─┬──┬─┬──┬───┬─┬──┬─┬────┬──┬─┬──┬──►  by stamp
 *     marks             ▲40          ▲31        ▲28
 *     a late entry  ─────────▲   → the marks at and after its stamp go; those before it still hold
 *
 * Marks are kept true without a lock, by who does what first:
 *
 * 1. Whoever records an entry writes the entry first, and then cuts the marks (`cutMarks`) before the entry counts as done. Every
 *    repetition cuts again, so an entry that was recorded by a process which then died is made good by whoever gets it next.
 * 2. Whoever makes marks writes first up to where it will go (`building`), then reads the entries, then writes the marks onto the
 *    revision of that first write.
 * 3. So of an entry and marks made at the same moment, either the entry is written before the reading and is in the marks, or its
 *    recorder sees `building` and writes, and the marks meet another revision and are not written.
 */
import type { StockEntry } from './run-balance.ts'
import { runBalance } from './run-balance.ts'

/** `[at, onHand]`: everything stamped up to `at` is in `onHand`. */
export type BalanceMark = readonly [at: string, onHand: number]

export interface BalanceMarks extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'balance-marks'
  /** By stamp. */
  readonly marks: readonly BalanceMark[]
  /** Marks up to this stamp are being made; null when nobody does. */
  readonly building: string | null
}

/** Rows between two marks: so many are added up for an answer. */
export const entriesPerMark = 256
/** With more than this the older ones stand further apart. */
export const maxMarks = 400

export function marksId(storeId: string, sku: string): string {
  return `marks:${storeId}:${sku}`
}

export function noMarks(storeId: string, sku: string): BalanceMarks {
  return { _id: marksId(storeId, sku), type: 'balance-marks', marks: [], building: null }
}

/** The last mark before a stamp, or the last of all. */
export function markBefore(marks: readonly BalanceMark[], at?: string): BalanceMark | undefined {
  return at === undefined ? marks.at(-1) : marks.findLast((mark) => mark[0] < at)
}

/** What holds after something stamped `at` came; undefined when everything holds. */
export function cutMarks(current: BalanceMarks, at: string): BalanceMarks | undefined {
  const marks = current.marks.filter((mark) => mark[0] < at)
  const isUnderWay = current.building !== null && at <= current.building
  if (marks.length === current.marks.length && !isUnderWay) return undefined
  return { ...current, marks, building: isUnderWay ? null : current.building }
}

/**
 * With marks over the entries that follow the last one, which are given whole and in stock order. A mark never stands between two
 * entries of one stamp.
 */
export function placeMarks(current: BalanceMarks, entries: readonly StockEntry[]): BalanceMarks {
  const placed: BalanceMark[] = []
  let sinceMark = 0
  for (const [index, { at, balance }] of runBalance(current.marks.at(-1)?.[1] ?? 0, entries).entries()) {
    sinceMark += 1
    if (sinceMark < entriesPerMark || entries[index + 1]?.at === at) continue
    placed.push([at, balance])
    sinceMark = 0
  }
  return { ...current, marks: thinOut([...current.marks, ...placed]) }
}

/** Every second one of the older half goes. */
function thinOut(marks: readonly BalanceMark[]): readonly BalanceMark[] {
  if (marks.length <= maxMarks) return marks
  const half = marks.length >> 1
  return thinOut(marks.filter((_, index) => index >= half || index % 2 === 1))
}
