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
import { soldEntryOf, type LedgerEntry } from '../domain/ledger-entry.ts'
import { groupTotals, paymentTotals, taxTotals, totalsOf } from '../domain/report-totals.ts'
import { readClockPage, type ClockPosition } from '../stores/clock-page.ts'
import type { Ledger } from '../stores/ledger-store.ts'
import {
  Currency,
  DayParameter,
  DayPath,
  figureFields,
  NoQuery,
  PaymentTotal,
  requireStore,
  StorePath,
  TaxTotal,
} from './parameters.ts'

const DayTotals = Type.Object({
  storeId: Type.String(),
  date: Type.String(),
  ...figureFields,
  currency: Currency,
  byTerminal: Type.Array(Type.Object({ terminalId: Type.String(), currency: Currency, ...figureFields })),
  otherCurrencies: Type.Array(Type.Object({ currency: Currency, ...figureFields })),
  payments: Type.Array(PaymentTotal),
  taxes: Type.Array(TaxTotal),
  closed: Type.Boolean({ description: 'A certificate was issued; what comes later is an addendum' }),
})

export const Receipt = Type.Object({
  id: Type.String(),
  receipt: Type.String(),
  type: Type.String(),
  at: Type.String(),
  storeId: Type.String(),
  businessDate: Type.String(),
  terminalId: Type.String(),
  cashierId: Type.String(),
  currency: Currency,
  grossMinor: AmountMinor,
  voided: Type.Boolean(),
  flagged: Type.Boolean({ description: 'Its own figures, payments or hash do not hold' }),
})

/** Numbers up to which the page before went, by series. */
const Position = Type.Record(Type.String(), Type.Integer({ minimum: 0 }))
const ReceiptsQuery = Type.Object({ date: DayParameter, ...pageParameters }, { additionalProperties: false })

export function addDayRoutes(app: ServiceApp, ledger: Ledger): void {
  app.route({
    method: 'GET',
    url: '/stores/:storeId/days/:date',
    schema: {
      tags: ['totals'],
      summary: 'Totals of a store’s day: sales minus refunds minus voids',
      params: DayPath,
      querystring: NoQuery,
      response: { 200: DayTotals },
    },
    handler: async (request) => {
      const { storeId, date } = request.params
      const [days, certificates] = await Promise.all([
        ledger.days(storeId, date, date),
        ledger.certificates(storeId, date),
      ])
      if (days.length === 0) await requireStore(ledger, storeId)
      const [main, ...otherCurrencies] = totalsOf(days)
      const terminals = groupTotals(days, 'terminal', () => '')
      return {
        storeId,
        date,
        ...(main ?? noTotals),
        byTerminal: terminals
          .filter((row) => row.currency === (main?.currency ?? null) || row.currency === null)
          .map(({ key, ...row }) => ({ terminalId: key, ...row })),
        otherCurrencies,
        payments: [...paymentTotals(days)],
        taxes: [...taxTotals(days)],
        closed: certificates.length > 0,
      }
    },
  })

  app.route({
    method: 'GET',
    url: '/stores/:storeId/sales',
    schema: {
      tags: ['receipts'],
      summary: 'Sales, refunds and voids of a store’s day in the order of their clock',
      params: StorePath,
      querystring: ReceiptsQuery,
      response: { 200: pageOf(Receipt) },
    },
    handler: async (request) => {
      const { storeId } = request.params
      const { date, limit = defaultPageSize } = request.query
      const position: ClockPosition = decodeCursor(Position, request.query.cursor) ?? {}
      await requireStore(ledger, storeId)
      const page = await readClockPage(ledger, await ledger.days(storeId, date, date), position, limit)
      return {
        items: await receiptsOf(ledger, page.entries),
        nextCursor: page.next === undefined ? null : encodeCursor(page.next),
      }
    },
  })
}

const noTotals = {
  entries: 0,
  sales: 0,
  refunds: 0,
  voids: 0,
  grossMinor: 0,
  netMinor: 0,
  taxMinor: 0,
  currency: null,
}

/** Entries as lists show them. */
export async function receiptsOf(
  ledger: Ledger,
  entries: readonly LedgerEntry[],
): Promise<Type.Static<typeof Receipt>[]> {
  const voided = await ledger.voidRecords(entries.map(({ _id }) => _id))
  return entries.map((recorded) => {
    const { entry } = recorded
    const sold = soldEntryOf(entry)
    return {
      id: recorded._id,
      receipt: receiptNumberOf(recorded.incarnation, recorded.number),
      type: entry.type,
      at: recorded.at,
      storeId: recorded.storeId,
      businessDate: recorded.businessDate,
      terminalId: recorded.terminalId,
      cashierId: entry.by.id,
      currency: sold?.currency ?? null,
      grossMinor: sold?.totals.grossMinor ?? 0,
      voided: voided.has(recorded._id),
      flagged: recorded.verification.findings.length > 0,
    }
  })
}
