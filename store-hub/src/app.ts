// Builds the hub from its parts. A test can build it without a port.
//
//   terminals ──/db/──► couch-server ──► store ──► central-replication ──► central
//                           │              ├─────► change-publisher ────► NATS
//             document rules, refusals     ├─────► sync-log
//                                          └─────► live-socket ──/ws──► terminals
import { classesByPriority, clockNodeOfHub, createClock, salesDatabaseOf } from '@tidemark/contracts'
import type { Telemetry } from '@tidemark/telemetry'
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import { createCentralLine, createCentralReplication, type LineTimings } from './central-replication/index.ts'
import { createChangePublisher, createNatsLine } from './change-publisher/index.ts'
import type { HubConfig } from './config.ts'
import { couchServer, couchServerRouting } from './couch-server/index.ts'
import { useProblemDetails } from './errors.ts'
import { healthRoutes } from './health/index.ts'
import { openHubState } from './hub-state/index.ts'
import { liveSocket, type LiveSocketOptions } from './live-socket/index.ts'
import { pouchOf } from './pouchdb/index.ts'
import type { PouchDatabase } from './pouchdb/index.ts'
import { createReceiveTrace } from './receive-trace.ts'
import { requireOwnOrigin } from './request-origin.ts'
import { createStatusReader, registerMetrics, statusRoutes } from './status/index.ts'
import { openStore, type Store } from './store/index.ts'
import { lastLogStamp, openSyncLog } from './sync-log/index.ts'
import {
  createDocumentRules,
  createRefusals,
  createTerminals,
  terminalAccess,
  terminalRoutes,
  type Refusals,
  type TerminalPrincipal,
  type Terminals,
} from './terminals/index.ts'
import { terminalSite } from './terminal-site/index.ts'

export interface HubOptions {
  readonly config: HubConfig
  readonly telemetry: Telemetry
  readonly lineTimings?: LineTimings
  /** How often a document that central refuses is offered again. */
  readonly offerAgainMs?: number
  readonly socketTimings?: LiveSocketOptions['timings']
}

const hubVersion = '0.1.0'
/** What answers that are under way get at a stop. */
const closeGraceMs = 3000

/**
 * Opens the store and wires everything to it. `app.ready()` (or listening) begins replication and publication;
 * `app.close()` ends them and closes the store. Rejects when the store or the sync-log key can't be opened.
 */
export async function buildHub({
  config,
  telemetry,
  lineTimings,
  offerAgainMs,
  socketTimings,
}: HubOptions): Promise<FastifyInstance> {
  const { storeId, storeName } = config
  const logger: FastifyBaseLogger = pino({ level: config.logLevel, base: { service: 'tidemark-hub', storeId } })
  const store = await openStore({ directory: config.dataDirectory })
  const databases = await openClassDatabases(store)
  const state = await openHubState(store)
  const clock = createClock(clockNodeOfHub(storeId), Date.now, await lastLogStamp(store))
  const syncLog = await openSyncLog({ store, storeId, clock, directory: config.dataDirectory, logger })
  const refusals = await createRefusals({ state, syncLog, logger, now: () => new Date() })

  const centralLine = createCentralLine(config.central, lineTimings)
  const replication = await createCentralReplication({
    store,
    state,
    storeId,
    line: centralLine,
    syncLog,
    refusals,
    logger,
    ...(offerAgainMs !== undefined && { offerAgainMs }),
  })
  const natsLine = createNatsLine(config.natsUrl, `hub-${storeId}`, logger)
  const publisher = createChangePublisher({ store, storeId, line: natsLine, telemetry, logger })
  const terminals = await createTerminals({
    store,
    catalog: databases.catalog,
    state,
    storeId,
    storeName,
    clock,
    syncLog,
    logger,
    isReady: replication.hasHeardFromCentral,
  })

  const app = fastify({
    ...couchServerRouting,
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
  })
  useProblemDetails(app)
  requireOwnOrigin(app)
  terminalRoutes(app, terminals, refusals)
  healthRoutes(app, store)
  const socket = await liveSocket(app, {
    store,
    storeId,
    logger,
    authenticate: terminals.authenticate,
    wan: centralLine.state,
    onWan: centralLine.onChange,
    onRevoked: terminals.onRevoked,
    ...(socketTimings !== undefined && { timings: socketTimings }),
  })
  const reader = createStatusReader({
    store,
    storeId,
    storeName,
    replication,
    publisher,
    natsLine,
    terminals,
    refusals,
    liveSocket: socket,
  })
  statusRoutes(app, reader)
  registerMetrics(app, telemetry, reader, publisher)
  await registerDatabases(app, { store, terminals, refusals, telemetry, observe: clock.observe })
  await terminalSite(app, config.terminalUiDirectory)

  app.addHook('onReady', async () => {
    syncLog.start()
    replication.start()
    natsLine.start()
    publisher.start()
  })
  app.addHook('preClose', () => {
    // Browsers open connections ahead of need, and Node does not count one that never asked anything as idle: without an
    // end to its patience the hub would wait for them.
    setTimeout(() => app.server.closeAllConnections(), closeGraceMs).unref()
  })
  app.addHook('onClose', async () => {
    terminals.close()
    await Promise.all([replication.stop(), publisher.stop()])
    await natsLine.stop()
    await syncLog.close()
    await store.close()
  })
  return app
}

interface DatabaseParts {
  readonly store: Store
  readonly terminals: Terminals
  readonly refusals: Refusals
  readonly telemetry: Telemetry
  readonly observe: (stamp: string) => void
}

async function registerDatabases(app: FastifyInstance, parts: DatabaseParts): Promise<void> {
  const checkRules = createDocumentRules(Date.now)
  const traces = createReceiveTrace(parts.telemetry)
  const plugin = couchServer<TerminalPrincipal>({
    store: parts.store,
    access: terminalAccess(parts.terminals, () => new Date()),
    vendor: { name: 'Tidemark store hub', version: hubVersion },
    async validateDocument(write) {
      const refusal = await checkRules(write)
      if (refusal !== undefined) return refusal
      traces.arrived(write.database, write.document)
      parts.observe(String(write.document['at']))
      return undefined
    },
    onRefused: ({ principal, database, documents }) =>
      parts.refusals.record({ database, origin: principal.incarnation, documents }),
    onAccepted: ({ database, documents }) => traces.stored(database, documents),
  })
  await app.register(plugin, { prefix: '/db' })
}

/** Every class has its database from the start; sales begin with the present month. */
async function openClassDatabases(store: Store): Promise<{ readonly catalog: PouchDatabase }> {
  const open = async (name: string): Promise<PouchDatabase> =>
    pouchOf(store.database(name) ?? (await store.create(name)))
  for (const entityClass of classesByPriority) {
    await open(entityClass === 'sales' ? salesDatabaseOf(new Date().toISOString()) : entityClass)
  }
  return { catalog: await open('catalog') }
}
