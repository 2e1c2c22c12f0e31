/** Money is an integer number of minor units (cents) with a currency; quantities are integers (pieces or grams). */
import * as Type from 'typebox'
import type { Static } from 'typebox'

/** Far above any till, far below 2^53, so that sums stay exact. */
export const maxAmountMinor = 1_000_000_000_000

export const CurrencyCode = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217 code' })
export const AmountMinor = Type.Integer({
  minimum: -maxAmountMinor,
  maximum: maxAmountMinor,
  description: 'Integer minor units of the document currency',
})
export const Quantity = Type.Integer({ minimum: 1, maximum: 1_000_000, description: 'Pieces, or grams' })
export const QuantityUnit = Type.Enum(['piece', 'gram'])
export type QuantityUnit = Static<typeof QuantityUnit>

/** Basis points: 1900 is 19 %. */
export const TaxRateBasisPoints = Type.Integer({ minimum: 0, maximum: 10_000 })

/** numerator / denominator, rounded half away from zero, exact for any safe integers. Throws a RangeError when denominator ≤ 0. */
export function divideRounded(numerator: bigint, denominator: bigint): number {
  if (denominator <= 0n) throw new RangeError(`denominator must be positive, got ${denominator}`)
  const magnitude = numerator < 0n ? -numerator : numerator
  const rounded = (magnitude * 2n + denominator) / (denominator * 2n)
  return Number(numerator < 0n ? -rounded : rounded)
}

/** amount × factor / divisor in whole minor units, rounded half away from zero. All arguments are integers. */
export function scaleAmount(amountMinor: number, factor: number, divisor: number): number {
  return divideRounded(BigInt(amountMinor) * BigInt(factor), BigInt(divisor))
}

/**
 * What rounding to the smallest coin adds to (or takes from) a cash amount: `(1234, 5)` → 1. An increment of 1 rounds nothing.
 */
export function cashRoundingOf(amountMinor: number, incrementMinor: number): number {
  // Adding 0 turns a negative zero into zero, which JSON would change on the way.
  return scaleAmount(amountMinor, 1, incrementMinor) * incrementMinor - amountMinor + 0
}
