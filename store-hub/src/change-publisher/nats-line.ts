/** The line to NATS: one connection that is made again for ever, and publishing that fails at once while it is away. */
import { streamConfigs, type WanState } from '@tidemark/contracts'
import { jetstream, JetStreamApiError, jetstreamManager, type JetStreamClient } from '@nats-io/jetstream'
import { connect, errors, headers, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node'
import type { FastifyBaseLogger } from 'fastify'
import { describeError } from '../errors.ts'

export interface OutgoingMessage {
  readonly subject: string
  readonly id: string
  readonly traceparent: string | undefined
  readonly payload: Uint8Array
}

/** This message is refused whatever the state of the line: too large, or with a header that can't be one. */
export class UnpublishableError extends Error {
  override readonly name = 'UnpublishableError'
}

export interface NatsLineOptions {
  readonly url: string
  /** Shown by the server's monitoring. */
  readonly name: string
  /** Of streams that have to be made. */
  readonly replicas: number
  readonly logger: FastifyBaseLogger
}

export interface NatsLine {
  start(): void
  stop(): Promise<void>
  state(): WanState
  onChange(listener: (state: WanState) => void): () => void
  /** Why it is down, in words. */
  reason(): string | undefined
  /**
   * Resolves with the PubAck. Rejects at once when the line is down, after 5 s without an answer, and with UnpublishableError for
   * a message that will never be taken.
   */
  publish(message: OutgoingMessage): Promise<void>
}

const publishTimeoutMs = 5000
const connectTimeoutMs = 5000
/** With two missed pings, a half-open connection is given up after about 9 s. */
const pingIntervalMs = 3000
const firstRetryMs = 500
const longestRetryMs = 5000
const streamNameTaken = 10058
const messageTooLargeForStream = 10054
const streamNotFound = 10059
/** How often streams that have gone missing are made again, at most. */
const repairEveryMs = 5000

export function createNatsLine({ url, name, replicas, logger }: NatsLineOptions): NatsLine {
  let state: WanState = 'unknown'
  let connection: NatsConnection | undefined
  let client: JetStreamClient | undefined
  let running: Promise<void> | undefined
  let reason: string | undefined
  let repairedAtMs = 0
  const stopping = new AbortController()
  const listeners = new Set<(state: WanState) => void>()

  const note = (next: WanState, why?: string): void => {
    reason = why
    if (next === state) return
    state = next
    logger.info({ nats: next, reason: why }, 'line to NATS')
    listeners.forEach((listener) => listener(next))
  }

  const serve = async (): Promise<void> => {
    const present = await connect({
      servers: url,
      name,
      timeout: connectTimeoutMs,
      pingInterval: pingIntervalMs,
      maxPingOut: 2,
      maxReconnectAttempts: -1,
      reconnectDelayHandler: () => retryDelayMs(3),
    })
    connection = present
    try {
      await ensureStreams(present, replicas)
      client = jetstream(present, { timeout: publishTimeoutMs })
      note('up')
      for await (const status of present.status()) {
        if (status.type === 'disconnect') note('down', 'the connection broke')
        // The server may be another one, or have lost its folder.
        if (status.type === 'reconnect') await ensureStreams(present, replicas).then(() => note('up'))
      }
    } finally {
      client = undefined
      connection = undefined
      await present.close().catch(() => undefined)
    }
  }

  const loop = async (): Promise<void> => {
    for (let attempt = 1; !stopping.signal.aborted; attempt += 1) {
      try {
        await serve()
        attempt = 0
        note('down', 'the connection closed')
      } catch (error) {
        note('down', describeError(error))
      }
      await pause(retryDelayMs(attempt), stopping.signal)
    }
  }

  // Streams may be deleted under a connection that stands.
  const repairStreams = (): void => {
    if (connection === undefined || Date.now() - repairedAtMs < repairEveryMs) return
    repairedAtMs = Date.now()
    ensureStreams(connection, replicas).catch((error: unknown) =>
      logger.warn({ reason: describeError(error) }, 'the streams could not be made again'),
    )
  }

  return {
    start() {
      running ??= loop()
    },
    async stop() {
      stopping.abort()
      await connection?.close().catch(() => undefined)
      await running
    },
    state: () => state,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    reason: () => (state === 'down' ? `NATS can't be reached: ${reason ?? 'no connection'}` : undefined),
    async publish({ subject, id, traceparent, payload }) {
      // Without this the client would keep the message and send it when the line is back, behind the publisher's back.
      if (client === undefined || state !== 'up') throw new Error("NATS can't be reached")
      try {
        const options = { msgID: id, headers: headersOf(traceparent), timeout: publishTimeoutMs }
        await client.publish(subject, payload, options)
      } catch (error) {
        if (isForEver(error)) throw new UnpublishableError(describeError(error), { cause: error })
        if (isStreamMissing(error)) repairStreams()
        throw error
      }
    },
  }
}

function headersOf(traceparent: string | undefined): MsgHdrs {
  const header = headers()
  header.set('content-type', 'application/json')
  if (traceparent !== undefined) header.set('traceparent', traceparent)
  return header
}

// Where no stream listens to a subject nobody answers, as on a server without JetStream.
function isStreamMissing(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  const isUnanswered = cause instanceof errors.RequestError && cause.isNoResponders()
  return isUnanswered || isApiError(error, streamNotFound)
}

function isForEver(error: unknown): boolean {
  return error instanceof errors.InvalidArgumentError || isApiError(error, messageTooLargeForStream)
}

async function ensureStreams(connection: NatsConnection, replicas: number): Promise<void> {
  const manager = await jetstreamManager(connection, { timeout: connectTimeoutMs })
  for (const config of streamConfigs(replicas)) {
    try {
      await manager.streams.add(config)
    } catch (error) {
      // It exists with settings of an operator's own, such as more replicas.
      if (!isApiError(error, streamNameTaken)) throw error
    }
  }
}

function isApiError(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code
}

function retryDelayMs(attempt: number): number {
  const fullMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(attempt - 1, 10))
  return fullMs * (0.5 + Math.random() / 2)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
