import {
  genesisHash,
  journalId,
  lineTotals,
  newTraceContext,
  formatTraceparent,
  parseIncarnation,
  saleTotals,
  schemaVersion,
  sealEntry,
  type Sale,
} from '@tidemark/contracts'
import { randomBytes } from 'node:crypto'

/** One moment for all of a run: a test that begins in one month and ends in the next has its sales in one database. */
const now = new Date()

/** A sale of one piece for 2.50, paid in cash, as a till writes it. */
export function makeSale(incarnation: string, number: number, previousHash = genesisHash): Sale {
  const { terminalId = '', storeId = '' } = parseIncarnation(incarnation) ?? {}
  const pricing = {
    unitPriceMinor: 250,
    quantity: 1,
    unit: 'piece' as const,
    discountMinor: 0,
    taxRateBasisPoints: 1900,
    taxIncluded: true,
  }
  const line = { lineNumber: 1, sku: 'A-1', name: 'Coffee', taxCode: 'standard', ...pricing, ...lineTotals(pricing) }
  const totals = saleTotals([line], 1)
  const amountMinor = totals.dueMinor
  const body = {
    _id: journalId(incarnation, number),
    type: 'sale' as const,
    schemaVersion,
    storeId,
    at: `${now.toISOString()}-0000-${terminalId.replaceAll('-', '')}`,
    by: { id: 'c1', role: 'cashier' as const },
    trace: {
      traceparent: formatTraceparent(newTraceContext(randomBytes)),
      startTime: now.toISOString(),
      durationMs: 1200,
    },
    terminalId,
    incarnation,
    number,
    businessDate: now.toISOString().slice(0, 10),
    currency: 'EUR',
    lines: [line],
    totals,
    payments: [{ method: 'cash' as const, amountMinor, tenderedMinor: 300, changeMinor: 300 - amountMinor }],
  }
  return sealEntry(body, previousHash)
}

/** A chained row of sales, numbered from `first`. */
export function makeSales(incarnation: string, count: number, first = 1, previousHash = genesisHash): Sale[] {
  const sales: Sale[] = []
  for (let number = first; number < first + count; number += 1) {
    sales.push(makeSale(incarnation, number, sales.at(-1)?.hash ?? previousHash))
  }
  return sales
}
