/** Receipts: one with what is known of it, or those of a scanned code or a customer. */
import { Type } from 'typebox'
import { documentTypes, parseJournalId, parseTraceparent, receiptNumberOf } from '@tidemark/contracts'
import {
  decodeCursor,
  defaultPageSize,
  encodeCursor,
  invalidField,
  maySeeStore,
  notFound,
  pageOf,
  pageParameters,
  requireStoreAccess,
  type ServiceApp,
} from '@tidemark/service-kit'
import { customerPrefix } from '../domain/customer-mark.ts'
import { journalIdOfCode, journalIdOfReceipt } from '../domain/find-receipt.ts'
import { flagId } from '../domain/flag-entry.ts'
import { refundedIdOf } from '../domain/merge-refund.ts'
import { chainStatusOf } from '../domain/verify-chain.ts'
import type { Ledger } from '../stores/ledger-store.ts'
import { Receipt, receiptsOf } from './days.ts'
import { NoQuery } from './parameters.ts'

/** A schema of its own, because the types of the contracts' schemas don't go through the type provider. */
const JournalEntryBody = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  additionalProperties: true,
  description: `A journal entry as it was written: ${Object.keys(documentTypes).slice(0, 6).join(', ')}`,
})

const ReceiptAnswer = Type.Object({
  receipt: Type.String(),
  entry: JournalEntryBody,
  recordedAt: Type.String(),
  source: Type.Enum(['feed', 'reconciliation']),
  verification: Type.Object({
    schema: Type.Literal('valid'),
    hash: Type.Enum(['valid', 'wrong']),
    amounts: Type.Enum(['valid', 'wrong']),
    findings: Type.Array(Type.Object({ rule: Type.String(), field: Type.String(), message: Type.String() })),
    chain: Type.Enum(['verified', 'waiting', 'broken'], {
      description: 'waiting: the entry before it in the series has not arrived',
    }),
  }),
  traceId: Type.Union([Type.String(), Type.Null()]),
  voidedBy: Type.Array(Type.String(), { description: 'Journal ids of the voids that name this entry' }),
  refundedBy: Type.Array(Type.String(), {
    description: 'Journal ids of the refunds that name this entry, voided ones too',
  }),
  flag: Type.Union([Type.Object({ rule: Type.String(), detail: Type.String() }), Type.Null()], {
    description: 'Of a refund: what is wrong with it beside the other refunds of the sale',
  }),
})

const Search = Type.Object(
  {
    code: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'The receipt’s barcode as scanned' })),
    customer: Type.Optional(
      Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$', description: 'Card, account or order number on the receipt' }),
    ),
    ...pageParameters,
  },
  { additionalProperties: false },
)

export function addReceiptRoutes(app: ServiceApp, ledger: Ledger): void {
  app.route({
    method: 'GET',
    url: '/receipts',
    schema: {
      tags: ['receipts'],
      summary: 'The receipt of a scanned code, or the receipts of a customer, oldest first',
      querystring: Search,
      response: { 200: pageOf(Receipt) },
    },
    handler: async (request) => {
      const { code, customer, limit = defaultPageSize, cursor } = request.query
      if ((code === undefined) === (customer === undefined)) {
        throw invalidField('/query/code', 'or /query/customer must be given, and not both')
      }
      const after = decodeCursor(Type.String(), cursor)
      if (after !== undefined && !after.startsWith(customerPrefix(customer ?? ''))) {
        throw invalidField('/query/cursor', 'is not a cursor of this list')
      }
      const marks = customer === undefined ? [] : await ledger.customerMarks(customer, limit + 1, after)
      const page = marks.slice(0, limit)
      const ids = code === undefined ? page.map(({ journalId }) => journalId) : [idOfCode(code)]
      const found = await ledger.entries(ids)
      const visible = ids
        .flatMap((id) => found.get(id) ?? [])
        .filter(({ storeId }) => maySeeStore(request.principal, storeId))
      return {
        items: await receiptsOf(ledger, visible),
        nextCursor: marks.length > limit ? encodeCursor(page.at(-1)?._id) : null,
      }
    },
  })

  app.route({
    method: 'GET',
    url: '/receipts/:receipt',
    schema: {
      tags: ['receipts'],
      summary: 'A receipt by its printed number or by its journal id',
      params: Type.Object({ receipt: Type.String({ minLength: 1, maxLength: 100 }) }),
      querystring: NoQuery,
      response: { 200: ReceiptAnswer },
    },
    handler: async (request) => {
      const { receipt } = request.params
      const id = journalIdOfReceipt(receipt)
      if (id === undefined) {
        throw invalidField('/params/receipt', 'must be a receipt number like S001-T03-2-000017 or a journal id')
      }
      requireStoreAccess(request.principal, parseJournalId(id)?.storeId ?? '')
      const [found, voids, refunds] = await Promise.all([
        ledger.entryWithNeighbours(id),
        ledger.voidRecords([id]),
        ledger.refundRecords([id]),
      ])
      if (found === undefined) throw notFound(`no receipt ${receipt} in the ledger`)
      const { entry, before, after } = found
      const traceparent = entry.entry.trace?.traceparent ?? entry.receivedTrace
      const { findings, ...verification } = entry.verification
      const chain = chainStatusOf(entry.entry, before?.entry, after?.entry)
      return {
        receipt: receiptNumberOf(entry.incarnation, entry.number),
        entry: { ...entry.entry },
        recordedAt: entry.recordedAt,
        source: entry.source,
        verification: { ...verification, findings: [...findings], chain },
        traceId: (traceparent === null ? undefined : parseTraceparent(traceparent)?.traceId) ?? null,
        voidedBy: [...(voids.get(id)?.voids ?? [])],
        refundedBy: refunds.get(id)?.refunds.map((refund) => refund.id) ?? [],
        flag: refundedIdOf(entry.entry) === undefined ? null : await flagOfRefund(ledger, entry.storeId, id),
      }
    },
  })
}

function idOfCode(code: string): string {
  const id = journalIdOfCode(code)
  if (id === undefined) throw invalidField('/query/code', 'is not the code of a receipt')
  return id
}

async function flagOfRefund(ledger: Ledger, storeId: string, id: string) {
  const key = flagId(storeId, id, 'refund')
  const flag = (await ledger.flagsById([key])).get(key)
  return flag?.active === true ? { rule: flag.rule, detail: flag.detail } : null
}
