import { expect, test } from 'vitest'
import { findBuiltInReduce } from './reduce-functions.ts'

const reduce = (name: string, values: unknown[], keys: unknown[] = []): unknown =>
  findBuiltInReduce(name)?.(keys, values)

test.each([
  ['_sum', [1, 2, 3], 6],
  ['_sum', [], 0],
  ['_sum', [[1, 2], [10], 100], [111, 2]],
  ['_sum', [{ a: 1 }, { a: 2, b: { c: 3 } }], { a: 3, b: { c: 3 } }],
  ['_count', ['x', null], 2],
  ['_stats', [2, 4], { sum: 6, count: 2, min: 2, max: 4, sumsqr: 20 }],
  [
    '_stats',
    [
      [2, 1],
      [4, 1],
    ],
    [
      { sum: 6, count: 2, min: 2, max: 4, sumsqr: 20 },
      { sum: 2, count: 2, min: 1, max: 1, sumsqr: 2 },
    ],
  ],
  ['_sum\nwhatever', [1, 2], 3],
])('%s of %j', (name, values, expected) => {
  expect(reduce(name, values)).toEqual(expected)
})

test('keys are counted once each', () => {
  expect(
    reduce(
      '_approx_count_distinct',
      [],
      [
        [['a', 1], 'x'],
        [['a', 1], 'y'],
        ['b', 'z'],
      ],
    ),
  ).toBe(2)
})

test('what is no number is an error, and so is an unknown name; JavaScript is no built-in', () => {
  expect(() => reduce('_sum', ['1'])).toThrow(/_sum/)
  expect(() => reduce('_stats', [null])).toThrow(/_stats/)
  expect(() => findBuiltInReduce('_median')).toThrow(/_median/)
  expect(findBuiltInReduce('function (keys, values) {}')).toBeUndefined()
})
