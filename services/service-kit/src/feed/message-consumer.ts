/**
 * One durable pull consumer of the stream of changes.
 *
 *     JetStream ──► waiting (≤ maxAckPending) ──► batch (≤ 200) ──► handle ──► acknowledge
 *                        │ now and then: "still working on it"          │
 *                        └────────────────────────────────────────────┴─► dead letter
 *
 * 1. A message is acknowledged after `handle` said `done` for it, or after its dead letter has its PubAck; never before.
 * 2. A dependency that is away costs a message no delivery: the batch is held, kept alive and tried again.
 * 3. A message goes to the dead letters when it can't be read, is rejected, or fails a try at its fifth delivery or later.
 *    Deliveries alone (a killed process, a lost acknowledgement) never condemn it.
 * 4. A consumer or stream that was deleted, or rolled back with its server, is made again. What the stream lost comes by
 *    reconciliation, and what comes twice was recorded before.
 */
import {
  AckPolicy,
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  JetStreamApiError,
  type Consumer,
  type JetStreamClient,
  type JetStreamManager,
  type JsMsg,
} from '@nats-io/jetstream'
import type { NatsConnection } from '@nats-io/transport-node'
import type { FastifyBaseLogger } from 'fastify'
import { changeStream, maxDeliveries, streamConfigs } from '@tidemark/contracts'
import type { Telemetry } from '@tidemark/telemetry'
import { describeError, UnavailableError } from '../errors.ts'
import { backoffMs, pause } from '../pause.ts'
import { publishDeadLetter } from './dead-letters.ts'
import { handleTraced, type HandleBatch, type Outcome, type SpanNames } from './handle-batch.ts'
import { readMessage, type CheckSource, type SourceDocument } from './source-document.ts'

export interface ConsumerOptions {
  readonly connection: NatsConnection
  /** Durable name, and the name under which dead letters are filed, such as `sales`. */
  readonly service: string
  readonly subjects: readonly string[]
  /** Milliseconds after which JetStream delivers again what is not acknowledged and not said to be in work. */
  readonly ackWaitMs: number
  readonly handle: HandleBatch
  /** `checkSource` unless given. */
  readonly check?: CheckSource | undefined
  /** Called before a held batch is tried again: creates what may have gone missing. */
  readonly recover: () => Promise<void>
  readonly spans: SpanNames
  readonly telemetry: Telemetry
  readonly logger: FastifyBaseLogger
}

export interface MessageConsumer {
  /** Messages that are known to wait for this service; 0 while the stream is away. */
  backlog(): number
  /** Fetches no more, finishes and acknowledges the batch in hand, gives the rest back. */
  stop(): Promise<void>
}

interface ReadableMessage {
  readonly message: JsMsg
  readonly source: SourceDocument
}

const maxBatch = 200
const maxAckPending = 1000
const pullExpiryMs = 10_000
const ackTimeoutMs = 5000
const nanosecondsPerMs = 1_000_000
const replicas = 1
/** JetStream's error code for a consumer of this name with another configuration. */
const consumerExists = 10_148

