import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { salesDatabaseOf, type FeedStatus, type WanState } from '@tidemark/contracts'
import { startTelemetry } from '@tidemark/telemetry'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pouchOf } from '../pouchdb/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { eventually, makeSales, startNats, type NatsProcess } from '../testing/index.ts'
import { createChangePublisher, type ChangePublisher } from './change-publisher.ts'
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
    line = createNatsLine(`nats://127.0.0.1:${nats.port}`, 'test', logger)
    line.start()
    const sales = pouchOf(await store.create(database))
    await sales.bulkDocs(makeSales('s001-t01-1', 300).map((sale) => ({ ...sale })))
  })
  afterEach(async () => {
    await publisher?.stop()
    await line.stop()
    await nats.kill()
    await store.close()
    await rm(directory, { recursive: true })
  })

  const start = (through: NatsLine): ChangePublisher => {
    const telemetry = startTelemetry({ serviceName: 'test' })
    publisher = createChangePublisher({ store, storeId: 's001', line: through, telemetry, logger })
    publisher.start()
    return publisher
  }
  const reach = (what: string, fits: (status: FeedStatus) => boolean): Promise<FeedStatus> =>
    eventually(what, async () => {
      const status = await publisher?.status(database)
      return status !== undefined && fits(status) && status
    })
  const checkpoint = async (): Promise<number> =>
    Number((await pouchOf(store.database(database))?.get('_local/publisher'))?.['sequence'])

  it('stops its checkpoint just before a change that was not acknowledged, and goes on once it is', async () => {
    let rejects = ':000000251/'
    start({
      ...line,
      publish: (message) =>
        message.id.includes(rejects) ? Promise.reject(new Error('no space left')) : line.publish(message),
    })
    const status = await reach('it fails', ({ failures }) => failures > 0)
    expect(status.lastError).toBe('no space left')
    expect(await checkpoint()).toBe(250)
    rejects = 'nothing'
    await reach('it catches up', ({ lagDocuments }) => lagDocuments === 0)
    expect(await checkpoint()).toBe(300)
    const ids = (await nats.messages()).map(({ body }) => body.document['_id'])
    expect(new Set(ids).size).toBe(300)
    // Those beyond the failure went out twice, with the same id: the stream keeps one of each.
    expect(ids.length).toBe(300)
  })

  it('names a document that is too large to publish, and does not pass it', async () => {
    start({ ...line, maxPayloadBytes: () => 2000 })
    const status = await reach('it fails', ({ failures }) => failures > 0)
    expect(status.lastError).toContain('journal:s001-t01-1:000000001 is too large to publish')
    expect(status.lagDocuments).toBe(300)
  })

  it('believes a checkpoint of its own epoch only', async () => {
    const sales = pouchOf(store.database(database))
    await sales?.put({ _id: '_local/publisher', epoch: 'f'.repeat(32), sequence: 300 })
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
