/** `GET /api/status`: how far behind the store is, and why. */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { EntityClass } from '../databases.ts'
import { StoreId } from '../identity.ts'

const IsoTime = Type.String({ format: 'date-time' })

export const LinkState = Type.Enum(['idle', 'running', 'waiting', 'stopped'], {
  description: 'idle: up to date; running: at work; waiting: backing off after a failure; stopped: shut down',
})

/** One way that a database's changes travel. */
export const FeedStatus = Type.Object({
  state: LinkState,
  /** Changes that have not travelled yet. 0 for a pull, where only the other side knows. */
  lagDocuments: Type.Integer({ minimum: 0 }),
  /** Since when the oldest of them has waited. */
  behindSince: Type.Union([IsoTime, Type.Null()]),
  lastSuccessAt: Type.Union([IsoTime, Type.Null()]),
  /** In words, null while all is well. */
  lastError: Type.Union([Type.String(), Type.Null()]),
  /** Failures in a row. */
  failures: Type.Integer({ minimum: 0 }),
})
export type FeedStatus = Static<typeof FeedStatus>

export const DatabaseStatus = Type.Object({
  database: Type.String(),
  entityClass: EntityClass,
  documents: Type.Integer({ minimum: 0 }),
  sequence: Type.Integer({ minimum: 0 }),
  /** Replication to central; null for a class that does not go that way. */
  push: Type.Union([FeedStatus, Type.Null()]),
  pull: Type.Union([FeedStatus, Type.Null()]),
  /** Publication to JetStream. */
  publish: FeedStatus,
})
export type DatabaseStatus = Static<typeof DatabaseStatus>

export const WanState = Type.Enum(['up', 'down', 'unknown'])
export type WanState = Static<typeof WanState>

/** Which of two hubs with one store id may write. */
export const LeaseStatus = Type.Object({
  state: Type.Enum(['held', 'unconfirmed', 'read-only'], {
    description:
      'held: this hub has the store; unconfirmed: central has not been asked since the start, and the hub goes on as it was; read-only: another hub has the store',
  }),
  /** Id of this hub's data folder. */
  instance: Type.String(),
  /** Null before central was heard. */
  holder: Type.Union([Type.Object({ instance: Type.String(), host: Type.String() }), Type.Null()]),
  /** Grows with each taking. */
  fencing: Type.Union([Type.Integer(), Type.Null()]),
  /** By the holder's clock. */
  renewedAt: Type.Union([Type.String(), Type.Null()]),
  /** Why this hub is read-only, in words. */
  reason: Type.Union([Type.String(), Type.Null()]),
})
export type LeaseStatus = Static<typeof LeaseStatus>

export const HubStatus = Type.Object({
  storeId: StoreId,
  name: Type.String(),
  epoch: Type.String(),
  serverTime: IsoTime,
  startedAt: IsoTime,
  wan: Type.Object({ central: WanState, nats: WanState }),
  databases: Type.Array(DatabaseStatus),
  terminals: Type.Object({ enrolled: Type.Integer(), connected: Type.Integer() }),
  refusedDocuments: Type.Integer({ minimum: 0 }),
  openConflicts: Type.Integer({ minimum: 0 }),
  lease: Type.Optional(LeaseStatus),
})
export type HubStatus = Static<typeof HubStatus>
