/**
 * `/api/stock`: what is on hand in the store, as the hub derives it from every sale, refund, void, movement and count that it has.
 *
 * A till asks for what changed since its last answer, and names the documents of its own of which it does not know whether
 * the hub has them: what the answer holds of these it must not add once more.
 */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { Sku } from '../documents/journal-documents.ts'
import { HlcStamp } from '../clock/hlc.ts'

export const maxStockLevels = 5000
export const maxStockSkus = 200
export const maxStockDocuments = 5000

export const StockLevel = Type.Object({
  sku: Sku,
  onHand: Type.Integer({ description: 'pieces or grams; below zero when more was sold than was known to be there' }),
  countedAt: Type.Union([HlcStamp, Type.Null()], {
    description: 'stamp of the latest count; changes up to it are in it. Null when it was never counted.',
  }),
})
export type StockLevel = Static<typeof StockLevel>

export const StockQuery = Type.Object(
  {
    sku: Type.String({
      pattern: '^[A-Za-z0-9._-]{1,64}(,[A-Za-z0-9._-]{1,64}){0,199}$',
      description: `SKUs with commas between them, at most ${maxStockSkus}`,
    }),
  },
  { additionalProperties: false },
)
export type StockQuery = Static<typeof StockQuery>

const stateFields = {
  asOf: Type.String({ format: 'date-time', description: "by the hub's clock" }),
  isComplete: Type.Boolean({
    description: 'false while the hub is still going through documents that it has, such as after its first start',
  }),
}

export const StockAnswer = Type.Object({
  ...stateFields,
  items: Type.Array(StockLevel, { description: 'SKUs that never moved are left out: nothing is known of them' }),
})
export type StockAnswer = Static<typeof StockAnswer>

export const StockChangesRequest = Type.Object(
  {
    since: Type.Optional(
      Type.Union([Type.String({ maxLength: 100 }), Type.Null()], {
        description: '`next` of the answer before; null or left out for all',
      }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxStockLevels })),
    documents: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 512 }), {
        maxItems: maxStockDocuments,
        description: 'ids of documents that the caller has, and does not know to be at the hub',
      }),
    ),
  },
  { additionalProperties: false },
)
export type StockChangesRequest = Static<typeof StockChangesRequest>

export const StockChanges = Type.Object({
  ...stateFields,
  items: Type.Array(StockLevel),
  next: Type.String({ description: 'for the next request' }),
  hasMore: Type.Boolean(),
  isReset: Type.Boolean({ description: 'true when all comes again from the start: forget what earlier answers said' }),
  included: Type.Array(Type.String(), { description: 'those of `documents` that the levels contain' }),
})
export type StockChanges = Static<typeof StockChanges>
