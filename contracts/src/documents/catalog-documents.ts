/** The catalogue: mutable documents, most of them owned by head office. */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { HlcStamp } from '../clock/hlc.ts'
import { DevicePublicKey } from '../hub-api/device-tokens.ts'
import { IncarnationId, StoreId, TerminalId } from '../identity.ts'
import {
  AmountMinor,
  CurrencyCode,
  maxAmountMinor,
  Quantity,
  QuantityUnit,
  TaxRateBasisPoints,
} from '../pricing/money.ts'
import { PinVerifier } from '../sign-in/pin-verifier.ts'
import { documentSchema } from './document-header.ts'
import { Sku } from './journal-documents.ts'
import { recordOf } from './record-of.ts'

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
  fieldTimes: recordOf(HlcStamp),
})
export type Product = Static<typeof Product>

export const TaxRate = documentSchema('tax-rate', {
  code: Type.String({ minLength: 1, maxLength: 32 }),
  name: Name,
  rateBasisPoints: TaxRateBasisPoints,
})
export type TaxRate = Static<typeof TaxRate>

/**
 * A discount on products for a while. `percentOffBasisPoints` comes off the price, or `amountOffMinor` where that is given; with `buyQuantity`
 * and `getQuantity` only off the cheapest of each such group ("buy 2, get 1": 2, 1 and 10,000 basis points).
 */
export const Promotion = documentSchema('promotion', {
  name: Name,
  /** What the receipt says; the name where it is absent. */
  receiptName: Type.Optional(Name),
  skus: Type.Array(Sku, { minItems: 1, maxItems: 5000 }),
  percentOffBasisPoints: Type.Integer({ minimum: 0, maximum: 10_000 }),
  /** Off one piece, or off 1,000 grams; takes the place of the percentage. */
  amountOffMinor: Type.Optional(Type.Integer({ minimum: 1, maximum: maxAmountMinor })),
  /** Of `amountOffMinor`: stores of another currency leave the promotion out. */
  currency: Type.Optional(CurrencyCode),
  /** Pieces (or grams) of these products in one cart from which it applies. */
  minimumQuantity: Type.Optional(Quantity),
  buyQuantity: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  getQuantity: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000 })),
  /** Only in these stores; in all where it is absent. */
  storeIds: Type.Optional(Type.Array(StoreId, { minItems: 1, maxItems: 5000 })),
  /** True where it comes on top of another promotion. Otherwise a line gets one promotion, the best for the customer. */
  combinable: Type.Optional(Type.Boolean()),
  validFrom: Timestamp,
  validTo: Timestamp,
})
export type Promotion = Static<typeof Promotion>

export const PriceChange = documentSchema('price-change', {
  sku: Sku,
  priceMinor: AmountMinor,
  currency: CurrencyCode,
  effectiveFrom: Timestamp,
})
export type PriceChange = Static<typeof PriceChange>

export const Cashier = documentSchema('cashier', {
  name: Name,
  role: Type.Enum(['cashier', 'manager']),
  status: Type.Enum(['active', 'suspended']),
  /** What they are called by on a number pad and in reports. */
  number: Type.Optional(Type.String({ pattern: '^[0-9]{1,8}$' })),
  /** Where they work; everywhere when absent. */
  stores: Type.Optional(Type.Array(StoreId, { minItems: 1, maxItems: 1000 })),
  /** Without it they can't sign in at a till. */
  pinVerifier: Type.Optional(PinVerifier),
  /** From then on a till asks head office for more: it lets them in no longer. Never when absent. */
  grantExpiresAt: Type.Optional(Timestamp),
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
  /** Signs the till's requests for tokens; missing from enrolments that are older than device keys. */
  publicKey: Type.Optional(DevicePublicKey),
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
  /** True where nothing is sold before a shift is opened. */
  requiresShift: Type.Optional(Type.Boolean()),
  /** What a cashier may take out of the drawer at once without a manager, in minor units; 5,000 where it is absent. */
  cashierCashOutLimitMinor: Type.Optional(AmountMinor),
  /** What a cashier may take off a line or a cart without a manager; anything where it is absent. */
  cashierDiscountLimitBasisPoints: Type.Optional(Type.Integer({ minimum: 0, maximum: 10_000 })),
  /** The store's number at the tax office, for the receipt. */
  taxNumber: Type.Optional(Type.String({ maxLength: 50 })),
  /** Lines at the top and at the bottom of every receipt. */
  receiptHeader: Type.Optional(Type.String({ maxLength: 500 })),
  receiptFooter: Type.Optional(Type.String({ maxLength: 500 })),
})
export type Store = Static<typeof Store>
