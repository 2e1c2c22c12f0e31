import { expect, test } from 'vitest'
import { headOfficeIncarnationOf, isHeadOfficeIncarnation, parseIncarnation, terminalIdOf } from './identity.ts'

test('head office has a series in each store that no till can take', () => {
  const incarnation = headOfficeIncarnationOf('s001')
  expect(parseIncarnation(incarnation)).toEqual({ storeId: 's001', terminalId: 's001-t00', lane: 0, ordinal: 1 })
  expect(isHeadOfficeIncarnation(incarnation)).toBe(true)
  expect(isHeadOfficeIncarnation('s001-t01-1')).toBe(false)
  expect(() => terminalIdOf('s001', 0)).toThrow(RangeError)
})
