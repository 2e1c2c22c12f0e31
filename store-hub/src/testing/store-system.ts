import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { HubStatus } from '@tidemark/contracts'
import { startTelemetry } from '@tidemark/telemetry'
import type { FastifyInstance } from 'fastify'
import { buildHub, type HubOptions } from '../app.ts'
import { pouchOf } from '../pouchdb/index.ts'
import { loadConfig, type HubConfig } from '../config.ts'
import { startCentral, centralCredentials, type Central } from './central.ts'
import { eventually } from './eventually.ts'
import { startNats, type NatsProcess } from './nats-process.ts'
import { enrolTill, type EnrolledTill } from './till.ts'
import { openTcpLink, type TcpLink } from './tcp-link.ts'

export interface TestHubOptions extends Partial<
  Pick<HubOptions, 'lineTimings' | 'offerAgainMs' | 'leaseTimings' | 'reportTimings' | 'socketTimings'>
> {
  readonly enrolment?: HubConfig['enrolment']
  readonly tokenLifetimeMs?: number
  /** URL of another central than the system's. */
  readonly central?: string
  /** Data folder in the system's, default `hub`. */
  readonly folder?: string
}

/** A hub with its central and NATS, each behind a line that can be cut, all in one temporary folder. */
export interface StoreSystem {
  readonly directory: string
  readonly central: Central
  readonly nats: NatsProcess
  readonly centralLink: TcpLink
  readonly natsLink: TcpLink
  /** Environment of a hub process of this system. */
  environment(port: number): Record<string, string>
  startHub(options?: TestHubOptions): Promise<RunningHub>
  close(): Promise<void>
}

export interface RunningHub {
  readonly app: FastifyInstance
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  enrol(lane: number, query?: string): Promise<Response>
  /** Waits until the hub has heard from central, then enrols. */
  enrolWhenReady(lane: number): Promise<EnrolledTill>
  status(): Promise<HubStatus>
  close(): Promise<void>
}

/** Who may change products and decide conflicts; a hub knows them before it enrols a till. */
const manager = {
  _id: 'cashier:m1',
  type: 'cashier',
  schemaVersion: 1,
  storeId: 'hq',
  at: '2026-11-01T00:00:00.000Z-0000-hq',
  by: { id: 'hq', role: 'head-office' },
  name: 'Mara',
  role: 'manager',
  status: 'active',
}

export async function startStore(): Promise<StoreSystem> {
  const directory = await mkdtemp(path.join(tmpdir(), 'hub-'))
  const central = await startCentral(directory)
  await pouchOf(central.store.database('catalog') ?? (await central.store.create('catalog'))).put(manager)
  const nats = await startNats(path.join(directory, 'nats'))
  const centralLink = await openTcpLink(central.port)
  const natsLink = await openTcpLink(nats.port)
  const hubs: RunningHub[] = []
  const environment = (port: number): Record<string, string> => ({
    STORE_ID: 's001',
    STORE_NAME: 'Harbour Street',
    HUB_PORT: String(port),
    HUB_DATA_DIR: path.join(directory, 'hub'),
    COUCHDB_URL: `http://${centralCredentials}@127.0.0.1:${centralLink.port}`,
    NATS_URL: `nats://127.0.0.1:${natsLink.port}`,
    HUB_ENROLMENT: 'open',
    LOG_LEVEL: 'silent',
  })
  return {
    directory,
    central,
    nats,
    centralLink,
    natsLink,
    environment,
    async startHub({ central: otherCentral, folder = 'hub', enrolment = 'open', tokenLifetimeMs, ...options } = {}) {
      const other = otherCentral === undefined ? {} : { COUCHDB_URL: otherCentral }
      const data = {
        HUB_DATA_DIR: path.join(directory, folder),
        HUB_ENROLMENT: enrolment,
        ...(tokenLifetimeMs !== undefined && { HUB_TOKEN_SECONDS: String(tokenLifetimeMs / 1000) }),
      }
      const hub = await startHub({ ...environment(0), ...data, ...other }, options)
      hubs.push(hub)
      return hub
    },
    async close() {
      for (const hub of hubs) await hub.close()
      await Promise.all([centralLink.close(), natsLink.close(), nats.kill()])
      await central.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function startHub(env: Record<string, string>, options: Partial<HubOptions>): Promise<RunningHub> {
  const loaded = loadConfig(env)
  if (!loaded.ok) throw new Error(loaded.problems.join('; '))
  const telemetry = startTelemetry({ serviceName: 'tidemark-hub' })
  const app = await buildHub({ config: loaded.config, telemetry, ...options })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  let closing: Promise<void> | undefined
  return {
    app,
    url,
    enrol: async (lane, query) => (await enrolTill(url, lane, query)).response,
    enrolWhenReady: (lane) =>
      eventually('the hub enrols terminals', async () => {
        const { response, till } = await enrolTill(url, lane)
        return response.status === 201 && till()
      }),
    status: async () => (await (await fetch(`${url}/api/status`)).json()) as HubStatus,
    close() {
      closing ??= Promise.resolve(app.close()).then(() => telemetry.shutdown())
      return closing
    },
  }
}
