// Builds the hub from its parts. A test can build it without a port.
//
//   terminals ──/db/──► couch-server ──► store ──► central-replication ──► central
//                           │              ├─────► change-publisher ────► NATS
//             document rules, refusals     ├─────► sync-log
//                                          ├─────► stock ──/api/stock──► terminals
//                                          └─────► live-socket ──/ws──► terminals
import { classesByPriority, clockNodeOfHub, createClock, salesDatabaseOf, type Conflict } from '@tidemark/contracts'
import type { Telemetry } from '@tidemark/telemetry'
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance, type FastifyRequest } from 'fastify'
import { pino } from 'pino'
import {
  createCentralLine,
  createCentralReplication,
  openHeardNote,
  type LineTimings,
  type RefusalDesk,
} from './central-replication/index.ts'
import { makeAdministratorToken, openAdministration } from './administration/index.ts'
import { logRestore, requireNoUnfinishedRestore } from './backup/index.ts'
import { createChangePublisher, createNatsLine } from './change-publisher/index.ts'
import type { HubConfig } from './config.ts'
import { couchServer, couchServerRouting } from './couch-server/index.ts'
import { createDelegatedWrites } from './delegated-writes/index.ts'
import { createDurability, durabilityRoutes } from './durability/index.ts'
import { useProblemDetails } from './errors.ts'
import { createHeadOfficeReport, type ReportTimings } from './head-office-report/index.ts'
import { healthRoutes } from './health/index.ts'
import { openHubState } from './hub-state/index.ts'
import {
  createLease,
  createRewindGuard,
  openIdentity,
  publishWhileHolding,
  readOnlyGate,
  type LeaseTimings,
  type RewindGuard,
} from './identity/index.ts'
import { liveSocket, type LiveSocketOptions } from './live-socket/index.ts'
import { describeApi } from './openapi.ts'
import { pouchOf } from './pouchdb/index.ts'
import type { PouchDatabase } from './pouchdb/index.ts'
import { createOffers, keepRefused, openQuarantine, quarantineRoutes, type Quarantine } from './quarantine/index.ts'
import { createReceiveTrace } from './receive-trace.ts'
import { requireOwnOrigin } from './request-origin.ts'
import { createStatusReader, registerMetrics, statusRoutes } from './status/index.ts'
import { openStock } from './stock/index.ts'
import { openStore, type Store } from './store/index.ts'
import { openSyncApi, type RejectedOperation } from './sync-api/index.ts'
import { lastLogStamp, openSyncLog, type SyncLog } from './sync-log/index.ts'
import {
  createDocumentRules,
  createTerminals,
  isOpenPeriod,
  logRefusedRequests,
  principalOf,
  terminalAccess,
  terminalRoutes,
  type TerminalAccess,
  type TerminalPrincipal,
  type Terminals,
} from './terminals/index.ts'
import { terminalSite } from './terminal-site/index.ts'
import { importRoutes } from './unsent-files/index.ts'
import { hubVersion } from './version.ts'

