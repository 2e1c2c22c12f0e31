/** Prices that change at a time, and promotions. The caller chooses the key, so a repeated request changes nothing. */
import { Type } from 'typebox'
import { PriceChange, productFields, Promotion, schemaVersion, serviceErrorCodes } from '@tidemark/contracts'
import {
  authoredBody,
  decodeCursor,
  defaultPageSize,
  encodeCursor,
  HttpProblem,
  invalidField,
  notFound,
  pageOf,
  pageParameters,
  type Principal,
  type ServiceApp,
} from '@tidemark/service-kit'
import type { Catalogue } from '../stores/catalogue-store.ts'

const Key = Type.Object({ key: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }) })
const Entry = Type.Object({ key: Type.String(), rev: Type.String() }, { additionalProperties: true })
const Position = Type.Object({ id: Type.String({ maxLength: 100 }) })
const { sku, effectiveFrom, currency } = PriceChange.properties
const { name, receiptName, skus, percentOffBasisPoints, amountOffMinor, minimumQuantity } = Promotion.properties
const { buyQuantity, getQuantity, storeIds, combinable, validFrom, validTo } = Promotion.properties

const NewPriceChange = Type.Object(
  { sku, priceMinor: productFields.priceMinor, currency, effectiveFrom },
  { additionalProperties: false },
)
const NewPromotion = Type.Object(
  {
    name,
    receiptName,
    skus,
    percentOffBasisPoints,
    amountOffMinor,
    currency: Promotion.properties.currency,
    minimumQuantity,
    buyQuantity,
    getQuantity,
    storeIds,
    combinable,
    validFrom,
    validTo,
  },
  { additionalProperties: false },
)

/** What a new version leaves out is gone from the document. */
const everyField = Object.fromEntries(Object.keys(NewPromotion.properties).map((field) => [field, undefined]))

const skusPerRead = 500

export function addPriceRoutes(app: ServiceApp, catalogue: Catalogue): void {
  /** `refuse` sees what is there before it is replaced. */
  async function put(
    type: string,
    key: string,
    fields: Readonly<Record<string, unknown>>,
    principal: Principal,
    refuse: (current: Readonly<Record<string, unknown>>) => void = () => undefined,
  ) {
    const _id = `${type}:${key}`
    return catalogue.inTurn(async () => {
      const current = await catalogue.get(_id)
      if (current !== undefined) {
        const isSame = Object.entries(fields).every(
          ([field, value]) => JSON.stringify(current[field]) === JSON.stringify(value),
        )
        if (isSame) return answerOf(current)
        refuse(current)
      }
      const signature = catalogue.sign(principal, ...(current === undefined ? [] : [String(current['at'])]))
      const document = { ...current, _id, type, schemaVersion, storeId: 'hq', ...signature, ...fields }
      const [written] = await catalogue.save([document])
      if (written?.kind === 'stored') return answerOf({ ...document, _rev: written.rev })
      const reason = written?.kind === 'failed' ? written.reason : 'somebody else changed it; try again'
      throw new HttpProblem(409, serviceErrorCodes.conflict, `${_id}: ${reason}`)
    })
  }

  async function requireProducts(field: string, wanted: readonly string[]): Promise<void> {
    for (let from = 0; from < wanted.length; from += skusPerRead) {
      const proposals = wanted.slice(from, from + skusPerRead).map((one) => ({ sku: one, fields: {} }))
      const { products } = await catalogue.viewOf(proposals)
      const missing = proposals.findIndex((proposal) => !products.has(proposal.sku))
      if (missing >= 0) {
        const place = wanted.length === 1 ? field : `${field}/${from + missing}`
        throw new HttpProblem(
          404,
          serviceErrorCodes.notFound,
          `no product ${proposals[missing]?.sku} in the catalogue`,
          [{ field: place, message: 'is not in the catalogue' }],
        )
      }
    }
  }

  for (const type of ['price-change', 'promotion'] as const) {
    app.route({
      method: 'GET',
      url: `/${type}s`,
      schema: {
        tags: ['prices'],
        summary: `Every ${type} by key`,
        querystring: Type.Object(pageParameters, { additionalProperties: false }),
        response: { 200: pageOf(Entry) },
      },
      handler: async (request) => {
        const { limit = defaultPageSize, cursor } = request.query
        const found = await catalogue.list(type, limit + 1, decodeCursor(Position, cursor)?.id)
        const last = found[limit - 1]
        return {
          items: found.slice(0, limit).map(answerOf),
          nextCursor: found.length > limit && last ? encodeCursor({ id: last._id }) : null,
        }
      },
    })
    app.route({
      method: 'GET',
      url: `/${type}s/:key`,
      schema: { tags: ['prices'], summary: `One ${type}`, params: Key, response: { 200: Entry } },
      handler: async (request) => {
        const found = await catalogue.get(`${type}:${request.params.key}`)
        if (found === undefined) throw notFound(`no ${type} ${request.params.key}`)
        return answerOf(found)
      },
    })
  }

  app.route({
    method: 'PUT',
    url: '/price-changes/:key',
    config: { roles: ['manager'] },
    schema: {
      tags: ['prices'],
      summary: 'A price from a time on; it may be changed until then',
      params: Key,
      body: NewPriceChange,
      response: { 200: Entry },
    },
    handler: async (request) => {
      const { body } = request
      await requireProducts('/body/sku', [body.sku])
      const product = await catalogue.get(`product:${body.sku}`)
      if (product?.['currency'] !== body.currency) {
        throw invalidField('/body/currency', `must be ${String(product?.['currency'])}, in which ${body.sku} is priced`)
      }
      return put('price-change', request.params.key, body, request.principal, (current) => {
        if (current['appliedAt'] === undefined) return
        const detail = `${request.params.key} came into effect at ${String(current['appliedAt'])}; make a new one`
        throw new HttpProblem(422, serviceErrorCodes.notPossible, detail)
      })
    },
  })

  app.route({
    method: 'PUT',
    url: '/promotions/:key',
    config: { roles: ['manager'] },
    schema: {
      tags: ['prices'],
      summary: 'A discount on products for a while; ended early by an earlier validTo',
      params: Key,
      body: NewPromotion,
      response: { 200: Entry },
    },
    handler: async (request) => {
      const { body } = request
      if (Date.parse(body.validFrom) >= Date.parse(body.validTo)) {
        throw invalidField('/body/validTo', 'must be later than validFrom')
      }
      if ((body.buyQuantity === undefined) !== (body.getQuantity === undefined)) {
        throw invalidField('/body/getQuantity', 'goes with buyQuantity: both make a group, or neither')
      }
      if (body.amountOffMinor !== undefined && body.currency === undefined) {
        throw invalidField('/body/currency', 'must be given with amountOffMinor')
      }
      await requireProducts('/body/skus', body.skus)
      return put('promotion', request.params.key, { ...everyField, ...body }, request.principal)
    },
  })
}

function answerOf(document: Readonly<Record<string, unknown>>) {
  const id = String(document['_id'])
  return { key: id.slice(id.indexOf(':') + 1), rev: String(document['_rev']), ...authoredBody(document) }
}
