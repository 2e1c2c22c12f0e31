/** What a store's hubs did with data. */
import { Type } from 'typebox'
import { hasValidHash, schemaProblems, SyncLogEntry, SyncLogEvent } from '@tidemark/contracts'
import {
  decodeCursor,
  defaultPageSize,
  encodeCursor,
  pageOf,
  pageParameters,
  type ServiceApp,
} from '@tidemark/service-kit'
import { pinnedKeyId, type AuditEntry } from '../domain/audit-entry.ts'
import { signatureStatusOf } from '../domain/verify-signature.ts'
import { EntryPosition, type AuditStore } from '../stores/audit-store.ts'
import { requireStore, StorePath } from './parameters.ts'

const EntryAnswer = Type.Object({
  id: Type.String(),
  epoch: Type.String(),
  number: Type.Integer(),
  kind: Type.String(),
  at: Type.String(),
  recordedAt: Type.String(),
  source: Type.Enum(['feed', 'reconciliation']),
  entry: Type.Unknown({ description: 'The entry as the hub wrote it' }),
  verification: Type.Object({
    hash: Type.Enum(['valid', 'broken']),
    signature: Type.Enum(['verified', 'wrong', 'unverified'], {
      description: 'unverified: the entry with the public key has not come',
    }),
  }),
})

const EntriesQuery = Type.Object(
  {
    kind: Type.Optional(Type.Enum(SyncLogEvent.anyOf.map(({ properties }) => properties.kind.const))),
    ...pageParameters,
  },
  { additionalProperties: false },
)

export function addEntryRoutes(app: ServiceApp, audit: AuditStore): void {
  app.route({
    method: 'GET',
    url: '/stores/:storeId/entries',
    schema: {
      tags: ['sync-log'],
      summary: 'Entries of the sync logs of a store, newest first',
      params: StorePath,
      querystring: EntriesQuery,
      response: { 200: pageOf(EntryAnswer) },
    },
    handler: async (request) => {
      const { storeId } = request.params
      const { kind, limit = defaultPageSize } = request.query
      const from = decodeCursor(EntryPosition, request.query.cursor)
      await requireStore(audit, storeId)
      // One more than asked for is where the next page begins.
      const found = await audit.list(storeId, kind, limit + 1, from)
      const page = found.slice(0, limit)
      const next = found[limit]
      const keys = await audit.publicKeys(page)
      return {
        items: page.map((entry) => answerOf(entry, keys.get(pinnedKeyId(entry.storeId, entry.epoch)))),
        nextCursor: next === undefined ? null : encodeCursor({ at: next.at, id: next._id }),
      }
    },
  })
}

function answerOf(recorded: AuditEntry, publicKey: string | undefined) {
  const { _id, epoch, number, kind, at, recordedAt, source, entry } = recorded
  const verification = verificationOf(entry, publicKey)
  return { id: _id, epoch, number, kind, at, recordedAt, source, entry, verification }
}

/** What is stored may have been changed to anything since. */
function verificationOf(entry: SyncLogEntry, publicKey: string | undefined) {
  if (schemaProblems(SyncLogEntry, entry).length > 0) return { hash: 'broken', signature: 'wrong' } as const
  const hash = hasValidHash(entry) ? ('valid' as const) : ('broken' as const)
  return { hash, signature: signatureStatusOf(entry, publicKey) }
}
