/** What a store sold on a day. */
import { Type } from 'typebox'
import { AmountMinor, receiptNumberOf } from '@tidemark/contracts'
import {
  decodeCursor,
  defaultPageSize,
  encodeCursor,
  pageOf,
  pageParameters,
  type ServiceApp,
} from '@tidemark/service-kit'
import type { LedgerEntry } from '../domain/ledger-entry.ts'
import { sumDay } from '../domain/sum-day.ts'
import { ReceiptPosition, type Ledger } from '../stores/ledger-store.ts'
import { DayParameter, NoQuery, requireStore, StorePath } from './parameters.ts'

const amounts = {
  entries: Type.Integer({ description: 'Journal entries of any type' }),
  sales: Type.Integer({ description: 'Sales that are not voided' }),
  refunds: Type.Integer({ description: 'Refunds that are not voided' }),
  voids: Type.Integer(),
  grossMinor: AmountMinor,
  netMinor: AmountMinor,
  taxMinor: AmountMinor,
}
const Currency = Type.Union([Type.String(), Type.Null()])

const DayTotals = Type.Object({
  storeId: Type.String(),
  date: Type.String(),
  ...amounts,
  currency: Currency,
  byTerminal: Type.Array(Type.Object({ terminalId: Type.String(), currency: Currency, ...amounts })),
  otherCurrencies: Type.Array(Type.Object({ currency: Type.String(), ...amounts })),
})

const Receipt = Type.Object({
  id: Type.String(),
  receipt: Type.String(),
  type: Type.String(),
  at: Type.String(),
  terminalId: Type.String(),
  cashierId: Type.String(),
  currency: Currency,
  grossMinor: AmountMinor,
  voided: Type.Boolean(),
})

const ReceiptsQuery = Type.Object({ date: DayParameter, ...pageParameters }, { additionalProperties: false })

export function addDayRoutes(app: ServiceApp, ledger: Ledger): void {
  app.route({
    method: 'GET',
    url: '/stores/:storeId/days/:date',
    schema: {
      tags: ['sales'],
      summary: 'Totals of a store’s day: sales minus refunds minus voids',
      params: Type.Object({ ...StorePath.properties, date: DayParameter }),
      querystring: NoQuery,
      response: { 200: DayTotals },
    },
    handler: async (request) => {
      const { storeId, date } = request.params
      await requireStore(ledger, storeId)
      const { byTerminal, otherCurrencies, ...totals } = sumDay(await ledger.dayTotals(storeId, date))
      return { storeId, date, ...totals, byTerminal: [...byTerminal], otherCurrencies: [...otherCurrencies] }
    },
  })

  app.route({
    method: 'GET',
    url: '/stores/:storeId/sales',
    schema: {
      tags: ['sales'],
      summary: 'Sales, refunds and voids of a store’s day in the order of their clock',
      params: StorePath,
      querystring: ReceiptsQuery,
      response: { 200: pageOf(Receipt) },
    },
    handler: async (request) => {
      const { storeId } = request.params
      const { date, limit = defaultPageSize } = request.query
      const after = decodeCursor(ReceiptPosition, request.query.cursor)
      await requireStore(ledger, storeId)
      // One more than asked for tells whether there is a next page.
      const found = await ledger.receipts(storeId, date, limit + 1, after)
      const page = found.slice(0, limit)
      const last = page.at(-1)
      const voided = await ledger.voidRecords(page.map(({ _id }) => _id))
      return {
        items: page.map((entry) => receiptOf(entry, voided.has(entry._id))),
        nextCursor: found.length > limit && last ? encodeCursor({ at: last.at, id: last._id }) : null,
      }
    },
  })
}

function receiptOf(recorded: LedgerEntry, voided: boolean) {
  const { entry } = recorded
  const sold = entry.type === 'sale' || entry.type === 'refund' ? entry : undefined
  return {
    id: recorded._id,
    receipt: receiptNumberOf(recorded.incarnation, recorded.number),
    type: entry.type,
    at: recorded.at,
    terminalId: recorded.terminalId,
    cashierId: entry.by.id,
    currency: sold?.currency ?? null,
    grossMinor: sold?.totals.grossMinor ?? 0,
    voided,
  }
}
