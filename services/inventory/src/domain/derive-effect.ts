/**
 * The effect of a document on stock, as it is kept at central. One document has one effect, with all its lines in it, so a sale
 * can't be half recorded, and the effect's id names the document, so it can't be recorded twice. What a document does is
 * the rule of `contracts/src/stock`; a void takes back what the voided entry did: see merge-void.ts.
 */
import { canonicalHash, stockLinesOf, type StockCount, type StockLine } from '@tidemark/contracts'
import { authoredBody, type SourceDocument } from '@tidemark/service-kit'

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

/** With the store, because two stores' ids are only random, and one store must never stand in another's way. */
export function effectId(storeId: string, sourceId: string): string {
  return `effect:${storeId}:${sourceId}`
}

/** The source has passed `checkDocument`. Undefined for a document that does nothing by itself. */
export function effectOf(source: SourceDocument, recordedAt: Date): StockEffect | undefined {
  const body = authoredBody(source.document)
  const document = body as unknown as StockCount
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
  const lines = stockLinesOf(body)
  return lines === undefined ? undefined : { ...header, type: 'stock-effect', lines }
}
