import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ManualDiscount } from './discounts.ts'
import { extendedPrice } from './line-totals.ts'
import { priceLines, type DiscountableLine } from './price-lines.ts'
import { activePromotions, choosePromotions, type ActivePromotion, type PromotionLine } from './promotions.ts'
import { spreadAmount } from './spread-amount.ts'

const skus = ['A', 'B', 'C', 'D'] as const
const manual: fc.Arbitrary<ManualDiscount> = fc.oneof(
  fc.record({
    kind: fc.constant('percent' as const),
    basisPoints: fc.integer({ min: 0, max: 10_000 }),
    reason: fc.constant('r'),
  }),
  fc.record({
    kind: fc.constant('amount' as const),
    amountMinor: fc.integer({ min: 0, max: 50_000 }),
    reason: fc.constant('r'),
  }),
)
const line: fc.Arbitrary<DiscountableLine> = fc.record({
  sku: fc.constantFrom(...skus),
  unitPriceMinor: fc.integer({ min: 0, max: 20_000 }),
  quantity: fc.integer({ min: 1, max: 9 }),
  unit: fc.constantFrom('piece' as const, 'gram' as const),
  taxRateBasisPoints: fc.constantFrom(0, 700, 1900),
  taxIncluded: fc.boolean(),
  isPriceSetByHand: fc.boolean(),
  discount: fc.option(manual, { nil: undefined }),
})
const promotion: fc.Arbitrary<ActivePromotion> = fc
  .record({
    skus: fc.uniqueArray(fc.constantFrom(...skus), { minLength: 1 }),
    percentOffBasisPoints: fc.integer({ min: 0, max: 10_000 }),
    amountOffMinor: fc.option(fc.integer({ min: 1, max: 5000 })),
    minimumQuantity: fc.option(fc.integer({ min: 1, max: 12 })),
    group: fc.option(
      fc.record({ buyQuantity: fc.integer({ min: 1, max: 3 }), getQuantity: fc.integer({ min: 1, max: 2 }) }),
    ),
    isCombinable: fc.boolean(),
  })
  .map(({ skus: own, amountOffMinor, minimumQuantity, group, ...rest }) => ({
    ...rest,
    ...(amountOffMinor === null ? {} : { amountOffMinor }),
    ...(minimumQuantity === null ? {} : { minimumQuantity }),
    ...group,
    skus: new Set<string>(own),
    id: '',
    name: 'P',
  }))
const promotionsOf = fc
  .array(promotion, { maxLength: 9 })
  .map((all) => all.map((each, index) => ({ ...each, id: `promotion:${index}` })))
const total = (amounts: readonly number[]) => amounts.reduce((sum, amount) => sum + amount, 0)

test('an amount is spread exactly, in proportion to the minor unit, and no part is more than its share', () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.array(fc.nat(100_000), { maxLength: 40 }), (amount, shares) => {
      const whole = total(shares)
      const parts = spreadAmount(amount, shares)
      expect(total(parts)).toBe(Math.min(amount, whole))
      parts.forEach((part, index) => {
        const share = shares[index] ?? 0
        expect(part >= 0 && part <= share).toBe(true)
        if (whole > 0) expect(Math.abs(part - (Math.min(amount, whole) * share) / whole)).toBeLessThan(1)
      })
    }),
  )
})

test('whatever comes off, the discounts of a line add up, no line is below zero and the cart’s discount arrives to the cent', () => {
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 12 }),
      promotionsOf,
      fc.option(manual, { nil: undefined }),
      (lines, promotions, cart) => {
        const priced = priceLines(lines, promotions, cart)
        priced.forEach((each, index) => {
          const price = extendedPrice(lines[index] ?? lines[0]!)
          expect(total(each.discounts.map(({ amountMinor }) => amountMinor))).toBe(each.discountMinor)
          expect(each.discounts.every(({ amountMinor }) => amountMinor > 0)).toBe(true)
          expect(each.discountMinor <= price && each.netMinor >= 0 && each.grossMinor >= 0).toBe(true)
          if (lines[index]?.isPriceSetByHand)
            expect(each.discounts.some(({ kind }) => kind === 'promotion')).toBe(false)
        })
        if (cart?.kind !== 'amount') return
        const before = priceLines(lines, promotions)
        const left = total(before.map((each, index) => extendedPrice(lines[index] ?? lines[0]!) - each.discountMinor))
        const taken = total(priced.map((each) => each.discountMinor)) - total(before.map((each) => each.discountMinor))
        expect(taken).toBe(Math.min(cart.amountMinor, left))
      },
    ),
  )
})

