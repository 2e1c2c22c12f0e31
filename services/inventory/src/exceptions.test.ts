import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkDocument } from '@tidemark/contracts'
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

const at = (minute: number): number => Date.parse('2026-11-22T09:00:00.000Z') + minute * 60_000

async function openExceptions(query = ''): Promise<readonly Record<string, unknown>[]> {
  return (await inventory.get(`/exceptions?${query}`)).body['items'] as Record<string, unknown>[]
}

test('the history of a SKU has every effect with the balance after it, in pages, from either end', async () => {
  const lane = sampleSeries('s001-t01-1')
  const sold = lane.sale([{ sku: 'milk', quantity: 3 }], { atMs: at(10) })
  const documents = [
    sampleMovement('s001', 1, [{ sku: 'milk', quantity: 40 }], at(0)),
    sold,
    sampleCount('s001', 1, 'milk', 30, at(20)),
    sampleMovement('s001', 2, [{ sku: 'milk', quantity: -5 }], at(30)),
    lane.void(sold, { atMs: at(40) }),
    sampleMovement('s001', 3, [{ sku: 'milk', quantity: 1 }], at(40)),
    // Of one stamp, across the end of a page from either side.
    ...[4, 5, 6].map((number) => sampleMovement('s001', number, [{ sku: 'milk', quantity: number }], at(50))),
    sampleMovement('s001', 7, [{ sku: 'milk', quantity: 1 }], at(60)),
  ]
  for (const document of documents.toReversed()) await publisher.publish('s001', document)
  await waitUntil('all is taken in', async () => (await publisher.unacknowledged('inventory')) === 0)

  const path = '/stores/s001/stock/milk/history'
  const whole = (await inventory.get(`${path}?order=oldest-first`)).body
  expect(whole).toMatchObject({
    items: [
      { sourceType: 'stock-movement', quantity: 40, balance: 40 },
      { sourceType: 'sale', sourceId: sold._id, quantity: -3, balance: 37 },
      { sourceType: 'stock-count', kind: 'count', quantity: 30, balance: 30, difference: -7 },
      { sourceType: 'stock-movement', quantity: -5, balance: 25 },
      { balance: expect.any(Number) as number },
      { balance: 29 },
      { balance: expect.any(Number) as number },
      { balance: expect.any(Number) as number },
      { balance: 44 },
      { balance: 45 },
    ],
    nextCursor: null,
  })
  for (const [order, expected] of [
    ['oldest-first', whole['items'] as unknown[]],
    ['newest-first', (whole['items'] as unknown[]).toReversed()],
  ] as const) {
    const paged: unknown[] = []
    for (let cursor: unknown = ''; cursor !== null;) {
      const page: Readonly<Record<string, unknown>> = (
        await inventory.get(`${path}?order=${order}&limit=2${cursor === '' ? '' : `&cursor=${String(cursor)}`}`)
      ).body
      paged.push(...(page['items'] as unknown[]))
      cursor = page['nextCursor']
    }
    expect(paged).toEqual(expected)
  }
})

