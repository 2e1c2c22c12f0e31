/**
 * The sync log: what a hub did with data, as an immutable series per hub epoch, hash-chained and signed by the hub.
 * `signature` is Ed25519 (RFC 8032) over the 32 bytes of `hash`, in base64; entry 1 of an epoch carries the public key.
 */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { IncarnationId } from '../identity.ts'
import { Sha256Hex } from '../journal/canonical-hash.ts'
import { documentSchema } from './document-header.ts'
import { recordOf } from './record-of.ts'

const Count = Type.Integer({ minimum: 0 })
const DatabaseName = Type.String({ minLength: 1, maxLength: 100 })
const DocumentRevision = Type.Object({
  id: Type.String({ maxLength: 512 }),
  rev: Type.String({ maxLength: 80 }),
})

const QuarantinedDocument = {
  database: DatabaseName,
  origin: Type.String({ maxLength: 100 }),
  id: Type.String({ maxLength: 512 }),
  rev: Type.Optional(Type.String({ maxLength: 80 })),
  /** The person who decided, as given by whoever holds the administrator's token. */
  decidedBy: Type.String({ minLength: 1, maxLength: 100 }),
}

/** Most documents that one entry names; a larger batch becomes several entries. */
export const maxDocumentsPerLogEntry = 200

const logFields = {
  epoch: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  number: Type.Integer({ minimum: 1, maximum: 999_999_999_999 }),
  previousHash: Sha256Hex,
  hash: Sha256Hex,
  signature: Type.String({ pattern: '^[A-Za-z0-9+/]{86}==$' }),
}

/** Why somebody was not let in. */
export const AccessRefusal = Type.Enum([
  'token-missing',
  'token-unknown',
  'token-expired',
  'terminal-unknown',
  'terminal-revoked',
  'challenge-unknown',
  'challenge-expired',
  'challenge-replayed',
  'signature-wrong',
  'enrolment-code-wrong',
  'enrolment-attempts-exceeded',
  /** Signed in, and asked for what is not for tills. */
  'not-allowed',
  /** A page of another origin. */
  'origin-foreign',
])
export type AccessRefusal = Static<typeof AccessRefusal>

