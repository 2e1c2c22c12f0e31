// `/ws`: tells terminals to look again. Frames carry no data, so a lost one costs nothing.
//
// 1. A socket says hello with a token within 5 s, or is closed.
// 2. Each side hears something every 10 s; who is silent for 25 s is closed.
// 3. A reader that doesn't keep up is closed, not buffered for.
import websocket from '@fastify/websocket'
import {
  ClientFrame,
  classOfDatabase,
  schemaProblems,
  socketCloseCodes,
  socketDeadAfterMs,
  socketHeartbeatMs,
  socketPath,
  type HubFrame,
  type WanState,
} from '@tidemark/contracts'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import { describeError } from '../errors.ts'
import type { Store } from '../store/index.ts'

/** What is used of a `ws` socket, whose package brings no types. */
interface Socket {
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

export interface LiveSocketOptions {
  readonly store: Store
  readonly storeId: string
  readonly logger: FastifyBaseLogger
  /** Undefined for a token that is unknown or revoked. */
  readonly authenticate: (token: string) => object | undefined
  readonly wan: () => WanState
  readonly onWan: (listener: (wan: WanState) => void) => () => void
  readonly onRevoked: (listener: () => void) => () => void
  readonly timings?: Partial<SocketTimings>
}

export interface SocketTimings {
  readonly heartbeatMs: number
  readonly deadAfterMs: number
  readonly helloMs: number
}

export interface LiveSocket {
  /** Terminals that have said hello. */
  connected(): number
}

interface Peer {
  readonly socket: Socket
  token: string | undefined
  lastHeardMs: number
}

const maxConnections = 200
const maxFrameBytes = 4096
const maxBufferedBytes = 256 * 1024
/** At most 20 wake frames a second for one database. */
const wakeIntervalMs = 50
const policyViolation = 1008
const defaultTimings: SocketTimings = {
  heartbeatMs: socketHeartbeatMs,
  deadAfterMs: socketDeadAfterMs,
  helloMs: 5000,
}

export async function liveSocket(app: FastifyInstance, options: LiveSocketOptions): Promise<LiveSocket> {
  const timings = { ...defaultTimings, ...options.timings }
  const peers = new Set<Peer>()
  const greeted = (): Peer[] => [...peers].filter(({ token }) => token !== undefined)

  const send = (peer: Peer, frame: HubFrame): void => {
    if (peer.socket.readyState !== peer.socket.OPEN) return
    if (peer.socket.bufferedAmount > maxBufferedBytes) return drop(peer, socketCloseCodes.slowReader, 'too slow')
    peer.socket.send(JSON.stringify(frame))
  }
  // A close handshake needs the other side; the link may be dead, so it is not waited for.
  const drop = (peer: Peer, code: number, reason: string): void => {
    peers.delete(peer)
    peer.socket.close(code, reason)
    setTimeout(() => peer.socket.terminate(), 1000).unref()
  }
  const broadcast = (frame: HubFrame): void => greeted().forEach((peer) => send(peer, frame))

  const hello = (peer: Peer, token: string): void => {
    if (options.authenticate(token) === undefined) {
      return drop(peer, socketCloseCodes.unauthorized, 'unknown or revoked token')
    }
    peer.token = token
    send(peer, { type: 'welcome', storeId: options.storeId, epoch: options.store.uuid, wan: options.wan() })
  }
  const receive = (peer: Peer, text: string): void => {
    peer.lastHeardMs = Date.now()
    const frame = parseFrame(text)
    if (frame === undefined) return drop(peer, policyViolation, 'not a frame')
    if (frame.type === 'hello') hello(peer, frame.token)
  }

  await app.register(websocket, { options: { maxPayload: maxFrameBytes } })
  app.get(socketPath, { websocket: true }, (socket: Socket) => {
    const peer: Peer = { socket, token: undefined, lastHeardMs: Date.now() }
    if (peers.size >= maxConnections) return drop(peer, socketCloseCodes.tooManyConnections, 'too many connections')
    peers.add(peer)
    const waitForHello = setTimeout(() => {
      if (peer.token === undefined) drop(peer, socketCloseCodes.unauthorized, 'no hello')
    }, timings.helloMs)
    socket.on('message', (data) => receive(peer, data.toString()))
    socket.on('error', (error) => options.logger.debug({ err: error }, 'socket failed'))
    socket.on('close', () => {
      clearTimeout(waitForHello)
      peers.delete(peer)
    })
  })

  const heartbeat = setInterval(() => {
    for (const peer of peers) {
      if (Date.now() - peer.lastHeardMs > timings.deadAfterMs) peer.socket.terminate()
      else send(peer, { type: 'ping' })
    }
  }, timings.heartbeatMs)
  const endings = [
    wakeOnWrite(options, broadcast),
    options.onWan((wan) => broadcast({ type: 'wan', wan })),
    options.onRevoked(() => {
      for (const peer of greeted()) {
        if (options.authenticate(peer.token ?? '') === undefined) drop(peer, socketCloseCodes.unauthorized, 'revoked')
      }
    }),
    () => clearInterval(heartbeat),
  ]
  app.addHook('preClose', () => endings.forEach((end) => end()))
  return { connected: () => greeted().length }
}

/** One frame per database and interval, however many writes there were. Returns what ends it. */
function wakeOnWrite({ store, logger }: LiveSocketOptions, broadcast: (frame: HubFrame) => void): () => void {
  const pending = new Map<string, NodeJS.Timeout>()
  const wake = async (database: string): Promise<void> => {
    const entityClass = classOfDatabase(database)
    const info = store.database(database)?.info()
    if (entityClass === undefined || info === undefined) return
    broadcast({ type: 'wake', entityClass, database, sequence: info.updateSequence })
  }
  const unsubscribe = store.onWrite((database) => {
    if (pending.has(database) || classOfDatabase(database) === undefined || database === 'sync-log') return
    const timer = setTimeout(() => {
      pending.delete(database)
      wake(database).catch((error: unknown) => logger.debug({ reason: describeError(error) }, 'no wake-up sent'))
    }, wakeIntervalMs)
    pending.set(database, timer)
  })
  return () => {
    unsubscribe()
    pending.forEach((timer) => clearTimeout(timer))
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