export interface HubOptions {
  readonly config: HubConfig
  readonly telemetry: Telemetry
  readonly lineTimings?: LineTimings
  /** How often a document that central refuses is offered again. */
  readonly offerAgainMs?: number
  readonly leaseTimings?: Partial<LeaseTimings>
  readonly reportTimings?: ReportTimings
  readonly socketTimings?: LiveSocketOptions['timings']
}

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
  leaseTimings,
  reportTimings,
  socketTimings,
}: HubOptions): Promise<FastifyInstance> {
  const { storeId, storeName } = config
  const logger: FastifyBaseLogger = pino({ level: config.logLevel, base: { service: 'tidemark-hub', storeId } })
  await requireNoUnfinishedRestore(config.dataDirectory)
  const store = await openStore({ directory: config.dataDirectory })
  const databases = await openClassDatabases(store)
  const state = await openHubState(store)
  const clock = createClock(clockNodeOfHub(storeId), Date.now, lastLogStamp(store))
  const syncLog = await openSyncLog({ store, storeId, clock, directory: config.dataDirectory, logger })
  await logRestore(config.dataDirectory, syncLog.append)
  const quarantine = await openQuarantine({ store, syncLog, logger })

  const centralLine = createCentralLine(config.central, lineTimings)
  const rewind = createRewindGuard({ store, logger })
  const lease = createLease({
    store,
    storeId,
    line: centralLine,
    identity: await openIdentity(config.dataDirectory),
    rewind,
    logger,
    timings: { takeAfterMs: config.leaseTakeAfterMs, ...leaseTimings },
  })
  const replication = createCentralReplication({
    store,
    storeId,
    line: centralLine,
    fence: lease,
    heard: await openHeardNote(state),
    isOpenPeriod: (period) => isOpenPeriod(period, new Date()),
    desk: refusalDesk(quarantine),
    async onRun(run) {
      // The log's own journey is not logged: each such entry would have to travel again.
      if (run.database !== 'sync-log') await syncLog.append({ kind: 'replication-run', ...run })
    },
    async onRewound({ message }) {
      await rewind.notice({ source: 'central', epoch: store.uuid, reason: message })
    },
    logger,
    ...(offerAgainMs !== undefined && { offerAgainMs }),
  })
  const natsLine = createNatsLine({
    url: config.natsUrl,
    name: `hub-${storeId}`,
    replicas: config.natsReplicas,
    logger,
  })
  const publisher = createChangePublisher({
    store,
    storeId,
    line: publishWhileHolding(natsLine, lease),
    telemetry,
    logger,
    onWithoutBody: (change) => syncLog.append({ kind: 'published-without-body', ...change }),
    onUnpublishable: ({ database, ...document }) =>
      quarantine.record({ database, origin: 'nats', documents: [{ ...document, text: undefined }] }),
  })
  const terminals = await createTerminals({
    store,
    catalog: databases.catalog,
    state,
    directory: config.dataDirectory,
    storeId,
    storeName,
    clock,
    syncLog,
    logger,
    enrolment: config.enrolment,
    tokenLifetimeMs: config.tokenLifetimeMs,
    isReady: replication.hasHeardFromCentral,
  })

  const app = fastify({
    ...couchServerRouting,
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
  })
  useProblemDetails(app)
  requireOwnOrigin(app, () => terminals.noteAccess('origin-foreign'))
  logRefusedRequests(app, terminals)
  readOnlyGate(app, lease.readOnlyReason)
  await describeApi(app, hubVersion)
  terminalRoutes(app, terminals)
  healthRoutes(app, store)
  const socket = await liveSocket(app, {
    store,
    storeId,
    logger,
    authenticate: terminals.authenticate,
    isWelcome: ({ incarnation }) => terminals.holderOf(incarnation) !== undefined,
    onRefused: terminals.noteRefused,
    wan: centralLine.state,
    onWan: centralLine.onChange,
    onRevoked: terminals.onRevoked,
    conflicts: () => syncLog.conflicts().length,
    onConflicts: syncLog.onConflicts,
    readOnlyReason: lease.readOnlyReason,
    onReadOnly: lease.onChange,
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
    quarantine,
    liveSocket: socket,
    lease,
  })
  statusRoutes(app, reader)
  const report = createHeadOfficeReport({ storeId, line: centralLine, lease, reader, logger, timings: reportTimings })
  registerMetrics(app, telemetry, reader, publisher)
  const access = terminalAccess(terminals, () => new Date())
  const writes = createDelegatedWrites<TerminalPrincipal>(app)
  const senderOf = (origin: string): TerminalPrincipal | undefined => {
    const holder = terminals.holderOf(origin)
    return holder === undefined ? undefined : principalOf(holder)
  }
  const offers = createOffers({ writes, quarantine, senderOf })
  const authenticate: TerminalAccess['authenticate'] = (request) =>
    writes.principalOf(request) ?? access.authenticate(request)
  const observe = clock.observe
  await registerDatabases(app, {
    store,
    access: { ...access, authenticate },
    quarantine,
    rewind,
    telemetry,
    observe,
    append: syncLog.append,
    onRevoked: terminals.onRevoked,
  })
  const isAdministrator = await makeAdministratorToken(config.dataDirectory)
  const isTerminal = (request: FastifyRequest): boolean => access.authenticate(request) !== undefined
  durabilityRoutes(app, { durability: createDurability({ store, syncLog, replication }), isTerminal })
  importRoutes(app, {
    store,
    storeId,
    writes,
    quarantine,
    senderOf,
    append: syncLog.append,
    isAdministrator,
    authenticate: access.authenticate,
  })
  quarantineRoutes(app, { quarantine, offer: offers.offer, isAdministrator, isTerminal })
  openAdministration(app, {
    store,
    directory: config.dataDirectory,
    storeId,
    hubVersion,
    isAdministrator,
    status: reader.read,
    quarantined: quarantine.size,
    takeLease: lease.take,
    append: syncLog.append,
    makeEnrolmentCode: terminals.makeEnrolmentCode,
  })
  const stock = openStock({
    app,
    store,
    directory: config.dataDirectory,
    logger,
    isTerminal,
    now: () => new Date(),
  })
  const syncApi = await openSyncApi({
    app,
    store,
    storeId,
    clock,
    syncLog,
    logger,
    now: () => new Date(),
    authenticate: access.authenticate,
    keepRejected: (origin, rejected) => keepRejected(quarantine, origin, rejected),
    onAhead: rewind.sinceAhead,
  })
  await terminalSite(app, config.terminalUiDirectory)

  app.addHook('onReady', async () => {
    syncLog.start()
    lease.start()
    report.start()
    replication.start()
    natsLine.start()
    publisher.start()
    await syncApi.start()
    stock.start()
  })
  app.addHook('preClose', () => {
    // Browsers open connections ahead of need, and Node does not count one that never asked anything as idle: without an
    // end to its patience the hub would wait for them.
    setTimeout(() => app.server.closeAllConnections(), closeGraceMs).unref()
  })
  app.addHook('onClose', async () => {
    await terminals.close()
    await Promise.all([replication.stop(), publisher.stop(), lease.stop(), report.stop()])
    await natsLine.stop()
    await syncApi.close()
    await stock.close()
    await quarantine.close()
    await syncLog.close()
    await store.close()
  })
  return app
}

