import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  connectPublisher,
  runInProcess,
  sampleCount,
  sampleMovement,
  sampleSeries,
  signToken,
  startCentral,
  startNatsServer,
  waitUntil,
  type Central,
  type NatsServer,
  type SampleDocument,
  type TestPublisher,
  type TestService,
} from '@tidemark/service-kit/test-support'
import { inventoryService } from '../app.ts'

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

const at = (minute: number): number => Date.parse('2026-11-22T09:00:00.000Z') + minute * 60_000
const stores = ['s001', 's002']

async function levels(): Promise<unknown> {
  const answers = stores.flatMap((storeId) =>
    ['milk', 'bread'].map(async (sku) => (await inventory.get(`/stores/${storeId}/stock/${sku}`)).body),
  )
  return Promise.all(answers)
}

async function rebuilt(): Promise<Readonly<Record<string, unknown>>> {
  expect((await inventory.send('POST', '/rebuild')).status).toBe(202)
  const read = async () => (await inventory.get('/rebuild')).body
  await waitUntil('it came to its end', async () => (await read())['endedAt'] !== null)
  return read()
}

test('stock that is built from nothing is the stock in use; where it is not, the SKU is named, and a lost stock comes back', async () => {
  for (const [index, storeId] of stores.entries()) {
    const lane = sampleSeries(`${storeId}-t01-1`)
    const sold = lane.sale(
      [
        { sku: 'milk', quantity: 3 },
        { sku: 'bread', quantity: 1 },
      ],
      { atMs: at(10) },
    )
    const sales = [
      sold,
      lane.sale([{ sku: 'milk', quantity: index + 1 }], { atMs: at(30) }),
      lane.void(sold, { atMs: at(40) }),
    ]
    const movements = [
      sampleMovement(storeId, 1, [{ sku: 'milk', quantity: 40 }], at(0)),
      sampleCount(storeId, 1, 'milk', 30, at(20)),
    ]
    for (const [database, docs] of [
      [`store-${storeId}-sales-2026-11`, sales],
      [`store-${storeId}-inventory`, movements],
    ] as const) {
      await central.request('PUT', `/${database}`)
      await central.request('POST', `/${database}/_bulk_docs`, { docs })
      for (const document of docs as readonly SampleDocument[]) await publisher.publish(storeId, document)
    }
  }
  const milk = async () => (await inventory.get('/stores/s002/stock/milk')).body['onHand']
  await waitUntil('all is taken in', async () => (await milk()) === 31)
  const before = await levels()

  const sound = await rebuilt()
  expect(sound).toMatchObject({
    status: 'done',
    documents: 10,
    total: 10,
    rejected: 0,
    comparedSkus: 4,
    differences: [],
  })

  const forged = {
    storeId: 's001',
    type: 'stock-effect',
    at: '2026-11-22T12:00:00.000Z-0000-s001hub',
    lines: [{ sku: 'milk', quantity: 5 }],
  }
  await central.request('PUT', '/stock/effect:s001:forged', forged)
  expect(await rebuilt()).toMatchObject({
    differenceCount: 1,
    differences: [{ storeId: 's001', sku: 'milk', inUse: 37, rebuilt: 32 }],
  })

  await inventory.service.stop()
  await central.request('DELETE', '/stock')
  inventory = await runInProcess(inventoryService, central, nats)
  await waitUntil(
    'stock is back',
    async () => (await milk()) === 31 && JSON.stringify(await levels()) === JSON.stringify(before),
  )
  expect(await rebuilt()).toMatchObject({ status: 'done', differences: [] })
  expect((await inventory.send('POST', '/rebuild', undefined, await signToken({ roles: ['manager'] }))).status).toBe(
    403,
  )
})
