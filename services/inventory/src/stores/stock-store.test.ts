import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectCouch, ensureDatabase, ensureDesignDocument } from '@tidemark/service-kit'
import { startCentral, type Central } from '@tidemark/service-kit/test-support'
import { entriesPerMark } from '../domain/balance-marks.ts'
import { effectId, type StockEffect } from '../domain/derive-effect.ts'
import { stockDesign } from './design/stock-views.ts'
import { openStock, type Stock } from './stock-store.ts'

let central: Central
let stock: Stock

beforeAll(async () => {
  central = await startCentral()
  const client = connectCouch(central.url)
  const database = await ensureDatabase(client, 'stock')
  await ensureDesignDocument(database, stockDesign)
  stock = openStock(database, client)
})
afterAll(() => central?.stop())

const stampOf = (second: number): string =>
  `${new Date(Date.UTC(2026, 10, 1) + second * 1000).toISOString()}-0000-s001hub`

/** A change of a SKU, or a count of it. */
function effectAt(sku: string, second: number, quantity: number, isCount = false): StockEffect {
  const sourceId = `${isCount ? 'count' : 'movement'}:${sku}:${second}`
  const header = {
    _id: effectId('s001', sourceId),
    storeId: 's001',
    at: stampOf(second),
    sourceId,
    sourceType: isCount ? 'stock-count' : 'stock-movement',
    contentHash: '',
    recordedAt: '',
  }
  return isCount
    ? { ...header, type: 'count-effect', sku, quantity }
    : { ...header, type: 'stock-effect', lines: [{ sku, quantity }] }
}

async function record(effects: readonly StockEffect[], sku: string): Promise<void> {
  for (let from = 0; from < effects.length; from += 500) {
    const written = await stock.insert(effects.slice(from, from + 500))
    expect(written.every(({ kind }) => kind === 'stored')).toBe(true)
  }
  await stock.touch(effects.map(({ at }) => ({ storeId: 's001', sku, at })))
}

test('a SKU with thousands of sales since its count is answered from a few of them, and what comes late is in the answer', async () => {
  const sku = 'milk'
  const count = 3000
  await record([effectAt(sku, 1, 5000, true)], sku)
  await record(
    Array.from({ length: count }, (_, index) => effectAt(sku, 10 * (index + 1), -1)),
    sku,
  )
  expect(await stock.level('s001', sku)).toMatchObject({ onHand: 2000, rowsRead: count })
  await stock.makeMarks('s001', sku, stampOf(10 * count))
  const marked = await stock.level('s001', sku)
  expect(marked).toMatchObject({ onHand: 2000, lastCount: { quantity: 5000 }, changesSinceCount: -count })
  expect(marked.rowsRead).toBeLessThan(entriesPerMark)
  expect(await stock.onHandBefore('s001', sku, stampOf(10 * 1500))).toBe(5000 - 1499)

  // Two weeks late: in the middle, before the count, and a count in between.
  await record([effectAt(sku, 15_005, -7)], sku)
  expect(await stock.level('s001', sku)).toMatchObject({ onHand: 1993 })
  await record([effectAt(sku, 0, -500)], sku)
  expect(await stock.level('s001', sku)).toMatchObject({ onHand: 1993 })
  await stock.makeMarks('s001', sku, stampOf(10 * count))
  expect(await stock.level('s001', sku)).toMatchObject({ onHand: 1993 })
  await record([effectAt(sku, 20_005, 100, true)], sku)
  expect(await stock.level('s001', sku)).toMatchObject({ onHand: 100 - 1000, lastCount: { quantity: 100 } })
})

test('marks that are made while entries come in any order never say anything that the entries do not', async () => {
  const sku = 'bread'
  const seconds = Array.from({ length: 1200 }, (_, index) => (index * 7919) % 1200)
  let expected = 0
  for (let from = 0; from < seconds.length; from += 100) {
    const effects = seconds.slice(from, from + 100).map((second) => effectAt(sku, second, (second % 9) - 4))
    expected += effects.reduce(
      (sum, effect) => sum + (effect.type === 'stock-effect' ? (effect.lines[0]?.quantity ?? 0) : 0),
      0,
    )
    // Two that make marks, as two processes do, and one that records.
    await Promise.all([
      record(effects, sku),
      stock.makeMarks('s001', sku, stampOf(1000)),
      stock.makeMarks('s001', sku, stampOf(1200)),
    ])
    expect((await stock.level('s001', sku)).onHand).toBe(expected)
  }
  await stock.makeMarks('s001', sku, stampOf(1200))
  const { onHand, rowsRead } = await stock.level('s001', sku)
  expect(onHand).toBe(expected)
  expect(rowsRead).toBeLessThan(entriesPerMark)
})