export function startMessageConsumer(options: ConsumerOptions): MessageConsumer {
  const { connection, service, telemetry, logger } = options
  const stopping = new AbortController()
  const stream = jetstream(connection)
  const isWanted = (subject: string): boolean => matchesSubject(options.subjects, subject)
  const waiting = new Set<JsMsg>()
  const inHand = new Set<JsMsg>()
  /** Those that the server still has, as the latest message says. */
  let pending = 0
  const countMessages = telemetry.counter('tidemark_feed_messages_total', 'Messages taken from the stream, by outcome')
  const countDeadLetters = telemetry.counter('tidemark_dead_letters_total', 'Messages sent to the dead-letter stream')
  telemetry.gauge('tidemark_feed_waiting_messages', 'Messages fetched and not yet handled', () => [
    { value: waiting.size },
  ])

  const keepAlive = setInterval(() => {
    for (const message of [...waiting, ...inHand]) message.working()
  }, options.ackWaitMs / 3)

  async function run(): Promise<void> {
    let failures = 0
    while (!stopping.signal.aborted) {
      try {
        const manager = await jetstreamManager(connection)
        await ensureStreams(manager)
        const consumer = await ensureConsumer(manager, stream, options)
        failures = 0
        await consumeUntilBroken(consumer)
      } catch (error) {
        if (stopping.signal.aborted) break
        const waitMs = backoffMs(failures)
        failures += 1
        logger.warn({ reason: describeError(error), waitMs }, 'stream of changes is away; trying again')
        await pause(waitMs, stopping.signal)
      }
    }
  }

  /** Returns when told to stop, rejects when the consumer is gone. */
  async function consumeUntilBroken(consumer: Consumer): Promise<void> {
    let wake = Promise.withResolvers<void>()
    const messages = await consumer.consume({
      max_messages: maxBatch,
      expires: pullExpiryMs,
      abort_on_missing_resource: true,
      callback: (message) => {
        if (!isWanted(message.subject)) return message.ack()
        waiting.add(message)
        pending = message.info.pending
        wake.resolve()
      },
    })
    const end: { reached: boolean; reason?: Error } = { reached: false }
    void messages.closed().then((reason) => {
      end.reached = true
      if (reason instanceof Error) end.reason = reason
      wake.resolve()
    })
    const onStop = (): void => wake.resolve()
    stopping.signal.addEventListener('abort', onStop)
    logger.info({ subjects: options.subjects }, 'consuming the stream of changes')
    try {
      while (!stopping.signal.aborted && !end.reached) {
        await wake.promise
        wake = Promise.withResolvers<void>()
        while (waiting.size > 0 && !stopping.signal.aborted) await takeIn(nextBatch())
      }
    } finally {
      stopping.signal.removeEventListener('abort', onStop)
      await messages.close()
      for (const message of waiting) message.nak()
      waiting.clear()
      pending = 0
    }
    if (!stopping.signal.aborted) throw end.reason ?? new Error('the consumer was closed')
  }

  function nextBatch(): readonly JsMsg[] {
    const batch = [...waiting].slice(0, maxBatch)
    for (const message of batch) {
      waiting.delete(message)
      inHand.add(message)
    }
    return batch
  }

  async function takeIn(batch: readonly JsMsg[]): Promise<void> {
    try {
      const readable: ReadableMessage[] = []
      for (const message of batch) {
        const result = readMessage(
          message.subject,
          message.data,
          message.headers?.get('traceparent') || undefined,
          options.check,
        )
        if (result.ok) readable.push({ message, source: result.document })
        else await bury(message, result.reason)
      }
      const outcomes = readable.length === 0 ? [] : await handlePatiently(readable.map(({ source }) => source))
      await Promise.all(readable.map(({ message }, index) => settle(message, outcomes?.[index])))
      await sendAcknowledgements()
    } finally {
      inHand.clear()
    }
  }

  /** Tries until the dependencies are there; undefined when the service stops before that. */
  async function handlePatiently(sources: readonly SourceDocument[]): Promise<readonly Outcome[] | undefined> {
    for (let failures = 0; ; failures += 1) {
      try {
        if (failures > 0) await options.recover()
        return await handleTraced(telemetry, options.spans, options.handle, sources)
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error
        const waitMs = backoffMs(failures)
        logger.warn({ reason: error.message, documents: sources.length, waitMs }, 'holding a batch; trying again')
        await pause(waitMs, stopping.signal)
        if (stopping.signal.aborted) return undefined
      }
    }
  }

  async function settle(message: JsMsg, outcome: Outcome | undefined): Promise<void> {
    countMessages(1, { outcome: outcome?.kind ?? 'given-back' })
    if (outcome === undefined) return message.nak()
    if (outcome.kind === 'done') return message.ack()
    if (outcome.kind === 'reject') return bury(message, outcome.reason)
    const { deliveryCount } = message.info
    if (deliveryCount >= maxDeliveries) {
      return bury(message, `failed ${deliveryCount} deliveries, the last with: ${outcome.reason}`)
    }
    logger.warn({ subject: message.subject, deliveryCount, reason: outcome.reason }, 'a document failed; trying again')
    message.nak(backoffMs(deliveryCount))
  }

  /** Until the server has those of the batch. A message whose acknowledgement is lost comes again, and is found recorded. */
  async function sendAcknowledgements(): Promise<void> {
    const sent = new AbortController()
    const flushed = connection
      .flush()
      .catch((error: unknown) => logger.warn({ reason: describeError(error) }, 'acknowledgements may be lost'))
      .finally(() => sent.abort())
    await Promise.race([flushed, pause(ackTimeoutMs, sent.signal)])
  }

  async function bury(message: JsMsg, reason: string): Promise<void> {
    const sequence = message.seq
    try {
      await publishDeadLetter(connection, stream, service, message, reason)
    } catch (error) {
      logger.error({ sequence, reason, trouble: describeError(error) }, 'a dead letter could not be published')
      message.nak(backoffMs(message.info.deliveryCount))
      return
    }
    countDeadLetters(1)
    logger.error({ subject: message.subject, sequence, reason }, 'message sent to the dead letters')
    message.ack()
  }

  const running = run()
  return {
    backlog: () => pending + waiting.size + inHand.size,
    async stop() {
      stopping.abort()
      await running
      clearInterval(keepAlive)
    },
  }
}

async function ensureStreams(manager: JetStreamManager): Promise<void> {
  for (const config of streamConfigs(replicas)) {
    try {
      await manager.streams.info(config.name)
    } catch (error) {
      if (!(error instanceof JetStreamApiError)) throw error
      // Somebody else may create it at the same time, with the same configuration: that succeeds too.
      await manager.streams.add({ ...config })
    }
  }
}

/** A server before 2.10 takes one filter at most: it sends everything, and what is not wanted is acknowledged unread. */
function takesManyFilters(connection: NatsConnection): boolean {
  const [major = 0, minor = 0] = (connection.info?.version ?? '').split('.').map(Number)
  return major > 2 || (major === 2 && minor >= 10)
}

/** True for a subject that one of the patterns names; a pattern has as many tokens, and `*` stands for any one. */
function matchesSubject(patterns: readonly string[], subject: string): boolean {
  const tokens = subject.split('.')
  return patterns.some((pattern) => {
    const wanted = pattern.split('.')
    return wanted.length === tokens.length && wanted.every((token, index) => token === '*' || token === tokens[index])
  })
}

async function ensureConsumer(
  manager: JetStreamManager,
  stream: JetStreamClient,
  { connection, service, subjects, ackWaitMs }: ConsumerOptions,
): Promise<Consumer> {
  const settings = {
    ...(takesManyFilters(connection) ? { filter_subjects: [...subjects] } : {}),
    ack_wait: ackWaitMs * nanosecondsPerMs,
    max_deliver: -1,
    max_ack_pending: maxAckPending,
  }
  try {
    // Adding a consumer that is there with the same configuration changes nothing.
    await manager.consumers.add(changeStream, {
      durable_name: service,
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      ...settings,
    })
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.code !== consumerExists) throw error
    // An earlier release made it with other settings.
    await manager.consumers.update(changeStream, service, settings)
  }
  return stream.consumers.get(changeStream, service)
}
