import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  connectPublisher,
  runInProcess,
  sampleSeries,
  startCentral,
  startNatsServer,
  waitUntil,
  type Central,
  type NatsServer,
  type SampleEntry,
  type TestPublisher,
  type TestService,
} from '@tidemark/service-kit/test-support'
import { salesService } from './app.ts'

let central: Central
let nats: NatsServer
let publisher: TestPublisher
let sales: TestService

beforeAll(async () => {
  ;[central, nats] = await Promise.all([startCentral(), startNatsServer()])
  publisher = await connectPublisher(nats.url)
  sales = await runInProcess(salesService, central, nats)
})

afterAll(async () => {
  await sales?.service.stop()
  await publisher?.close()
  await Promise.all([central?.stop(), nats?.stop()])
})

const ask = (path: string) => sales.get(path)

async function publishAll(entries: readonly SampleEntry[], copy = 0): Promise<void> {
  for (const entry of entries) await publisher.publish(String(entry['storeId']), entry, { copy })
}

async function consumed(): Promise<void> {
  await waitUntil('everything is acknowledged', async () => (await publisher.unacknowledged('sales')) === 0)
}

test('entries that come shuffled and ten times count once, and a void takes its sale out before or after it', async () => {
  const lane = sampleSeries('s001-t01-1')
  const first = lane.sale([{ sku: 'milk', quantity: 2 }])
  const second = lane.sale([{ sku: 'bread', quantity: 1, unitPriceMinor: 319 }])
  const third = lane.sale([{ sku: 'milk', quantity: 1 }])
  const voidOfSecond = lane.void(second)
  const refund = lane.refund(first, [{ sku: 'milk', quantity: 1 }])
  const voidOfThird = lane.void(third)
  const order = [voidOfSecond, refund, third, first, voidOfThird, second]
  await publishAll(order)
  for (let copy = 1; copy < 10; copy += 1) await publishAll(order.toReversed(), copy)
  await consumed()

  const day = await ask('/stores/s001/days/2026-11-22')
  expect(day.status).toBe(200)
  expect(day.body).toMatchObject({ entries: 6, sales: 1, refunds: 1, voids: 2, grossMinor: 250, currency: 'EUR' })
  expect(day.body['netMinor']).toBe(250 - Number(day.body['taxMinor']))
  expect(day.body['byTerminal']).toMatchObject([{ terminalId: 's001-t01', entries: 6, grossMinor: 250 }])

  const series = await ask('/stores/s001/series')
  expect(series.body['items']).toMatchObject([
    { incarnation: 's001-t01-1', first: 1, last: 6, entries: 6, missing: [], faults: [] },
  ])
  const receipt = await ask('/receipts/s001-T01-1-000002')
  expect(receipt.body).toMatchObject({
    receipt: 'S001-T01-1-000002',
    entry: second,
    verification: { schema: 'valid', hash: 'valid', chain: 'verified' },
    voidedBy: [voidOfSecond._id],
    traceId: (second['trace'] as { traceparent: string }).traceparent.slice(3, 35),
  })
})

test('a gap shows until the missing entry comes', async () => {
  const lane = sampleSeries('s002-t01-1')
  const entries = [1, 2, 3].map(() => lane.sale([{ sku: 'milk', quantity: 1 }]))
  await publishAll([entries[0]!, entries[2]!])
  await consumed()
  expect((await ask('/stores/s002/series')).body['items']).toMatchObject([{ missing: [{ from: 2, to: 2 }] }])
  expect((await ask('/receipts/S002-T01-1-000003')).body).toMatchObject({ verification: { chain: 'waiting' } })
  await publishAll([entries[1]!])
  await consumed()
  expect((await ask('/stores/s002/series')).body['items']).toMatchObject([{ missing: [], faults: [] }])
})

test('what is missing in all series is a metric', async () => {
  const lane = sampleSeries('s009-t01-1')
  const [, , third] = [1, 2, 3].map(() => lane.sale([{ sku: 'milk', quantity: 1 }]))
  await publishAll([third!])
  await consumed()
  // Another process looks when it starts.
  const second = await runInProcess(salesService, central, nats)
  await waitUntil('the metric tells', async () => {
    const text = await (await fetch(`${second.service.address}/metrics`)).text()
    return /^tidemark_ledger_missing_entries(\{.*\})? [2-9]/m.test(text)
  })
  await second.service.stop()
})

