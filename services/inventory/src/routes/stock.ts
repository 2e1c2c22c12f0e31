/** What is on the shelf. */
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
import type { Stock } from '../stores/stock-store.ts'

const StockLevel = Type.Object({
  storeId: Type.String(),
  sku: Type.String(),
  onHand: Type.Integer({ description: 'Pieces or grams; negative after an oversell' }),
  lastCount: Type.Union([Type.Object({ at: Type.String(), quantity: Type.Integer() }), Type.Null()]),
  changesSinceCount: Type.Integer({ description: 'onHand minus the quantity of the last count' }),
})
const StorePosition = Type.Object({ storeId: StoreId })

export function addStockRoutes(app: ServiceApp, stock: Stock): void {
  async function requireSku(sku: string): Promise<void> {
    if (!(await stock.knowsSku(sku))) throw notFound(`no product ${sku} in the catalogue and none in stock`)
  }

  app.route({
    method: 'GET',
    url: '/stores/:storeId/stock/:sku',
    schema: {
      tags: ['stock'],
      summary: 'Stock on hand of a SKU in a store',
      params: Type.Object({ storeId: StoreId, sku: Sku }),
      response: { 200: StockLevel },
    },
    handler: async (request) => {
      const { storeId, sku } = request.params
      const level = await stock.level(storeId, sku)
      // What has moved is known; whether there is such a store and SKU is asked only where nothing has.
      if (level.lastCount !== null || level.changesSinceCount !== 0) return level
      if (!(await stock.knowsStore(storeId))) throw notFound(`nothing is known of store ${storeId}`)
      await requireSku(sku)
      return level
    },
  })

  app.route({
    method: 'GET',
    url: '/stock/:sku',
    schema: {
      tags: ['stock'],
      summary: 'Stock on hand of a SKU in every store that ever had it',
      params: Type.Object({ sku: Sku }),
      querystring: Type.Object(pageParameters, { additionalProperties: false }),
      response: { 200: pageOf(StockLevel) },
    },
    handler: async (request) => {
      const { sku } = request.params
      const { limit = defaultPageSize } = request.query
      const after = decodeCursor(StorePosition, request.query.cursor)
      await requireSku(sku)
      const found = await stock.storesOf(sku, limit + 1, after?.storeId)
      const stores = found.slice(0, limit)
      const last = stores.at(-1)
      const items = await Promise.all(stores.map((storeId) => stock.level(storeId, sku)))
      return { items, nextCursor: found.length > limit && last ? encodeCursor({ storeId: last }) : null }
    },
  })
}
