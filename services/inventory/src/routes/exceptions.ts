/** Stock that a person should look at, and from which point on it is low. */
import { Type } from 'typebox'
import { Sku, StoreId } from '@tidemark/contracts'
import {
  decodeCursor,
  defaultPageSize,
  encodeCursor,
  maySeeStore,
  notFound,
  pageOf,
  pageParameters,
  type ServiceApp,
} from '@tidemark/service-kit'
import { exceptionKinds } from '../domain/judge-exception.ts'
import type { ExceptionStore } from '../stores/exception-store.ts'
import type { Stock } from '../stores/stock-store.ts'

export interface ExceptionRouteParts {
  readonly stock: Stock
  readonly exceptions: ExceptionStore
  /** Makes the exceptions of SKUs fit their stock. */
  readonly judge: (moved: readonly { readonly storeId: string; readonly sku: string }[]) => Promise<void>
  readonly now: () => Date
}

const Kind = Type.Enum([...exceptionKinds])
const StockException = Type.Object({
  kind: Kind,
  storeId: Type.String(),
  sku: Type.String(),
  status: Type.Enum(['open', 'acknowledged', 'over']),
  onHand: Type.Integer(),
  minimum: Type.Union([Type.Integer(), Type.Null()]),
  caseId: Type.Union([Type.String(), Type.Null()], { description: 'At the conflict desk, of overlapping counts' }),
  openedAt: Type.String(),
  endedAt: Type.Union([Type.String(), Type.Null()]),
  acknowledgement: Type.Union([
    Type.Object({ by: Type.String(), at: Type.String(), note: Type.String(), onHand: Type.Integer() }),
    Type.Null(),
  ]),
})
const Threshold = Type.Object({
  storeId: Type.String(),
  sku: Type.String(),
  minimum: Type.Union([Type.Integer(), Type.Null()], { description: 'Low at or below it; null when none is set' }),
})
const SkuOfStore = Type.Object({ storeId: StoreId, sku: Sku })
const Position = Type.Object({ id: Type.String({ maxLength: 200 }) })

export function addExceptionRoutes(app: ServiceApp, { stock, exceptions, judge, now }: ExceptionRouteParts): void {
  async function requireStore(storeId: string): Promise<void> {
    if (!(await stock.knowsStore(storeId))) throw notFound(`nothing is known of store ${storeId}`)
  }

  async function requireKnown(storeId: string, sku: string): Promise<void> {
    await requireStore(storeId)
    if (!(await stock.knowsSku(sku))) throw notFound(`no product ${sku} in the catalogue and none in stock`)
  }

  async function change(storeId: string, sku: string, minimum: number | undefined, by: string): Promise<void> {
    const at = now().toISOString()
    await exceptions.setThreshold(storeId, sku, minimum, by, at)
    await judge([{ storeId, sku }])
  }

  app.route({
    method: 'GET',
    url: '/exceptions',
    schema: {
      tags: ['exceptions'],
      summary:
        'Oversells and low stock; open ones unless asked otherwise. A page may be short where stores are hidden from the caller',
      querystring: Type.Object(
        {
          ...pageParameters,
          storeId: Type.Optional(StoreId),
          kind: Type.Optional(Kind),
          status: Type.Optional(Type.Enum(['open', 'acknowledged', 'over'])),
        },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(StockException) },
    },
    handler: async (request) => {
      const { limit = defaultPageSize, status = 'open', storeId, kind, cursor } = request.query
      const after = decodeCursor(Position, cursor)?.id
      if (storeId !== undefined) await requireStore(storeId)
      const found = await exceptions.list({ status, storeId, kind }, limit, after)
      const page = found.slice(0, limit)
      const last = page.at(-1)
      return {
        items: page.filter((exception) => maySeeStore(request.principal, exception.storeId)),
        nextCursor: found.length > limit && last ? encodeCursor({ id: last._id }) : null,
      }
    },
  })

  app.route({
    method: 'POST',
    url: '/stores/:storeId/stock/:sku/exceptions/:kind/acknowledge',
    config: { roles: ['manager'] },
    schema: {
      tags: ['exceptions'],
      summary: 'Somebody has seen it; it stays until stock is right again',
      params: Type.Object({ storeId: StoreId, sku: Sku, kind: Kind }),
      body: Type.Object({ note: Type.String({ minLength: 1, maxLength: 500 }) }, { additionalProperties: false }),
      response: { 200: StockException },
    },
    handler: async (request) => {
      const { storeId, sku, kind } = request.params
      const { subject } = request.principal
      const seen = { by: subject, at: now().toISOString(), note: request.body.note }
      return exceptions.acknowledge(kind, storeId, sku, seen)
    },
  })

  app.route({
    method: 'GET',
    url: '/stores/:storeId/stock/:sku/threshold',
    schema: {
      tags: ['exceptions'],
      summary: 'At or below how many a SKU is low in a store',
      params: SkuOfStore,
      response: { 200: Threshold },
    },
    handler: async (request) => {
      const { storeId, sku } = request.params
      await requireKnown(storeId, sku)
      return { storeId, sku, minimum: (await exceptions.threshold(storeId, sku))?.minimum ?? null }
    },
  })

  app.route({
    method: 'PUT',
    url: '/stores/:storeId/stock/:sku/threshold',
    config: { roles: ['manager'] },
    schema: {
      tags: ['exceptions'],
      summary: 'Sets it',
      params: SkuOfStore,
      body: Type.Object(
        { minimum: Type.Integer({ minimum: 0, maximum: 1_000_000_000 }) },
        { additionalProperties: false },
      ),
      response: { 200: Threshold },
    },
    handler: async (request) => {
      const { storeId, sku } = request.params
      const { minimum } = request.body
      await requireKnown(storeId, sku)
      await change(storeId, sku, minimum, request.principal.subject)
      return { storeId, sku, minimum }
    },
  })

  app.route({
    method: 'DELETE',
    url: '/stores/:storeId/stock/:sku/threshold',
    config: { roles: ['manager'] },
    schema: { tags: ['exceptions'], summary: 'Takes it away', params: SkuOfStore, response: { 200: Threshold } },
    handler: async (request) => {
      const { storeId, sku } = request.params
      await requireKnown(storeId, sku)
      await change(storeId, sku, undefined, request.principal.subject)
      return { storeId, sku, minimum: null }
    },
  })
}
