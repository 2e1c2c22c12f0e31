/** Refunds that head office decides. */
import { Type } from 'typebox'
import { Quantity, serviceErrorCodes } from '@tidemark/contracts'
import { HttpProblem, invalidField, notFound, type ServiceApp } from '@tidemark/service-kit'
import { journalIdOfReceipt } from '../domain/find-receipt.ts'
import type { RefundSeries } from '../head-office/refund-series.ts'
import type { Ledger } from '../stores/ledger-store.ts'
import { requireStore, StorePath } from './parameters.ts'

const RefundBody = Type.Object(
  {
    requestId: Type.String({
      pattern: '^[A-Za-z0-9._-]{8,64}$',
      description: 'Made by the caller, once for each refund: a repeated request gets the same refund again',
    }),
    receipt: Type.String({ minLength: 1, maxLength: 100, description: 'Receipt number or journal id of the sale' }),
    lines: Type.Optional(
      Type.Array(
        Type.Object(
          { lineNumber: Type.Integer({ minimum: 1, maximum: 1000 }), quantity: Quantity },
          { additionalProperties: false },
        ),
        { minItems: 1, maxItems: 500, description: 'All that is left of the sale when absent' },
      ),
    ),
    reason: Type.String({ minLength: 1, maxLength: 200 }),
    method: Type.Optional(
      Type.Enum(['cash', 'card'], {
        description: 'The card of the sale when it was paid by one, else cash, unless given',
      }),
    ),
  },
  { additionalProperties: false },
)

const RefundAnswer = Type.Object({
  receipt: Type.String(),
  repeated: Type.Boolean({ description: 'The request had been carried out before' }),
  refund: Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
})

export function addRefundRoutes(
  app: ServiceApp,
  ledger: Ledger,
  series: RefundSeries,
  receiptOf: (id: string) => string,
): void {
  app.route({
    method: 'POST',
    url: '/stores/:storeId/refunds',
    config: { roles: ['manager'] },
    schema: {
      tags: ['refunds'],
      summary: 'Refunds lines of a sale, in head office’s own series of the store',
      description:
        'The refund is written at central and replicates down to the store. No more can be refunded of a line than was sold, ' +
        'less all earlier refunds that have arrived: 422 names each line with its numbers.',
      params: StorePath,
      body: RefundBody,
      response: { 200: RefundAnswer, 201: RefundAnswer },
    },
    handler: async (request, reply) => {
      const { storeId } = request.params
      const { receipt, ...order } = request.body
      const id = journalIdOfReceipt(receipt)
      if (id === undefined) throw invalidField('/body/receipt', 'must be a receipt number or a journal id')
      await requireStore(ledger, storeId)
      const sale = (await ledger.entries([id])).get(id)?.entry
      if (sale === undefined || sale.storeId !== storeId) throw notFound(`store ${storeId} has no receipt ${receipt}`)
      if (sale.type !== 'sale') throw impossible([{ field: '/receipt', message: `is a ${sale.type}, not a sale` }])
      if ((await ledger.voidRecords([id])).size > 0) {
        throw impossible([{ field: '/receipt', message: 'is voided: nothing of it is left to refund' }])
      }
      const result = await series.issue(sale, order, request.principal)
      if (result.kind === 'impossible') throw impossible(result.problems)
      const { refund, isRepeat } = result
      reply.code(isRepeat ? 200 : 201)
      return { receipt: receiptOf(refund._id), repeated: isRepeat, refund: { ...refund } }
    },
  })
}

function impossible(problems: readonly { readonly field: string; readonly message: string }[]): HttpProblem {
  const detail = problems.map(({ message }) => message).join('; ')
  const named = problems.map(({ field, message }) => ({ field: `/body${field}`, message }))
  return new HttpProblem(422, serviceErrorCodes.notPossible, detail, named)
}
