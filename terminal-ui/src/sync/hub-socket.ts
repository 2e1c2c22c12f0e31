/**
 * The hub's WebSocket: "look again" frames and nothing else. A link can die without closing the socket, so silence longer than the
 * heartbeat allows closes it here.
 */
import {
  HubFrame,
  schemaProblems,
  socketCloseCodes,
  socketDeadAfterMs,
  socketPath,
  type ClientFrame,
} from '@tidemark/contracts'
import { backoffMs } from './state.ts'

export interface HubSocketEvents {
  readonly onFrame: (frame: HubFrame) => void
  /** A link that worked went away; the hub may have too. */
  readonly onLost: () => void
  readonly onUnauthorized: () => void
}

export class HubSocket {
  readonly #url: string
  readonly #token: string
  readonly #events: HubSocketEvents
  #socket: WebSocket | undefined
  #deadline: ReturnType<typeof setTimeout> | undefined
  #reconnect: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #stopped = true
  #welcomed = false

  constructor(baseUrl: string, token: string, events: HubSocketEvents) {
    const url = new URL(socketPath, baseUrl)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    this.#url = url.href
    this.#token = token
    this.#events = events
  }

  start(): void {
    if (!this.#stopped) return
    this.#stopped = false
    this.#connect()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#reconnect)
    clearTimeout(this.#deadline)
    this.#socket?.close()
    this.#socket = undefined
  }

  /** Connects now when a wait is on: something says that the hub is back. */
  retryNow(): void {
    if (this.#stopped || this.#socket !== undefined) return
    clearTimeout(this.#reconnect)
    this.#connect()
  }

  #connect(): void {
    const socket = new WebSocket(this.#url)
    this.#socket = socket
    this.#expectSign(socket)
    socket.addEventListener('open', () => send(socket, { type: 'hello', token: this.#token }))
    socket.addEventListener('message', (event) => this.#receive(socket, event.data))
    socket.addEventListener('close', (event) => this.#closed(socket, event.code))
  }

  #expectSign(socket: WebSocket): void {
    clearTimeout(this.#deadline)
    this.#deadline = setTimeout(() => {
      // close() waits for the other side's close frame, which a dead link never brings.
      socket.close()
      this.#closed(socket, 1006)
    }, socketDeadAfterMs)
  }

  #receive(socket: WebSocket, data: unknown): void {
    if (socket !== this.#socket) return
    this.#expectSign(socket)
    const frame = parseFrame(data)
    if (frame === undefined) return
    if (frame.type === 'ping') send(socket, { type: 'pong' })
    if (frame.type === 'welcome') {
      this.#failures = 0
      this.#welcomed = true
    }
    this.#events.onFrame(frame)
  }

  #closed(socket: WebSocket, code: number): void {
    if (socket !== this.#socket) return
    this.#socket = undefined
    clearTimeout(this.#deadline)
    if (this.#stopped) return
    if (code === socketCloseCodes.unauthorized) {
      this.#events.onUnauthorized()
      return
    }
    this.#failures += 1
    this.#reconnect = setTimeout(() => this.#connect(), backoffMs(this.#failures, Math.random()))
    const wasWelcomed = this.#welcomed
    this.#welcomed = false
    if (wasWelcomed) this.#events.onLost()
  }
}

function send(socket: WebSocket, frame: ClientFrame): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
}

/** Undefined for a frame of a newer hub: frames carry no data, so nothing is lost by passing over one. */
function parseFrame(data: unknown): HubFrame | undefined {
  try {
    const frame: unknown = JSON.parse(String(data))
    return schemaProblems(HubFrame, frame).length === 0 ? (frame as HubFrame) : undefined
  } catch {
    return undefined
  }
}
