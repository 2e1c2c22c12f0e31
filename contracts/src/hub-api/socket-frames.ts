/**
 * Frames of the hub's WebSocket `/ws`. They carry no data, only "look again", so a lost frame costs nothing: the terminal looks
 * anyway when its timer fires. Either side closes a link on which it has heard nothing for `socketDeadAfterMs`.
 */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { EntityClass } from '../databases.ts'
import { StoreId } from '../identity.ts'
import { WanState } from './hub-status.ts'

export const socketPath = '/ws'
export const socketHeartbeatMs = 10_000
export const socketDeadAfterMs = 25_000

export const ClientFrame = Type.Union([
  /** First frame; the hub closes a socket that does not say hello within 5 s, or whose token is unknown (code 4401). */
  Type.Object({ type: Type.Literal('hello'), token: Type.String({ maxLength: 200 }) }),
  Type.Object({ type: Type.Literal('pong') }),
])
export type ClientFrame = Static<typeof ClientFrame>

export const HubFrame = Type.Union([
  Type.Object({ type: Type.Literal('welcome'), storeId: StoreId, epoch: Type.String(), wan: WanState }),
  Type.Object({
    type: Type.Literal('wake'),
    entityClass: EntityClass,
    database: Type.String(),
    sequence: Type.Integer({ minimum: 0 }),
  }),
  Type.Object({ type: Type.Literal('wan'), wan: WanState }),
  /** The hub's store is another one now (restored, rewound): every checkpoint and session with the old epoch is void. */
  Type.Object({ type: Type.Literal('epoch'), epoch: Type.String() }),
  /** How many conflicts are open at this hub. */
  Type.Object({ type: Type.Literal('conflicts'), open: Type.Integer({ minimum: 0 }) }),
  /** Stock may have changed: sales, movements or counts came in. */
  Type.Object({ type: Type.Literal('stock'), sequence: Type.Integer({ minimum: 0 }) }),
  /** Another hub has the store, and this one takes no writes, in words; null when it takes them again. */
  Type.Object({ type: Type.Literal('read-only'), reason: Type.Union([Type.String(), Type.Null()]) }),
  Type.Object({ type: Type.Literal('ping') }),
])
export type HubFrame = Static<typeof HubFrame>

/**
 * 4401: no hello in time, or a token that is unknown or revoked. 4408: frames were not read as fast as they came.
 * 4429: the hub has as many connections as it takes; come again later.
 */
export const socketCloseCodes = { unauthorized: 4401, tooManyConnections: 4429, slowReader: 4408 } as const
