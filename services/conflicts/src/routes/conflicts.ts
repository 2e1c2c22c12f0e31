/** Conflicts, open and resolved, with what differs between their leaves. */
import { Type, type Static } from 'typebox'
import { compareLeaves, ConflictPolicy, StoreId } from '@tidemark/contracts'
import { decodeCursor, encodeCursor, notFound, pageOf, type ServiceApp } from '@tidemark/service-kit'
import type { ConflictCase } from '../domain/conflict-case.ts'
import { CasePosition, type CaseDesk } from '../stores/case-desk.ts'

/** Cases carry whole bodies, so pages are smaller than those of other lists. */
const maxPageSize = 100
const defaultPageSize = 20

const Status = Type.Enum(['open', 'resolved'])

const ConflictAnswer = Type.Object({
  id: Type.String(),
  status: Status,
  storeId: Type.String({ description: 'Store of the database; hq for the catalogue' }),
  stores: Type.Array(Type.String(), { description: 'Stores that have a copy' }),
  database: Type.String(),
  documentId: Type.String(),
  documentType: Type.String(),
  policy: ConflictPolicy,
  winningRev: Type.String(),
  leaves: Type.Array(Type.Object({ rev: Type.String(), body: Type.Unknown() })),
  leavesApart: Type.Array(Type.String(), { description: 'Documents of the desk with bodies too large for the case' }),
  differences: Type.Array(
    Type.Object({
      field: Type.String({ description: 'JSON pointer' }),
      values: Type.Array(Type.Object({ rev: Type.String(), value: Type.Optional(Type.Unknown()) })),
    }),
  ),
  openedAt: Type.String(),
  resolvedAt: Type.Union([Type.String(), Type.Null()]),
  resolution: Type.Union([Type.String(), Type.Null()]),
})

const ListQuery = Type.Object(
  {
    status: Type.Optional(Status),
    storeId: Type.Optional(StoreId),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPageSize, default: defaultPageSize })),
    cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 2000, description: 'nextCursor of the page before' })),
  },
  { additionalProperties: false },
)

export function addConflictRoutes(app: ServiceApp, desk: CaseDesk): void {
  app.route({
    method: 'GET',
    url: '/conflicts',
    schema: {
      tags: ['conflicts'],
      summary: 'Conflicts, newest first; all of them unless a status or a store is given',
      querystring: ListQuery,
      response: { 200: pageOf(ConflictAnswer) },
    },
    handler: async (request) => {
      const { status, storeId, limit = defaultPageSize } = request.query
      const from = decodeCursor(CasePosition, request.query.cursor)
      if (storeId !== undefined && !(await desk.knowsStore(storeId))) {
        throw notFound(`nothing is known of store ${storeId}`)
      }
      const filter = { ...(status === undefined ? {} : { status }), ...(storeId === undefined ? {} : { storeId }) }
      // One more than asked for is where the next page begins.
      const found = await desk.list(filter, limit + 1, from)
      const next = found[limit]
      return {
        items: found.slice(0, limit).map(answerOf),
        nextCursor: next === undefined ? null : encodeCursor({ at: next.at, id: next._id }),
      }
    },
  })

  app.route({
    method: 'GET',
    url: '/conflicts/:id',
    schema: {
      tags: ['conflicts'],
      summary: 'One conflict',
      params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 1024 }) }),
      querystring: Type.Object({}, { additionalProperties: false }),
      response: { 200: ConflictAnswer },
    },
    handler: async (request) => {
      const { id } = request.params
      const found = await desk.find(id)
      if (found === undefined) throw notFound(`no conflict ${id}`)
      return answerOf(found)
    },
  })
}

function answerOf(conflict: ConflictCase): Static<typeof ConflictAnswer> {
  const { _id, status, storeId, stores, database, documentId, documentType, policy, winningRev, leaves } = conflict
  const differences = compareLeaves(leaves).map(({ field, values }) => ({ field, values: [...values] }))
  return {
    id: _id,
    status,
    storeId,
    stores,
    database,
    documentId,
    documentType,
    policy,
    winningRev,
    leaves,
    leavesApart: conflict.leavesApart,
    differences,
    openedAt: conflict.openedAt,
    resolvedAt: conflict.resolvedAt ?? null,
    resolution: conflict.resolution ?? null,
  }
}
