/** Journal entries: immutable, one gap-free hash-chained series per incarnation. Corrections are new entries. */
import { Type, type Static } from 'typebox'
import { IncarnationId, TerminalId } from '../identity.ts'
import { Sha256Hex } from '../journal/canonical-hash.ts'
import { maxJournalNumber } from '../journal/journal-id.ts'
import { AmountMinor, CurrencyCode, Quantity, QuantityUnit, TaxRateBasisPoints } from '../pricing/money.ts'
import { documentSchema } from './document-header.ts'

export const BusinessDate = Type.String({
  pattern: '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$',
  description: 'Day of trade in the store, YYYY-MM-DD',
})
export const Sku = Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$', description: 'Stock keeping unit' })
const JournalReference = Type.String({ pattern: '^journal:[^:]+:[0-9]{9}$', maxLength: 80 })

const journalFields = {
  terminalId: TerminalId,
  incarnation: IncarnationId,
  number: Type.Integer({ minimum: 1, maximum: maxJournalNumber }),
  businessDate: BusinessDate,
  previousHash: Sha256Hex,
  hash: Sha256Hex,
}

export const SaleLine = Type.Object({
  lineNumber: Type.Integer({ minimum: 1, maximum: 1000 }),
  sku: Sku,
  name: Type.String({ minLength: 1, maxLength: 200 }),
  quantity: Quantity,
  unit: QuantityUnit,
  unitPriceMinor: AmountMinor,
  discountMinor: AmountMinor,
  taxCode: Type.String({ minLength: 1, maxLength: 32 }),
  taxRateBasisPoints: TaxRateBasisPoints,
  taxIncluded: Type.Boolean(),
  netMinor: AmountMinor,
  taxMinor: AmountMinor,
  grossMinor: AmountMinor,
})
export type SaleLine = Static<typeof SaleLine>

export const Totals = Type.Object({
  netMinor: AmountMinor,
  taxMinor: AmountMinor,
  grossMinor: AmountMinor,
  roundingMinor: AmountMinor,
  dueMinor: AmountMinor,
})

const CashPayment = Type.Object({
  method: Type.Literal('cash'),
  amountMinor: AmountMinor,
  tenderedMinor: AmountMinor,
  changeMinor: AmountMinor,
})
const CardPayment = Type.Object({
  method: Type.Literal('card'),
  amountMinor: AmountMinor,
  token: Type.String({ minLength: 1, maxLength: 128 }),
  lastFour: Type.String({ pattern: '^[0-9]{4}$' }),
  authorisationCode: Type.String({ minLength: 1, maxLength: 32 }),
})
export const Payment = Type.Union([CashPayment, CardPayment])
export type Payment = Static<typeof Payment>

const soldFields = {
  currency: CurrencyCode,
  lines: Type.Array(SaleLine, { minItems: 1, maxItems: 500 }),
  totals: Totals,
  payments: Type.Array(Payment, { minItems: 1, maxItems: 20 }),
  /** The customer as another system knows them: a card, account or order number. Never a name or an address. */
  customerReference: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' })),
}

export const Sale = documentSchema('sale', { ...journalFields, ...soldFields })
export type Sale = Static<typeof Sale>

/** Lines and amounts are positive and say what goes back; `refundOf` names the sale. */
export const Refund = documentSchema('refund', {
  ...journalFields,
  ...soldFields,
  refundOf: JournalReference,
  /** What head office's request for this refund was called, so that a repeated request is answered, not carried out again. */
  requestId: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{8,64}$' })),
  reason: Type.String({ minLength: 1, maxLength: 200 }),
})
export type Refund = Static<typeof Refund>

export const Void = documentSchema('void', {
  ...journalFields,
  voidOf: JournalReference,
  reason: Type.String({ minLength: 1, maxLength: 200 }),
})
export type Void = Static<typeof Void>

export const ShiftOpen = documentSchema('shift-open', {
  ...journalFields,
  currency: CurrencyCode,
  floatMinor: AmountMinor,
})
export const CashMovement = documentSchema('cash-movement', {
  ...journalFields,
  currency: CurrencyCode,
  direction: Type.Enum(['in', 'out']),
  amountMinor: AmountMinor,
  reason: Type.String({ minLength: 1, maxLength: 200 }),
})
export const ShiftClose = documentSchema('shift-close', {
  ...journalFields,
  currency: CurrencyCode,
  shiftOpen: JournalReference,
  expectedMinor: AmountMinor,
  countedMinor: AmountMinor,
})

export type JournalEntry =
  Sale | Refund | Void | Static<typeof ShiftOpen> | Static<typeof CashMovement> | Static<typeof ShiftClose>
