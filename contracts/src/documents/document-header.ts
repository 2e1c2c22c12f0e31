/** What every document carries, whatever its type. */
import * as Type from 'typebox'
import type { Static, TObject, TProperties } from 'typebox'
import { HlcStamp } from '../clock/hlc.ts'
import { OwnerId } from '../identity.ts'
import { Traceparent } from '../telemetry/trace-context.ts'

/** The schema version that this release writes. Readers accept one older and one newer (`readableVersions`). */
export const schemaVersion = 1
export const readableVersions = { minimum: Math.max(1, schemaVersion - 1), maximum: schemaVersion + 1 }

export const Role = Type.Enum(['cashier', 'manager', 'head-office', 'system'])
export type Role = Static<typeof Role>

export const Author = Type.Object(
  {
    id: Type.String({ minLength: 1, maxLength: 64 }),
    role: Role,
    name: Type.Optional(Type.String({ maxLength: 100 })),
  },
  { description: 'Who made the document' },
)
export type Author = Static<typeof Author>

/** The span in which a person made the document; it rides along so that the hub can report it for the terminal. */
export const TraceOrigin = Type.Object({
  traceparent: Traceparent,
  /** ISO 8601 time at which the span began, on the maker's clock. */
  startTime: Type.String({ format: 'date-time', maxLength: 40 }),
  durationMs: Type.Integer({ minimum: 0, maximum: 86_400_000 }),
})
export type TraceOrigin = Static<typeof TraceOrigin>

const header = {
  _id: Type.String({ minLength: 1, maxLength: 512 }),
  schemaVersion: Type.Integer(readableVersions),
  storeId: OwnerId,
  at: HlcStamp,
  by: Author,
  trace: Type.Optional(TraceOrigin),
}

/** A document schema: the header, a literal `type` and the fields of the type. Unknown fields are kept. */
export function documentSchema<const Name extends string, Fields extends TProperties>(type: Name, fields: Fields) {
  return Type.Object({ ...header, type: Type.Literal(type), ...fields }, { title: type })
}

export type DocumentHeader = Static<TObject<typeof header>>
