import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  connectPublisher,
  runInProcess,
  sampleCount,
  sampleMovement,
  sampleSeries,
  startCentral,
  startNatsServer,
  waitUntil,
  type Central,
  type NatsServer,
  type SampleDocument,
  type TestPublisher,
  type TestService,
} from '@tidemark/service-kit/test-support'
import { inventoryService } from './app.ts'

let central: Central
let nats: NatsServer
let publisher: TestPublisher
let inventory: TestService

beforeAll(async () => {
  ;[central, nats] = await Promise.all([startCentral(), startNatsServer()])
  publisher = await connectPublisher(nats.url)
  inventory = await runInProcess(inventoryService, central, nats)
})

afterAll(async () => {
  await inventory?.service.stop()
  await publisher?.close()
  await Promise.all([central?.stop(), nats?.stop()])
})

const nineOClock = Date.parse('2026-11-22T09:00:00.000Z')
const at = (minute: number): number => nineOClock + minute * 60_000

/** A day with everything in it; its stock is worked out by hand beside it. */
function dayOf(storeId: string): SampleDocument[] {
  const lane = sampleSeries(`${storeId}-t01-1`)
  const delivery = sampleMovement(
    storeId,
    1,
    [
      { sku: 'milk', quantity: 40 },
      { sku: 'bread', quantity: 12 },
    ],
    at(0),
  )
  const early = lane.sale([{ sku: 'milk', quantity: 3 }], { atMs: at(10) })
  const count = sampleCount(storeId, 1, 'milk', 30, at(20)) // milk is 30 now, whatever came before
  const twice = lane.sale(
    [
      { sku: 'milk', quantity: 2 },
      { sku: 'bread', quantity: 1 },
      { sku: 'milk', quantity: 4 },
    ],
    { atMs: at(30) },
  ) // milk 24, bread 11
  const wrong = lane.sale([{ sku: 'milk', quantity: 9 }], { atMs: at(40) })
  const void1 = lane.void(wrong, { atMs: at(41) }) // as if it had not been
  const void2 = lane.void(wrong, { atMs: at(42) }) // a second void changes nothing
  const refund = lane.refund(twice, [{ sku: 'milk', quantity: 1 }], { atMs: at(50) }) // milk 25
  const voidOfEarly = lane.void(early, { atMs: at(55) }) // after the count: milk 28
  const waste = sampleMovement(storeId, 2, [{ sku: 'bread', quantity: -20 }], at(60)) // bread -9: an oversell is a fact
  const late = sampleMovement(storeId, 3, [{ sku: 'milk', quantity: 500 }], at(15)) // before the count: changes nothing
  return [delivery, early, count, twice, wrong, void1, void2, refund, voidOfEarly, waste, late]
}

const expected = { milk: 28, bread: -9 }

/** The same order for the same seed (a linear congruential generator). */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  let state = seed
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31)
  return items
    .map((item) => ({ item, rank: next() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item)
}

async function consumed(): Promise<void> {
  await waitUntil('everything is acknowledged', async () => (await publisher.unacknowledged('inventory')) === 0)
}

async function onHand(storeId: string, sku: string): Promise<unknown> {
  return (await inventory.get(`/stores/${storeId}/stock/${sku}`)).body['onHand']
}

test('whatever the order and however often documents come, stock on hand is the same', async () => {
  const stores = ['s001', 's002', 's003', 's004']
  for (const [index, storeId] of stores.entries()) {
    const day = dayOf(storeId)
    for (let copy = 0; copy < 10; copy += 1) {
      const order = index === 0 && copy === 0 ? day : shuffled(day, 7 * index + copy + 1)
      for (const document of order) await publisher.publish(storeId, document, { copy })
    }
  }
  await consumed()
  for (const storeId of stores) {
    expect({ storeId, milk: await onHand(storeId, 'milk'), bread: await onHand(storeId, 'bread') }).toEqual({
      storeId,
      ...expected,
    })
  }
  expect((await inventory.get('/stores/s001/stock/milk')).body).toMatchObject({
    lastCount: { quantity: 30, at: '2026-11-22T09:20:00.000Z-0000-s001hub' },
    changesSinceCount: -2,
  })
})

test('a void that was forged over another one puts nothing back', async () => {
  const lane = sampleSeries('s008-t01-1')
  const [one, two] = [1, 2].map((quantity) => lane.sale([{ sku: 'wine', quantity }]))
  const honest = lane.void(one!)
  const forgery = sampleSeries('s008-t01-1')
  for (const quantity of [1, 2]) forgery.sale([{ sku: 'wine', quantity }])
  const forged = forgery.void(two!)
  for (const document of [one!, two!, honest]) await publisher.publish('s008', document)
  await consumed()
  await publisher.publish('s008', forged, { copy: 1 })
  await consumed()
  expect(await onHand('s008', 'wine')).toBe(-2)
})

test('a SKU is listed for every store that had it, page by page', async () => {
  const first = await inventory.get('/stock/bread?limit=3')
  expect(first.body['items']).toMatchObject([{ storeId: 's001' }, { storeId: 's002' }, { storeId: 's003', onHand: -9 }])
  const second = await inventory.get(`/stock/bread?limit=3&cursor=${String(first.body['nextCursor'])}`)
  expect(second.body).toMatchObject({ items: [{ storeId: 's004' }], nextCursor: null })
})

test('a delivery that only CouchDB knows is found, and so is a product that has no stock yet', async () => {
  await central.request('PUT', '/store-s009-inventory')
  const delivery = sampleMovement('s009', 90, [{ sku: 'tea', quantity: 7 }], at(0))
  await central.request('POST', '/store-s009-inventory/_bulk_docs', { docs: [delivery] })
  await waitUntil('reconciliation found it', async () => (await onHand('s009', 'tea')) === 7)

  expect((await inventory.get('/stores/s009/stock/salt')).status).toBe(404)
  await central.request('PUT', '/catalog')
  await central.request('POST', '/catalog/_bulk_docs', { docs: [{ _id: 'product:salt', type: 'product' }] })
  expect((await inventory.get('/stores/s009/stock/salt')).body).toMatchObject({ onHand: 0, lastCount: null })
})

test('a bad request names its field, and an unknown store or SKU is 404', async () => {
  const bad = await inventory.get('/stores/s1/stock/milk')
  expect(bad).toMatchObject({ status: 400, body: { problems: [{ field: '/params/storeId' }] } })
  expect(await inventory.get('/stock/milk?limit=0')).toMatchObject({
    status: 400,
    body: { problems: [{ field: '/query/limit' }] },
  })
  expect(await inventory.get('/stock/milk?store=s001')).toMatchObject({
    status: 400,
    body: { problems: [{ field: '/query/store' }] },
  })
  expect((await inventory.get('/stores/s777/stock/milk')).status).toBe(404)
  expect((await inventory.get('/stock/unicorn')).status).toBe(404)
})
