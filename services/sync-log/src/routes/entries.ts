/** What hubs did with data. */
import { Type } from 'typebox'
import { StoreId } from '@tidemark/contracts'
import {
  decodeCursor,
  defaultPageSize,
  encodeCursor,
  pageOf,
  pageParameters,
  type ServiceApp,
} from '@tidemark/service-kit'
import type { AuditChainStore } from '../stores/audit-chain-store.ts'
import { EntryPosition, type AuditStore, type EntryFilter } from '../stores/audit-store.ts'
import { EntryAnswer, entryAnswers } from './entry-answer.ts'
import {
  EntryPath,
  filterOf,
  filterParameters,
  NoQuery,
  requireEntry,
  requireScope,
  requireStore,
  StorePath,
} from './parameters.ts'

const tags = ['entries']
/** A viewer sees whether a chain holds; who did what is for those who look into it. */
export const searchRoles = { roles: ['auditor', 'manager'] } as const
const description =
  'Newest first. A page of a narrow filter may hold fewer than `limit`; the last one has no `nextCursor`.'

export function addEntryRoutes(
  app: ServiceApp,
  { audit, chain }: { readonly audit: AuditStore; readonly chain: AuditChainStore },
): void {
  async function page(filter: EntryFilter, limit: number, cursor: string | undefined) {
    const from = decodeCursor(EntryPosition, cursor)
    const { items, next } = await audit.list(filter, 'newest-first', limit, from)
    return {
      items: await entryAnswers(audit, chain, items),
      nextCursor: next === undefined ? null : encodeCursor(next),
    }
  }

  app.route({
    method: 'GET',
    url: '/stores/:storeId/entries',
    config: { roles: [...searchRoles.roles] },
    schema: {
      tags,
      summary: 'Entries of the sync logs of a store',
      description,
      params: StorePath,
      querystring: Type.Object({ ...filterParameters, ...pageParameters }, { additionalProperties: false }),
      response: { 200: pageOf(EntryAnswer) },
    },
    handler: async ({ params, query }) => {
      const filter = filterOf(query, params.storeId)
      const found = page(filter, query.limit ?? defaultPageSize, query.cursor)
      const [answer] = await Promise.all([found, requireStore(audit, params.storeId)])
      return answer
    },
  })

  app.route({
    method: 'GET',
    url: '/entries',
    config: { roles: [...searchRoles.roles] },
    schema: {
      tags,
      summary: 'Entries of all stores, by store, terminal, document, kind and time',
      description,
      querystring: Type.Object(
        { storeId: Type.Optional(StoreId), ...filterParameters, ...pageParameters },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(EntryAnswer) },
    },
    handler: async ({ principal, query }) => {
      const filter = filterOf(query, query.storeId)
      requireScope(principal, filter)
      const found = page(filter, query.limit ?? defaultPageSize, query.cursor)
      const known = query.storeId === undefined ? undefined : requireStore(audit, query.storeId)
      const [answer] = await Promise.all([found, known])
      return answer
    },
  })

  app.route({
    method: 'GET',
    url: '/entries/:entryId',
    config: { roles: [...searchRoles.roles] },
    schema: {
      tags,
      summary: 'One entry, verified now',
      params: EntryPath,
      querystring: NoQuery,
      response: { 200: EntryAnswer },
    },
    handler: async ({ principal, params }) => {
      const found = await requireEntry(audit, principal, params.entryId)
      const [answer] = await entryAnswers(audit, chain, [found])
      if (answer === undefined) throw new Error('an answer for each entry')
      return answer
    },
  })
}
