/**
 * The life of a service.
 *
 *     listen ──► CouchDB: create database, build views ──► reconcile ─┐
 *        │            (again until it works)                          ├──► ready
 *        └─────► NATS: connect (again until it works) ──► consume ────┘
 *
 *     stop: fetch no more → finish and acknowledge the batch → close HTTP → close NATS → send the last spans
 *
 * It answers `/health/live` from the first moment. A dependency that is away at the start is waited for, without an end.
 */
import { jetstream } from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import type { FastifyBaseLogger } from 'fastify'
import { Type } from 'typebox'
import type { EntityClass } from '@tidemark/contracts'
import { startTelemetry, type Telemetry } from '@tidemark/telemetry'
import type { ServiceConfig } from './config.ts'
import { connectCouch, type CouchClient } from './couch/couch-client.ts'
import { openDatabase, type CouchDatabase } from './couch/couch-database.ts'
import { ensureDatabase, ensureDesignDocument, type DesignDocument } from './couch/prepare-database.ts'
import { buildViews, startViewWarmer, type ViewWarmer } from './couch/view-warmer.ts'
import { describeError } from './errors.ts'
import type { HandleBatch, SpanNames } from './feed/handle-batch.ts'
import { startMessageConsumer, type MessageConsumer } from './feed/message-consumer.ts'
import type { CheckSource } from './feed/source-document.ts'
import { connectNats } from './feed/nats-connection.ts'
import { closeGently } from './http/gentle-close.ts'
import { buildServiceApp, type ServiceApp } from './http/service-app.ts'
import { backoffMs, pause } from './pause.ts'
import { startReconciler, type Reconciler } from './reconciliation/reconciler.ts'
import { keepStoreRules, type StoreRulesKeeper } from './store-rules/keep-store-rules.ts'
import { createTokenVerifier } from './sign-in/verify-token.ts'

export interface ServiceParts {
  readonly client: CouchClient
  /** The service's own database. */
  readonly database: CouchDatabase
  readonly telemetry: Telemetry
  readonly logger: FastifyBaseLogger
}

export interface ServiceDefinition {
  /** Durable consumer and dead letters, such as `sales`. */
  readonly name: string
  /** From `serviceNames` of the contracts. */
  readonly telemetryName: string
  readonly title: string
  readonly description: string
  /** Name of the service's own database. */
  readonly database: string
  readonly designDocuments: readonly DesignDocument[]
  /** Filters of the consumer. */
  readonly subjects: readonly string[]
  /** Classes of databases that reconciliation reads. */
  readonly classes: readonly EntityClass[]
  readonly spans: SpanNames
  /** True for the one service that puts the store rules into the databases of the stores and the catalogue. */
  readonly keepsStoreRules?: boolean
  /** What a document must be to be given to `handle`; valid, unless this says otherwise. */
  readonly check?: CheckSource
  /** Called once, before anything is connected. */
  readonly assemble: (parts: ServiceParts) => {
    readonly handle: HandleBatch
    readonly addRoutes: (app: ServiceApp) => void
  }
}

export interface RunningService {
  /** Such as `http://127.0.0.1:4711`. */
  readonly address: string
  readonly app: ServiceApp
  /** Drains; resolves when nothing of the service runs any more. */
  stop(): Promise<void>
}

export interface StartOptions {
  readonly logger: FastifyBaseLogger
  /** Milliseconds between rounds of reconciliation; 5000 unless given. */
  readonly reconcileEveryMs?: number
  /** Milliseconds after which JetStream delivers an unacknowledged message again; 30,000 unless given. */
  readonly ackWaitMs?: number
}

const defaultReconcileEveryMs = 5000
const defaultAckWaitMs = 30_000
const Up = Type.Object({})