export const SyncLogEvent = Type.Union([
  /**
   * Number 1 of every epoch. `publicKey` is the raw Ed25519 key, base64. `previous` is the last entry of the epoch before it
   * that this hub has, so that the chains of a hub are linked over a rotation.
   */
  Type.Object({
    kind: Type.Literal('epoch-started'),
    publicKey: Type.String({ pattern: '^[A-Za-z0-9+/]{43}=$' }),
    reason: Type.Optional(Type.String({ maxLength: 500 })),
    previous: Type.Optional(
      Type.Object({
        epoch: Type.String({ pattern: '^[0-9a-f]{32}$' }),
        number: Type.Integer({ minimum: 1 }),
        hash: Sha256Hex,
      }),
    ),
  }),
  /** Changes `afterSequence < seq ≤ throughSequence` of a database are in the hub's store. Each change is in one entry. */
  Type.Object({
    kind: Type.Literal('documents-stored'),
    database: DatabaseName,
    afterSequence: Count,
    throughSequence: Count,
    documents: Type.Array(DocumentRevision, { maxItems: maxDocumentsPerLogEntry }),
  }),
  Type.Object({
    kind: Type.Literal('documents-refused'),
    database: DatabaseName,
    origin: Type.String({ maxLength: 100 }),
    documents: Type.Array(
      Type.Object({
        id: Type.String({ maxLength: 512 }),
        rev: Type.Optional(Type.String({ maxLength: 80 })),
        reason: Type.String({ maxLength: 1000 }),
      }),
      { maxItems: maxDocumentsPerLogEntry },
    ),
  }),
  Type.Object({
    kind: Type.Literal('replication-run'),
    database: DatabaseName,
    direction: Type.Enum(['push', 'pull']),
    documentsWritten: Count,
    documentsRefused: Count,
  }),
  Type.Object({
    kind: Type.Literal('terminal-enrolled'),
    incarnation: IncarnationId,
  }),
  Type.Object({
    kind: Type.Literal('terminal-replaced'),
    incarnation: IncarnationId,
  }),
  Type.Object({
    kind: Type.Literal('terminal-revoked'),
    incarnation: IncarnationId,
    reason: Type.String({ maxLength: 200 }),
  }),
  /** An enrolment that is older than device keys has told its key; its bearer token has ended. */
  Type.Object({ kind: Type.Literal('terminal-key-set'), incarnation: IncarnationId }),
  /** A till has proven who it is and was given tokens: the first at once, further ones of the next hour together. */
  Type.Object({ kind: Type.Literal('tokens-issued'), incarnation: IncarnationId, count: Type.Integer({ minimum: 1 }) }),
  /**
   * Somebody was not let in, `count` times: the first time at once, the further ones of the next minute together. `incarnation`
   * is the one that was claimed, and is missing where none of this store's was.
   */
  Type.Object({
    kind: Type.Literal('access-refused'),
    incarnation: Type.Optional(IncarnationId),
    reason: AccessRefusal,
    count: Type.Integer({ minimum: 1 }),
  }),
  /** A manager let a one-time code for an enrolment be made. */
  Type.Object({ kind: Type.Literal('enrolment-code-made'), by: Type.String({ minLength: 1, maxLength: 100 }) }),
  Type.Object({ kind: Type.Literal('cache-cleared'), incarnation: IncarnationId, documents: Count }),
  /** A person brought a file of what a till could not send; `origin` is the till that wrote it. */
  Type.Object({
    kind: Type.Literal('file-imported'),
    origin: IncarnationId,
    by: Type.String({ minLength: 1, maxLength: 100 }),
    /** Through which till it came; absent for the hub's own command line. */
    through: Type.Optional(IncarnationId),
    stored: Count,
    alreadyThere: Count,
    refused: Count,
  }),
  /** A document of this hub's store has more than one live revision; told again when they are others. */
  Type.Object({
    kind: Type.Literal('conflict-seen'),
    database: DatabaseName,
    id: Type.String({ maxLength: 512 }),
    /** The winning one first. */
    revs: Type.Array(Type.String({ maxLength: 80 }), { minItems: 2, maxItems: 50 }),
  }),
  /** One live revision is left, or none; whoever decided, here or at central. */
  Type.Object({
    kind: Type.Literal('conflict-settled'),
    database: DatabaseName,
    id: Type.String({ maxLength: 512 }),
    rev: Type.String({ maxLength: 80 }),
  }),
  /** A person decided a conflict at this hub; `conflict` is the id of the case. */
  Type.Object({
    kind: Type.Literal('conflict-decided'),
    conflict: Type.String({ maxLength: 700 }),
    by: Type.String({ maxLength: 100 }),
    incarnation: IncarnationId,
    decision: Type.Enum(['choose', 'merge', 'suggestion']),
    rev: Type.String({ maxLength: 80 }),
  }),
  /** A change is too large for NATS: its message names the document and leaves its body out. */
  Type.Object({
    kind: Type.Literal('published-without-body'),
    database: DatabaseName,
    id: Type.String({ maxLength: 512 }),
    rev: Type.String({ maxLength: 80 }),
    reason: Type.String({ maxLength: 500 }),
  }),
  /** A manager offered a refused document again. */
  Type.Object({
    kind: Type.Literal('quarantine-offered'),
    ...QuarantinedDocument,
    accepted: Type.Boolean(),
    reason: Type.Optional(Type.String({ maxLength: 1000 })),
  }),
  Type.Object({
    kind: Type.Literal('quarantine-discarded'),
    ...QuarantinedDocument,
    reason: Type.String({ maxLength: 500 }),
  }),
  /** A manager took a discarding back. */
  Type.Object({ kind: Type.Literal('quarantine-restored'), ...QuarantinedDocument }),
  /** `sequences`: the last change of each database that is in the backup. */
  Type.Object({
    kind: Type.Literal('backup-written'),
    sequences: recordOf(Count),
    bytes: Count,
  }),
  /** First of all after a restore: `backupAt` and `backupEpoch` say which state of the store it goes on from. */
  Type.Object({
    kind: Type.Literal('store-restored'),
    backupAt: Type.String({ format: 'date-time' }),
    backupEpoch: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  }),
])
export type SyncLogEvent = Static<typeof SyncLogEvent>

export const SyncLogEntry = documentSchema('sync-log-entry', { ...logFields, event: SyncLogEvent })
export type SyncLogEntry = Static<typeof SyncLogEntry>
