/** `GET /api/store` and `POST /api/terminals`: how a browser becomes a till of the store. */
import { Type, type Static } from 'typebox'
import { IncarnationId, StoreId, TerminalId } from '../identity.ts'

export const StoreInfo = Type.Object({
  storeId: StoreId,
  name: Type.String(),
  epoch: Type.String(),
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
  },
  { additionalProperties: false },
)
export type EnrolmentRequest = Static<typeof EnrolmentRequest>

export const Enrolment = Type.Object({
  storeId: StoreId,
  terminalId: TerminalId,
  incarnation: IncarnationId,
  /** Bearer token of the device, for `/db/` and `/ws`. Shown once; the hub keeps only its hash. */
  token: Type.String({ minLength: 32 }),
  epoch: Type.String(),
})
export type Enrolment = Static<typeof Enrolment>

/** `POST /api/terminals/cleared-cache`: a till has removed what it kept locally. */
export const ClearedCache = Type.Object(
  { documents: Type.Integer({ minimum: 0, maximum: 1_000_000_000, description: 'how many documents it removed' }) },
  { additionalProperties: false },
)
export type ClearedCache = Static<typeof ClearedCache>
