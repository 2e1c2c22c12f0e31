/** Documents of stock work. Pure: what a person entered, with an id and a stamp, gives the document. */
import {
  checkDocument,
  describeProblems,
  schemaVersion,
  type Author,
  type StockCount,
  type StockLine,
  type StockMovement,
} from '@tidemark/contracts'

export type MovementKind = Extract<StockMovement['kind'], 'delivery' | 'adjustment' | 'waste'>

export interface StockSignature {
  readonly storeId: string
  /** HLC stamp. */
  readonly at: string
  readonly by: Author
}

export interface MovementEntry {
  readonly kind: MovementKind
  /** What is entered: pieces or grams, positive; an adjustment may be negative. */
  readonly lines: readonly StockLine[]
  readonly reason: string
}

/** Throws a RangeError with what is wrong; the forms let nothing through that is. */
export function buildMovement(id: string, entry: MovementEntry, { storeId, at, by }: StockSignature): StockMovement {
  // What is thrown away is entered as a number of pieces, and leaves the stock.
  const sign = entry.kind === 'waste' ? -1 : 1
  const movement: StockMovement = {
    _id: `movement:${id}`,
    type: 'stock-movement',
    schemaVersion,
    storeId,
    at,
    by,
    kind: entry.kind,
    lines: entry.lines.map(({ sku, quantity }) => ({ sku, quantity: sign * quantity })),
    ...(entry.reason.trim() === '' ? {} : { reason: entry.reason.trim().slice(0, 200) }),
  }
  return checked(movement)
}

export function buildCount(
  { id, sku, quantity }: { readonly id: string; readonly sku: string; readonly quantity: number },
  { storeId, at, by }: StockSignature,
): StockCount {
  return checked({ _id: `count:${sku}:${id}`, type: 'stock-count', schemaVersion, storeId, at, by, sku, quantity })
}

function checked<Document extends StockMovement | StockCount>(document: Document): Document {
  const problems = checkDocument('inventory', document)
  if (problems.length > 0) throw new RangeError(describeProblems(problems))
  return document
}
