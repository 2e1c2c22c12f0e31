import { expect, test } from 'vitest'
import { cartOfOne, cashSale, coffee, store } from '../testing/samples.ts'
import { addToCart, priceCart, setCartDiscount, setCustomer, setLineDiscount, setLineNote, setPrice } from './cart.ts'
import { approveDiscounts, isOverLimit } from './discount-limit.ts'
import { buildSale } from './sale-document.ts'

const manager = { id: 'mona', role: 'manager' as const, name: 'Mona' }
const limited = { ...store, cashierDiscountLimitBasisPoints: 1000 }
const cart = cartOfOne()
const lineId = cart.lines[0]?.lineId ?? 0
const percent = (basisPoints: number) => ({ kind: 'percent' as const, basisPoints, reason: 'damaged' })

test('a cashier’s discounts count together: on the line, on the cart and by a lower price', () => {
  const tenth = setLineDiscount(cart, lineId, percent(1000))
  expect(isOverLimit(tenth, limited)).toBe(false)
  expect(isOverLimit(setCartDiscount(tenth, percent(1)), limited)).toBe(true)
  expect(isOverLimit(setPrice(cart, lineId, { priceMinor: 1169, reason: 'label' }), limited)).toBe(true)
  expect(isOverLimit(setPrice(cart, lineId, { priceMinor: 1170, reason: 'label' }), limited)).toBe(false)
  expect(isOverLimit(setCartDiscount(cart, { kind: 'amount', amountMinor: 130, reason: 'x' }), limited)).toBe(true)
  expect(isOverLimit(setLineDiscount(cart, lineId, percent(10_000)), store)).toBe(false)
})

test('what a manager agreed to counts no more, and what comes after it does', () => {
  const half = approveDiscounts(setLineDiscount(cart, lineId, percent(5000)), manager)
  expect(isOverLimit(half, limited)).toBe(false)
  expect(isOverLimit(setCartDiscount(half, percent(1001)), limited)).toBe(true)
})

test('the receipt says what came off and why, who agreed, the old price, the note and the customer', () => {
  let changed = setPrice(cart, lineId, { priceMinor: 1000, reason: 'label' })
  changed = setLineNote(
    setLineDiscount(changed, lineId, { kind: 'amount', amountMinor: 100, reason: 'dented' }),
    lineId,
    'gift',
  )
  changed = setCustomer(approveDiscounts(setCartDiscount(changed, percent(1000)), manager), {
    email: 'a@b.example',
    name: '',
  })
  expect(priceCart(changed, store).grossMinor).toBe(810)
  const place = { number: 1, at: '2026-11-22T10:00:00.000Z-0000-s001t03', now: new Date('2026-11-22T10:00:00.000Z') }
  const sale = buildSale(cashSale(changed), place)
  expect(sale.customer).toEqual({ email: 'a@b.example' })
  expect(sale.lines[0]).toMatchObject({
    unitPriceMinor: 1000,
    priceOverride: { listPriceMinor: 1299, reason: 'label', approvedBy: manager },
    note: 'gift',
    discountMinor: 190,
    discounts: [
      { kind: 'line', amountMinor: 100, reason: 'dented', approvedBy: manager },
      { kind: 'cart', amountMinor: 90, basisPoints: 1000, reason: 'damaged', approvedBy: manager },
    ],
  })
})

test('more of the same goes onto a plain line only, and the list price comes back', () => {
  const lowered = setPrice(cart, lineId, { priceMinor: 1000, reason: 'label' })
  expect(addToCart(lowered, coffee, 1, 2300).lines).toHaveLength(2)
  expect(addToCart(setPrice(lowered, lineId, undefined), coffee, 1, 2300).lines).toMatchObject([
    { quantity: 2, unitPriceMinor: 1299 },
  ])
})
