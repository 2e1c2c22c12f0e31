/** The life of a SKU in a store: each effect with what was on hand after it. The rule of stock on hand, entry by entry. */

export interface StockEntry {
  /** HLC stamp of the source. */
  readonly at: string
  readonly sourceId: string
  /** Such as `sale`, `stock-count`, or `void` for goods that a void put back. */
  readonly sourceType: string
  /** A change adds `quantity`; a count says that it is `quantity`. */
  readonly kind: 'change' | 'count'
  readonly quantity: number
}

export interface BalancedEntry extends StockEntry {
  /** On hand after the entry. */
  readonly balance: number
  /** What the entry changed; for a count, what was found more (or, negative, less) than was expected. */
  readonly difference: number
}

/** By stamp; at one stamp changes come before counts, because a count holds against all that is not later than it. */
export function inStockOrder(a: StockEntry, b: StockEntry): number {
  return compare(a.at, b.at) || compare(a.kind, b.kind) || compare(a.sourceId, b.sourceId)
}

/** `entries` in stock order; `opening` is what was on hand before the first. */
export function runBalance(opening: number, entries: readonly StockEntry[]): readonly BalancedEntry[] {
  let balance = opening
  return entries.map((entry) => {
    const before = balance
    balance = entry.kind === 'count' ? entry.quantity : before + entry.quantity
    return { ...entry, balance, difference: balance - before }
  })
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
