import { expect, test } from 'vitest'
import { apples, coffee, store } from '../testing/samples.ts'
import {
  addToCart,
  clearCart,
  countItems,
  emptyCart,
  priceCart,
  removeLine,
  restoreLines,
  setQuantity,
} from './cart.ts'
import { suggestTenders } from './cash-tenders.ts'

const two = addToCart(addToCart(emptyCart, coffee, 1, 2300), apples, 350, 0)

test('pieces of one product share a line, weighed goods get a line each', () => {
  const cart = addToCart(addToCart(two, coffee, 2, 2300), apples, 500, 0)
  expect(cart.lines.map((line) => [line.sku, line.quantity])).toEqual([
    ['COF-1', 3],
    ['APL-1', 350],
    ['APL-1', 500],
  ])
  expect(countItems(cart)).toBe(5)
})

test('a price that changed while the cart was open gets a line of its own', () => {
  expect(addToCart(two, { ...coffee, priceMinor: 999 }, 1, 2300).lines).toHaveLength(3)
})

test('prices include tax and cash is rounded to the smallest coin', () => {
  // 12.99 + 350 g of 3.49/kg (1.22): 14.21, of which 12.99 contains 23 %.
  expect(priceCart(two, store)).toEqual({
    netMinor: 1178,
    taxMinor: 243,
    grossMinor: 1421,
    roundingMinor: -1,
    dueMinor: 1420,
  })
  expect(priceCart(two, { ...store, pricesIncludeTax: false }).grossMinor).toBe(1421 + 299)
})

test('a quantity of nothing removes the line, and the last line takes the trace with it', () => {
  const [first] = two.lines
  const cart = setQuantity(two, first?.lineId ?? 0, 0)
  expect(cart.lines.map((line) => line.sku)).toEqual(['APL-1'])
  const traced = { ...cart, trace: { traceparent: 'x', startTime: 'y' } }
  expect(removeLine(traced, cart.lines[0]?.lineId ?? 0).trace).toBeNull()
})

test('undo brings lines back beside what was added since', () => {
  const after = addToCart(clearCart(two), { ...coffee, sku: 'TEA-1' }, 1, 2300)
  expect(restoreLines(after, two).lines.map((line) => line.sku)).toEqual(['COF-1', 'APL-1', 'TEA-1'])
})

test('tenders are what notes can make, above what is due', () => {
  expect(suggestTenders(1234, 2)).toEqual([1500, 2000, 5000, 10_000])
  expect(suggestTenders(5000, 2)).toEqual([6000, 10_000, 20_000])
  expect(suggestTenders(120, 0)).toEqual([150, 200])
})
