import fc from 'fast-check'
import { expect, test } from 'vitest'
import { extendedPrice, lineTotals, saleTotals, type LinePricing } from './line-totals.ts'
import { cashRoundingOf, divideRounded } from './money.ts'

const pricing: fc.Arbitrary<LinePricing> = fc
  .record({
    unitPriceMinor: fc.integer({ min: 0, max: 100_000_000 }),
    quantity: fc.integer({ min: 1, max: 1_000_000 }),
    unit: fc.constantFrom('piece' as const, 'gram' as const),
    taxRateBasisPoints: fc.integer({ min: 0, max: 10_000 }),
    taxIncluded: fc.boolean(),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .filter((line) => line.unitPriceMinor * line.quantity <= 1_000_000_000_000)
  .map(({ share, ...line }) => ({ ...line, discountMinor: Math.floor(extendedPrice(line) * share) }))

test('net plus tax is gross for every line, and a line never gains or loses a cent against its price', () => {
  fc.assert(
    fc.property(pricing, (line) => {
      const totals = lineTotals(line)
      const price = extendedPrice(line) - line.discountMinor
      expect(totals.netMinor + totals.taxMinor).toBe(totals.grossMinor)
      expect(line.taxIncluded ? totals.grossMinor : totals.netMinor).toBe(price)
      expect(Object.values(totals).every((amount) => Number.isSafeInteger(amount))).toBe(true)
      const rate = line.taxRateBasisPoints
      const exactTax = line.taxIncluded ? (price * rate) / (10_000 + rate) : (price * rate) / 10_000
      expect(Math.abs(totals.taxMinor - exactTax)).toBeLessThanOrEqual(0.5 + exactTax * 1e-12)
    }),
  )
})

test('a sale is the sum of its lines, and what is due in cash is a multiple of the smallest coin within half of it', () => {
  fc.assert(
    fc.property(fc.array(pricing, { minLength: 1, maxLength: 30 }), fc.constantFrom(1, 5, 10, 100), (lines, coin) => {
      const each = lines.map(lineTotals)
      const totals = saleTotals(each, coin)
      expect(totals.grossMinor).toBe(each.reduce((sum, line) => sum + line.grossMinor, 0))
      expect(totals.netMinor + totals.taxMinor).toBe(totals.grossMinor)
      expect(totals.dueMinor % coin).toBe(0)
      expect(totals.grossMinor + totals.roundingMinor).toBe(totals.dueMinor)
      expect(Math.abs(totals.roundingMinor)).toBeLessThanOrEqual(coin / 2)
    }),
  )
})

test.each([
  ['19 % inside 1.19', { taxRateBasisPoints: 1900, taxIncluded: true, unitPriceMinor: 119 }, [100, 19, 119]],
  [
    '7 % inside 0.99 rounds to the nearest cent',
    { taxRateBasisPoints: 700, taxIncluded: true, unitPriceMinor: 99 },
    [93, 6, 99],
  ],
  [
    '8.875 % on top of 10.00 rounds half away from zero',
    { taxRateBasisPoints: 888, taxIncluded: false, unitPriceMinor: 1000 },
    [1000, 89, 1089],
  ],
  ['no tax', { taxRateBasisPoints: 0, taxIncluded: true, unitPriceMinor: 250 }, [250, 0, 250]],
] as const)('%s', (_name, line, [netMinor, taxMinor, grossMinor]) => {
  expect(lineTotals({ quantity: 1, unit: 'piece', discountMinor: 0, ...line })).toEqual({
    netMinor,
    taxMinor,
    grossMinor,
  })
})

test('weighed goods are priced by the kilogram: 345 g at 12.99 is 4.48', () => {
  expect(extendedPrice({ unitPriceMinor: 1299, quantity: 345, unit: 'gram' })).toBe(448)
})

test.each([
  [1234, 5, 1],
  [1232, 5, -2],
  [1230, 5, 0],
  [1237, 1, 0],
  [-1234, 5, -1],
])('cash rounding of %i to %i adds %i', (amount, coin, rounding) => {
  expect(cashRoundingOf(amount, coin)).toBe(rounding)
})

test('rounding is half away from zero, on both sides', () => {
  expect([divideRounded(5n, 2n), divideRounded(-5n, 2n), divideRounded(4n, 3n), divideRounded(0n, 7n)]).toEqual([
    3, -3, 1, 0,
  ])
  expect(() => divideRounded(1n, 0n)).toThrow(RangeError)
})
