/** A count by head office: what is on the shelf, said by a person who knows of every count before. */
import { Type } from 'typebox'
import {
  centralDatabaseOf,
  createClock,
  HEAD_OFFICE,
  schemaVersion,
  serviceErrorCodes,
  Sku,
  StockCount,
  StoreId,
} from '@tidemark/contracts'
import {
  ensureDatabase,
  HttpProblem,
  newUlid,
  notFound,
  type CouchClient,
  type ServiceApp,
} from '@tidemark/service-kit'
import { headOfficeAuthor } from '../domain/head-office-author.ts'
import type { Stock } from '../stores/stock-store.ts'

export interface CountRouteParts {
  readonly stock: Stock
  readonly client: CouchClient
}

export function addCountRoute(app: ServiceApp, { stock, client }: CountRouteParts): void {
  const clock = createClock(HEAD_OFFICE, Date.now)

  app.route({
    method: 'POST',
    url: '/stores/:storeId/stock/:sku/counts',
    config: { roles: ['manager'] },
    schema: {
      tags: ['stock'],
      summary: 'Records what is on the shelf now; it settles counts that contradict each other',
      params: Type.Object({ storeId: StoreId, sku: Sku }),
      body: Type.Object({ quantity: StockCount.properties.quantity }, { additionalProperties: false }),
      response: { 201: Type.Object({ id: Type.String(), at: Type.String(), quantity: Type.Integer() }) },
    },
    handler: async (request, reply) => {
      const { storeId, sku } = request.params
      const { quantity } = request.body
      if (!(await stock.knowsStore(storeId))) throw notFound(`nothing is known of store ${storeId}`)
      if (!(await stock.knowsSku(sku))) throw notFound(`no product ${sku} in the catalogue and none in stock`)
      const { lastCount } = await stock.level(storeId, sku)
      if (lastCount !== null) clock.observe(lastCount.at)
      const at = clock.now()
      const _id = `count:${sku}:${newUlid(Date.now())}`
      const by = headOfficeAuthor(request.principal)
      const document = { _id, type: 'stock-count', schemaVersion, storeId, at, by, sku, quantity }
      const inventory = await ensureDatabase(client, centralDatabaseOf(storeId, 'inventory'))
      const [written] = await inventory.bulkInsert([document])
      if (written?.kind !== 'stored') {
        const reason = written?.kind === 'failed' ? written.reason : 'its id is taken'
        throw new HttpProblem(422, serviceErrorCodes.notPossible, `the count was refused: ${reason}`)
      }
      return reply.code(201).send({ id: _id, at, quantity })
    },
  })
}
