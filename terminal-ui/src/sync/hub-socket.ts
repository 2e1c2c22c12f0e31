/**
 * The hub's WebSocket: "look again" frames and nothing else. A link can die without closing the socket, so silence longer than the
 * heartbeat allows closes it here.
 */
import { HubFrame, socketCloseCodes, socketDeadAfterMs, socketPath, type ClientFrame } from '@tidemark/contracts'
import { fitsSchema } from './fits-schema.ts'
import type { HubSession } from './hub-session.ts'
import { backoffMs } from './state.ts'

export interface HubSocketEvents {
  readonly onFrame: (frame: HubFrame) => void
  /** A link that worked went away; the hub may have too. */
  readonly onLost: () => void
  readonly onUnauthorized: () => void
}

export class HubSocket {
  readonly #url: string
  readonly #session: HubSession
  readonly #events: HubSocketEvents
  #socket: WebSocket | undefined
  /** The last one that was shown to the hub. */
  #token = ''
  #deadline: ReturnType<typeof setTimeout> | undefined
  #reconnect: ReturnType<typeof setTimeout> | undefined
  #failures = 0
  #stopped = true
  #welcomed = false
  #epoch: string | undefined

  constructor(baseUrl: string, session: HubSession, events: HubSocketEvents) {
    const url = new URL(socketPath, baseUrl)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    this.#url = url.href
    this.#session = session
    this.#events = events
  }

  /** Of the hub's store, as the hub has said over a link that works; undefined without one. */
  get epoch(): string | undefined {
    return this.#epoch
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
    this.#epoch = undefined
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
    socket.addEventListener('open', () => void this.#greet(socket))
    socket.addEventListener('message', (event) => void this.#receive(socket, event.data))
    socket.addEventListener('close', (event) => this.#closed(socket, event.code))
  }

  async #greet(socket: WebSocket): Promise<void> {
    try {
      this.#token = await this.#session.token()
      send(socket, { type: 'hello', token: this.#token })
    } catch {
      // A run of the synchronisation asks for the token as well, and says what is wrong.
      socket.close()
    }
  }

  #expectSign(socket: WebSocket): void {
    clearTimeout(this.#deadline)
    this.#deadline = setTimeout(() => {
      // close() waits for the other side's close frame, which a dead link never brings.
      socket.close()
      this.#closed(socket, 1006)
    }, socketDeadAfterMs)
  }

  async #receive(socket: WebSocket, data: unknown): Promise<void> {
    if (socket !== this.#socket) return
    this.#expectSign(socket)
    const frame = await parseFrame(data)
    if (frame === undefined || socket !== this.#socket) return
    if (frame.type === 'ping') send(socket, { type: 'pong' })
    if (frame.type === 'welcome') {
      this.#failures = 0
      this.#welcomed = true
    }
    if (frame.type === 'welcome' || frame.type === 'epoch') this.#epoch = frame.epoch
    this.#events.onFrame(frame)
  }

  #closed(socket: WebSocket, code: number): void {
    if (socket !== this.#socket) return
    this.#socket = undefined
    this.#epoch = undefined
    clearTimeout(this.#deadline)
    if (this.#stopped) return
    if (code === socketCloseCodes.unauthorized) {
      this.#session.discard(this.#token)
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
async function parseFrame(data: unknown): Promise<HubFrame | undefined> {
  try {
    const frame: unknown = JSON.parse(String(data))
    return (await fitsSchema(HubFrame, frame)) ? (frame as HubFrame) : undefined
  } catch {
    return undefined
  }
}
