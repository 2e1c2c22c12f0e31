/** Stock on hand = the latest count + what changed after it, in the order of the stamps, whatever the order of arrival. */

/** The latest count of a SKU. */
export interface CountMark {
  /** HLC stamp of the count. */
  readonly at: string
  readonly id: string
  readonly quantity: number
}

/** True for the later of two counts of one SKU. Two of one stamp are of a clock that broke its promise; the id decides. */
export function isLaterCount(count: Pick<CountMark, 'at' | 'id'>, than: Pick<CountMark, 'at' | 'id'>): boolean {
  return count.at === than.at ? count.id > than.id : count.at > than.at
}

/** True for a change that the count can't have seen: a count holds against all that is not later than it. */
export function isAfterCount(changeAt: string, count: Pick<CountMark, 'at'> | undefined): boolean {
  return count === undefined || changeAt > count.at
}

/** What a till or hub knows of one SKU, apart from its level. */
export interface StockEntries {
  readonly changes: readonly { readonly at: string; readonly quantity: number }[]
  readonly counts: readonly CountMark[]
}

/** The level that entries leave behind, on top of one that was known before; without one, on top of nothing. */
export function onHandAfter(
  before: { readonly onHand: number; readonly countedAt: string | null } | undefined,
  { changes, counts }: StockEntries,
): number {
  const latest = counts.reduce<CountMark | undefined>(
    (best, count) => (best === undefined || isLaterCount(count, best) ? count : best),
    undefined,
  )
  const countedAt = before?.countedAt ?? null
  const standsOnLocal = latest !== undefined && (countedAt === null || latest.at > countedAt)
  const start = standsOnLocal ? latest.quantity : (before?.onHand ?? 0)
  const count = standsOnLocal ? latest : countedAt === null ? undefined : { at: countedAt }
  return changes.filter(({ at }) => isAfterCount(at, count)).reduce((onHand, { quantity }) => onHand + quantity, start)
}