test('the choice of promotions doesn’t depend on their order, gives a line one exclusive at most, and beats each of them alone', () => {
  const offered = line.map((each): PromotionLine => ({ ...each, priceMinor: extendedPrice(each) }))
  fc.assert(
    fc.property(
      fc.array(offered, { minLength: 1, maxLength: 6 }),
      promotionsOf,
      fc.infiniteStream(fc.nat()),
      (lines, promotions, order) => {
        const chosen = choosePromotions(lines, promotions)
        const shuffled = promotions
          .map((each) => ({ each, key: order.next().value ?? 0 }))
          .sort((a, b) => a.key - b.key)
        expect(
          choosePromotions(
            lines,
            shuffled.map(({ each }) => each),
          ),
        ).toEqual(chosen)
        for (const shares of chosen)
          expect(shares.filter((share) => !share.promotion.isCombinable).length).toBeLessThan(2)
        const exclusive = promotions.filter(({ isCombinable }) => !isCombinable)
        const worth = (some: ActivePromotion[]) =>
          total(
            choosePromotions(lines, some)
              .flat()
              .map((share) => share.amountMinor),
          )
        const best = worth(exclusive)
        if (exclusive.length <= 6) for (const alone of exclusive) expect(best).toBeGreaterThanOrEqual(worth([alone]))
      },
    ),
  )
})

const piece = (sku: string, unitPriceMinor: number, quantity: number): PromotionLine => {
  return { sku, unitPriceMinor, quantity, unit: 'piece', priceMinor: unitPriceMinor * quantity }
}
const offer = (changes: Partial<ActivePromotion>): ActivePromotion => {
  return {
    id: 'promotion:a',
    name: 'Offer',
    skus: new Set(['A', 'B']),
    percentOffBasisPoints: 0,
    isCombinable: false,
    ...changes,
  }
}
const taken = (lines: PromotionLine[], ...promotions: ActivePromotion[]) =>
  choosePromotions(lines, promotions).map((shares) =>
    shares.map((share) => [share.promotion.id.slice(-1), share.amountMinor]),
  )

test('buy two, get one: of each three the cheapest is free, over several lines', () => {
  const free = offer({ percentOffBasisPoints: 10_000, buyQuantity: 2, getQuantity: 1 })
  expect(taken([piece('A', 500, 2), piece('B', 300, 5)], free)).toEqual([[], [['a', 600]]])
  expect(taken([piece('A', 500, 2)], free)).toEqual([[]])
})

test('a line takes what is best for the customer, and a combinable promotion comes on top of what is left', () => {
  const tenth = offer({ id: 'promotion:b', percentOffBasisPoints: 1000 })
  const third = offer({ id: 'promotion:c', skus: new Set(['A']), percentOffBasisPoints: 3000 })
  const extra = offer({ id: 'promotion:d', percentOffBasisPoints: 1000, isCombinable: true })
  expect(taken([piece('A', 1000, 1), piece('B', 1000, 1)], tenth, third, extra)).toEqual([
    [
      ['c', 300],
      ['d', 70],
    ],
    [
      ['b', 100],
      ['d', 90],
    ],
  ])
})

test('a group gives way where single discounts take off more', () => {
  const free = offer({ percentOffBasisPoints: 10_000, buyQuantity: 2, getQuantity: 1 })
  const half = offer({ id: 'promotion:b', percentOffBasisPoints: 5000 })
  expect(taken([piece('A', 100, 3)], free, half)).toEqual([[['b', 150]]])
})

test('an amount off holds for each piece or kilogram, from the least quantity on', () => {
  const fifty = offer({ amountOffMinor: 50, minimumQuantity: 3 })
  expect(taken([piece('A', 200, 2)], fifty)).toEqual([[]])
  expect(taken([piece('A', 200, 2), piece('B', 30, 1)], fifty)).toEqual([[['a', 100]], [['a', 30]]])
})

test('a promotion holds in its stores, from its first moment to just before its last', () => {
  const document = {
    _id: 'promotion:summer',
    type: 'promotion' as const,
    schemaVersion: 1,
    storeId: 'hq',
    at: '2026-01-02T06:00:00.000Z-0000-hq',
    by: { id: 'hq', role: 'head-office' as const },
    name: 'Summer 2026, west',
    receiptName: 'Summer offer',
    skus: ['A'],
    percentOffBasisPoints: 1000,
    storeIds: ['s001'],
    validFrom: '2026-07-01T00:00:00.000Z',
    validTo: '2026-08-01T00:00:00.000Z',
  }
  const namesAt = (time: string, storeId = 's001') =>
    activePromotions([document], { storeId, currency: 'EUR', atMs: Date.parse(time) }).map(({ name }) => name)
  expect(namesAt('2026-07-01T00:00:00.000Z')).toEqual(['Summer offer'])
  expect(namesAt('2026-08-01T00:00:00.000Z')).toEqual([])
  expect(namesAt('2026-07-01T00:00:00.000Z', 's002')).toEqual([])
})
