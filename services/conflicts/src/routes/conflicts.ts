/** Conflicts, open and resolved, with what differs between their leaves. */
import { Type } from 'typebox'
import { StoreId } from '@tidemark/contracts'
import { decodeCursor, encodeCursor, notFound, pageOf, type ServiceApp } from '@tidemark/service-kit'
import { CasePosition, type CaseDesk } from '../stores/case-desk.ts'
import { answerOf, ConflictAnswer, ConflictParameters, ConflictStatus } from './conflict-answer.ts'
import { maySeeCase, requireSight } from './decision-answers.ts'

/** Cases carry whole bodies, so pages are smaller than those of other lists. */
const maxPageSize = 100
const defaultPageSize = 20

const ListQuery = Type.Object(
  {
    status: Type.Optional(ConflictStatus),
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
    handler: async ({ query, principal }) => {
      const { status, storeId, limit = defaultPageSize } = query
      const from = decodeCursor(CasePosition, query.cursor)
      if (storeId !== undefined && !(await desk.knowsStore(storeId))) {
        throw notFound(`nothing is known of store ${storeId}`)
      }
      const filter = { ...(status === undefined ? {} : { status }), ...(storeId === undefined ? {} : { storeId }) }
      // One more than asked for is where the next page begins.
      const found = await desk.list(filter, limit + 1, from)
      const next = found[limit]
      return {
        items: found
          .slice(0, limit)
          .filter((conflict) => maySeeCase(principal, conflict))
          .map(answerOf),
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
      params: ConflictParameters,
      response: { 200: ConflictAnswer },
    },
    handler: async ({ params: { id }, principal }) => {
      const found = await desk.find(id)
      if (found === undefined) throw notFound(`no conflict ${id}`)
      requireSight(principal, found)
      return answerOf(found)
    },
  })
}
