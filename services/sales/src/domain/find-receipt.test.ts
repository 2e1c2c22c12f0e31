import { expect, test } from 'vitest'
import { journalIdOfCode, journalIdOfReceipt } from './find-receipt.ts'

const id = 'journal:s001-t03-2:000000017'

test.each([['S001-T03-2-000017'], ['s001-t03-2-000017'], [id]])('%s is asked for as a receipt', (receipt) => {
  expect(journalIdOfReceipt(receipt)).toBe(id)
})

test.each([
  ['S001-T03-2-000017'],
  [']C1S001-T03-2-000017'],
  [' s001ßt03ß2ß000017\r'],
  ['S001/T03/2/000017'],
  [']Q3S001-T03-2-000017'],
])('a scanner that sends %j means the receipt', (code) => {
  expect(journalIdOfCode(code)).toBe(id)
})

test.each([['17'], ['4006381333931'], ['S001-T03-2-000000'], ['']])('%j is no receipt', (code) => {
  expect(journalIdOfCode(code)).toBeUndefined()
})
