/** Sales as nine tills of three stores write them over ten days, sealed and chained, and the logs of their hubs. */
import {
  centralDatabaseOf,
  databaseOfDocument,
  salesDatabaseOf,
  type JournalEntry,
  type SyncLogEntry,
} from '@tidemark/contracts'
import { sampleLog, sampleTill, type SampleLog } from '@tidemark/service-kit/test-support'

export const stores = ['s001', 's002', 's003'] as const
export const dates = Array.from({ length: 10 }, (_, day) => `2026-11-${String(day + 1).padStart(2, '0')}`)
/** In every fifth sale: thousands of rows since its last count. */
export const popularSku = 'sku-00000'
const skus = 2000
const documentsPerLogEntry = 100

export function skuOf(index: number): string {
  return `sku-${String(index % skus).padStart(5, '0')}`
}

/** In the order of days; `each` gets so many at a time. */
export async function writeSales(
  count: number,
  perBatch: number,
  each: (entries: readonly JournalEntry[]) => Promise<void>,
): Promise<void> {
  const tills = stores.flatMap((storeId) => [1, 2, 3].map((lane) => sampleTill(`${storeId}-t0${lane}-1`)))
  const perDay = Math.ceil(count / dates.length)
  const stepMs = Math.floor((10 * 60 * 60 * 1000) / perDay)
  let batch: JournalEntry[] = []
  for (let number = 0; number < count; number += 1) {
    const businessDate = dates[Math.floor(number / perDay)] ?? ''
    const atMs = Date.parse(`${businessDate}T08:00:00.000Z`) + (number % perDay) * stepMs
    const lines = [1, 2, 3, 4].map((line) => ({
      sku: number % 5 === 0 && line === 1 ? popularSku : skuOf(number * 13 + line * 7),
      quantity: 1 + ((number + line) % 3),
      unitPriceMinor: 99 + ((number * 37 + line * 211) % 2400),
    }))
    const till = tills[number % tills.length]
    if (till !== undefined) batch.push(till.sale(lines, { businessDate, atMs, card: number % 3 === 0 }))
    if (batch.length < perBatch && number < count - 1) continue
    await each(batch)
    batch = []
  }
}

/** What the hubs log of entries that they stored. */
export function hubLogs(): { append(entries: readonly JournalEntry[]): readonly SyncLogEntry[] } {
  const logs = new Map<string, { readonly log: SampleLog; sequence: number }>()
  return {
    append(entries) {
      return [...Map.groupBy(entries, ({ storeId }) => storeId)].flatMap(([storeId, own]) => {
        const isNew = !logs.has(storeId)
        const hub = logs.get(storeId) ?? { log: sampleLog(storeId, storeId.slice(-1)), sequence: 0 }
        logs.set(storeId, hub)
        const written: SyncLogEntry[] = isNew ? [...hub.log.entries] : []
        for (let from = 0; from < own.length; from += documentsPerLogEntry) {
          const documents = own.slice(from, from + documentsPerLogEntry).map(({ _id: id }) => ({ id, rev: '1-a' }))
          const afterSequence = hub.sequence
          hub.sequence += documents.length
          const database = salesDatabaseOf(dates[0] ?? '')
          written.push(
            hub.log.append({
              kind: 'documents-stored',
              database,
              afterSequence,
              throughSequence: hub.sequence,
              documents,
            }),
          )
        }
        return written
      })
    },
  }
}

export function centralNameOf(document: { readonly storeId: string }): string {
  return centralDatabaseOf(document.storeId, databaseOfDocument({ ...document }) ?? '')
}
