import { expect, test } from 'vitest'
import type { JournalEntry } from '@tidemark/contracts'
import { sampleTill } from '@tidemark/service-kit/test-support'
import { ledgerEntryOf } from './ledger-entry.ts'
import { groupTotals, paymentTotals, productTotals, taxTotals, totalsOf } from './report-totals.ts'
import { emptyDaySums, emptyProductSums, postToDay, postToProducts, type Posting } from './sum-entries.ts'

const till = sampleTill('s001-t01-1')
const milk = till.sale([{ sku: 'milk', quantity: 2 }], { cashier: 'anna' })
const bread = till.sale([{ sku: 'bread', quantity: 1, unitPriceMinor: 319 }], { cashier: '__proto__', card: true })
const both = till.sale(
  [
    { sku: 'milk', quantity: 1 },
    { sku: '__proto__', quantity: 3, discountMinor: 50 },
  ],
  { cashier: 'ben', atMs: Date.parse('2026-11-22T14:44:00.000Z') },
)
const refund = till.refund(milk, [{ sku: 'milk', quantity: 1 }])
const voiding = till.void(bread)
const opening = till.shiftOpen(10_000)

function posting(entry: JournalEntry, isVoided = false): Posting {
  const source = { storeId: 's001', database: 'sales-2026-11', rev: '1-a', conflicts: [], deleted: false } as const
  return { entry: ledgerEntryOf({ ...source, document: { ...entry }, source: 'feed' }, new Date(0)), isVoided }
}

const postings = [milk, bread, both, refund, voiding, opening].map((entry) => posting(entry))
const voidPosting = posting(bread, true)

function summed(batches: readonly (readonly Posting[])[]) {
  const key = posting(milk).entry
  return {
    day: batches.reduce((sums, batch) => postToDay(sums, batch), emptyDaySums(key)),
    products: batches.reduce((sums, batch) => postToProducts(sums, batch), emptyProductSums(key)),
  }
}

test('a day is sales minus refunds minus what was voided, in every dimension', () => {
  const { day, products } = summed([[...postings, voidPosting]])
  expect(totalsOf([day])).toEqual([
    { currency: 'EUR', entries: 6, sales: 2, refunds: 1, voids: 1, grossMinor: 1200, netMinor: 1008, taxMinor: 192 },
  ])
  expect(groupTotals([day], 'cashier', () => '').map(({ key, sales, grossMinor }) => [key, sales, grossMinor])).toEqual(
    [
      ['__proto__', 0, 0],
      ['anna', 1, 250],
      ['ben', 1, 950],
    ],
  )
  const hours = groupTotals([day], 'hour', (utc) => utc.slice(0, 13))
  expect(hours.map(({ key, grossMinor }) => [key, grossMinor])).toEqual([
    ['2026-11-22T09', 250],
    ['2026-11-22T14', 950],
  ])
  expect(paymentTotals([day])).toEqual([
    { method: 'card', currency: 'EUR', payments: 0, amountMinor: 0 },
    { method: 'cash', currency: 'EUR', payments: 3, amountMinor: 1200 },
  ])
  expect(taxTotals([day])).toMatchObject([{ taxCode: 'standard', taxRateBasisPoints: 1900, grossMinor: 1200 }])
  expect(
    productTotals([products]).map(({ sku, name, quantity, grossMinor }) => [sku, name, quantity, grossMinor]),
  ).toEqual([
    ['__proto__', 'Product __proto__', 3, 700],
    ['bread', 'Product bread', 0, 0],
    ['milk', 'Product milk', 2, 500],
  ])
})

test('order, repetition and grouping of postings change nothing', () => {
  const expected = summed([[...postings, voidPosting]])
  const all = [...postings, voidPosting]
  for (let turn = 0; turn < all.length; turn += 1) {
    const turned = [...all.slice(turn), ...all.slice(0, turn)]
    const oneByOne = [...turned, ...turned.toReversed(), ...turned].map((each) => [each])
    for (const batches of [oneByOne, [turned, turned], [turned.toReversed()]]) {
      const { day, products } = summed(batches)
      // Keys of an object have no order.
      expect(day).toEqual(expected.day)
      expect(products).toEqual(expected.products)
    }
  }
})

test('what is counted already gives the same document back, so nothing is written', () => {
  const { day, products } = summed([[...postings, voidPosting]])
  expect(postToDay(day, [...postings, voidPosting])).toBe(day)
  expect(postToProducts(products, postings)).toBe(products)
})
