// The open sockets, each with its bounds.
//
// 1. A socket says hello with a token within 5 s, or is closed.
// 2. Each side hears something every 10 s; who is silent for 25 s is closed. So is one that says more than it has to.
// 3. A reader that doesn't keep up is closed, not buffered for.
import {
  ClientFrame,
  schemaProblems,
  socketCloseCodes,
  socketDeadAfterMs,
  socketHeartbeatMs,
  type HubFrame,
} from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'

/** What is used of a `ws` socket, whose package brings no types. */
export interface Socket {
  readonly readyState: number
  readonly OPEN: number
  readonly bufferedAmount: number
  send(text: string): void
  close(code: number, reason: string): void
  terminate(): void
  on(event: 'message', listener: (data: Buffer) => void): void
  on(event: 'error', listener: (error: Error) => void): void
  on(event: 'close', listener: () => void): void
}

export interface SocketTimings {
  readonly heartbeatMs: number
  readonly deadAfterMs: number
  readonly helloMs: number
}

export interface PeersOptions {
  readonly logger: FastifyBaseLogger
  /** Undefined for a token that is unknown, has ended, or is that of a revoked till. */
  readonly authenticate: (token: string) => Visitor | undefined
  /** False when the till has been revoked since. That its token has ended meanwhile closes no socket. */
  readonly isWelcome: (visitor: Visitor) => boolean
  readonly onRefused?: (token: string) => void
  /** What a peer hears after its hello. */
  readonly greeting: () => readonly HubFrame[]
  readonly timings?: Partial<SocketTimings> | undefined
}

export interface Visitor {
  readonly incarnation: string
}

export interface Peers {
  join(socket: Socket): void
  broadcast(frame: HubFrame): void
  /** Closes those that are not welcome any more. */
  checkWelcome(): void
  /** Those that have said hello. */
  greeted(): number
  close(): void
}

interface Peer {
  readonly socket: Socket
  visitor: Visitor | undefined
  lastHeardMs: number
  framesSinceHeartbeat: number
}

/** Terminals of a large store and their reloads; a hello is due within 5 s, so others don't hold a place for long. */
const maxConnections = 256
/** More than a thousand frames behind what the network itself buffers. */
const maxBufferedBytes = 128 * 1024
/** A terminal answers a ping and says hello; it has no reason for more. */
const maxFramesPerHeartbeat = 20
const terminateAfterMs = 1000
const policyViolation = 1008
const defaultTimings: SocketTimings = { heartbeatMs: socketHeartbeatMs, deadAfterMs: socketDeadAfterMs, helloMs: 5000 }

export function createPeers(options: PeersOptions): Peers {
  const { authenticate, logger } = options
  const timings = { ...defaultTimings, ...options.timings }
  const peers = new Set<Peer>()

  // A close handshake needs the other side; the link may be dead, so it is not waited for.
  const drop = (peer: Peer, code: number, reason: string): void => {
    peers.delete(peer)
    peer.socket.close(code, reason)
    setTimeout(() => peer.socket.terminate(), terminateAfterMs).unref()
  }
  const send = (peer: Peer, text: string): void => {
    if (peer.socket.readyState !== peer.socket.OPEN) return
    if (peer.socket.bufferedAmount > maxBufferedBytes) return drop(peer, socketCloseCodes.slowReader, 'too slow')
    peer.socket.send(text)
  }
  const hello = (peer: Peer, token: string): void => {
    const visitor = authenticate(token)
    if (visitor === undefined) {
      options.onRefused?.(token)
      return drop(peer, socketCloseCodes.unauthorized, 'this token does not work')
    }
    peer.visitor = visitor
    for (const frame of options.greeting()) send(peer, JSON.stringify(frame))
  }
  const receive = (peer: Peer, text: string): void => {
    if (!peers.has(peer)) return
    peer.lastHeardMs = Date.now()
    peer.framesSinceHeartbeat += 1
    if (peer.framesSinceHeartbeat > maxFramesPerHeartbeat) return drop(peer, policyViolation, 'too many frames')
    const frame = parseFrame(text)
    if (frame === undefined) return drop(peer, policyViolation, 'not a frame')
    if (frame.type === 'hello') hello(peer, frame.token)
  }

  const ping = JSON.stringify({ type: 'ping' } satisfies HubFrame)
  const heartbeat = setInterval(() => {
    for (const peer of peers) {
      peer.framesSinceHeartbeat = 0
      if (Date.now() - peer.lastHeardMs > timings.deadAfterMs) peer.socket.terminate()
      else send(peer, ping)
    }
  }, timings.heartbeatMs)

  return {
    join(socket) {
      const peer: Peer = { socket, visitor: undefined, lastHeardMs: Date.now(), framesSinceHeartbeat: 0 }
      socket.on('error', (error) => logger.debug({ err: error }, 'socket failed'))
      if (peers.size >= maxConnections) return drop(peer, socketCloseCodes.tooManyConnections, 'too many connections')
      peers.add(peer)
      const waitForHello = setTimeout(() => {
        if (peer.visitor === undefined) drop(peer, socketCloseCodes.unauthorized, 'no hello')
      }, timings.helloMs)
      socket.on('message', (data) => receive(peer, data.toString()))
      socket.on('close', () => {
        clearTimeout(waitForHello)
        peers.delete(peer)
      })
    },
    broadcast(frame) {
      const text = JSON.stringify(frame)
      for (const peer of peers) if (peer.visitor !== undefined) send(peer, text)
    },
    checkWelcome() {
      for (const peer of peers) {
        if (peer.visitor !== undefined && !options.isWelcome(peer.visitor)) {
          drop(peer, socketCloseCodes.unauthorized, 'revoked')
        }
      }
    },
    greeted: () => [...peers].filter(({ visitor }) => visitor !== undefined).length,
    close: () => clearInterval(heartbeat),
  }
}

function parseFrame(text: string): ClientFrame | undefined {
  try {
    const frame: unknown = JSON.parse(text)
    return schemaProblems(ClientFrame, frame).length === 0 ? (frame as ClientFrame) : undefined
  } catch {
    return undefined
  }
}
