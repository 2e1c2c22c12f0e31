// Publishes each change of the store's databases to JetStream. The changes feed is the queue; there is no second one.
//
//   database ──changes after checkpoint──► 200 at most ──64 in flight──► JetStream ──PubAck──► _local/publisher
//
// 1. The checkpoint moves only over the unbroken row of changes that have their PubAck (or are not ours to publish).
// 2. A batch is finished before the next is read, and a document is in a batch once: its revisions go out in order.
// 3. After a failure it starts again from the checkpoint. Repeats carry the same Nats-Msg-Id.
// 4. A checkpoint of another epoch is not believed.
// 5. Sales come first: after each batch the order of priority is looked at anew.
import {
  attributeNames,
  changeMessageId,
  classesByPriority,
  classOfDatabase,
  salesPeriodOf,
  spanNames,
  type ChangeMessage,
  type EntityClass,
  type FeedStatus,
  type TraceOrigin,
} from '@tidemark/contracts'
import type { Telemetry } from '@tidemark/telemetry'
import type { FastifyBaseLogger } from 'fastify'
import { describeError } from '../errors.ts'
import { readDocument } from '../hub-state/index.ts'
import { pouchOf } from '../pouchdb/index.ts'
import type { PouchDatabase } from '../pouchdb/index.ts'
import type { Store } from '../store/index.ts'
import { readChangeBatch, subjectOf } from './change-batch.ts'
import { runContiguous } from './in-flight.ts'
import type { NatsLine } from './nats-line.ts'

export interface ChangePublisherOptions {
  readonly store: Store
  readonly storeId: string
  readonly line: NatsLine
  readonly telemetry: Telemetry
  readonly logger: FastifyBaseLogger
}

export interface ChangePublisher {
  start(): void
  stop(): Promise<void>
  /** Undefined for a database that is not published. */
  status(database: string): Promise<FeedStatus | undefined>
  /** Time from a document's stamp to its PubAck, of the newest message, milliseconds; undefined before the first. */
  lastLatencyMs(): number | undefined
}

interface Feed {
  readonly database: string
  readonly entityClass: EntityClass
  /** Undefined until the checkpoint is read. */
  sequence: number | undefined
  dirty: boolean
  running: boolean
  failures: number
  retryAtMs: number
  behindSinceMs: number | undefined
  lastSuccessAt: string | null
  lastError: string | undefined
}

const checkpointId = '_local/publisher'
const batchSize = 200
const inFlight = 64
const lookAgainMs = 5000
const longestRetryMs = 30_000
/** Subject, headers and protocol around the payload. */
const overheadBytes = 1024

