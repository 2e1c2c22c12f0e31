/** The sales service against a real NATS and the embedded central, as tests of several files use it. */
import { afterAll, beforeAll } from 'vitest'
import { centralDatabaseOf, salesDatabaseOf, type JournalEntry } from '@tidemark/contracts'
import {
  connectPublisher,
  runInProcess,
  startCentral,
  startNatsServer,
  waitUntil,
  type Central,
  type NatsServer,
  type TestAnswer,
  type TestPublisher,
  type TestService,
} from '@tidemark/service-kit/test-support'
import { salesService } from '../src/app.ts'

export interface HeadOffice {
  readonly central: Central
  readonly nats: NatsServer
  readonly publisher: TestPublisher
  readonly sales: TestService
  get(path: string, token?: string): Promise<TestAnswer>
  post(path: string, body?: unknown, token?: string): Promise<TestAnswer>
  /** Publishes entries as hubs do and waits until the ledger has them. */
  publish(entries: readonly JournalEntry[], copy?: number): Promise<void>
  /** Writes entries into the stores' databases at central, past every check. */
  writeAtCentral(entries: readonly Readonly<Record<string, unknown>>[]): Promise<void>
}

/** Started before the tests of a file and stopped after them. */
export function useHeadOffice(): HeadOffice {
  const parts: { central?: Central; nats?: NatsServer; publisher?: TestPublisher; sales?: TestService } = {}
  const started = <Name extends keyof typeof parts>(name: Name): NonNullable<(typeof parts)[Name]> => {
    const part = parts[name]
    if (part === undefined) throw new Error(`${name} is not started`)
    return part
  }

  beforeAll(async () => {
    ;[parts.central, parts.nats] = await Promise.all([startCentral(), startNatsServer()])
    parts.publisher = await connectPublisher(parts.nats.url)
    parts.sales = await runInProcess(salesService, parts.central, parts.nats)
  })

  afterAll(async () => {
    await parts.sales?.service.stop()
    await parts.publisher?.close()
    await Promise.all([parts.central?.stop(), parts.nats?.stop()])
  })

  return {
    get central() {
      return started('central')
    },
    get nats() {
      return started('nats')
    },
    get publisher() {
      return started('publisher')
    },
    get sales() {
      return started('sales')
    },
    get: (path, token) => started('sales').get(path, token),
    post: (path, body, token) => started('sales').send('POST', path, body, token),
    async publish(entries, copy = 0) {
      const publisher = started('publisher')
      for (const entry of entries) await publisher.publish(entry.storeId, { ...entry }, { copy })
      await waitUntil('everything is acknowledged', async () => (await publisher.unacknowledged('sales')) === 0)
    },
    async writeAtCentral(entries) {
      const central = started('central')
      for (const entry of entries) {
        const name = centralDatabaseOf(String(entry['storeId']), salesDatabaseOf(String(entry['businessDate'])))
        await central.request('PUT', `/${name}`)
        await central.request('POST', `/${name}/_bulk_docs`, { docs: [entry] })
      }
    },
  }
}