interface DatabaseParts {
  readonly store: Store
  readonly access: TerminalAccess
  readonly quarantine: Quarantine
  readonly rewind: RewindGuard
  readonly telemetry: Telemetry
  readonly observe: (stamp: string) => void
  readonly append: SyncLog['append']
  readonly onRevoked: Terminals['onRevoked']
}

async function registerDatabases(app: FastifyInstance, parts: DatabaseParts): Promise<void> {
  const checkRules = createDocumentRules(Date.now, (name) => parts.store.database(name))
  const traces = createReceiveTrace(parts.telemetry)
  const plugin = couchServer<TerminalPrincipal>({
    store: parts.store,
    access: parts.access,
    vendor: { name: 'Tidemark store hub', version: hubVersion },
    async validateDocument(write) {
      const refusal = await checkRules(write)
      if (refusal !== undefined) return refusal
      traces.arrived(write.database, write.document)
      parts.observe(String(write.document['at']))
      return undefined
    },
    onRightsLost: parts.onRevoked,
    onClientAhead: ({ principal, database, since }) =>
      parts.rewind.sinceAhead({ database, since, who: principal.incarnation }),
    onRefused: ({ principal, database, replicated, documents }) =>
      keepRefused(parts.quarantine, { database, origin: principal.incarnation, replicated, documents }),
    async onAccepted({ principal, database, documents }) {
      parts.quarantine.accepted({ database, by: 'hub', ids: documents.map(({ id }) => id) })
      if (database === 'conflicts') await logDecisions(parts, principal.incarnation, documents)
      await traces.stored(database, documents)
    },
  })
  await app.register(plugin, { prefix: '/db' })
}

async function keepRejected(
  quarantine: Quarantine,
  origin: string,
  rejected: readonly RejectedOperation[],
): Promise<void> {
  for (const [database, documents] of Map.groupBy(rejected, (one) => one.database)) {
    await quarantine.record({ database, origin, replicated: false, documents })
  }
}

/** Decisions that a manager made at a till, perhaps while this hub was away. */
async function logDecisions(
  { store, append }: DatabaseParts,
  incarnation: string,
  documents: readonly { readonly id: string; readonly rev: string }[],
): Promise<void> {
  for (const { id, rev } of documents) {
    const stored = store.database('conflicts')?.read(id, rev)
    const { decision } = JSON.parse(stored?.body ?? '{}') as Partial<Conflict>
    if (decision === undefined || decision.kind === 'rule') continue
    await append({
      kind: 'conflict-decided',
      conflict: id,
      by: decision.by.id,
      incarnation,
      decision: decision.kind,
      rev: decision.rev,
    })
  }
}

/** What central refuses of what the hub sends, or what the store can't keep of what central sends. */
function refusalDesk(quarantine: Quarantine): RefusalDesk {
  return {
    record: ({ database }, documents) =>
      quarantine.record({
        database,
        origin: 'central',
        documents: documents.map((document) => ({ ...document, text: undefined })),
      }),
    accepted: ({ database }, ids) => quarantine.accepted({ database, by: 'central', ids }),
  }
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
