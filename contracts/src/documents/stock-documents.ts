/** Stock: immutable deltas and immutable counts. Stock on hand is derived, never stored as a document. */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { documentSchema } from './document-header.ts'
import { StoreId } from '../identity.ts'
import { Sku } from './journal-documents.ts'

const SignedQuantity = Type.Integer({ minimum: -1_000_000, maximum: 1_000_000 })

export const StockMovement = documentSchema('stock-movement', {
  kind: Type.Enum(['delivery', 'adjustment', 'waste', 'transfer-out', 'transfer-in']),
  /** What is added to stock, in pieces or grams; negative takes away. */
  lines: Type.Array(Type.Object({ sku: Sku, quantity: SignedQuantity }), { minItems: 1, maxItems: 500 }),
  reason: Type.Optional(Type.String({ maxLength: 200 })),
  /** Of `transfer-out` and `transfer-in`: both movements of one transfer name it. */
  transfer: Type.Optional(
    Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }), from: StoreId, to: StoreId }),
  ),
})
export type StockMovement = Static<typeof StockMovement>

export const StockCount = documentSchema('stock-count', {
  sku: Sku,
  /** What was on the shelf at `at`, in pieces or grams. */
  quantity: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }),
})
export type StockCount = Static<typeof StockCount>
