/**
 * Frames of the hub's WebSocket `/ws`. They carry no data, only "look again", so a lost frame costs nothing: the terminal looks
 * anyway when its timer fires. Either side closes a link on which it has heard nothing for `socketDeadAfterMs`.
 */
import { Type, type Static } from 'typebox'
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
  Type.Object({ type: Type.Literal('ping') }),
])
export type HubFrame = Static<typeof HubFrame>

export const socketCloseCodes = { unauthorized: 4401, tooManyConnections: 4429, slowReader: 4408 } as const
