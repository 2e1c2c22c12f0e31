import { expect, test } from 'vitest'
import { compareLeaves } from './compare-leaves.ts'

const leaf = (rev: string, body: Record<string, unknown>) => ({ rev, body })

test('only the fields that differ are named, with the value of each leaf', () => {
  const a = leaf('2-a', { name: 'Milk', priceMinor: 119, fieldTimes: { name: 't1', priceMinor: 't2' } })
  const b = leaf('2-b', { name: 'Milk', priceMinor: 129, fieldTimes: { name: 't1', priceMinor: 't3' } })
  expect(compareLeaves([a, b])).toEqual([
    {
      field: '/fieldTimes/priceMinor',
      values: [
        { rev: '2-a', value: 't2' },
        { rev: '2-b', value: 't3' },
      ],
    },
    {
      field: '/priceMinor',
      values: [
        { rev: '2-a', value: 119 },
        { rev: '2-b', value: 129 },
      ],
    },
  ])
})

test('a field that a leaf has not is told from a field that is null, and odd names become valid pointers', () => {
  const differences = compareLeaves([leaf('2-a', { 'a/b~c': null }), leaf('2-b', {}), leaf('2-c', { 'a/b~c': null })])
  expect(differences).toEqual([
    { field: '/a~1b~0c', values: [{ rev: '2-a', value: null }, { rev: '2-b' }, { rev: '2-c', value: null }] },
  ])
})

test('arrays of one length differ item by item, others as a whole', () => {
  const same = compareLeaves([leaf('2-a', { list: [1, { x: 1 }] }), leaf('2-b', { list: [1, { x: 2 }] })])
  expect(same.map(({ field }) => field)).toEqual(['/list/1/x'])
  const other = compareLeaves([leaf('2-a', { list: [1] }), leaf('2-b', { list: [1, 2] })])
  expect(other.map(({ field }) => field)).toEqual(['/list'])
})
