/** The life of a SKU in a store. */
import { Type } from 'typebox'
import { Sku, StoreId } from '@tidemark/contracts'
import {
  decodeCursor,
  defaultPageSize,
  encodeCursor,
  notFound,
  pageOf,
  pageParameters,
  type ServiceApp,
} from '@tidemark/service-kit'
import { runBalance } from '../domain/run-balance.ts'
import type { Stock } from '../stores/stock-store.ts'

const Entry = Type.Object({
  at: Type.String({ description: 'Hybrid clock stamp of the source' }),
  sourceId: Type.String(),
  sourceType: Type.String(),
  kind: Type.Enum(['change', 'count']),
  quantity: Type.Integer({ description: 'Of a change what it adds, of a count what was found' }),
  balance: Type.Integer({ description: 'On hand after it' }),
  difference: Type.Integer({ description: 'Of a count, what was found more than expected' }),
})
const Position = Type.Object({ at: Type.String({ maxLength: 80 }) })

export function addHistoryRoute(app: ServiceApp, stock: Stock): void {
  app.route({
    method: 'GET',
    url: '/stores/:storeId/stock/:sku/history',
    schema: {
      tags: ['stock'],
      summary:
        'Every change and count of a SKU in a store, with the running balance; the newest first unless asked otherwise',
      params: Type.Object({ storeId: StoreId, sku: Sku }),
      querystring: Type.Object(
        { ...pageParameters, order: Type.Optional(Type.Enum(['newest-first', 'oldest-first'])) },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(Entry) },
    },
    handler: async (request) => {
      const { storeId, sku } = request.params
      const { limit = defaultPageSize, order = 'newest-first', cursor } = request.query
      const isNewestFirst = order === 'newest-first'
      const from = decodeCursor(Position, cursor)?.at
      const walk = { direction: isNewestFirst ? ('backward' as const) : ('forward' as const), from, limit }
      const found = await stock.entries(storeId, sku, walk)
      if (found.length === 0) {
        if (!(await stock.knowsStore(storeId))) throw notFound(`nothing is known of store ${storeId}`)
        if (!(await stock.knowsSku(sku))) throw notFound(`no product ${sku} in the catalogue and none in stock`)
      }
      const last = found.at(-1)
      const ascending = isNewestFirst ? found.toReversed() : found
      const opening = ascending[0] === undefined ? 0 : await stock.onHandBefore(storeId, sku, ascending[0].at)
      const balanced = runBalance(opening, ascending)
      const items = [...(isNewestFirst ? balanced.toReversed() : balanced)]
      return { items, nextCursor: last !== undefined && found.length >= limit ? encodeCursor({ at: last.at }) : null }
    },
  })
}