test('a second body under one id raises an alarm and the first one stands', async () => {
  const honest = sampleSeries('s003-t01-1').sale([{ sku: 'milk', quantity: 1 }])
  const forged = sampleSeries('s003-t01-1').sale([{ sku: 'milk', quantity: 9 }])
  await publishAll([honest])
  await consumed()
  await publishAll([forged], 1)
  await consumed()
  expect((await ask('/receipts/S003-T01-1-000001')).body).toMatchObject({ entry: { hash: honest.hash } })
  expect((await ask('/stores/s003/series')).body['items']).toMatchObject([{ faults: [{ kind: 'fork', number: 1 }] }])
  expect((await ask('/stores/s003/flags')).body['items']).toMatchObject([{ kind: 'alarm', rule: 'second-body' }])
  const id = encodeURIComponent(`alarm:second-body:${honest._id}:${forged.hash}`)
  expect(await central.request('GET', `/sales-ledger/${id}`)).toMatchObject({
    kind: 'second-body',
    entry: { hash: forged.hash },
  })
})

test('a void that was forged over another one voids nothing', async () => {
  const makeLane = () => sampleSeries('s006-t01-1')
  const lane = makeLane()
  const sales = [1, 2].map((quantity) => lane.sale([{ sku: 'milk', quantity }])) as [SampleEntry, SampleEntry]
  const honest = lane.void(sales[0])
  const forgery = makeLane()
  forgery.sale([{ sku: 'milk', quantity: 1 }])
  forgery.sale([{ sku: 'milk', quantity: 2 }])
  const forged = forgery.void(sales[1])
  await publishAll([...sales, honest])
  await consumed()
  await publishAll([forged], 1)
  await consumed()
  expect((await ask('/stores/s006/days/2026-11-22')).body).toMatchObject({ sales: 1, grossMinor: 500 })
})

test('two bodies that meet as leaves of one document at central raise an alarm for the one that lost', async () => {
  const [one, other] = [7, 8].map((quantity) => sampleSeries('s005-t01-1').sale([{ sku: 'milk', quantity }]))
  await central.request('PUT', '/store-s005-sales-2026-11')
  const docs = [
    { ...one, _rev: '1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' },
    { ...other, _rev: '1-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb' },
  ]
  await central.request('POST', '/store-s005-sales-2026-11/_bulk_docs', { docs, new_edits: false })
  await waitUntil('the entry is recorded', async () => (await ask('/receipts/S005-T01-1-000001')).status === 200)
  expect((await ask('/receipts/S005-T01-1-000001')).body).toMatchObject({ entry: { hash: other?.hash } })
  const alarm = encodeURIComponent(`alarm:second-body:${one?._id}:${one?.hash}`)
  await waitUntil('the alarm is raised', async () => {
    const { entry } = await central.request('GET', `/sales-ledger/${alarm}`)
    return (entry as { hash: string } | undefined)?.hash === one?.hash
  })
})

test('a page of receipts goes on where the last one ended', async () => {
  const lane = sampleSeries('s004-t01-1')
  const entries = Array.from({ length: 5 }, () => lane.sale([{ sku: 'milk', quantity: 1 }]))
  await publishAll(entries.toReversed())
  await consumed()
  const seen: unknown[] = []
  let cursor: unknown = ''
  for (let pages = 0; cursor !== null && pages < 5; pages += 1) {
    const page = await ask(
      `/stores/s004/sales?date=2026-11-22&limit=2${cursor === '' ? '' : `&cursor=${String(cursor)}`}`,
    )
    seen.push(...(page.body['items'] as { id: string }[]).map(({ id }) => id))
    cursor = page.body['nextCursor']
  }
  expect(seen).toEqual(entries.map(({ _id }) => _id))
})

test('a bad request names its field, and an unknown store or receipt is 404', async () => {
  const problemsOf = async (path: string) => {
    const { status, body } = await ask(path)
    return { status, fields: (body['problems'] as { field: string }[] | undefined)?.map(({ field }) => field) }
  }
  expect(await problemsOf('/stores/s001/days/2026-02-30')).toEqual({ status: 400, fields: ['/params/date'] })
  expect(await problemsOf('/stores/berlin/days/2026-02-28')).toEqual({ status: 400, fields: ['/params/storeId'] })
  expect(await problemsOf('/stores/s001/sales')).toEqual({ status: 400, fields: ['/query/date'] })
  expect(await problemsOf('/stores/s001/sales?date=2026-11-22&page=2')).toEqual({
    status: 400,
    fields: ['/query/page'],
  })
  expect(await problemsOf('/stores/s001/sales?date=2026-11-22&cursor=abc')).toEqual({
    status: 400,
    fields: ['/query/cursor'],
  })
  expect(await problemsOf('/receipts/17')).toEqual({ status: 400, fields: ['/params/receipt'] })
  expect((await ask('/stores/s999/days/2026-11-22')).status).toBe(404)
  expect((await ask('/receipts/S001-T01-1-000999')).status).toBe(404)
  expect(await ask('/nothing')).toMatchObject({ status: 404, body: { code: 'not-found' } })
})
