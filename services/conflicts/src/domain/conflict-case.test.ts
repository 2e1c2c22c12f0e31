import { checkDocument, documentTypes, policyOf } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { closeCase, endOf, openCase, reopenCase, type Suspect } from './conflict-case.ts'

const suspect: Suspect = { centralDatabase: 'catalog', database: 'catalog', storeId: 'hq', documentId: 'product:milk' }
const at = '2026-11-22T09:00:00.000Z-0000-hq'
const leaf = (rev: string, node: string, fields: Record<string, unknown> = {}) => ({
  _id: 'product:milk',
  _rev: rev,
  type: 'product',
  at: `2026-11-22T08:00:00.000Z-0000-${node}`,
  ...fields,
})
const leaves = [leaf('2-a', 's001t01'), leaf('2-b', 's002hub'), leaf('2-c', 'hq')]

test('the case of a set of leaves is the same in any order and valid, with the winner first and each store that wrote', () => {
  const { conflict } = openCase(suspect, leaves, at)
  expect(openCase(suspect, leaves.toReversed(), at).conflict).toEqual(conflict)
  expect(checkDocument('conflicts', conflict)).toEqual([])
  expect(conflict.leaves.map(({ rev }) => rev)).toEqual(['2-c', '2-b', '2-a'])
  expect(conflict).toMatchObject({ stores: ['s001', 's002'], policy: 'field-merge', winningRev: '2-c' })
})

test('the longer history wins, counted as a number', () => {
  const { conflict } = openCase(suspect, [leaf('9-f', 'hq'), leaf('10-a', 'hq')], at)
  expect(conflict.winningRev).toBe('10-a')
})

test('a body that does not fit is kept by itself, and so is each leaf beyond the fiftieth', () => {
  const large = [leaf('2-a', 'hq', { text: 'x'.repeat(400_000) }), leaf('2-b', 'hq', { text: 'y'.repeat(400_000) })]
  const { conflict, apart } = openCase(suspect, large, at)
  expect(apart.map(({ body }) => body['text'])).toEqual(['x'.repeat(400_000)])
  expect(conflict.leaves[1]).toEqual({
    rev: '2-a',
    body: { _id: 'product:milk', type: 'product', keptApart: 'leaf:catalog:product:milk:2-a' },
  })
  const many = Array.from({ length: 53 }, (_, index) => leaf(`2-${String(index).padStart(3, '0')}`, 'hq'))
  const crowded = openCase(suspect, many, at)
  expect([crowded.conflict.leaves.length, crowded.apart.length]).toEqual([50, 3])
  expect(checkDocument('conflicts', crowded.conflict)).toEqual([])
})

test('a case ends when its leaves are no longer those at central, and opens again only when they are', () => {
  const { conflict } = openCase(suspect, leaves, at)
  expect(endOf(conflict, suspect, leaves)).toBeUndefined()
  expect(endOf(conflict, suspect, leaves.slice(0, 2))).toMatch(/^superseded by conflict:catalog:product:milk:/)
  expect(endOf(conflict, suspect, [leaf('3-d', 'hq')])).toBe('revision 3-d stands')
  expect(endOf(conflict, suspect, [])).toBe('the document was deleted')
  const closed = closeCase(conflict, 'revision 3-d stands', '2026-11-22T10:00:00.000Z-0000-hq')
  expect(closed).toMatchObject({ status: 'resolved', resolvedAt: '2026-11-22T10:00:00.000Z' })
  expect(checkDocument('conflicts', closed)).toEqual([])
  expect(reopenCase(closed, at)).toEqual(conflict)
})

test('every type of document has the policy of the design', () => {
  const policies = Object.keys(documentTypes).map((type) => [type, policyOf(type)])
  expect(Object.groupBy(policies, ([, policy]) => String(policy))).toMatchObject({
    'server-wins': ['tax-rate', 'promotion', 'price-change', 'cashier', 'terminal', 'store'].map(() =>
      expect.anything(),
    ),
    'field-merge': [['product', 'field-merge']],
    'last-write-wins': [['conflict', 'last-write-wins']],
  })
  expect(policies.filter(([, policy]) => policy === 'immutable').map(([type]) => type)).toEqual(
    Object.entries(documentTypes).flatMap(([type, { immutable }]) => (immutable ? [type] : [])),
  )
  expect(policyOf('party')).toBe('last-write-wins')
})
