/**
 * The whole system on one machine: central, NATS, trace collector, four services, and for each store a hub behind three WAN links.
 *
 *     hub s001 ──► link ──► central          a hub knows only its links, so cutting them is cutting its store off:
 *              ──► link ──► NATS             services stay at the centre and reach central and NATS directly
 *              ──► link ──► trace collector
 *
 * `startSystem` either returns a running system or throws and leaves nothing running.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { HubStatus, type Product } from '@tidemark/contracts'
import type { FastifyInstance } from 'fastify'
import { host, serviceList, type Ports, type ServiceName, type StorePorts } from './addresses.ts'
import { ask } from './ask.ts'
import { demoProducts, seedCentral, type DemoStore } from './catalogue/index.ts'
import { centralFor, natsFor, type Endpoint } from './centre.ts'
import type { MachineConfig } from './config.ts'
import { SetupError } from './errors.ts'
import { openIssuer, type Issuer } from './issuer.ts'
import { createSupervisor, type Supervisor } from './processes.ts'
import { hubName, hubProcess, serviceProcess } from './process-specs.ts'
import { buildTraceCollector } from './trace-collector/index.ts'
import { openWanLink, type WanLink } from './wan-link.ts'

/** Shows a step with its time; the caller decides how. */
export type Progress = <Result>(title: string, work: () => Promise<Result>) => Promise<Result>

export interface SystemOptions {
  readonly stores: readonly DemoStore[]
  readonly ports: Ports
  readonly dataDir: string
  readonly machine: MachineConfig
  readonly couchdbUrl?: string
  readonly natsUrl?: string
  /** Which services run; all of them when absent. */
  readonly services?: readonly ServiceName[]
  /** The catalogue; the demo's 5,000 products when absent. */
  readonly products?: readonly Product[]
  /** More of the hubs' configuration. */
  readonly hubEnvironment?: Readonly<Record<string, string>>
  readonly progress: Progress
  readonly onUnexpectedEnd: (name: string, how: string) => void
  /** Ends what has been started so far and makes `startSystem` throw. */
  readonly signal: AbortSignal
}

export interface SystemStore extends DemoStore {
  readonly hubUrl: string
  /** All three links are either up or cut. */
  readonly isWanUp: boolean
}

export interface System {
  readonly urls: {
    /** With credentials: not for showing. */
    readonly central: string
    readonly nats: string
    readonly traces: string
    readonly services: Readonly<Record<(typeof serviceList)[number], string>>
    /** Head office's console. It signs people in at the demo page. */
    readonly console: string
  }
  readonly stores: readonly SystemStore[]
  /** Tokens for the services. */
  readonly issuer: Pick<Issuer, 'managerToken' | 'tokenFor'>
  readonly supervisor: Pick<Supervisor, 'list' | 'lastLines'>
  cutWan(storeId: string): void
  restoreWan(storeId: string): void
  /** SIGKILL, as a power cut. */
  killHub(storeId: string): Promise<void>
  startHub(storeId: string): Promise<void>
  stop(): Promise<void>
}

const catalogueTimeoutMs = 120_000
const catalogueLookMs = 250

interface StoreParts {
  readonly store: DemoStore
  readonly ports: StorePorts
  readonly links: readonly WanLink[]
}

/** Throws a SetupError or ProcessError; whatever had been started is ended first. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { dataDir, progress } = options
  mkdirSync(dataDir, { recursive: true })
  const supervisor = createSupervisor({ logDir: join(dataDir, 'logs'), onUnexpectedEnd: options.onUnexpectedEnd })
  const parts: { collector?: FastifyInstance; stores: StoreParts[] } = { stores: [] }

  async function stop(): Promise<void> {
    const hubs = options.stores.map((store) => hubName(store.storeId))
    await supervisor.stopAll([hubs, serviceList])
    await Promise.all(parts.stores.flatMap((store) => store.links.map((link) => link.close())))
    await parts.collector?.close()
  }

  const onAbort = () => void stop()
  options.signal.addEventListener('abort', onAbort, { once: true })
  try {
    options.signal.throwIfAborted()
    const issuer = await openIssuer(dataDir)
    const central = await centralFor(options, supervisor)
    const nats = await natsFor(options, supervisor)
    parts.collector = await progress('trace collector', () => startCollector(options.ports.traces))
    await progress('catalogue and opening stock', () =>
      seedCentral(central.url, options.stores, options.products ?? demoProducts()),
    )
    await progress('services', () => startServices(options, supervisor, { central, nats, issuer }))
    for (const [index, store] of options.stores.entries()) {
      const ports = options.ports.stores[index]
      if (ports === undefined) throw new RangeError(`no ports for ${store.storeId}`)
      parts.stores.push({ store, ports, links: await openLinks(ports, central, nats, options.ports.traces) })
    }
    const startHub = (part: StoreParts) => supervisor.start(hubSpecOf(options, part, central, nats))
    await progress('store hubs', () => Promise.all(parts.stores.map(startHub)))
    await progress('catalogue in every store', () => Promise.all(parts.stores.map(untilStocked)))
    return systemOf(options, supervisor, parts.stores, { central, nats, issuer, startHub, stop })
  } catch (error) {
    await stop()
    throw error
  } finally {
    options.signal.removeEventListener('abort', onAbort)
  }
}

/** A hub enrols no till before it has heard from head office, so that an empty one can't give out numbers that were in use. */
async function untilStocked({ store, ports }: StoreParts): Promise<void> {
  const deadline = Date.now() + catalogueTimeoutMs
  while (Date.now() < deadline) {
    const answer = await ask(HubStatus, `${urlOf(ports.hub)}/api/status`)
    const databases = answer.kind === 'found' ? answer.body.databases : []
    const catalogue = databases.find((database) => database.entityClass === 'catalog')
    if (catalogue?.pull?.lastSuccessAt) return
    await sleep(catalogueLookMs)
  }
  throw new SetupError(
    `the hub of ${store.storeId} has not received the catalogue within ${catalogueTimeoutMs / 1000} s`,
  )
}

