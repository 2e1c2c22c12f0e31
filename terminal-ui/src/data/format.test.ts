import { expect, test } from 'vitest'
import { StoreFormat } from './format.ts'

test('money that is taken off has a minus, and nothing taken off has none', () => {
  const format = new StoreFormat({ currency: 'EUR', locale: 'en-IE', timeZone: 'Europe/Dublin' })
  expect([format.money(-250), format.money(-0), format.money(0)]).toEqual(['-€2.50', '€0.00', '€0.00'])
})
