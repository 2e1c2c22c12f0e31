/** The catalogue: mutable documents, most of them owned by head office. */
import { Type, type Static } from 'typebox'
import { HlcStamp } from '../clock/hlc.ts'
import { IncarnationId, StoreId, TerminalId } from '../identity.ts'
import { AmountMinor, CurrencyCode, QuantityUnit, TaxRateBasisPoints } from '../pricing/money.ts'
import { documentSchema } from './document-header.ts'
import { Sku } from './journal-documents.ts'

const Name = Type.String({ minLength: 1, maxLength: 200 })
const Timestamp = Type.String({ format: 'date-time', maxLength: 40 })

export const Product = documentSchema('product', {
  sku: Sku,
  name: Name,
  description: Type.Optional(Type.String({ maxLength: 2000 })),
  category: Type.String({ minLength: 1, maxLength: 100 }),
  barcodes: Type.Array(Type.String({ pattern: '^([0-9]{8}|[0-9]{12,13})$' }), { maxItems: 20 }),
  unit: QuantityUnit,
  /** Price of one piece, or of 1,000 grams. */
  priceMinor: AmountMinor,
  currency: CurrencyCode,
  taxCode: Type.String({ minLength: 1, maxLength: 32 }),
  status: Type.Enum(['active', 'discontinued']),
  /** When each field was last changed, so that two edits merge field by field without their ancestor. */
  fieldTimes: Type.Record(Type.String({ maxLength: 64 }), HlcStamp),
})
export type Product = Static<typeof Product>

export const TaxRate = documentSchema('tax-rate', {
  code: Type.String({ minLength: 1, maxLength: 32 }),
  name: Name,
  rateBasisPoints: TaxRateBasisPoints,
})
export type TaxRate = Static<typeof TaxRate>

export const Promotion = documentSchema('promotion', {
  name: Name,
  skus: Type.Array(Sku, { minItems: 1, maxItems: 5000 }),
  percentOffBasisPoints: Type.Integer({ minimum: 0, maximum: 10_000 }),
  validFrom: Timestamp,
  validTo: Timestamp,
})

export const PriceChange = documentSchema('price-change', {
  sku: Sku,
  priceMinor: AmountMinor,
  currency: CurrencyCode,
  effectiveFrom: Timestamp,
})

export const Cashier = documentSchema('cashier', {
  name: Name,
  role: Type.Enum(['cashier', 'manager']),
  status: Type.Enum(['active', 'suspended']),
})
export type Cashier = Static<typeof Cashier>

/** One enrolment of a till. The hub writes it; its id allocates the incarnation, so no two tills can share a series. */
export const Terminal = documentSchema('terminal', {
  terminalId: TerminalId,
  incarnation: IncarnationId,
  lane: Type.Integer({ minimum: 1, maximum: 99 }),
  label: Type.Optional(Type.String({ maxLength: 100 })),
  /**
   * `replaced`: another device has taken the lane; this one may still deliver receipts of its own series, and nothing else.
   * `revoked`: shut out.
   */
  status: Type.Enum(['enrolled', 'replaced', 'revoked']),
})
export type Terminal = Static<typeof Terminal>

export const Store = documentSchema('store', {
  store: StoreId,
  name: Name,
  address: Type.Optional(Type.String({ maxLength: 500 })),
  currency: CurrencyCode,
  locale: Type.String({ minLength: 2, maxLength: 35 }),
  timeZone: Type.String({ minLength: 1, maxLength: 64 }),
  pricesIncludeTax: Type.Boolean(),
  /** The smallest coin in minor units: 1 rounds nothing. */
  cashIncrementMinor: Type.Integer({ minimum: 1, maximum: 100_000 }),
})
export type Store = Static<typeof Store>
