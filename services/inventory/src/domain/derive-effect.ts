/**
 * What a document does to stock. One document has one effect, with all its lines in it, so a sale can't be half recorded,
 * and the effect's id names the document, so it can't be recorded twice.
 *
 *     sale            − its lines
 *     refund          + its lines
 *     stock-movement  ± its lines
 *     stock-count     an assertion: "this many at this time"
 *     void            nothing by itself; takes back what the voided entry did: see merge-void.ts
 *     anything else   nothing
 */
import { canonicalHash, type JournalEntry, type StockCount, type StockMovement } from '@tidemark/contracts'
import { authoredBody, type SourceDocument } from '@tidemark/service-kit'

export interface StockLine {
  readonly sku: string
  /** Pieces or grams; negative takes away. */
  readonly quantity: number
}

interface EffectHeader extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly storeId: string
  /** HLC stamp of the source. */
  readonly at: string
  readonly sourceId: string
  readonly sourceType: string
  /** Tells a second body under the same id from a repetition. */
  readonly contentHash: string
  readonly recordedAt: string
}

export interface ChangeEffect extends EffectHeader {
  readonly type: 'stock-effect'
  /** One per SKU. */
  readonly lines: readonly StockLine[]
}

export interface CountEffect extends EffectHeader {
  readonly type: 'count-effect'
  readonly sku: string
  /** What was on the shelf. */
  readonly quantity: number
}

export type StockEffect = ChangeEffect | CountEffect

type StockSource = JournalEntry | StockMovement | StockCount

/** With the store, because two stores' ids are only random, and one store must never stand in another's way. */
export function effectId(storeId: string, sourceId: string): string {
  return `effect:${storeId}:${sourceId}`
}

/** The source has passed `checkDocument`. Undefined for a document that does nothing by itself. */
export function effectOf(source: SourceDocument, recordedAt: Date): StockEffect | undefined {
  const body = authoredBody(source.document)
  const document = body as unknown as StockSource
  const header: EffectHeader = {
    _id: effectId(document.storeId, document._id),
    storeId: document.storeId,
    at: document.at,
    sourceId: document._id,
    sourceType: document.type,
    contentHash: canonicalHash(body),
    recordedAt: recordedAt.toISOString(),
  }
  if (document.type === 'stock-count') {
    return { ...header, type: 'count-effect', sku: document.sku, quantity: document.quantity }
  }
  const lines = linesOf(document)
  return lines === undefined ? undefined : { ...header, type: 'stock-effect', lines: sumBySku(lines) }
}

function linesOf(document: Exclude<StockSource, StockCount>): readonly StockLine[] | undefined {
  if (document.type === 'stock-movement') return document.lines
  if (document.type === 'refund') return document.lines
  // Recorded, so that a second body under its id is told apart; what it puts back is in the void's own document.
  if (document.type === 'void') return []
  if (document.type === 'sale') return document.lines.map(({ sku, quantity }) => ({ sku, quantity: -quantity }))
  return undefined
}

export function sumBySku(lines: readonly StockLine[]): readonly StockLine[] {
  const sums = new Map<string, number>()
  for (const { sku, quantity } of lines) sums.set(sku, (sums.get(sku) ?? 0) + quantity)
  return [...sums].map(([sku, quantity]) => ({ sku, quantity }))
}
