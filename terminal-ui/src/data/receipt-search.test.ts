import type { Sale } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { matchesQuery, withNews } from './receipt-search.ts'

const sale = {
  type: 'sale',
  incarnation: 's001-t03-2',
  number: 17,
  hash: 'a'.repeat(64),
  businessDate: '2026-11-22',
  lines: [{ sku: 'COF-1', name: 'Coffee beans, dark' }],
  totals: { dueMinor: 1250 },
  payments: [{ method: 'card', lastFour: '4242' }],
} as unknown as Sale

test.each([
  ['', true],
  ['17', true],
  ['000017', true],
  ['s001-t03-2-000017', true],
  ['t03', true],
  ['18', false],
  ['12.50', true],
  ['12,5', true],
  ['12.51', false],
  ['4242', true],
  ['cof-1', true],
  ['coffee', true],
  ['coffee 12.50', true],
  ['coffee 12.51', false],
  [`TIDEMARK:S001-T03-2-000017:${'A'.repeat(64)}`, true],
])('“%s” finds the receipt: %s', (text, expected) => {
  expect(matchesQuery(sale, { text, date: '', decimals: 2 })).toBe(expected)
})

test('a day finds the receipts of that day', () => {
  expect(matchesQuery(sale, { text: '', date: '2026-11-22', decimals: 2 })).toBe(true)
  expect(matchesQuery(sale, { text: 'coffee', date: '2026-11-21', decimals: 2 })).toBe(false)
})

test('what has come stands among what was found, once, newest first, and only where it fits', () => {
  const at = (number: number) =>
    ({ ...sale, _id: `journal:${number}`, number, at: `2026-11-22T10:00:0${number}` }) as Sale
  const query = { text: '', date: '', decimals: 2 }
  const numbers = (news: readonly Sale[], limit = 10, text = '') =>
    withNews([at(5), at(3)], news, { ...query, text }, limit).map(({ number }) => number)
  expect(numbers([at(4), at(5), at(6)])).toEqual([6, 5, 4, 3])
  expect(numbers([at(6)], 2)).toEqual([6, 5])
  expect(numbers([at(6)], 10, 'tea')).toEqual([5, 3])
})
