/** What was taken off a line, and why. A line's `discountMinor` is the sum of its discounts. */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { Author } from '../documents/document-header.ts'
import { maxAmountMinor } from './money.ts'

const BasisPoints = Type.Integer({ minimum: 0, maximum: 10_000 })

export const AppliedDiscount = Type.Object({
  /** `cart`: this line's part of a discount on the whole cart. */
  kind: Type.Enum(['promotion', 'line', 'cart']),
  /** As the unit price: with tax where prices contain it. */
  amountMinor: Type.Integer({ minimum: 0, maximum: maxAmountMinor }),
  /** Of a discount that was given as a percentage. */
  basisPoints: Type.Optional(BasisPoints),
  reason: Type.Optional(Type.String({ maxLength: 200 })),
  /** `name` is what the receipt says. */
  promotion: Type.Optional(
    Type.Object({ id: Type.String({ maxLength: 100 }), name: Type.String({ minLength: 1, maxLength: 200 }) }),
  ),
  /** The manager who agreed, where the discount is above what a cashier may give. */
  approvedBy: Type.Optional(Author),
})
export type AppliedDiscount = Static<typeof AppliedDiscount>

/** A discount that a person gives, on a line or on a cart. */
export type ManualDiscount = {
  readonly reason: string
  readonly approvedBy?: Author
} & (
  { readonly kind: 'percent'; readonly basisPoints: number } | { readonly kind: 'amount'; readonly amountMinor: number }
)
