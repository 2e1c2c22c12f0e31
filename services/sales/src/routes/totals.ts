/** Totals of a period, grouped as people ask for them. */
import { Type } from 'typebox'
import { AmountMinor } from '@tidemark/contracts'
import { maySeeStore, type ServiceApp } from '@tidemark/service-kit'
import { groupTotals, paymentTotals, productTotals, taxTotals, type GroupTotals } from '../domain/report-totals.ts'
import type { Ledger } from '../stores/ledger-store.ts'
import {
  Currency,
  figureFields,
  PaymentTotal,
  PeriodQuery,
  requirePeriod,
  requireStore,
  StorePath,
  TaxTotal,
} from './parameters.ts'

const GroupRow = Type.Object({
  key: Type.String({
    description: 'The date, the hour in the store’s time zone (2026-11-22T09), the terminal, the cashier or the store',
  }),
  currency: Currency,
  ...figureFields,
})
const ProductRow = Type.Object({
  sku: Type.String(),
  name: Type.String({ description: 'As on its last receipt of the period' }),
  unit: Type.String(),
  currency: Type.String(),
  quantity: Type.Integer({ description: 'Sold minus given back; pieces or grams' }),
  netMinor: AmountMinor,
  taxMinor: AmountMinor,
  grossMinor: AmountMinor,
})

const period = { storeId: Type.String(), from: Type.String(), to: Type.String() }
const tags = ['totals']
const maxDays = 366
const Period = Type.Object(PeriodQuery, { additionalProperties: false })
const GroupedPeriod = Type.Object(
  { ...PeriodQuery, by: Type.Enum(['day', 'hour', 'terminal', 'cashier']) },
  { additionalProperties: false },
)

export function addTotalRoutes(app: ServiceApp, ledger: Ledger): void {
  app.route({
    method: 'GET',
    url: '/stores/:storeId/totals',
    schema: {
      tags,
      summary: 'Totals of a period by day, hour, terminal or cashier',
      params: StorePath,
      querystring: GroupedPeriod,
      response: { 200: Type.Object({ ...period, by: Type.String(), items: Type.Array(GroupRow) }) },
    },
    handler: async (request) => {
      const { storeId } = request.params
      const { from, to, by } = request.query
      requirePeriod(request.query, maxDays)
      await requireStore(ledger, storeId)
      const toLocalHour = by === 'hour' ? localHours(await ledger.timeZone(storeId)) : () => ''
      return { storeId, from, to, by, items: [...groupTotals(await ledger.days(storeId, from, to), by, toLocalHour)] }
    },
  })

  app.route({
    method: 'GET',
    url: '/stores/:storeId/totals/products',
    schema: {
      tags,
      summary: 'What was sold of each product in a period',
      params: StorePath,
      querystring: Period,
      response: { 200: Type.Object({ ...period, items: Type.Array(ProductRow) }) },
    },
    handler: async (request) => {
      const { storeId } = request.params
      const { from, to } = request.query
      requirePeriod(request.query, maxDays)
      await requireStore(ledger, storeId)
      return { storeId, from, to, items: [...productTotals(await ledger.products(storeId, from, to))] }
    },
  })

  app.route({
    method: 'GET',
    url: '/stores/:storeId/totals/payments',
    schema: {
      tags,
      summary: 'How customers paid in a period, and the tax of it by rate',
      params: StorePath,
      querystring: Period,
      response: { 200: Type.Object({ ...period, items: Type.Array(PaymentTotal), taxes: Type.Array(TaxTotal) }) },
    },
    handler: async (request) => {
      const { storeId } = request.params
      const { from, to } = request.query
      requirePeriod(request.query, maxDays)
      await requireStore(ledger, storeId)
      const days = await ledger.days(storeId, from, to)
      return { storeId, from, to, items: [...paymentTotals(days)], taxes: [...taxTotals(days)] }
    },
  })

  app.route({
    method: 'GET',
    url: '/totals',
    schema: {
      tags,
      summary: 'Totals of a period by store, of the stores that the caller may see',
      querystring: Period,
      response: {
        200: Type.Object({ from: Type.String(), to: Type.String(), items: Type.Array(GroupRow) }),
      },
    },
    handler: async (request) => {
      const { from, to } = request.query
      requirePeriod(request.query, maxDays)
      const stores = (await ledger.storeIds()).filter((storeId) => maySeeStore(request.principal, storeId))
      const items: GroupTotals[] = []
      // Store by store, so that a chain of any size needs the memory of one.
      for (const storeId of stores) {
        items.push(...groupTotals(await ledger.days(storeId, from, to), 'store', () => ''))
      }
      return { from, to, items }
    },
  })
}

/** UTC time → hour in the zone, `2026-11-22T09`. */
function localHours(timeZone: string): (utc: string) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  })
  return (utc) => {
    const parts = new Map(format.formatToParts(new Date(utc)).map(({ type, value }) => [type, value]))
    return `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}T${parts.get('hour')}`
  }
}
