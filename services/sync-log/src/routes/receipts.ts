/** The life of a receipt. */
import { Type } from 'typebox'
import {
  authoredBody,
  invalidField,
  notFound,
  requireStoreAccess,
  type CouchClient,
  type ServiceApp,
} from '@tidemark/service-kit'
import { parseReceipt, places } from '../domain/receipt-life.ts'
import type { AuditStore } from '../stores/audit-store.ts'
import { readReceiptLife } from '../stores/receipt-traces.ts'
import { searchRoles } from './entries.ts'
import { NoQuery } from './parameters.ts'

const LifeAnswer = Type.Object({
  receipt: Type.String(),
  journalId: Type.String(),
  storeId: Type.String(),
  terminalId: Type.String(),
  steps: Type.Array(
    Type.Object({
      at: Type.String({ description: 'By the clock of the place' }),
      place: Type.Enum([...places]),
      what: Type.String(),
      entryId: Type.Optional(Type.String()),
      receipt: Type.Optional(Type.String({ description: 'Of a void or a refund: its own life is under this number' })),
    }),
  ),
  notHeardOf: Type.Array(Type.Enum([...places]), { description: 'Places that have written nothing about it' }),
  voidedBy: Type.Array(Type.String(), { description: 'Receipts of voids, as far as the ledger has them' }),
  refundedBy: Type.Array(Type.String(), { description: 'Receipts of refunds' }),
  corrects: Type.Union([Type.String(), Type.Null()], { description: 'Of a void or a refund: the receipt it is about' }),
  document: Type.Unknown({ description: 'The journal entry as central has it, or null' }),
})

export function addReceiptRoutes(
  app: ServiceApp,
  { audit, client }: { readonly audit: AuditStore; readonly client: CouchClient },
): void {
  app.route({
    method: 'GET',
    url: '/receipts/:receipt/life',
    config: { roles: [...searchRoles.roles] },
    schema: {
      tags: ['receipts'],
      summary: 'Where a receipt has been, and when: terminal, hub, central, services',
      params: Type.Object({
        receipt: Type.String({ maxLength: 80, description: 'S001-T03-2-000017, or the id of the journal entry' }),
      }),
      querystring: NoQuery,
      response: { 200: LifeAnswer },
    },
    handler: async ({ principal, params }) => {
      const key = parseReceipt(params.receipt)
      if (key === undefined) throw invalidField('/params/receipt', 'must be a receipt number such as S001-T03-2-000017')
      requireStoreAccess(principal, key.storeId)
      const { steps, voidedBy, refundedBy, corrects, document } = await readReceiptLife(audit, client, key)
      if (steps.length === 0) throw notFound(`nobody has heard of ${key.receipt}`)
      const heard = new Set(steps.map(({ place }) => place))
      if (document !== undefined) heard.add('central')
      const { receipt, id, storeId, terminalId } = key
      return {
        receipt,
        journalId: id,
        storeId,
        terminalId,
        steps: [...steps],
        notHeardOf: places.filter((place) => !heard.has(place)),
        voidedBy: [...voidedBy],
        refundedBy: [...refundedBy],
        corrects,
        document: document === undefined ? null : authoredBody(document),
      }
    },
  })
}
