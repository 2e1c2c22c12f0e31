/** The line to NATS: one connection that is made again for ever, and publishing that fails at once while it is away. */
import { streamConfigs, type WanState } from '@tidemark/contracts'
import { jetstream, jetstreamManager, type JetStreamClient } from '@nats-io/jetstream'
import { connect, headers, type NatsConnection } from '@nats-io/transport-node'
import type { FastifyBaseLogger } from 'fastify'
import { describeError } from '../errors.ts'

export interface OutgoingMessage {
  readonly subject: string
  readonly id: string
  readonly traceparent: string | undefined
  readonly payload: Uint8Array
}

export interface NatsLine {
  start(): void
  stop(): Promise<void>
  state(): WanState
  onChange(listener: (state: WanState) => void): () => void
  /** Largest message that the server takes, bytes; undefined while there is no connection. */
  maxPayloadBytes(): number | undefined
  /** Resolves with the PubAck. Rejects at once when the line is down, and after 5 s without an answer. */
  publish(message: OutgoingMessage): Promise<void>
}

const publishTimeoutMs = 5000
const connectTimeoutMs = 5000
/** With two missed pings, a half-open connection is given up after about 9 s. */
const pingIntervalMs = 3000
const firstRetryMs = 500
const longestRetryMs = 5000
const streamNameTaken = 10058

export function createNatsLine(url: string, name: string, logger: FastifyBaseLogger): NatsLine {
  let state: WanState = 'unknown'
  let connection: NatsConnection | undefined
  let client: JetStreamClient | undefined
  let running: Promise<void> | undefined
  const stopping = new AbortController()
  const listeners = new Set<(state: WanState) => void>()

  const note = (next: WanState, why?: string): void => {
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
      await ensureStreams(present)
      client = jetstream(present, { timeout: publishTimeoutMs })
      note('up')
      for await (const status of present.status()) {
        if (status.type === 'disconnect') note('down', 'the connection broke')
        // The server may be another one, or have lost its folder.
        if (status.type === 'reconnect') await ensureStreams(present).then(() => note('up'))
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
    maxPayloadBytes: () => connection?.info?.max_payload,
    async publish({ subject, id, traceparent, payload }) {
      // Without this the client would keep the message and send it when the line is back, behind the publisher's back.
      if (client === undefined || state !== 'up') throw new Error("NATS can't be reached")
      const header = headers()
      header.set('content-type', 'application/json')
      if (traceparent !== undefined) header.set('traceparent', traceparent)
      await client.publish(subject, payload, { msgID: id, headers: header, timeout: publishTimeoutMs })
    },
  }
}

async function ensureStreams(connection: NatsConnection): Promise<void> {
  const manager = await jetstreamManager(connection, { timeout: connectTimeoutMs })
  for (const config of streamConfigs(1)) {
    try {
      await manager.streams.add(config)
    } catch (error) {
      // It exists with settings of an operator's own, such as more replicas.
      if (!isApiError(error, streamNameTaken)) throw error
    }
  }
}

function isApiError(error: unknown, code: number): boolean {
  return error instanceof Error && 'code' in error && error.code === code
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
