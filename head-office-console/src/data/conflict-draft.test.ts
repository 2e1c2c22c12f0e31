import { describe, expect, test } from 'vitest'
import type { ConflictCase } from './answers.ts'
import { editText, fieldRows, orderOf, readText, valueOf, wholeSide, type Draft } from './conflict-draft.ts'

const body = (fields: object) => ({
  _id: 'product:milk',
  type: 'product',
  storeId: 'hq',
  at: '2026-11-22T09:00:00.000Z-0000-s001t01',
  by: { id: 'aoife', role: 'manager' },
  currency: 'EUR',
  name: 'Milk',
  priceMinor: 100,
  category: 'Dairy',
  ...fields,
})

function conflictOf(first: object, second: object, suggestion: object | null): ConflictCase {
  const leaves = [
    { rev: '2-a', body: body(first) },
    { rev: '2-b', body: body(second) },
  ]
  return {
    id: 'conflict:catalog:product:milk:1',
    status: 'open',
    needsPerson: true,
    storeId: 'hq',
    stores: ['s001', 's002'],
    database: 'catalog',
    documentId: 'product:milk',
    documentType: 'product',
    policy: 'field-merge',
    winningRev: '2-b',
    leaves,
    leavesApart: [],
    base: { rev: '1-0', body: body({}) },
    suggestion: suggestion === null ? null : body(suggestion),
    explanation: [],
    decision: null,
    undone: null,
    openedAt: '2026-11-22T09:00:00.000Z',
    resolvedAt: null,
    resolution: null,
  }
}

const conflict = conflictOf(
  { priceMinor: 110 },
  { priceMinor: 120, category: 'Milk' },
  { priceMinor: 120, category: 'Milk' },
)
const rows = fieldRows(conflict)

test('fields that differ come first, each with what it was and who changed it; bookkeeping is left out', () => {
  expect(rows.map(({ name }) => name)).toEqual(['priceMinor', 'category', 'currency', 'name'])
  expect(rows[1]).toEqual({
    name: 'category',
    base: { value: 'Dairy' },
    sides: [
      { rev: '2-a', value: 'Dairy', isChanged: false },
      { rev: '2-b', value: 'Milk', isChanged: true },
    ],
    suggested: { value: 'Milk' },
    differs: true,
  })
})

describe('a draft is ordered as what it comes to', () => {
  const side = (rev: string) => ({ kind: 'side', rev }) as const
  const own = (value: unknown) => ({ kind: 'own', value }) as const
  const table: readonly (readonly [what: string, draft: Draft, order: object])[] = [
    ['nothing picked', {}, { kind: 'suggestion' }],
    ['a whole side', wholeSide(rows, '2-a'), { kind: 'choose', rev: '2-a' }],
    [
      'the side that the suggestion is equal to, picked by hand',
      wholeSide(rows, '2-b'),
      { kind: 'choose', rev: '2-b' },
    ],
    [
      'one field of each side',
      { priceMinor: side('2-a'), category: side('2-b') },
      { kind: 'merge', body: expect.objectContaining({ _id: 'product:milk', priceMinor: 110, category: 'Milk' }) },
    ],
    [
      'a value of one’s own',
      { priceMinor: own(115) },
      { kind: 'merge', body: expect.objectContaining({ priceMinor: 115, category: 'Milk' }) },
    ],
    [
      'a value of one’s own that a side has too',
      { ...wholeSide(rows, '2-a'), priceMinor: own(110) },
      { kind: 'choose', rev: '2-a' },
    ],
  ]
  test.each(table)('%s', (_what, draft, order) => {
    expect(orderOf(conflict, rows, draft)).toEqual(order)
  })

  test('without a suggestion it begins with what everybody sees, and that side is chosen', () => {
    const plain = conflictOf({ priceMinor: 110 }, { priceMinor: 120 }, null)
    const [price] = fieldRows(plain)
    expect(price && valueOf(price, {})).toBe(110)
    expect(orderOf(plain, fieldRows(plain), {})).toEqual({ kind: 'choose', rev: '2-a' })
  })
})

test('values are typed as people write them, and what makes no sense is told', () => {
  expect(editText('priceMinor', 119, 100)).toBe('1.19')
  expect(editText('priceMinor', 119, 1)).toBe('119')
  expect(readText('priceMinor', '1,5', 119, 100)).toEqual({ ok: true, value: 150 })
  expect(readText('priceMinor', '0.07', 119, 100)).toEqual({ ok: true, value: 7 })
  expect(readText('priceMinor', '1.234', 119, 100)).toMatchObject({ ok: false })
  expect(readText('priceMinor', '-1', 119, 100)).toMatchObject({ ok: false })
  expect(readText('rateBasisPoints', 'x', 900, 100)).toMatchObject({ ok: false })
  expect(readText('barcodes', '40063, 40064', ['1'], 100)).toEqual({ ok: true, value: ['40063', '40064'] })
  expect(readText('barcodes', ' ', ['1'], 100)).toEqual({ ok: true, value: [] })
  expect(readText('lines', '{', [{}], 100)).toMatchObject({ ok: false })
  expect(readText('name', ' Milk ', 'x', 100)).toEqual({ ok: true, value: ' Milk ' })
})
