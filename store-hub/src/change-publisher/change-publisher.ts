// Publishes each change of the store's databases to JetStream. The changes feed is the queue; there is no second one.
//
//   database ──changes after checkpoint──► 1,000 at most ──256 in flight──► JetStream ──PubAck──► _local/publisher
//
// 1. The checkpoint moves only over the unbroken row of changes that have their PubAck, are not ours to publish, or are known to be
//    impossible to publish and kept elsewhere.
// 2. A batch is finished before the next is read, and a document is in a batch once: its revisions go out in order.
// 3. After a failure it starts again from the checkpoint. Repeats carry the same Nats-Msg-Id.
// 4. A checkpoint of another epoch is not believed. A new epoch while the hub runs begins every feed anew.
// 5. Sales come first: after each batch the order of priority is looked at anew.
// 6. The checkpoint comes to disk at most twice a second while work goes on: what a crash takes of it is published again.
// 7. While NATS is away nothing is read, kept or logged: a write costs a flag.
import { classOfDatabase, parseStamp, type EntityClass, type FeedStatus } from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import { describeError } from '../errors.ts'
import type { DocumentDatabase, Store } from '../store/index.ts'
import { readChangeBatch, type OutgoingChange } from './change-batch.ts'
import { compareFeeds, createFeed, readCheckpoint, saveCheckpoint, statusOf, type Feed } from './feed.ts'
import { runContiguous } from './in-flight.ts'
import { publishChange, type PublishParts } from './publish-change.ts'

export interface ChangePublisherOptions extends PublishParts {
  readonly store: Store
  readonly logger: FastifyBaseLogger
}

export interface ChangePublisher {
  start(): void
  stop(): Promise<void>
  /** Undefined for a database that is not published. */
  status(database: string): FeedStatus | undefined
  /** Time from a document's stamp to its PubAck, of the newest message, milliseconds; undefined before the first. */
  lastLatencyMs(): number | undefined
}

const inFlight = 256
const lookAgainMs = 5000
const shortestPauseMs = 20
const longestRetryMs = 30_000
const saveEveryMs = 500

