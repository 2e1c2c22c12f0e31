/** `GET /api/store` and `POST /api/terminals`: how a browser becomes a till of the store. */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { IncarnationId, StoreId, TerminalId } from '../identity.ts'
import { DevicePublicKey } from './device-tokens.ts'

export const StoreInfo = Type.Object({
  storeId: StoreId,
  name: Type.String(),
  epoch: Type.String(),
  /** `code`: enrolling takes a manager's one-time code. */
  enrolment: Type.Optional(Type.Enum(['open', 'code'])),
  /** The hub's clock as it answers. */
  serverTime: Type.Optional(Type.String({ format: 'date-time' })),
  /** Tills that are enrolled, and neither replaced nor revoked. */
  lanes: Type.Array(
    Type.Object({ lane: Type.Integer(), incarnation: IncarnationId, label: Type.Optional(Type.String()) }),
  ),
})
export type StoreInfo = Static<typeof StoreInfo>

export const EnrolmentRequest = Type.Object(
  {
    lane: Type.Integer({ minimum: 1, maximum: 99 }),
    label: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    publicKey: DevicePublicKey,
    /** A manager's one-time code; spaces, hyphens and small letters are as good. */
    code: Type.Optional(Type.String({ maxLength: 40 })),
  },
  { additionalProperties: false },
)
export type EnrolmentRequest = Static<typeof EnrolmentRequest>

export const Enrolment = Type.Object({
  storeId: StoreId,
  terminalId: TerminalId,
  incarnation: IncarnationId,
  /** Of enrolments from before there were device keys: a bearer token, which works until the till has told its key. */
  token: Type.Optional(Type.String({ minLength: 32 })),
  epoch: Type.String(),
})
export type Enrolment = Static<typeof Enrolment>

/** `POST /api/terminals/cleared-cache`: a till has removed what it kept locally. */
export const ClearedCache = Type.Object(
  { documents: Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'how many documents it removed' }) },
  { additionalProperties: false },
)
export type ClearedCache = Static<typeof ClearedCache>

/** `POST /api/admin/enrolment-codes`: what a manager reads to the person at the new till. Works once. */
export const EnrolmentCode = Type.Object({
  code: Type.String({ pattern: '^[0-9A-Z]{8}$' }),
  expiresInSeconds: Type.Integer({ minimum: 1 }),
})
export type EnrolmentCode = Static<typeof EnrolmentCode>
