import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatStamp } from '../clock/hlc.ts'
import { nextPriceChangeMs, priceAt, type DatedPrice } from './effective-price.ts'

const noon = Date.parse('2026-11-22T12:00:00.000Z')
const stampAt = (wallMs: number) => formatStamp({ wallMs, counter: 0 }, 'hq')
const product = { priceMinor: 100, currency: 'EUR', pricedAt: stampAt(noon - 86_400_000) }
const change = (id: string, fromMs: number, priceMinor: number, currency = 'EUR'): DatedPrice => {
  return { id, priceMinor, currency, effectiveFrom: new Date(fromMs).toISOString() }
}

test('a price holds from its time on, and the latest of those that hold counts', () => {
  const changes = [change('b', noon, 120), change('a', noon - 1000, 110), change('c', noon + 1000, 130)]
  expect([-1001, -1000, 0, 999, 1000].map((ms) => priceAt(product, changes, noon + ms))).toEqual([
    100, 110, 120, 120, 130,
  ])
  expect(nextPriceChangeMs(changes, noon)).toBe(noon + 1000)
  expect(nextPriceChangeMs(changes, noon + 1000)).toBeUndefined()
})

test('a price that was set on the product after the change’s time stands, and another currency is no change', () => {
  const setLater = { ...product, pricedAt: stampAt(noon + 500) }
  expect(priceAt(setLater, [change('a', noon, 120)], noon + 1000)).toBe(100)
  expect(priceAt(product, [change('a', noon, 120, 'CHF')], noon + 1000)).toBe(100)
})

test('the till’s price is the one that head office’s service writes, before and after it has done so', () => {
  const changes = fc.uniqueArray(fc.record({ minute: fc.integer({ min: -60, max: 60 }), priceMinor: fc.nat(9999) }), {
    selector: ({ minute }) => minute,
    maxLength: 8,
  })
  fc.assert(
    fc.property(
      changes,
      fc.integer({ min: -70, max: 70 }),
      fc.integer({ min: 0, max: 140 }),
      (drafts, setMinute, later) => {
        const dated = drafts.map((draft, index) =>
          change(String(index), noon + draft.minute * 60_000, draft.priceMinor),
        )
        const offline = { ...product, pricedAt: stampAt(noon + setMinute * 60_000) }
        // The service: what is due, in the order of its time, each only over an older price.
        let online = offline
        const runMs = noon + (setMinute + later) * 60_000
        for (const each of dated.toSorted((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1))) {
          const fromMs = Date.parse(each.effectiveFrom)
          if (fromMs <= runMs && online.pricedAt < stampAt(fromMs)) {
            online = { ...online, priceMinor: each.priceMinor, pricedAt: stampAt(fromMs) }
          }
        }
        expect(priceAt(offline, dated, runMs)).toBe(online.priceMinor)
        expect(priceAt(online, dated, runMs)).toBe(online.priceMinor)
      },
    ),
  )
})