export async function startService(
  config: ServiceConfig,
  definition: ServiceDefinition,
  options: StartOptions,
): Promise<RunningService> {
  const { logger } = options
  const telemetry = startTelemetry({ serviceName: definition.telemetryName, otlpEndpoint: config.otlpEndpoint })
  const client = connectCouch(config.couchUrl)
  const database = openDatabase(client, definition.database)
  const service = definition.assemble({ client, database, telemetry, logger })
  const stopping = new AbortController()
  let prepared = false
  let connection: NatsConnection | undefined
  let consumer: MessageConsumer | undefined
  let reconciler: Reconciler | undefined
  let warmer: ViewWarmer | undefined
  let rulesKeeper: StoreRulesKeeper | undefined
  const handle: HandleBatch = async (batch) => {
    const outcomes = await service.handle(batch)
    warmer?.touch()
    return outcomes
  }

  async function prepare(): Promise<void> {
    await ensureDatabase(client, definition.database)
    for (const design of definition.designDocuments) await ensureDesignDocument(database, design)
  }

  const app = await buildServiceApp({
    title: definition.title,
    description: definition.description,
    telemetry,
    logger,
    verifyToken: createTokenVerifier(config.signIn),
    requestsPerMinute: config.requestsPerMinute,
    isStopping: () => stopping.signal.aborted,
    checks: {
      async service() {
        // Whoever shares out requests stops sending them here, while those that are under way are still answered.
        if (stopping.signal.aborted) throw new Error('is stopping')
      },
      async couchdb() {
        if (!prepared) throw new Error('not reached yet')
        await client.request(Up, { path: '_up', timeoutMs: 2500 })
      },
      async nats() {
        if (connection === undefined) throw new Error('not reached yet')
        await jetstream(connection, { timeout: 2500 })
          .jetstreamManager()
          .then((manager) => manager.getAccountInfo())
      },
    },
  })
  service.addRoutes(app)
  const address = await app.listen({ host: config.host, port: config.port })
  logger.info({ address }, `${definition.name} listens`)
  if (config.signIn.kind === 'off') logger.warn('AUTH=off: whoever reaches this address may do everything')

  async function reachCouch(): Promise<void> {
    await untilItWorks('CouchDB', stopping.signal, logger, async () => {
      await prepare()
      await buildViews(database, definition.designDocuments, stopping.signal, logger)
    })
    if (stopping.signal.aborted) return
    prepared = true
    logger.info({ database: definition.database }, 'CouchDB is reached')
  }

  async function reachNats(): Promise<void> {
    await untilItWorks('NATS', stopping.signal, logger, async () => {
      connection = await connectNats(config.natsUrl, definition.telemetryName)
    })
    if (connection !== undefined) logger.info({ server: connection.getServer() }, 'NATS is reached')
  }

  const common = { handle, recover: prepare, spans: definition.spans, check: definition.check, telemetry, logger }
  const couchReached = reachCouch()
  const started = Promise.all([
    couchReached.then(() => {
      if (stopping.signal.aborted) return
      warmer = startViewWarmer(database, definition.designDocuments, logger)
      const everyMs = options.reconcileEveryMs ?? defaultReconcileEveryMs
      const feedBacklog = (): number => consumer?.backlog() ?? 0
      reconciler = startReconciler({ ...common, client, database, classes: definition.classes, everyMs, feedBacklog })
      if (definition.keepsStoreRules === true) rulesKeeper = keepStoreRules(client, logger, everyMs)
    }),
    Promise.all([couchReached, reachNats()]).then(() => {
      if (stopping.signal.aborted || connection === undefined) return
      const { name, subjects } = definition
      const ackWaitMs = options.ackWaitMs ?? defaultAckWaitMs
      consumer = startMessageConsumer({ ...common, connection, service: name, subjects, ackWaitMs })
    }),
  ])

  return {
    address,
    app,
    async stop() {
      logger.info('draining')
      stopping.abort()
      await started
      warmer?.stop()
      await Promise.all([consumer?.stop(), reconciler?.stop(), rulesKeeper?.stop()])
      await closeGently(app)
      await connection?.close()
      await telemetry.shutdown()
      logger.info('stopped')
    },
  }
}

async function untilItWorks(
  what: string,
  signal: AbortSignal,
  logger: FastifyBaseLogger,
  work: () => Promise<void>,
): Promise<void> {
  for (let failures = 0; !signal.aborted; failures += 1) {
    try {
      return await work()
    } catch (error) {
      const waitMs = backoffMs(failures)
      logger.warn({ reason: describeError(error), waitMs }, `${what} is away; trying again`)
      await pause(waitMs, signal)
    }
  }
}
