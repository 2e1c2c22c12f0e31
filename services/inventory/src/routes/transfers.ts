/** Transfers between stores: dispatched, received, and what differs. */
import { Type } from 'typebox'
import { createClock, HEAD_OFFICE, serviceErrorCodes, Sku, StoreId } from '@tidemark/contracts'
import {
  decodeCursor,
  defaultPageSize,
  encodeCursor,
  forbidden,
  HttpProblem,
  invalidField,
  maySeeStore,
  newUlid,
  notFound,
  pageOf,
  pageParameters,
  requireStoreAccess,
  type Principal,
  type ServiceApp,
} from '@tidemark/service-kit'
import { headOfficeAuthor } from '../domain/head-office-author.ts'
import { differencesOf, receiveLines, type Step, type Transfer } from '../domain/transfer.ts'
import type { Stock } from '../stores/stock-store.ts'
import { transferConflict, type TransferStore } from '../stores/transfer-store.ts'

export interface TransferRouteParts {
  readonly stock: Stock
  readonly transfers: TransferStore
  readonly now: () => Date
}

const Ulid = Type.String({ pattern: '^[0-9A-HJKMNP-TV-Z]{26}$' })
const ById = Type.Object({ id: Ulid })
const Line = (minimum: number) =>
  Type.Object({ sku: Sku, quantity: Type.Integer({ minimum, maximum: 1_000_000 }) }, { additionalProperties: false })
const Lines = (minimum: number) => Type.Array(Line(minimum), { minItems: 1, maxItems: 500 })
const Answer = Type.Object({
  id: Type.String(),
  status: Type.Enum(['dispatching', 'dispatched', 'receiving', 'received']),
  from: Type.String(),
  to: Type.String(),
  lines: Type.Array(
    Type.Object({
      sku: Type.String(),
      sent: Type.Integer(),
      received: Type.Union([Type.Integer(), Type.Null()], { description: 'Null while the goods are on their way' }),
    }),
  ),
  differences: Type.Array(Type.Object({ sku: Type.String(), difference: Type.Integer() })),
  note: Type.String(),
  dispatchedAt: Type.String(),
  dispatchedBy: Type.String(),
  receivedAt: Type.Union([Type.String(), Type.Null()]),
  receivedBy: Type.Union([Type.String(), Type.Null()]),
})
const Position = Type.Object({ dispatchedAt: Type.String({ maxLength: 40 }), id: Type.String({ maxLength: 80 }) })