interface Centre {
  readonly central: Endpoint
  readonly nats: Endpoint
  readonly issuer: Issuer
}

interface Running extends Centre {
  readonly startHub: (part: StoreParts) => Promise<void>
  readonly stop: () => Promise<void>
}

function systemOf(
  options: SystemOptions,
  supervisor: Supervisor,
  stores: readonly StoreParts[],
  { central, nats, issuer, startHub, stop }: Running,
): System {
  const partOf = (storeId: string): StoreParts => {
    const part = stores.find((candidate) => candidate.store.storeId === storeId)
    if (part === undefined) throw new RangeError(`no store ${storeId}`)
    return part
  }
  return {
    urls: {
      central: central.url,
      nats: nats.url,
      traces: urlOf(options.ports.traces),
      services: {
        sales: urlOf(options.ports.services.sales),
        inventory: urlOf(options.ports.services.inventory),
        conflicts: urlOf(options.ports.services.conflicts),
        'sync-log': urlOf(options.ports.services['sync-log']),
      },
      console: `${urlOf(options.ports.services.sales)}/console/`,
    },
    stores: stores.map(({ store, ports, links }) => ({
      ...store,
      hubUrl: urlOf(ports.hub),
      get isWanUp() {
        return links.every((link) => link.isConnected)
      },
    })),
    issuer,
    supervisor,
    cutWan: (storeId) => partOf(storeId).links.forEach((link) => link.cut()),
    // Traces first: the publisher reports a sale's spans as soon as NATS is back, and they are to have somewhere to go.
    restoreWan: (storeId) =>
      partOf(storeId)
        .links.toReversed()
        .forEach((link) => link.restore()),
    killHub: (storeId) => supervisor.kill(hubName(partOf(storeId).store.storeId)),
    startHub: (storeId) => startHub(partOf(storeId)),
    stop,
  }
}

async function startCollector(port: number): Promise<FastifyInstance> {
  const collector = buildTraceCollector()
  await collector.listen({ port, host })
  return collector
}

async function startServices(
  options: SystemOptions,
  supervisor: Supervisor,
  { central, nats, issuer }: Centre,
): Promise<void> {
  const { ports, machine, dataDir } = options
  const tracesUrl = urlOf(ports.traces)
  const console = {
    inventoryUrl: urlOf(ports.services.inventory),
    conflictsUrl: urlOf(ports.services.conflicts),
    syncLogUrl: urlOf(ports.services['sync-log']),
    signInUrl: `${urlOf(ports.page)}/demo/token`,
  }
  const specs = (options.services ?? serviceList).map((name) =>
    serviceProcess(name, {
      port: ports.services[name],
      couchdbUrl: central.url,
      natsUrl: nats.url,
      tracesUrl,
      issuer,
      dataDir,
      console,
      machine,
    }),
  )
  await Promise.all(specs.map((spec) => supervisor.start(spec)))
}

async function openLinks(ports: StorePorts, central: Endpoint, nats: Endpoint, traces: number): Promise<WanLink[]> {
  return [
    await openWanLink({ host, port: ports.wanCentral, target: central.address }),
    await openWanLink({ host, port: ports.wanNats, target: nats.address }),
    await openWanLink({ host, port: ports.wanTraces, target: { host, port: traces } }),
  ]
}

function hubSpecOf(options: SystemOptions, part: StoreParts, central: Endpoint, nats: Endpoint) {
  const { store, ports } = part
  return hubProcess({
    ...store,
    port: ports.hub,
    dataDir: join(options.dataDir, `hub-${store.storeId}`),
    couchdbUrl: throughLink(central.url, ports.wanCentral),
    natsUrl: throughLink(nats.url, ports.wanNats),
    tracesUrl: urlOf(ports.wanTraces),
    machine: options.machine,
    ...(options.hubEnvironment !== undefined && { environment: options.hubEnvironment }),
  })
}

/** The same URL, credentials included, with the address of a link in place of the real one. */
function throughLink(url: string, port: number): string {
  const link = new URL(url)
  link.hostname = host
  link.port = String(port)
  return link.href
}

export function urlOf(port: number): string {
  return `http://${host}:${port}`
}
