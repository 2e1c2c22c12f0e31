/** What the administration of a hub answers: over `/api/admin`, and from the command line without a running hub. */
import { HubStatus } from '@tidemark/contracts'
import { Type, type Static } from 'typebox'

const Count = Type.Integer({ minimum: 0 })
const IsoTime = Type.String({ format: 'date-time' })

export const DatabaseRow = Type.Object({
  name: Type.String(),
  documents: Count,
  deleted: Count,
  sequence: Count,
  fileBytes: Type.Integer({ minimum: 0, description: 'on disk, its write-ahead log included' }),
  activeBytes: Type.Integer({ minimum: 0, description: 'of the file, that hold something' }),
})
export type DatabaseRow = Static<typeof DatabaseRow>

export const LastBackup = Type.Object({ at: IsoTime, target: Type.String(), bytes: Count, documents: Count })
export type LastBackup = Static<typeof LastBackup>

export const Overview = Type.Object({
  dataDirectory: Type.String(),
  epoch: Type.String(),
  epochReason: Type.Union([Type.String(), Type.Null()], { description: 'why it began; null for a new store' }),
  storeId: Type.Union([Type.String(), Type.Null()]),
  hub: Type.Union([HubStatus, Type.Null()], { description: 'null where no hub runs' }),
  databases: Type.Array(DatabaseRow),
  quarantine: Type.Object({ open: Count, total: Count }),
  disk: Type.Object({ freeBytes: Count, totalBytes: Count }),
  lastBackup: Type.Union([LastBackup, Type.Null()]),
})
export type Overview = Static<typeof Overview>

export const CompactRequest = Type.Object(
  { databases: Type.Optional(Type.Array(Type.String({ maxLength: 180 }), { minItems: 1, maxItems: 1000 })) },
  { additionalProperties: false },
)

export const CompactReport = Type.Object({
  databases: Type.Array(Type.Object({ name: Type.String(), bytesBefore: Count, bytesAfter: Count })),
})
export type CompactReport = Static<typeof CompactReport>

export const VerifyReport = Type.Object({
  ok: Type.Boolean(),
  databases: Type.Array(
    Type.Object({
      name: Type.String(),
      documents: Count,
      problems: Type.Array(Type.String(), { description: 'the first ones' }),
      problemCount: Count,
    }),
  ),
  syncLog: Type.Array(
    Type.Object({
      epoch: Type.String(),
      entries: Count,
      problems: Type.Array(Type.String()),
      problemCount: Count,
    }),
  ),
})
export type VerifyReport = Static<typeof VerifyReport>

export const BackupRequest = Type.Object(
  { target: Type.String({ minLength: 1, maxLength: 4000, description: 'an absolute path on the machine of the hub' }) },
  { additionalProperties: false },
)

export const EnrolmentCodeRequest = Type.Object(
  { by: Type.String({ minLength: 1, maxLength: 100, description: 'the manager who asks for it' }) },
  { additionalProperties: false },
)

export const BackupReport = Type.Object({
  target: Type.String(),
  bytes: Count,
  documents: Count,
  createdAt: IsoTime,
  epoch: Type.String(),
})
export type BackupReport = Static<typeof BackupReport>

/** A line of an answer that takes long: many with `progress`, then one with `result` or `problem`. */
export const WorkLine = Type.Union([
  Type.Object({ progress: Type.Object({ step: Type.String(), share: Type.Number({ minimum: 0, maximum: 1 }) }) }),
  Type.Object({ result: Type.Unknown() }),
  Type.Object({ problem: Type.Object({ code: Type.String(), detail: Type.String() }) }),
])
export type WorkLine = Static<typeof WorkLine>

export interface WorkProgress {
  /** what is being done, for a person */
  readonly step: string
  /** 0 to 1 */
  readonly share: number
}
export type ReportProgress = (progress: WorkProgress) => void
