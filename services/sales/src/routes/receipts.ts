/** One receipt, and whether it can be believed. */
import { Type } from 'typebox'
import { parseTraceparent, receiptNumberOf } from '@tidemark/contracts'
import { invalidField, notFound, type ServiceApp } from '@tidemark/service-kit'
import { journalIdOfReceipt } from '../domain/find-receipt.ts'
import { chainStatusOf } from '../domain/verify-chain.ts'
import type { Ledger } from '../stores/ledger-store.ts'
import { NoQuery } from './parameters.ts'

const ReceiptAnswer = Type.Object({
  receipt: Type.String(),
  entry: Type.Unknown({ description: 'The journal entry as the terminal wrote it' }),
  recordedAt: Type.String(),
  source: Type.Enum(['feed', 'reconciliation']),
  verification: Type.Object({
    schema: Type.Literal('valid'),
    hash: Type.Literal('valid'),
    chain: Type.Enum(['verified', 'waiting', 'broken'], {
      description: 'waiting: the entry before it in the series has not arrived',
    }),
  }),
  traceId: Type.Union([Type.String(), Type.Null()]),
  voidedBy: Type.Array(Type.String(), { description: 'Journal ids of the voids that name this entry' }),
})

export function addReceiptRoutes(app: ServiceApp, ledger: Ledger): void {
  app.route({
    method: 'GET',
    url: '/receipts/:receipt',
    schema: {
      tags: ['sales'],
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
      const found = await ledger.entryWithNeighbours(id)
      if (found === undefined) throw notFound(`no receipt ${receipt} in the ledger`)
      const { entry, before, after } = found
      const voids = await ledger.voidRecords([id])
      const traceparent = entry.entry.trace?.traceparent ?? entry.receivedTrace
      return {
        receipt: receiptNumberOf(entry.incarnation, entry.number),
        entry: entry.entry,
        recordedAt: entry.recordedAt,
        source: entry.source,
        verification: { ...entry.verification, chain: chainStatusOf(entry.entry, before?.entry, after?.entry) },
        traceId: (traceparent === null ? undefined : parseTraceparent(traceparent)?.traceId) ?? null,
        voidedBy: [...(voids.get(id)?.voids ?? [])],
      }
    },
  })
}
