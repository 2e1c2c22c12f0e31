import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
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
  type TestService,
} from '../../test/index.ts'

let central: Central
let nats: NatsServer
let running: TestService | undefined

beforeAll(async () => {
  ;[central, nats] = await Promise.all([startCentral(), startNatsServer()])
})

afterEach(async () => {
  await running?.service.stop()
  running = undefined
})

afterAll(async () => {
  await Promise.all([central?.stop(), nats?.stop()])
})

const source = 'store-s201-sales-2026-11'

async function notes(name: string): Promise<string[]> {
  const { rows } = await central.request('GET', `/notebook-${name}/_all_docs`)
  return (rows as { id: string }[]).map(({ id }) => id)
}

test('what never came as a message is read from CouchDB, in more than one page, each document once', async () => {
  const lane = sampleSeries('s201-t01-1')
  const docs = Array.from({ length: 1100 }, () => lane.sale([{ sku: 'milk', quantity: 1 }]))
  await central.request('PUT', `/${source}`)
  for (let start = 0; start < docs.length; start += 400) {
    await central.request('POST', `/${source}/_bulk_docs`, { docs: docs.slice(start, start + 400) })
  }
  const seen: string[] = []
  const service = notebookService('reader', (batch) =>
    seen.push(...batch.map(({ document }) => String(document['_id']))),
  )
  running = await runInProcess(service, central, nats)
  await waitUntil('all are noted', async () => (await notes('reader')).length === docs.length)
  await running.service.stop()

  // A restart goes on from the checkpoint.
  running = await runInProcess(service, central, nats)
  const next = lane.sale([{ sku: 'milk', quantity: 1 }])
  await central.request('POST', `/${source}/_bulk_docs`, { docs: [next] })
  await waitUntil('the next one is noted', async () => (await notes('reader')).includes(next._id))
  expect(seen).toHaveLength(docs.length + 1)
})

test('while the stream brings a backlog, reconciliation waits; then it finds what the stream lacked', async () => {
  const lane = sampleSeries('s204-t01-1')
  const docs = Array.from({ length: 900 }, () => lane.sale([{ sku: 'milk', quantity: 1 }]))
  const lost = docs.slice(400, 410)
  await central.request('PUT', '/store-s204-sales-2026-11')
  await central.request('POST', '/store-s204-sales-2026-11/_bulk_docs', { docs })
  const publisher = await connectPublisher(nats.url)
  for (const doc of docs) if (!lost.includes(doc)) await publisher.publish('s204', doc)
  await publisher.close()
  const seen: [number, string][] = []
  const service = notebookService('waiting', (batch) => seen.push([batch.length, batch[0]?.source ?? 'feed']))
  // Slow enough to be met at work by many rounds.
  const slowly: typeof service = {
    ...service,
    assemble(parts) {
      const { handle, addRoutes } = service.assemble(parts)
      return { addRoutes, handle: (batch) => sleep(200).then(() => handle(batch)) }
    },
  }
  running = await runInProcess(slowly, central, nats, { reconcileEveryMs: 50 })
  await waitUntil('all are noted', async () => (await notes('waiting')).filter(isOfLane).length === docs.length)
  await running.service.stop()
  const sources = seen.map(([, source]) => source)
  const meanwhile = sources
    .slice(sources.indexOf('feed'), sources.lastIndexOf('feed'))
    .filter((source) => source === 'reconciliation')
  // At most the batch that was on its way when the first messages came, and one where the stream paused.
  expect(meanwhile.length).toBeLessThanOrEqual(2)
})

const isOfLane = (id: string): boolean => id.startsWith('journal:s204-')

test('a document that breaks its schema is recorded as rejected, and what comes after it is taken in', async () => {
  const name = 'store-s202-sales-2026-11'
  await central.request('PUT', `/${name}`)
  const good = sampleSeries('s202-t01-1').sale([{ sku: 'milk', quantity: 1 }])
  await central.request('POST', `/${name}/_bulk_docs`, { docs: [{ _id: 'journal:bad', type: 'sale' }, good] })
  running = await runInProcess(notebookService('strict'), central, nats)
  const rejected = async () => (await notes('strict')).find((id) => id.startsWith(`rejected:${name}:journal:bad:1-`))
  await waitUntil('the bad one is recorded', async () => (await rejected()) !== undefined)
  const rejection = await rejected()
  expect(await notes('strict')).toContain(good._id)
  const record = await central.request('GET', `/notebook-strict/${encodeURIComponent(rejection ?? '')}`)
  expect(record).toMatchObject({ documentId: 'journal:bad', reason: expect.stringMatching(/^document: /) })
})

test('a document that fails is tried again and nothing behind it is skipped; after five tries it is recorded', async () => {
  const name = 'store-s203-sales-2026-11'
  await central.request('PUT', `/${name}`)
  const lane = sampleSeries('s203-t01-1')
  const docs = Array.from({ length: 6 }, () => lane.sale([{ sku: 'milk', quantity: 1 }]))
  await central.request('POST', `/${name}/_bulk_docs`, { docs })
  const faulty = String(docs[2]?._id)
  let tries = 0
  const service = notebookService('patient', (batch) => {
    if (!batch.some(({ document }) => document['_id'] === faulty)) return
    if (batch.length === 1) tries += 1
    throw new TypeError('a bug')
  })
  running = await runInProcess(service, central, nats)
  await waitUntil('it is given up', async () =>
    (await notes('patient')).some((id) => id.startsWith(`rejected:${name}`)),
  )
  expect(tries).toBe(5)
  expect((await notes('patient')).filter((id) => id.startsWith('journal:s203'))).toHaveLength(5)
})
