import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  connectPublisher,
  freePort,
  runInProcess,
  sampleSeries,
  startCentral,
  startNatsServer,
  startProcess,
  waitUntil,
  type Central,
  type NatsServer,
  type NodeProcess,
  type SampleEntry,
  type TestPublisher,
} from '@tidemark/service-kit/test-support'
import { salesService } from './app.ts'

let central: Central
let nats: NatsServer
let publisher: TestPublisher

beforeAll(async () => {
  ;[central, nats] = await Promise.all([startCentral(), startNatsServer()])
  publisher = await connectPublisher(nats.url)
})

afterAll(async () => {
  await publisher?.close()
  await Promise.all([central?.stop(), nats?.stop()])
})

async function startProgram(path: string, ready: '/health/ready' | '/health/live'): Promise<NodeProcess> {
  const port = await freePort()
  return startProcess({
    program: fileURLToPath(new URL(path, import.meta.url)),
    env: { PORT: String(port), COUCHDB_URL: central.url, NATS_URL: nats.url, LOG_LEVEL: 'info', AUTH: 'off' },
    readyUrl: `http://127.0.0.1:${port}${ready}`,
  })
}

function salesOf(incarnation: string, count: number): SampleEntry[] {
  const lane = sampleSeries(incarnation)
  return Array.from({ length: count }, () => lane.sale([{ sku: 'milk', quantity: 1 }]))
}

async function publishAll(entries: readonly SampleEntry[]): Promise<void> {
  for (const entry of entries) await publisher.publish(String(entry['storeId']), entry)
}

async function recorded(storeId: string): Promise<number> {
  const { rows } = await central.request('GET', '/sales-ledger/_all_docs')
  return ((rows ?? []) as { id: string }[]).filter(({ id }) => id.startsWith(`journal:${storeId}-`)).length
}

const consumed = () =>
  waitUntil('everything is acknowledged', async () => (await publisher.unacknowledged('sales')) === 0)

test('killed between the write and the acknowledgement, the ledger has each sale once all the same', async () => {
  await publishAll(salesOf('s301-t01-1', 40))
  await startProgram('../test/dying-ledger.ts', '/health/live').catch(() => undefined)
  await waitUntil('something was written', async () => (await recorded('s301')) > 0)
  expect(await publisher.unacknowledged('sales')).toBe(40)

  const { service, get } = await runInProcess(salesService, central, nats, { ackWaitMs: 1500 })
  await consumed()
  expect((await get('/stores/s301/days/2026-11-22')).body).toMatchObject({ entries: 40, grossMinor: 40 * 250 })
  await service.stop()
})

test('told to stop in the middle of a backlog, it leaves with code 0 and gives the rest back', async () => {
  const publishing = publishAll(salesOf('s302-t01-1', 1500))
  const first = await startProgram('./server.ts', '/health/ready')
  await waitUntil('it has begun', async () => (await recorded('s302')) > 0)
  expect(await first.kill('SIGTERM')).toBe(0)
  expect(first.output()).toContain('"msg":"stopped"')
  await publishing

  // Killed without a word, and started again, while the rest is being consumed.
  const second = await startProgram('./server.ts', '/health/live')
  await second.kill()
  const { service, get } = await runInProcess(salesService, central, nats, { ackWaitMs: 1500 })
  await consumed()
  expect((await get('/stores/s302/series')).body['items']).toMatchObject([
    { entries: 1500, first: 1, last: 1500, missing: [], faults: [] },
  ])
  expect((await get('/stores/s302/days/2026-11-22')).body).toMatchObject({ entries: 1500, grossMinor: 1500 * 250 })
  await service.stop()
})

test('a service started with nothing there waits for CouchDB and NATS and says which is missing', async () => {
  await Promise.all([central.halt(), nats.halt()])
  const port = await freePort()
  const address = `http://127.0.0.1:${port}`
  const waiting = await startProcess({
    program: fileURLToPath(new URL('./server.ts', import.meta.url)),
    env: { PORT: String(port), COUCHDB_URL: central.url, NATS_URL: nats.url, AUTH: 'off' },
    readyUrl: `${address}/health/live`,
  })
  const ready = await fetch(`${address}/health/ready`)
  expect(ready.status).toBe(503)
  expect(await ready.json()).toMatchObject({ code: 'not-ready', detail: expect.stringMatching(/couchdb: .*nats: /) })
  await Promise.all([central.resume(), nats.resume()])
  await waitUntil('it is ready', async () => (await fetch(`${address}/health/ready`)).ok)
  expect(waiting.output()).not.toContain('secret')
  expect(await waiting.kill('SIGTERM')).toBe(0)
})