export function createChangePublisher(options: ChangePublisherOptions): ChangePublisher {
  const { store, line, telemetry, logger } = options
  const feeds = new Map<string, Feed>()
  const published = telemetry.counter('tidemark_hub_published_total', 'Changes that JetStream has acknowledged')
  const failed = telemetry.counter('tidemark_hub_publish_failures_total', 'Batches that ended with a failure')
  const impaired = telemetry.counter(
    'tidemark_hub_published_impaired_total',
    'Changes that JetStream took without their body, or not at all',
  )
  const parts: PublishParts = {
    ...options,
    async onWithoutBody(change) {
      await options.onWithoutBody(change)
      impaired(1, { how: 'without-body' })
      logger.warn({ ...change }, 'published without its body')
    },
    async onUnpublishable(change) {
      await options.onUnpublishable(change)
      impaired(1, { how: 'not-at-all' })
      logger.error({ ...change }, 'NATS takes this change in no form')
    },
  }
  let stopped = false
  let loop: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let isPumpDue = false
  let latencyMs: number | undefined

  const feedOf = (database: string): Feed | undefined => {
    const known = feeds.get(database)
    if (known !== undefined) return known
    const entityClass = classOfDatabase(database)
    if (entityClass === undefined) return undefined
    const feed = createFeed(database, entityClass)
    feeds.set(database, feed)
    return feed
  }

  const nextFeed = (): Feed | undefined =>
    [...feeds.values()].filter((feed) => feed.dirty && feed.retryAtMs <= Date.now()).sort(compareFeeds)[0]

  /** True when there may be more. */
  const publishBatch = async (feed: Feed, database: DocumentDatabase): Promise<boolean> => {
    const epoch = store.uuid
    const from = readCheckpoint(feed, database, epoch)
    const { changes, isLast } = readChangeBatch({ ...sourceOf(options, feed), epoch }, database, from)
    const { done, error } = await runContiguous(changes, inFlight, async ({ message }) => {
      if (message === undefined) return
      await publishChange(parts, feed.database, message)
      published(1, { class: feed.entityClass })
    })
    if (store.uuid !== epoch) return true
    const last = changes[done - 1]
    if (last !== undefined) {
      feed.sequence = last.sequence
      latencyMs = latencyOf(last.message) ?? latencyMs
    }
    if (done < changes.length || Date.now() - feed.savedAtMs >= saveEveryMs) {
      await saveCheckpoint(feed, database, epoch)
    }
    if (done < changes.length) throw error
    return !isLast
  }

  const work = async (feed: Feed): Promise<void> => {
    const database = store.database(feed.database)
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
      noteFailure(feed, error)
    } finally {
      feed.running = false
    }
  }

  const noteFailure = (feed: Feed, error: unknown): void => {
    feed.dirty = true
    feed.failures += 1
    feed.lastError = describeError(error)
    feed.retryAtMs = Date.now() + retryDelayMs(feed.failures)
    failed(1, { class: feed.entityClass })
    // The 1st, 2nd, 4th, 8th …: an outage of days is a few lines.
    if (Number.isInteger(Math.log2(feed.failures))) {
      logger.warn({ database: feed.database, reason: feed.lastError, failures: feed.failures }, 'publishing failed')
    }
  }

  const drain = async (): Promise<void> => {
    const next = (): Feed | undefined => (stopped || line.state() !== 'up' ? undefined : nextFeed())
    for (let feed = next(); feed !== undefined; feed = next()) await work(feed)
  }

  const saveAll = async (): Promise<void> => {
    for (const feed of feeds.values()) {
      const database = store.database(feed.database)
      if (database !== undefined && !feed.running) await saveCheckpoint(feed, database, store.uuid)
    }
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

  const pumpSoon = (): void => {
    if (isPumpDue || line.state() !== 'up') return
    isPumpDue = true
    setImmediate(() => {
      isPumpDue = false
      pump()
    })
  }

  const schedule = (): void => {
    if (stopped) return
    clearTimeout(timer)
    const all = [...feeds.values()]
    const isUnsaved = all.some(({ sequence, savedSequence }) => sequence !== undefined && sequence !== savedSequence)
    const retries = all.filter(({ dirty }) => dirty).map(({ retryAtMs }) => retryAtMs - Date.now())
    const isUp = line.state() === 'up'
    const delayMs = Math.max(
      shortestPauseMs,
      Math.min(lookAgainMs, ...(isUp ? retries : []), isUnsaved ? saveEveryMs : lookAgainMs),
    )
    timer = setTimeout(() => {
      // A look at everything, in case a wake-up was missed.
      if (delayMs === lookAgainMs) all.forEach((feed) => (feed.dirty = true))
      if (!isUnsaved) return pump()
      saveAll()
        .catch((error: unknown) => logger.warn({ err: error }, "the publisher's checkpoint could not be saved"))
        .finally(pump)
    }, delayMs)
  }

  const endings = [
    store.onWrite((database) => {
      const feed = feedOf(database)
      if (feed === undefined) return
      feed.dirty = true
      feed.behindSinceMs ??= Date.now()
      pumpSoon()
    }),
    line.onChange((state) => {
      if (state !== 'up') return
      for (const feed of feeds.values()) feed.retryAtMs = 0
      pump()
    }),
    store.onEpochChange(() => {
      for (const feed of feeds.values()) Object.assign(feed, createFeed(feed.database, feed.entityClass))
      pumpSoon()
    }),
  ]

  return {
    start() {
      store.names().forEach(feedOf)
      pump()
    },
    async stop() {
      stopped = true
      clearTimeout(timer)
      endings.forEach((end) => end())
      await loop
      await saveAll().catch((error: unknown) => logger.warn({ err: error }, "the publisher's checkpoint is behind"))
    },
    status(database) {
      const feed = feedOf(database)
      const source = store.database(database)
      if (feed === undefined || source === undefined) return undefined
      const lag = Math.max(0, source.info().updateSequence - readCheckpoint(feed, source, store.uuid))
      if (lag > 0) feed.behindSinceMs ??= Date.now()
      const isUp = line.state() === 'up'
      const status = statusOf(feed, lag, { isUp, isStopped: stopped })
      return { ...status, lastError: status.lastError ?? (lag > 0 && !isUp ? (line.reason() ?? null) : null) }
    },
    lastLatencyMs: () => latencyMs,
  }
}

function sourceOf({ storeId }: PublishParts, { entityClass }: Feed): { storeId: string; entityClass: EntityClass } {
  return { storeId, entityClass }
}

function latencyOf(change: OutgoingChange | undefined): number | undefined {
  const writtenMs = parseStamp(String(change?.document['at']))?.wallMs
  return writtenMs === undefined ? undefined : Math.max(0, Date.now() - writtenMs)
}

function retryDelayMs(failures: number): number {
  return Math.min(longestRetryMs, 1000 * 2 ** Math.min(failures - 1, 10)) * (0.5 + Math.random() / 2)
}
