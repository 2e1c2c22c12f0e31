/**
 * A file of what a till could not send, and `POST /api/import`, which takes it in. It is the way out for a till whose hub is gone, whose
 * enrolment was revoked, or whose disk is full: a person carries it to the hub.
 */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { IncarnationId, StoreId } from '../identity.ts'

export const unsentFileFormat = 'tidemark-unsent'
export const maxUnsentDocuments = 20_000

export const UnsentFile = Type.Object({
  format: Type.Literal(unsentFileFormat),
  version: Type.Literal(1),
  storeId: StoreId,
  /** The enrolment of the till when it wrote the file. Receipts of earlier enrolments name their own. */
  incarnation: IncarnationId,
  writtenAt: Type.String({ format: 'date-time' }),
  /** As the till has them, with `_rev` and `_revisions`, so that the till can send them too and nothing is there twice. */
  documents: Type.Array(
    Type.Object({
      database: Type.String({ minLength: 1, maxLength: 100 }),
      document: Type.Object({
        _id: Type.String({ minLength: 1, maxLength: 512 }),
        _rev: Type.String({ pattern: '^[1-9][0-9]{0,8}-[0-9a-zA-Z]{1,64}$' }),
        _revisions: Type.Object({
          start: Type.Integer({ minimum: 1 }),
          ids: Type.Array(Type.String(), { minItems: 1 }),
        }),
      }),
    }),
    { maxItems: maxUnsentDocuments },
  ),
})
export type UnsentFile = Static<typeof UnsentFile>

export const ImportRequest = Type.Object({
  by: Type.String({ minLength: 1, maxLength: 100, description: 'the person who brings the file, for the sync log' }),
  file: UnsentFile,
})
export type ImportRequest = Static<typeof ImportRequest>

export const ImportReport = Type.Object({
  documents: Type.Integer({ minimum: 0 }),
  stored: Type.Integer({ minimum: 0, description: 'new at this hub' }),
  alreadyThere: Type.Integer({ minimum: 0 }),
  refused: Type.Array(Type.Object({ id: Type.String(), reason: Type.String() }), {
    description: 'kept in quarantine with the reason',
  }),
  missing: Type.Array(Type.Object({ incarnation: IncarnationId, after: Type.Integer(), next: Type.Integer() }), {
    description: 'receipts between two numbers of a series which neither the file nor the hub has',
  }),
})
export type ImportReport = Static<typeof ImportReport>