export function addTransferRoutes(app: ServiceApp, { stock, transfers, now }: TransferRouteParts): void {
  const clock = createClock(HEAD_OFFICE, () => now().getTime())

  function step(principal: Principal): Step {
    const movementId = `movement:${newUlid(now().getTime())}`
    return { movementId, at: clock.now(), by: headOfficeAuthor(principal) }
  }

  async function requireSkus(lines: readonly { readonly sku: string }[]): Promise<void> {
    for (const [index, { sku }] of lines.entries()) {
      if (lines.findIndex((line) => line.sku === sku) !== index) {
        throw invalidField(`/body/lines/${index}/sku`, `${sku} is named twice`)
      }
      if (await stock.knowsSku(sku)) continue
      const problem = { field: `/body/lines/${index}/sku`, message: 'is not known' }
      throw new HttpProblem(404, serviceErrorCodes.notFound, `no product ${sku} in the catalogue and none in stock`, [
        problem,
      ])
    }
  }

  app.route({
    method: 'POST',
    url: '/transfers',
    config: { roles: ['manager'] },
    schema: {
      tags: ['transfers'],
      summary:
        'Dispatches goods; the sender’s stock goes down. With an id of the caller, a repeated request changes nothing',
      body: Type.Object(
        {
          id: Type.Optional(Ulid),
          from: StoreId,
          to: StoreId,
          lines: Lines(1),
          note: Type.Optional(Type.String({ maxLength: 500 })),
        },
        { additionalProperties: false },
      ),
      response: { 201: Answer },
    },
    handler: async (request, reply) => {
      const { id = newUlid(now().getTime()), from, to, note = '' } = request.body
      requireStoreAccess(request.principal, from)
      if (from === to) throw invalidField('/body/to', 'must be another store')
      for (const storeId of [from, to]) {
        if (!(await stock.knowsStore(storeId))) throw notFound(`nothing is known of store ${storeId}`)
      }
      await requireSkus(request.body.lines)
      const lines = request.body.lines.map(({ sku, quantity }) => ({ sku, sent: quantity, received: null }))
      const transfer: Transfer = {
        _id: `transfer:${id}`,
        type: 'transfer',
        status: 'dispatching',
        from,
        to,
        lines,
        note,
        dispatchedAt: now().toISOString(),
        receivedAt: null,
        dispatch: step(request.principal),
        receipt: null,
      }
      const written = await transfers.advance(id, (current) => {
        if (current === undefined) return transfer
        if (isSameDispatch(current, transfer)) return undefined
        throw transferConflict(`there is another transfer ${id}`)
      })
      return reply.code(201).header('location', `/transfers/${id}`).send(answerOf(written))
    },
  })

  app.route({
    method: 'POST',
    url: '/transfers/:id/receipt',
    config: { roles: ['manager'] },
    schema: {
      tags: ['transfers'],
      summary: 'Says what arrived; the receiver’s stock goes up by it, and differences are kept',
      params: ById,
      body: Type.Object({ lines: Lines(0) }, { additionalProperties: false }),
      response: { 200: Answer },
    },
    handler: async (request) => {
      const { id } = request.params
      const { lines } = request.body
      const transfer = await transfers.get(id)
      requireStoreAccess(request.principal, transfer.to)
      await requireSkus(lines)
      const unnamed = transfer.lines.find(({ sku, sent }) => sent > 0 && !lines.some((line) => line.sku === sku))
      if (unnamed !== undefined) throw invalidField('/body/lines', `must name ${unnamed.sku}, if only with 0`)
      const receipt = step(request.principal)
      const written = await transfers.advance(id, (current) => {
        if (current === undefined) throw notFound(`no transfer ${id}`)
        const received = receiveLines(current.lines, lines)
        if (current.receipt !== null) {
          if (JSON.stringify(received) === JSON.stringify(current.lines)) return undefined
          throw transferConflict(`${id} was received at ${current.receivedAt ?? ''} with other quantities`)
        }
        if (current.status !== 'dispatched') throw transferConflict(`${id} is not dispatched yet; try again`)
        return { ...current, status: 'receiving', lines: received, receivedAt: now().toISOString(), receipt }
      })
      return answerOf(written)
    },
  })

  app.route({
    method: 'GET',
    url: '/transfers/:id',
    schema: { tags: ['transfers'], summary: 'One transfer', params: ById, response: { 200: Answer } },
    handler: async (request) => {
      const transfer = await transfers.get(request.params.id)
      if (!maySeeStore(request.principal, transfer.from) && !maySeeStore(request.principal, transfer.to)) {
        throw forbidden('this transfer is of other stores')
      }
      return answerOf(transfer)
    },
  })

  app.route({
    method: 'GET',
    url: '/stores/:storeId/transfers',
    schema: {
      tags: ['transfers'],
      summary: 'Transfers from and to a store, the newest first',
      params: Type.Object({ storeId: StoreId }),
      querystring: Type.Object(pageParameters, { additionalProperties: false }),
      response: { 200: pageOf(Answer) },
    },
    handler: async (request) => {
      const { storeId } = request.params
      const { limit = defaultPageSize, cursor } = request.query
      if (!(await stock.knowsStore(storeId))) throw notFound(`nothing is known of store ${storeId}`)
      const found = await transfers.list(storeId, limit + 1, decodeCursor(Position, cursor))
      const last = found[limit - 1]
      const position = last && { dispatchedAt: last.dispatchedAt, id: last._id }
      return {
        items: found.slice(0, limit).map(answerOf),
        nextCursor: found.length > limit && position ? encodeCursor(position) : null,
      }
    },
  })
}

/** Whatever has arrived since. */
function isSameDispatch(current: Transfer, wanted: Transfer): boolean {
  const essence = ({ from, to, lines, note }: Transfer): string =>
    JSON.stringify([from, to, note, lines.filter(({ sent }) => sent > 0).map(({ sku, sent }) => [sku, sent])])
  return essence(current) === essence(wanted)
}

function answerOf({ _id, status, from, to, lines, note, dispatchedAt, receivedAt, dispatch, receipt }: Transfer) {
  return {
    id: _id.slice('transfer:'.length),
    status,
    from,
    to,
    lines: [...lines],
    differences: [...differencesOf(lines)],
    note,
    dispatchedAt,
    dispatchedBy: dispatch.by.id,
    receivedAt,
    receivedBy: receipt?.by.id ?? null,
  }
}
