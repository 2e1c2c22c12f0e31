/**
 * What a document does to the stock of its store. The same for the till, the hub and head office.
 *
 *     sale            − its lines
 *     refund          + its lines
 *     stock-movement  ± its lines
 *     stock-count     no change: an assertion, "this many at this time"
 *     void            nothing by itself; takes back what the voided entry did, at the stamp of the earliest void
 *     anything else   nothing
 */
import type { JournalEntry } from '../documents/journal-documents.ts'
import type { StockCount, StockMovement } from '../documents/stock-documents.ts'

export interface StockLine {
  readonly sku: string
  /** Pieces or grams; negative takes away. */
  readonly quantity: number
}

/**
 * One line per SKU. The document has passed `checkDocument`. Undefined for one that never touches stock, and for a count; empty
 * for a void, whose own id must be known although its lines are those of the entry that it names.
 */
export function stockLinesOf(document: Readonly<Record<string, unknown>>): readonly StockLine[] | undefined {
  const source = document as unknown as JournalEntry | StockMovement | StockCount
  if (source.type === 'sale') {
    return sumBySku(source.lines.map(({ sku, quantity }) => ({ sku, quantity: -quantity })))
  }
  if (source.type === 'refund' || source.type === 'stock-movement') return sumBySku(source.lines)
  return source.type === 'void' ? [] : undefined
}

/** What a void of these lines puts back. */
export function reversedLines(lines: readonly StockLine[]): readonly StockLine[] {
  return lines.map(({ sku, quantity }) => ({ sku, quantity: -quantity }))
}

function sumBySku(lines: readonly StockLine[]): readonly StockLine[] {
  const sums = new Map<string, number>()
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity)
  return [...sums].map(([sku, quantity]) => ({ sku, quantity }))
}
