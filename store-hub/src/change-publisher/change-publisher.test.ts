import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { salesDatabaseOf, type FeedStatus, type WanState } from '@tidemark/contracts'
import { startTelemetry } from '@tidemark/telemetry'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openStore, type DocumentDatabase, type Store } from '../store/index.ts'
import { eventually, makeSales, startNats, type NatsProcess } from '../testing/index.ts'
import { createChangePublisher, type ChangePublisher, type ChangePublisherOptions } from './change-publisher.ts'
import { runContiguous } from './in-flight.ts'
import { createNatsLine, type NatsLine } from './nats-line.ts'

const database = salesDatabaseOf(new Date().toISOString())
const logger = pino({ level: 'silent' })

describe('the publisher', () => {
  let directory: string
  let store: Store
  let nats: NatsProcess
  let line: NatsLine
  let publisher: ChangePublisher | undefined
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'publisher-'))
    store = await openStore({ directory: path.join(directory, 'store') })
    nats = await startNats(path.join(directory, 'nats'))
    line = createNatsLine({ url: `nats://127.0.0.1:${nats.port}`, name: 'test', replicas: 1, logger })
    line.start()
    await write(
      await store.create(database),
      makeSales('s001-t01-1', 300).map((sale) => ({ ...sale })),
    )
  })
  afterEach(async () => {
    impaired.length = 0
    await publisher?.stop()
    await line.stop()
    await nats.kill()
    await store.close()
    await rm(directory, { recursive: true })
  })

  const impaired: string[] = []
  const note =
    (how: string): ChangePublisherOptions['onWithoutBody'] =>
    async ({ id }) =>
      void impaired.push(`${how} ${id}`)
  const start = (through: NatsLine): ChangePublisher => {
    const telemetry = startTelemetry({ serviceName: 'test' })
    publisher = createChangePublisher({
      store,
      storeId: 's001',
      line: through,
      telemetry,
      logger,
      onWithoutBody: note('without body'),
      onUnpublishable: note('not at all'),
    })
    publisher.start()
    return publisher
  }
  const reach = (what: string, fits: (status: FeedStatus) => boolean): Promise<FeedStatus> =>
    eventually(what, async () => {
      const status = publisher?.status(database)
      return status !== undefined && fits(status) && status
    })
  const checkpoint = (): number => {
    const { sequence } = JSON.parse(store.database(database)?.readLocal('_local/publisher')?.body ?? '{}') as {
      sequence?: number
    }
    return sequence ?? 0
  }

  it('stops its checkpoint just before a change that was not acknowledged, and goes on once it is', async () => {
    let rejects = ':000000251/'
    start({
      ...line,
      publish: (message) =>
        message.id.includes(rejects) ? Promise.reject(new Error('no space left')) : line.publish(message),
    })
    const status = await reach('it fails', ({ failures }) => failures > 0)
    expect(status.lastError).toBe('no space left')
    expect(checkpoint()).toBe(250)
    rejects = 'nothing'
    await reach('it catches up', ({ lagDocuments }) => lagDocuments === 0)
    await eventually('the checkpoint is on disk', async () => checkpoint() === 300)
    const ids = (await nats.messages()).map(({ body }) => body.document['_id'])
    expect(new Set(ids).size).toBe(300)
    // Those beyond the failure went out twice, with the same id: the stream keeps one of each.
    expect(ids.length).toBe(300)
  })

  it('publishes what is too large for the stream without its body, tells so, and goes on', async () => {
    await eventually('up', async () => line.state() === 'up')
    await nats.limitMessages(2500)
    const [sale] = makeSales('s001-t02-1', 1)
    const large = { ...sale, note: 'x'.repeat(3000) }
    await write(store.database(database), [large, ...makeSales('s001-t03-1', 2)])
    start(line)
    await reach('all is published', ({ lagDocuments, failures }) => lagDocuments === 0 && failures === 0)
    expect(impaired).toEqual([`without body ${sale?._id}`])
    const messages = await nats.messages()
    expect(messages.length).toBe(303)
    const found = messages.find(({ body }) => body.document['_id'] === sale?._id)
    expect(found?.body).toMatchObject({ bodyOmitted: true, document: { type: 'sale' } })
    expect(found?.body.document).not.toHaveProperty('note')
  })

  it('passes a change that NATS takes in no form only after it was kept', async () => {
    const id = 'movement:broken\r\nline'
    const inventory = await store.create('inventory')
    const at = '2026-11-22T09:00:00.000Z-0000-s001t01'
    await write(inventory, [
      { _id: id, type: 'stock-movement', at },
      { _id: 'movement:next', type: 'stock-movement', at },
    ])
    start(line)
    await eventually('it has passed', async () => publisher?.status('inventory')?.lagDocuments === 0)
    expect(impaired).toEqual([`not at all ${id}`])
    const ids = (await nats.messages()).map(({ body }) => body.document['_id'])
    expect(ids).toContain('movement:next')
  })

  it('waits while the stream is full, and loses nothing when there is room again', async () => {
    await eventually('up', async () => line.state() === 'up')
    await nats.limitStream(100)
    start(line)
    const status = await reach('it fails', ({ failures }) => failures > 0)
    expect(status.lastError).toContain('maximum messages exceeded')
    expect(checkpoint()).toBeLessThanOrEqual(100)
    await nats.limitStream(-1)
    await reach('it catches up', ({ lagDocuments }) => lagDocuments === 0)
    expect(new Set((await nats.messages()).map(({ body }) => body.document['_id'])).size).toBe(300)
  })

  it('makes a stream again that was deleted under it', async () => {
    start(line)
    await reach('all is published', ({ lagDocuments }) => lagDocuments === 0)
    await nats.deleteStream()
    await write(store.database(database), makeSales('s001-t02-1', 1))
    await reach('the next is published', ({ lagDocuments }) => lagDocuments === 0)
    expect((await nats.messages()).length).toBe(1)
  })

  it('tells of all anew after a new epoch, without a restart', async () => {
    start(line)
    await reach('all is published', ({ lagDocuments }) => lagDocuments === 0)
    const epoch = await store.rotateEpoch('restored')
    await eventually('all is published again', async () => (await nats.messages()).length === 600)
    expect((await nats.messages()).slice(300).every(({ body }) => body.epoch === epoch)).toBe(true)
  })

  it('tells of a document again when its other leaves change', async () => {
    start(line)
    await reach('all is published', ({ lagDocuments }) => lagDocuments === 0)
    const catalog = await store.create('catalog')
    const replicated = (hash: string, deleted = false, parent?: string): Parameters<DocumentDatabase['write']>[0] => [
      {
        kind: 'replicated',
        id: 'product:A',
        revisions: { start: parent === undefined ? 1 : 2, ids: parent === undefined ? [hash] : [hash, parent] },
        deleted,
        body: deleted ? '{}' : JSON.stringify({ type: 'product', at: '2026-11-22T09:00:00.000Z-0000-s001t01' }),
      },
    ]
    const conflictsOf = async (): Promise<string[][]> =>
      (await nats.messages())
        .filter(({ body }) => body.document['_id'] === 'product:A')
        .map(({ body }) => body.conflicts)
    await catalog.write(replicated('b'))
    await eventually('one leaf', async () => (await conflictsOf()).length === 1)
    await catalog.write(replicated('a'))
    await eventually('two leaves', async () => (await conflictsOf()).length === 2)
    await catalog.write(replicated('c', true, 'a'))
    await eventually('one leaf again', async () => (await conflictsOf()).length === 3)
    expect(await conflictsOf()).toEqual([[], ['1-a'], []])
  })

  it('believes a checkpoint of its own epoch only', async () => {
    const foreign = JSON.stringify({ epoch: 'f'.repeat(32), sequence: 300 })
    await store.database(database)?.writeLocal('_local/publisher', foreign)
    start(line)
    await reach('all is published', ({ lagDocuments }) => lagDocuments === 0)
    expect((await nats.messages()).length).toBe(300)
  })

  it('sees a line that breaks and comes back', async () => {
    const states: WanState[] = []
    line.onChange((state) => states.push(state))
    await eventually('up', async () => line.state() === 'up')
    await nats.kill()
    await eventually('down', async () => line.state() === 'down')
    await expect(
      line.publish({ subject: 'pos.s001.sales.sale', id: 'x', traceparent: undefined, payload: Buffer.from('{}') }),
    ).rejects.toThrow()
    await nats.start()
    await eventually('up again', async () => line.state() === 'up')
  })
})

async function write(
  database: DocumentDatabase | undefined,
  documents: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  await database?.write(
    documents.map(({ _id: id, ...body }) => ({
      kind: 'edit',
      id: String(id),
      deleted: false,
      body: JSON.stringify(body),
    })),
  )
}

describe('work in flight', () => {
  it('counts what was done before the first failure, whatever finishes first', async () => {
    const slow = (item: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10 - item))
    const outcome = await runContiguous([0, 1, 2, 3, 4, 5, 6, 7], 4, async (item) => {
      await slow(item)
      if (item === 5 || item === 3) throw new Error(`failed at ${item}`)
    })
    expect(outcome).toEqual({ done: 3, error: new Error('failed at 3') })
  })
})
