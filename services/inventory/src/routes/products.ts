/** Products: created, edited, discontinued. Nothing is deleted, because receipts name them. */
import { Type } from 'typebox'
import { NewProduct, Product, ProductChanges, serviceErrorCodes, Sku } from '@tidemark/contracts'
import {
  decodeCursor,
  defaultPageSize,
  encodeCursor,
  HttpProblem,
  notFound,
  pageOf,
  pageParameters,
  type Principal,
  type ServiceApp,
} from '@tidemark/service-kit'
import { changeProducts } from '../events/change-products.ts'
import type { Catalogue } from '../stores/catalogue-store.ts'
import type { ProductSearch } from '../stores/product-search.ts'

const StoredProduct = Type.Object({ sku: Type.String(), rev: Type.String() }, { additionalProperties: true })
const SkuInPath = Type.Object({ sku: Sku })
const Position = Type.Object({ id: Type.String({ maxLength: 100 }) })
const Barcode = Type.String({ pattern: '^[0-9]{8,13}$' })

export function addProductRoutes(app: ServiceApp, catalogue: Catalogue, search: ProductSearch): void {
  async function requireProduct(sku: string) {
    const found = await catalogue.get(`product:${sku}`)
    if (found === undefined) throw notFound(`no product ${sku} in the catalogue`)
    return found
  }

  /** Judges and writes one product; the product as it is then. */
  async function change(sku: string, fields: Readonly<Record<string, unknown>>, principal: Principal) {
    const [result] = await changeProducts(catalogue, [{ sku, fields }], principal, false)
    if (result?.kind === 'refused') throw refusal(result.problems)
    if (result?.kind === 'overtaken') throw overtaken(sku)
    if (result === undefined || result.kind === 'failed') {
      throw new HttpProblem(422, serviceErrorCodes.notPossible, `the catalogue refused ${sku}: ${result?.reason ?? ''}`)
    }
    return answerOf(await requireProduct(sku))
  }

  app.route({
    method: 'GET',
    url: '/products',
    schema: {
      tags: ['products'],
      summary: 'The catalogue by SKU, the products of a barcode, or those of words',
      description:
        'search: each word is the beginning of a word of the SKU or the name. It answers the first matches and no cursor: more words find fewer.',
      querystring: Type.Object(
        {
          ...pageParameters,
          barcode: Type.Optional(Barcode),
          search: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
        },
        { additionalProperties: false },
      ),
      response: { 200: pageOf(StoredProduct) },
    },
    handler: async (request) => {
      const { limit = defaultPageSize, cursor, barcode, search: words } = request.query
      if (words !== undefined) return { items: (await search(words, limit)).map(answerOf), nextCursor: null }
      if (barcode !== undefined) {
        const owners = await catalogue.ownersOf(barcode)
        return {
          items: await Promise.all(owners.map(async (sku) => answerOf(await requireProduct(sku)))),
          nextCursor: null,
        }
      }
      const found = await catalogue.list('product', limit + 1, decodeCursor(Position, cursor)?.id)
      const last = found[limit - 1]
      return {
        items: found.slice(0, limit).map(answerOf),
        nextCursor: found.length > limit && last ? encodeCursor({ id: last._id }) : null,
      }
    },
  })

  app.route({
    method: 'GET',
    url: '/products/:sku',
    schema: {
      tags: ['products'],
      summary: 'A product as central has it',
      params: SkuInPath,
      response: { 200: StoredProduct },
    },
    handler: async (request) => answerOf(await requireProduct(request.params.sku)),
  })

  app.route({
    method: 'POST',
    url: '/products',
    config: { roles: ['manager'] },
    schema: {
      tags: ['products'],
      summary: 'Creates a product',
      body: Type.Object({ sku: Sku, ...NewProduct.properties }, { additionalProperties: false }),
      response: { 201: StoredProduct },
    },
    handler: async (request, reply) => {
      const { sku, ...fields } = request.body
      if ((await catalogue.get(`product:${sku}`)) !== undefined) {
        throw new HttpProblem(409, serviceErrorCodes.conflict, `there is a product ${sku} already`)
      }
      return reply.code(201).send(await change(sku, fields, request.principal))
    },
  })

  app.route({
    method: 'PATCH',
    url: '/products/:sku',
    config: { roles: ['manager'] },
    schema: {
      tags: ['products'],
      summary: 'Changes fields; with baseRev only if nobody has changed the product since',
      params: SkuInPath,
      body: Type.Object(
        { ...ProductChanges.properties, baseRev: Type.Optional(Type.String({ maxLength: 80 })) },
        { additionalProperties: false },
      ),
      response: { 200: StoredProduct },
    },
    handler: async (request) => {
      const { sku } = request.params
      const { baseRev, ...fields } = request.body
      const current = await requireProduct(sku)
      if (baseRev !== undefined && current._rev !== baseRev) throw overtaken(sku)
      return change(sku, fields, request.principal)
    },
  })

  for (const [verb, status, summary] of [
    ['discontinue', 'discontinued', 'Takes a product out of sale; it stays in the catalogue'],
    ['reinstate', 'active', 'Puts a discontinued product back on sale'],
  ] as const) {
    app.route({
      method: 'POST',
      url: `/products/:sku/${verb}`,
      config: { roles: ['manager'] },
      schema: { tags: ['products'], summary, params: SkuInPath, response: { 200: StoredProduct } },
      handler: async (request) => {
        const { sku } = request.params
        await requireProduct(sku)
        return change(sku, { status }, request.principal)
      },
    })
  }
}

/** 409 when another product has the barcode, otherwise 400; every problem by its field. */
function refusal(problems: readonly { readonly field: string; readonly message: string }[]): HttpProblem {
  const inBody = problems.map(({ field, message }) => ({ field: `/body${field}`, message }))
  const detail = inBody.map(({ field, message }) => `${field} ${message}`).join('; ')
  const isTaken = problems.every(({ message }) => message.includes(' belongs to '))
  return isTaken
    ? new HttpProblem(409, serviceErrorCodes.conflict, detail, inBody)
    : new HttpProblem(400, serviceErrorCodes.validationFailed, detail, inBody)
}

function overtaken(sku: string): HttpProblem {
  return new HttpProblem(409, serviceErrorCodes.conflict, `${sku} was changed by somebody else; read it again`)
}

function answerOf(document: Readonly<Record<string, unknown>>) {
  const { _id, _rev, ...fields } = document as unknown as Product & { readonly _rev: string }
  return { ...fields, rev: _rev }
}
