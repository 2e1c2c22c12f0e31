/** What stores wanted of documents on which head office decides. */
import { Type, type Static } from 'typebox'
import { StoreId } from '@tidemark/contracts'
import {
  decodeCursor,
  encodeCursor,
  maySeeStore,
  notFound,
  pageOf,
  requireStoreAccess,
  type Principal,
  type ServiceApp,
} from '@tidemark/service-kit'
import type { ChangeRequest } from '../domain/change-request.ts'
import { acceptRequest, refuseRequest } from '../decisions/answer-request.ts'
import type { DecisionParts } from '../decisions/decide-case.ts'
import { CasePosition } from '../stores/case-desk.ts'
import { authorOf, requireDecider, valueOf } from './decision-answers.ts'
import { FieldChange } from './decisions.ts'

const maxPageSize = 100
const defaultPageSize = 20
const Status = Type.Enum(['open', 'accepted', 'refused'])
const NoQuery = Type.Object({}, { additionalProperties: false })
const Parameters = Type.Object({ id: Type.String({ minLength: 1, maxLength: 1024 }) })

const RequestAnswer = Type.Object({
  id: Type.String(),
  status: Status,
  storeId: Type.String({ description: 'the store that asks' }),
  at: Type.String(),
  requestedBy: Type.Unknown(),
  conflict: Type.String({ description: 'the conflict in which the change lost' }),
  database: Type.String(),
  documentId: Type.String(),
  documentType: Type.String(),
  rev: Type.String({ description: 'the revision that lost' }),
  changes: Type.Array(FieldChange),
  answer: Type.Union([Type.Unknown(), Type.Null()], {
    description: 'who answered when, with the reason or the revision',
  }),
})

export function addChangeRequestRoutes(app: ServiceApp, parts: DecisionParts): void {
  const { desk, requests } = parts
  const config = { roles: ['manager' as const] }

  async function find(id: string): Promise<ChangeRequest> {
    const request = await requests.find(id)
    if (request === undefined) throw notFound(`no change request ${id}`)
    return request
  }

  async function toAnswer(id: string, principal: Principal): Promise<ChangeRequest> {
    const request = await find(id)
    requireDecider(principal, 'hq')
    return request
  }

  app.route({
    method: 'GET',
    url: '/change-requests',
    schema: {
      tags: ['change requests'],
      summary: 'Change requests of stores, newest first',
      querystring: Type.Object(
        {
          status: Type.Optional(Status),
          storeId: Type.Optional(StoreId),
          limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxPageSize, default: defaultPageSize })),
          cursor: Type.Optional(Type.String({ minLength: 1, maxLength: 2000 })),
        },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(RequestAnswer) },
    },
    handler: async ({ query, principal }) => {
      const { status, storeId, limit = defaultPageSize } = query
      const from = decodeCursor(CasePosition, query.cursor)
      if (storeId !== undefined && !(await desk.knowsStore(storeId))) {
        throw notFound(`nothing is known of store ${storeId}`)
      }
      const filter = { ...(status === undefined ? {} : { status }), ...(storeId === undefined ? {} : { storeId }) }
      const found = await requests.list(filter, limit + 1, from)
      const next = found[limit]
      return {
        items: found
          .slice(0, limit)
          .filter((request) => maySeeStore(principal, request.storeId))
          .map(answerOf),
        nextCursor: next === undefined ? null : encodeCursor({ at: next.at, id: next._id }),
      }
    },
  })

  app.route({
    method: 'GET',
    url: '/change-requests/:id',
    schema: {
      tags: ['change requests'],
      summary: 'One change request',
      params: Parameters,
      querystring: NoQuery,
      response: { 200: RequestAnswer },
    },
    handler: async ({ params: { id }, principal }) => {
      const request = await find(id)
      requireStoreAccess(principal, request.storeId)
      return answerOf(request)
    },
  })

  app.route({
    method: 'POST',
    url: '/change-requests/:id/accept',
    config,
    schema: {
      tags: ['change requests'],
      summary: 'Writes what the store asked for on the document as it is now',
      description: 'Refused with 409 when head office has changed one of these fields since.',
      params: Parameters,
      querystring: NoQuery,
      body: Type.Object({}, { additionalProperties: false }),
      response: { 200: RequestAnswer },
    },
    handler: async ({ params: { id }, principal }) => {
      const request = await toAnswer(id, principal)
      return answerOf(valueOf(await acceptRequest(parts, request, authorOf(principal))))
    },
  })

  app.route({
    method: 'POST',
    url: '/change-requests/:id/refuse',
    config,
    schema: {
      tags: ['change requests'],
      summary: 'Leaves the document as it is, and says why',
      params: Parameters,
      querystring: NoQuery,
      body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 300 }) }, { additionalProperties: false }),
      response: { 200: RequestAnswer },
    },
    handler: async ({ params: { id }, body: { reason }, principal }) => {
      const request = await toAnswer(id, principal)
      return answerOf(valueOf(await refuseRequest(parts, request, reason, authorOf(principal))))
    },
  })
}

function answerOf(request: ChangeRequest): Static<typeof RequestAnswer> {
  const { _id: id, status, storeId, at, requestedBy, conflict, database, documentId, documentType, rev } = request
  const changes = [...request.changes]
  const about = { conflict, database, documentId, documentType, rev, changes }
  return { id, status, storeId, at, requestedBy, ...about, answer: request.answer ?? null }
}