export function createChangePublisher(options: ChangePublisherOptions): ChangePublisher {
  const { store, storeId, line, telemetry, logger } = options
  const feeds = new Map<string, Feed>()
  const published = telemetry.counter('tidemark_hub_published_total', 'Changes that JetStream has acknowledged')
  const failed = telemetry.counter('tidemark_hub_publish_failures_total', 'Batches that ended with a failure')
  let stopped = false
  let loop: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let latencyMs: number | undefined

  const feedOf = (database: string): Feed | undefined => {
    const entityClass = classOfDatabase(database)
    if (entityClass === undefined) return undefined
    const known = feeds.get(database)
    if (known !== undefined) return known
    const feed: Feed = {
      database,
      entityClass,
      sequence: undefined,
      dirty: true,
      running: false,
      failures: 0,
      retryAtMs: 0,
      behindSinceMs: undefined,
      lastSuccessAt: null,
      lastError: undefined,
    }
    feeds.set(database, feed)
    return feed
  }

  const nextFeed = (): Feed | undefined =>
    [...feeds.values()].filter((feed) => feed.dirty && feed.retryAtMs <= Date.now()).sort(compareFeeds)[0]

  const publish = async (message: ChangeMessage, entityClass: EntityClass): Promise<void> => {
    const payload = Buffer.from(JSON.stringify(message))
    const maxBytes = line.maxPayloadBytes()
    if (maxBytes !== undefined && payload.length + overheadBytes > maxBytes) {
      const id = String(message.document['_id'])
      throw new Error(`${id} is too large to publish: ${payload.length} bytes, and NATS takes ${maxBytes} with headers`)
    }
    const outgoing = { subject: subjectOf(message, entityClass), id: changeMessageId(message), payload }
    const trace = message.document['trace'] as TraceOrigin | undefined
    if (trace === undefined) return line.publish({ ...outgoing, traceparent: undefined })
    telemetry.reportOrigin(message.document)
    await telemetry.span(
      spanNames.hubPublish,
      { parent: trace.traceparent, kind: 'producer', attributes: publishAttributes(message, trace) },
      (span) => line.publish({ ...outgoing, traceparent: span.traceparent }),
    )
  }

  /** True when there may be more. */
  const publishBatch = async (feed: Feed, database: PouchDatabase): Promise<boolean> => {
    feed.sequence ??= await readCheckpoint(database, store.uuid)
    const source = { storeId, epoch: store.uuid, database: feed.database }
    const changes = await readChangeBatch(source, database, feed.sequence, batchSize)
    const { done, error } = await runContiguous(changes, inFlight, async ({ message }) => {
      if (message === undefined) return
      await publish(message, feed.entityClass)
      published(1, { class: feed.entityClass })
    })
    const last = changes[done - 1]
    if (last !== undefined) {
      await saveCheckpoint(database, store.uuid, last.sequence)
      feed.sequence = last.sequence
      latencyMs = latencyOf(changes[done - 1]?.message) ?? latencyMs
    }
    if (done < changes.length) throw error
    return changes.length === batchSize
  }

  const work = async (feed: Feed): Promise<void> => {
    const database = pouchOf(store.database(feed.database))
    feed.dirty = false
    if (database === undefined) return
    feed.running = true
    try {
      const more = await publishBatch(feed, database)
      if (more) feed.dirty = true
      else if (!feed.dirty) feed.behindSinceMs = undefined
      feed.failures = 0
      feed.lastError = undefined
      feed.lastSuccessAt = new Date().toISOString()
    } catch (error) {
      feed.dirty = true
      feed.failures += 1
      feed.lastError = describeError(error)
      feed.retryAtMs = Date.now() + retryDelayMs(feed.failures)
      failed(1, { class: feed.entityClass })
      logger.warn({ database: feed.database, reason: feed.lastError, failures: feed.failures }, 'publishing failed')
    } finally {
      feed.running = false
    }
  }

  const drain = async (): Promise<void> => {
    const next = (): Feed | undefined => (stopped || line.state() !== 'up' ? undefined : nextFeed())
    for (let feed = next(); feed !== undefined; feed = next()) await work(feed)
  }

  const pump = (): void => {
    if (stopped || loop !== undefined) return
    loop = drain()
      .catch((error: unknown) => logger.error({ err: error }, 'publisher stumbled'))
      .finally(() => {
        loop = undefined
        schedule()
      })
  }

  const schedule = (): void => {
    if (stopped) return
    clearTimeout(timer)
    const retries = [...feeds.values()].filter(({ dirty }) => dirty).map(({ retryAtMs }) => retryAtMs - Date.now())
    const delayMs = line.state() === 'up' ? Math.max(20, Math.min(lookAgainMs, ...retries)) : lookAgainMs
    timer = setTimeout(() => {
      // A look at everything, in case a wake-up was missed.
      if (delayMs === lookAgainMs) [...feeds.values()].forEach((feed) => (feed.dirty = true))
      pump()
    }, delayMs)
  }

  const unsubscribeStore = store.onWrite((database) => {
    const feed = feedOf(database)
    if (feed === undefined) return
    feed.dirty = true
    feed.behindSinceMs ??= Date.now()
    setImmediate(pump)
  })
  const unsubscribeLine = line.onChange((state) => {
    if (state !== 'up') return
    for (const feed of feeds.values()) feed.retryAtMs = 0
    pump()
  })

  return {
    start() {
      store.names().forEach(feedOf)
      pump()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      unsubscribeStore()
      unsubscribeLine()
      await loop
    },
    async status(database) {
      const feed = feedOf(database)
      const source = pouchOf(store.database(database))
      if (feed === undefined || source === undefined) return undefined
      feed.sequence ??= await readCheckpoint(source, store.uuid)
      const lag = Math.max(0, Number((await source.info()).update_seq) - feed.sequence)
      if (lag > 0) feed.behindSinceMs ??= Date.now()
      return {
        state: stateOf(feed, stopped, lag > 0, line.state() === 'up'),
        lagDocuments: lag,
        behindSince: lag > 0 && feed.behindSinceMs !== undefined ? new Date(feed.behindSinceMs).toISOString() : null,
        lastSuccessAt: feed.lastSuccessAt,
        lastError: feed.lastError ?? (lag > 0 && line.state() === 'down' ? "NATS can't be reached" : null),
        failures: feed.failures,
      }
    },
    lastLatencyMs: () => latencyMs,
  }
}

function stateOf(feed: Feed, stopped: boolean, behind: boolean, up: boolean): FeedStatus['state'] {
  if (stopped) return 'stopped'
  if (feed.running) return 'running'
  if (feed.failures > 0) return 'waiting'
  if (!behind) return 'idle'
  return up ? 'running' : 'waiting'
}

function compareFeeds(a: Feed, b: Feed): number {
  return (
    classesByPriority.indexOf(a.entityClass) - classesByPriority.indexOf(b.entityClass) ||
    (salesPeriodOf(b.database) ?? '').localeCompare(salesPeriodOf(a.database) ?? '')
  )
}

async function readCheckpoint(database: PouchDatabase, epoch: string): Promise<number> {
  const saved = await readDocument(database, checkpointId)
  return saved?.['epoch'] === epoch ? Number(saved['sequence']) : 0
}

async function saveCheckpoint(database: PouchDatabase, epoch: string, sequence: number): Promise<void> {
  const present = await readDocument(database, checkpointId)
  const revision = present?._rev === undefined ? {} : { _rev: present._rev }
  await database.put({ _id: checkpointId, ...revision, epoch, sequence })
}

function publishAttributes(
  { storeId, database, document }: ChangeMessage,
  trace: TraceOrigin,
): Record<string, string | number> {
  const madeMs = Date.parse(trace.startTime) + trace.durationMs
  return {
    [attributeNames.darkTimeMs]: Math.max(0, Date.now() - madeMs),
    [attributeNames.storeId]: storeId,
    [attributeNames.database]: database,
    [attributeNames.documentId]: String(document['_id']),
    [attributeNames.documentType]: String(document['type']),
  }
}

function latencyOf(message: ChangeMessage | undefined): number | undefined {
  const writtenMs = Date.parse(String(message?.document['at']).slice(0, 24))
  return Number.isNaN(writtenMs) ? undefined : Math.max(0, Date.now() - writtenMs)
}

function retryDelayMs(failures: number): number {
  return Math.min(longestRetryMs, 1000 * 2 ** Math.min(failures - 1, 10)) * (0.5 + Math.random() / 2)
}