test('an oversell is told, acknowledged by a manager, and over when stock is right again', async () => {
  const lane = sampleSeries('s002-t01-1')
  await publisher.publish('s002', lane.sale([{ sku: 'wine', quantity: 2 }], { atMs: at(1) }))
  await waitUntil('the oversell is told', async () => (await openExceptions('storeId=s002')).length === 1)
  expect(await openExceptions('storeId=s002&kind=oversell')).toMatchObject([
    { sku: 'wine', onHand: -2, status: 'open' },
  ])

  const path = '/stores/s002/stock/wine/exceptions/oversell/acknowledge'
  const [viewer, elsewhere] = await Promise.all([
    signToken({ roles: ['viewer'] }),
    signToken({ roles: ['manager'], stores: ['s001'] }),
  ])
  expect((await inventory.send('POST', path, { note: 'seen' }, viewer)).status).toBe(403)
  expect((await inventory.send('POST', path, { note: 'seen' }, elsewhere)).status).toBe(403)
  expect((await inventory.get('/exceptions', elsewhere)).body['items']).toEqual([])
  expect(await inventory.send('POST', path, { note: '' })).toMatchObject({
    status: 400,
    body: { problems: [{ field: '/body/note' }] },
  })
  expect(await inventory.send('POST', path, { note: 'crate behind the door' })).toMatchObject({
    status: 200,
    body: { status: 'acknowledged', acknowledgement: { by: 'test-admin', note: 'crate behind the door', onHand: -2 } },
  })
  await publisher.publish('s002', sampleMovement('s002', 7, [{ sku: 'wine', quantity: 6 }], at(0)))
  await waitUntil('it is over', async () => (await openExceptions('storeId=s002&status=over')).length === 1)
  expect((await inventory.send('POST', path, { note: 'seen' })).status).toBe(404)
})

test('stock at its threshold is low until it is above it or the threshold is taken away', async () => {
  const path = '/stores/s002/stock/wine/threshold'
  expect((await inventory.send('PUT', path, { minimum: 4 })).body).toMatchObject({ minimum: 4 })
  expect(await openExceptions('kind=low-stock')).toMatchObject([
    { storeId: 's002', sku: 'wine', onHand: 4, minimum: 4 },
  ])
  await inventory.send('PUT', path, { minimum: 3 })
  expect(await openExceptions('kind=low-stock')).toEqual([])
  await inventory.send('PUT', path, { minimum: 5 })
  await inventory.send('DELETE', path)
  expect(await openExceptions('kind=low-stock')).toEqual([])
  expect((await inventory.get(path)).body).toMatchObject({ minimum: null })
  expect(await inventory.send('PUT', path, { minimum: -1 })).toMatchObject({
    status: 400,
    body: { problems: [{ field: '/body/minimum' }] },
  })
  expect((await inventory.get('/exceptions?storeId=s777')).status).toBe(404)
  expect((await inventory.send('PUT', '/stores/s002/stock/unicorn/threshold', { minimum: 1 })).status).toBe(404)
})

test('two tills that count one SKU differently open a case at the conflict desk, which a count of head office closes', async () => {
  const count = (number: number, till: string, quantity: number, minute: number) => ({
    ...sampleCount('s003', number, 'beer', quantity, at(minute)),
    at: `${new Date(at(minute)).toISOString()}-0000-s003${till}`,
  })
  await central.request('PUT', '/store-s003-inventory')
  const counts = [count(1, 't01', 10, 0), count(2, 't02', 7, 10)]
  await central.request('POST', '/store-s003-inventory/_bulk_docs', { docs: counts })
  const overlaps = () => openExceptions('kind=overlapping-counts')
  await waitUntil('the overlap is told', async () => (await overlaps()).length === 1)
  const caseId = String((await overlaps())[0]?.['caseId'])
  for (const database of ['conflict-desk', 'store-s003-conflicts']) {
    const found = await central.request('GET', `/${database}/${encodeURIComponent(caseId)}`)
    expect(checkDocument('conflicts', found)).toEqual([])
    expect(found).toMatchObject({ status: 'open', leaves: [{ body: { quantity: 7 } }, { body: { quantity: 10 } }] })
  }

  const answer = await inventory.send('POST', '/stores/s003/stock/beer/counts', { quantity: 9 })
  expect(answer).toMatchObject({ status: 201, body: { quantity: 9 } })
  await waitUntil('it is over', async () => (await overlaps()).length === 0)
  expect((await inventory.get('/stores/s003/stock/beer')).body).toMatchObject({ onHand: 9 })
  const closed = await central.request('GET', `/store-s003-conflicts/${encodeURIComponent(caseId)}`)
  expect(closed).toMatchObject({ status: 'resolved', resolution: expect.stringContaining('found 9') as string })
})
