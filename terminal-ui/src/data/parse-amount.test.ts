import { expect, test } from 'vitest'
import { parseAmount } from './parse-amount.ts'

test.each([
  ['12', 2, 1200],
  ['12.5', 2, 1250],
  ['12,50', 2, 1250],
  [' 0.05 ', 2, 5],
  ['12.', 2, 1200],
  ['1200', 0, 1200],
  ['12.505', 2, undefined],
  ['12.5', 0, undefined],
  ['-1', 2, undefined],
  ['1.200,00', 2, undefined],
  ['', 2, undefined],
])('“%s” with %i decimals is %s', (text, decimals, expected) => {
  expect(parseAmount(text, decimals)).toBe(expected)
})
