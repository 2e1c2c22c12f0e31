import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import type { DeadLetter } from '@tidemark/contracts'
import {
  connectPublisher,
  notebookService,
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
} from '../../test/index.ts'

let central: Central
let nats: NatsServer
let publisher: TestPublisher
let running: TestService | undefined

beforeAll(async () => {
  ;[central, nats] = await Promise.all([startCentral(), startNatsServer()])
  publisher = await connectPublisher(nats.url)
})

afterEach(async () => {
  await running?.service.stop()
  running = undefined
})

afterAll(async () => {
  await publisher?.close()
  await Promise.all([central?.stop(), nats?.stop()])
})

function salesOf(incarnation: string, count: number): SampleEntry[] {
  const lane = sampleSeries(incarnation)
  return Array.from({ length: count }, () => lane.sale([{ sku: 'milk', quantity: 1 }]))
}

async function publishAll(entries: readonly SampleEntry[]): Promise<void> {
  for (const entry of entries) await publisher.publish(String(entry['storeId']), entry)
}

async function notes(name: string, prefix: string): Promise<string[]> {
  const { rows } = await central.request('GET', `/notebook-${name}/_all_docs`)
  return (rows as { id: string }[]).map(({ id }) => id).filter((id) => id.startsWith(prefix))
}

/** Each consumer meets what earlier tests left in the stream, so the store tells them apart. */
async function deadLettersOf(name: string, storeId: string): Promise<DeadLetter[]> {
  const letters = await publisher.deadLetters()
  return letters.filter(({ service, subject }) => service === name && subject.includes(`.${storeId}.`))
}

async function consumed(name: string): Promise<void> {
  await waitUntil('everything is acknowledged', async () => (await publisher.unacknowledged(name)) === 0)
}

test('what can’t be read goes to the dead letters with its reason, and the rest is consumed', async () => {
  running = await runInProcess(notebookService('poison'), central, nats)
  const [first, second] = salesOf('s101-t01-1', 2) as [SampleEntry, SampleEntry]
  await publishAll([first])
  await publisher.publishRaw('pos.s101.sales.sale', 'this is not JSON')
  await publisher.publishRaw('pos.s101.sales.sale', JSON.stringify({ storeId: 's101' }))
  await publisher.publish(
    's101',
    { ...second, totals: { ...(second['totals'] as object), grossMinor: 1 } },
    { copy: 1 },
  )
  await publishAll([second])
  await consumed('poison')
  expect(await notes('poison', 'journal:s101')).toEqual([first._id, second._id])
  const letters = await deadLettersOf('poison', 's101')
  expect(letters.map(({ reason }) => reason)).toEqual([
    expect.stringMatching(/^not JSON/),
    expect.stringMatching(/^envelope: .*epoch/),
    expect.stringMatching(/^document: .*(\/hash|\/totals)/),
  ])
  expect(Buffer.from(letters[0]?.payload ?? '', 'base64').toString()).toBe('this is not JSON')
})

test('one document that breaks the handler doesn’t hold up its batch, and is buried at its fifth delivery', async () => {
  const entries = salesOf('s102-t01-1', 20)
  const faulty = entries[7]?._id
  running = await runInProcess(
    notebookService('faulty', (batch) => {
      if (batch.some(({ document }) => document['_id'] === faulty)) throw new TypeError('a bug')
    }),
    central,
    nats,
  )
  await publishAll(entries)
  await waitUntil('the others are noted', async () => (await notes('faulty', 'journal:s102')).length === 19)
  await consumed('faulty')
  const letters = await deadLettersOf('faulty', 's102')
  expect(letters).toMatchObject([{ deliveries: 5, reason: 'failed 5 deliveries, the last with: a bug' }])
})

test('while CouchDB is away nothing is acknowledged; after it everything is stored, and no message is blamed', async () => {
  running = await runInProcess(notebookService('outage'), central, nats, { ackWaitMs: 1500 })
  await consumed('outage')
  await central.halt()
  await publishAll(salesOf('s103-t01-1', 300))
  // Longer than JetStream waits for an acknowledgement: the held messages must be kept alive.
  await new Promise((resolve) => setTimeout(resolve, 4000))
  expect(await publisher.unacknowledged('outage')).toBe(300)
  const { get } = running
  await vi.waitFor(async () => {
    const ready = await get('/health/ready')
    expect(ready).toMatchObject({ status: 503, body: { dependencies: { nats: 'ok' } } })
    expect(String(ready.body['detail'])).toMatch(/^couchdb: /)
  }, 60_000)
  await central.resume()
  await consumed('outage')
  expect(await notes('outage', 'journal:s103')).toHaveLength(300)
  expect(await deadLettersOf('outage', 's103')).toEqual([])
})

test('a consumer that was deleted, a server that was killed and a stream that was lost are all got over', async () => {
  running = await runInProcess(notebookService('nomad'), central, nats)
  const entries = salesOf('s104-t01-1', 4)
  await consumed('nomad')

  await publisher.deleteConsumer('nomad')
  await publishAll([entries[0]!])
  await waitUntil('the consumer is back', async () => (await notes('nomad', 'journal:s104')).length === 1)

  await nats.halt()
  await nats.resume()
  await waitUntil('the publisher is back', () => publishAll([entries[1]!]).then(() => true))
  await waitUntil('the consumer goes on', async () => (await notes('nomad', 'journal:s104')).length === 2)

  await publisher.deleteStream()
  await waitUntil('the stream is back', () => publishAll([entries[2]!]).then(() => true))
  await waitUntil('the consumer goes on', async () => (await notes('nomad', 'journal:s104')).length === 3)
})
