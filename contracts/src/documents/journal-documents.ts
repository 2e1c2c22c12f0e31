/** Journal entries: immutable, one gap-free hash-chained series per incarnation. Corrections are new entries. */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { IncarnationId, TerminalId } from '../identity.ts'
import { Sha256Hex } from '../journal/canonical-hash.ts'
import { maxJournalNumber } from '../journal/journal-id.ts'
import { AppliedDiscount } from '../pricing/discounts.ts'
import { AmountMinor, CurrencyCode, Quantity, QuantityUnit, TaxRateBasisPoints } from '../pricing/money.ts'
import { Author, documentSchema } from './document-header.ts'
import { AlreadyRefunded } from '../refunds/part-of-line.ts'

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
  /** What `discountMinor` is made of, in the order in which it was taken off. */
  discounts: Type.Optional(Type.Array(AppliedDiscount, { maxItems: 20 })),
  /** Set where a person changed the price: what it was, and who agreed where a manager had to. */
  priceOverride: Type.Optional(
    Type.Object({
      listPriceMinor: AmountMinor,
      reason: Type.String({ minLength: 1, maxLength: 200 }),
      approvedBy: Type.Optional(Author),
    }),
  ),
  note: Type.Optional(Type.String({ maxLength: 200 })),
  taxCode: Type.String({ minLength: 1, maxLength: 32 }),
  taxRateBasisPoints: TaxRateBasisPoints,
  taxIncluded: Type.Boolean(),
  netMinor: AmountMinor,
  taxMinor: AmountMinor,
  grossMinor: AmountMinor,
  /** On a line of a refund, when earlier refunds have taken a part of the sold line: see `partTotals`. */
  alreadyRefunded: Type.Optional(AlreadyRefunded),
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
  /** The other entry of an exchange pays this: no coin moves, and the drawers of both add up. */
  exchange: Type.Optional(Type.Boolean()),
})
const CardPayment = Type.Object({
  method: Type.Literal('card'),
  amountMinor: AmountMinor,
  token: Type.String({ minLength: 1, maxLength: 128, sensitive: true }),
  lastFour: Type.String({ pattern: '^[0-9]{4}$' }),
  authorisationCode: Type.String({ minLength: 1, maxLength: 32, sensitive: true }),
  /** The till's own name for the attempt, under which it asks the card terminal again. */
  reference: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$', sensitive: true })),
})
export const Payment = Type.Union([CashPayment, CardPayment])
export type Payment = Static<typeof Payment>

/** Who bought, as far as they said so: for an invoice, or to send the receipt to. */
export const Customer = Type.Object({
  name: Type.Optional(Type.String({ minLength: 1, maxLength: 200, sensitive: true })),
  email: Type.Optional(Type.String({ pattern: '^[^\\s@]+@[^\\s@]+$', maxLength: 254, sensitive: true })),
  phone: Type.Optional(Type.String({ pattern: '^\\+?[0-9][0-9 ()./-]{3,30}$', sensitive: true })),
})
export type Customer = Static<typeof Customer>

const soldFields = {
  currency: CurrencyCode,
  lines: Type.Array(SaleLine, { minItems: 1, maxItems: 500 }),
  totals: Totals,
  payments: Type.Array(Payment, { minItems: 1, maxItems: 20 }),
  /** The customer as another system knows them: a card, account or order number. Never a name or an address. */
  customerReference: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' })),
  customer: Type.Optional(Customer),
  /**
   * Random, in every entry with a sensitive field. The hash lies readable beside what is sealed; without this, who has it could
   * try telephone numbers until one fits.
   */
  salt: Type.Optional(Type.String({ pattern: '^[0-9a-f]{32}$', sensitive: true })),
  /** An exchange is a refund and the sale after it: both carry its id, and the sale names the refund. */
  exchange: Type.Optional(
    Type.Object({ id: Type.String({ pattern: '^[0-9a-f]{32}$' }), refund: Type.Optional(JournalReference) }),
  ),
}

export const Sale = documentSchema('sale', { ...journalFields, ...soldFields })
export type Sale = Static<typeof Sale>

/** The manager who agreed, where one had to. */
const approvedBy = Type.Optional(Author)

/** Lines and amounts are positive and say what goes back; `refundOf` names the sale. */
export const Refund = documentSchema('refund', {
  ...journalFields,
  ...soldFields,
  refundOf: JournalReference,
  /** What head office's request for this refund was called, so that a repeated request is answered, not carried out again. */
  requestId: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9._-]{8,64}$' })),
  reason: Type.String({ minLength: 1, maxLength: 200 }),
  approvedBy,
})
export type Refund = Static<typeof Refund>

export const Void = documentSchema('void', {
  ...journalFields,
  voidOf: JournalReference,
  reason: Type.String({ minLength: 1, maxLength: 200 }),
  approvedBy,
})
export type Void = Static<typeof Void>

export const ShiftOpen = documentSchema('shift-open', {
  ...journalFields,
  currency: CurrencyCode,
  floatMinor: AmountMinor,
})
export type ShiftOpen = Static<typeof ShiftOpen>

export const CashMovement = documentSchema('cash-movement', {
  ...journalFields,
  currency: CurrencyCode,
  direction: Type.Enum(['in', 'out']),
  amountMinor: AmountMinor,
  reason: Type.String({ minLength: 1, maxLength: 200 }),
  approvedBy,
})
export type CashMovement = Static<typeof CashMovement>

export const ShiftClose = documentSchema('shift-close', {
  ...journalFields,
  currency: CurrencyCode,
  shiftOpen: JournalReference,
  expectedMinor: AmountMinor,
  countedMinor: AmountMinor,
  /** How many of each note and coin were counted. */
  denominations: Type.Optional(
    Type.Array(Type.Object({ valueMinor: AmountMinor, count: Type.Integer({ minimum: 1, maximum: 100_000 }) }), {
      maxItems: 40,
    }),
  ),
})
export type ShiftClose = Static<typeof ShiftClose>

export type JournalEntry = Sale | Refund | Void | ShiftOpen | CashMovement | ShiftClose
