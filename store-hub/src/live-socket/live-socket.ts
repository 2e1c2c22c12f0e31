// `/ws`: tells terminals to look again. Frames carry no data, so a lost one costs nothing.
//
//   store writes ──► gathered per database ──► wake, stock ─┐
//   line to central, epoch, conflicts, lease ───────────────┴─► every socket that has said hello
import websocket from '@fastify/websocket'
import { classOfDatabase, socketPath, type HubFrame, type WanState } from '@tidemark/contracts'
import type { FastifyInstance } from 'fastify'
import type { Store } from '../store/index.ts'
import { createGatherer } from './gather.ts'
import { createPeers, type PeersOptions, type Socket } from './peers.ts'

export interface LiveSocketOptions extends Omit<PeersOptions, 'greeting'> {
  readonly store: Store
  readonly storeId: string
  readonly wan: () => WanState
  readonly onWan: (listener: (wan: WanState) => void) => () => void
  readonly onRevoked: (listener: () => void) => () => void
  /** Documents of this hub in conflict. */
  readonly conflicts: () => number
  readonly onConflicts: (listener: () => void) => () => void
  /** Why the hub takes no writes; undefined while it does. */
  readonly readOnlyReason: () => string | undefined
  readonly onReadOnly: (listener: () => void) => () => void
}

export interface LiveSocket {
  /** Terminals that have said hello. */
  connected(): number
}

const maxFrameBytes = 4096
/** A wake-up comes this long after a write, and at most ten times a second for one database. */
const wakeDelayMs = 5
const wakeApartMs = 100
/** Stock is derived from all that was sold; looking at it costs more than a replication. */
const stockApartMs = 1000
const stockKey = 'stock'

export async function liveSocket(app: FastifyInstance, options: LiveSocketOptions): Promise<LiveSocket> {
  const { store, storeId, wan, conflicts, readOnlyReason } = options
  const readOnlyFrame = (): HubFrame => ({ type: 'read-only', reason: readOnlyReason() ?? null })
  const conflictsFrame = (): HubFrame => ({ type: 'conflicts', open: conflicts() })
  const peers = createPeers({
    ...options,
    greeting: () => [
      { type: 'welcome', storeId, epoch: store.uuid, wan: wan() },
      conflictsFrame(),
      ...(readOnlyReason() === undefined ? [] : [readOnlyFrame()]),
    ],
  })
  const wakeUps = createGatherer(wakeDelayMs, wakeApartMs, (database) => {
    const entityClass = classOfDatabase(database)
    const sequence = store.database(database)?.info().updateSequence
    if (entityClass === undefined || sequence === undefined) return
    peers.broadcast({ type: 'wake', entityClass, database, sequence })
  })
  const stock = createGatherer(wakeDelayMs, stockApartMs, () => {
    const sequence = store.database('inventory')?.info().updateSequence ?? 0
    peers.broadcast({ type: 'stock', sequence })
  })

  await app.register(websocket, { options: { maxPayload: maxFrameBytes } })
  app.get(socketPath, { websocket: true }, (socket: Socket) => peers.join(socket))

  const endings = [
    store.onWrite((database) => {
      const entityClass = classOfDatabase(database)
      // Nobody replicates the log from here.
      if (entityClass === undefined || entityClass === 'sync-log') return
      wakeUps.note(database)
      if (entityClass === 'sales' || entityClass === 'inventory') stock.note(stockKey)
    }),
    store.onEpochChange(({ uuid }) => peers.broadcast({ type: 'epoch', epoch: uuid })),
    options.onWan((state) => peers.broadcast({ type: 'wan', wan: state })),
    options.onReadOnly(() => peers.broadcast(readOnlyFrame())),
    options.onConflicts(() => peers.broadcast(conflictsFrame())),
    options.onRevoked(peers.checkWelcome),
    wakeUps.close,
    stock.close,
    peers.close,
  ]
  app.addHook('preClose', () => endings.forEach((end) => end()))
  return { connected: peers.greeted }
}
