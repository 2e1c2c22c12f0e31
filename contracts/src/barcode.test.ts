import { expect, test } from 'vitest'
import { gs1CheckDigit, isValidBarcode } from './barcode.ts'

test('check digits follow the GS1 rule for EAN-13, UPC-A and EAN-8', () => {
  expect(['4006381333931', '036000291452', '73513537'].map(isValidBarcode)).toEqual([true, true, true])
  expect(['4006381333932', '036000291453', '73513536', '', '12345', 'abcdefgh'].some(isValidBarcode)).toBe(false)
  expect(gs1CheckDigit('400638133393')).toBe(1)
})
