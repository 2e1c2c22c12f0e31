/**
 * `POST /api/sync/push`, `/pull` and `/conflicts`: the way in for clients that are not PouchDB.
 *
 * A document travels as it is stored. `entityId` is its `_id`; the replication fields `_rev`, `_revisions` and the like do not
 * travel inside it.
 */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { ConflictPolicy } from '../documents/conflict-documents.ts'
import { Author } from '../documents/document-header.ts'
import { recordOf } from '../documents/record-of.ts'

export const maxSyncOperations = 500
export const maxSyncPullDocuments = 1000
export const defaultSyncPullDocuments = 200
export const maxSyncResolutions = 100

export const SyncEntityType = Type.Enum(['sale', 'inventory', 'product'], {
  description:
    'sale: journal entries of a till (sales, refunds, voids, shifts, cash movements); inventory: stock movements and counts; product: products',
})
export type SyncEntityType = Static<typeof SyncEntityType>

export const SyncAction = Type.Enum(['create', 'update', 'delete'])
export type SyncAction = Static<typeof SyncAction>

const Rev = Type.String({ pattern: '^[1-9][0-9]{0,8}-[0-9a-zA-Z]{1,64}$', description: 'revision, such as `2-9f…`' })
const EntityId = Type.String({ minLength: 1, maxLength: 512, description: 'the `_id` of the document' })
const Body = recordOf(Type.Unknown())

export const SyncQueueItem = Type.Object(
  {
    id: Type.String({
      pattern: '^[!-~]{1,128}$',
      description:
        'Made by the client, once per operation. The same id again gives the same result and writes nothing.',
    }),
    entityType: SyncEntityType,
    entityId: EntityId,
    action: SyncAction,
    data: Type.Union([Body, Type.Null()], {
      description:
        'create: the whole document, `_id` may be left out; update: a JSON merge patch (RFC 7396); delete: null or left out',
    }),
    timestamp: Type.String({ format: 'date-time', maxLength: 40, description: 'when the person did it' }),
    baseRev: Type.Optional(Rev),
  },
  { title: 'SyncQueueItem' },
)
export type SyncQueueItem = Static<typeof SyncQueueItem>

export const SyncPushRequest = Type.Object({
  /** Each is checked by itself against `SyncQueueItem`: a bad one costs the others nothing. */
  operations: Type.Array(Type.Unknown(), { maxItems: maxSyncOperations }),
})
export type SyncPushRequest = Static<typeof SyncPushRequest>

/** One field, as a JSON pointer into the operation: `/data/totals/grossMinor`. */
export const OperationProblem = Type.Object({ field: Type.String(), message: Type.String() })

const Named = {
  id: Type.Union([Type.String(), Type.Null()], { description: 'of the operation; null when it had none' }),
}
export const SyncOperationResult = Type.Union([
  Type.Object({ ...Named, status: Type.Literal('synced'), rev: Rev }),
  Type.Object(
    {
      ...Named,
      status: Type.Literal('conflict'),
      rev: Type.Union([Rev, Type.Null()], { description: 'the present revision; null when there is none' }),
      document: Type.Union([Body, Type.Null()], { description: 'the present document; null when it is gone' }),
    },
    { description: 'Somebody else changed the document. Nothing was written: decide, and send a new operation.' },
  ),
  Type.Object(
    { ...Named, status: Type.Literal('rejected'), problems: Type.Array(OperationProblem, { minItems: 1 }) },
    { description: 'It can not be done as it is. What it carried is kept at the hub with the reason.' },
  ),
])
export type SyncOperationResult = Static<typeof SyncOperationResult>

export const SyncPushResponse = Type.Object({
  results: Type.Array(SyncOperationResult, { description: 'one for each operation, in the order of the request' }),
})
export type SyncPushResponse = Static<typeof SyncPushResponse>

export const SyncPullRequest = Type.Object(
  {
    lastSyncTimestamp: Type.Optional(
      Type.Union([Type.String({ maxLength: 8000 }), Type.Null()], {
        description:
          'what the pull before returned; or an ISO 8601 time, for what the hub received since (some of it may come twice); null for all',
      }),
    ),
    entityTypes: Type.Optional(
      Type.Array(SyncEntityType, { minItems: 1, maxItems: 3, uniqueItems: true, description: 'default all' }),
    ),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: maxSyncPullDocuments, description: `default ${defaultSyncPullDocuments}` }),
    ),
  },
  { additionalProperties: false },
)
export type SyncPullRequest = Static<typeof SyncPullRequest>

export const SyncChange = Type.Object({
  entityType: SyncEntityType,
  entityId: EntityId,
  action: SyncAction,
  rev: Rev,
  inConflict: Type.Boolean({ description: 'true while another revision competes with this one' }),
  data: Type.Union([Body, Type.Null()], { description: 'the document, with its `_id`; null when it was deleted' }),
})
export type SyncChange = Static<typeof SyncChange>

export const SyncPullResponse = Type.Object({
  changes: Type.Array(SyncChange),
  lastSyncTimestamp: Type.String({
    description: 'give it to the next pull as it is: it begins with the time, and carries the sequences behind it',
  }),
  hasMore: Type.Boolean(),
  resync: Type.Boolean({
    description: 'true when the hub is not what it was (restored, replaced): all comes again from the start',
  }),
})
export type SyncPullResponse = Static<typeof SyncPullResponse>

export const SyncResolution = Type.Union([
  Type.Object(
    { kind: Type.Literal('choose'), rev: Rev, by: Author },
    { additionalProperties: false, title: 'one of the revisions stands' },
  ),
  Type.Object(
    { kind: Type.Literal('merge'), body: Body, by: Author },
    { additionalProperties: false, title: 'a document that takes the place of all of them' },
  ),
])
export type SyncResolution = Static<typeof SyncResolution>

export const SyncConflictsRequest = Type.Object(
  {
    conflicts: Type.Array(
      Type.Object(
        { id: Type.String({ minLength: 1, maxLength: 700 }), resolution: SyncResolution },
        { additionalProperties: false },
      ),
      { maxItems: maxSyncResolutions, description: 'empty: list those that need a person' },
    ),
  },
  { additionalProperties: false },
)
export type SyncConflictsRequest = Static<typeof SyncConflictsRequest>

export const SyncConflict = Type.Object({
  id: Type.String(),
  database: Type.String(),
  documentId: EntityId,
  documentType: Type.String(),
  policy: ConflictPolicy,
  winningRev: Rev,
  leaves: Type.Array(Type.Object({ rev: Rev, body: Body }), { description: 'the winning one first' }),
  differences: Type.Array(
    Type.Object({
      field: Type.String({ description: 'JSON pointer' }),
      values: Type.Array(Type.Object({ rev: Rev, value: Type.Optional(Type.Unknown()) })),
    }),
  ),
})
export type SyncConflict = Static<typeof SyncConflict>

export const SyncResolutionResult = Type.Object({
  id: Type.String(),
  status: Type.Enum(['resolved', 'superseded', 'rejected'], {
    description:
      'superseded: the document changed since; `current` is the case that is open now, null when there is none any more',
  }),
  rev: Type.Optional(Rev),
  current: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  problems: Type.Optional(Type.Array(OperationProblem)),
})
export type SyncResolutionResult = Static<typeof SyncResolutionResult>

export const SyncConflictsResponse = Type.Object({
  conflicts: Type.Array(SyncConflict, { description: 'those that still need a person' }),
  hasMore: Type.Boolean(),
  results: Type.Array(SyncResolutionResult, { description: 'one for each resolution, in the order of the request' }),
})
export type SyncConflictsResponse = Static<typeof SyncConflictsResponse>
