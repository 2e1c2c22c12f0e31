/** Documents as terminals and hubs write them, sealed and valid. */
import {
  clockNodeOfTerminal,
  formatStamp,
  genesisHash,
  journalId,
  lineTotals,
  newTraceContext,
  formatTraceparent,
  parseIncarnation,
  saleTotals,
  sealEntry,
} from '@tidemark/contracts'
import { randomBytes } from 'node:crypto'

export type SampleDocument = Readonly<Record<string, unknown>> & { readonly _id: string }
export type SampleEntry = SampleDocument & { readonly hash: string; readonly number: number; readonly at: string }

export interface SampleLine {
  readonly sku: string
  readonly quantity: number
  readonly unitPriceMinor?: number
}

export interface EntryOptions {
  readonly businessDate?: string
  /** Milliseconds since 1970 of the stamp; by default a minute per number after nine o'clock. */
  readonly atMs?: number
}

const author = { id: 'anna', role: 'cashier' } as const
const defaultDate = '2026-11-22'

/** One terminal's series: each call makes the next entry, chained to the one before. */
export function sampleSeries(incarnation: string): {
  sale(lines: readonly SampleLine[], options?: EntryOptions): SampleEntry
  refund(of: SampleEntry, lines: readonly SampleLine[], options?: EntryOptions): SampleEntry
  void(of: SampleEntry, options?: EntryOptions): SampleEntry
} {
  const owner = parseIncarnation(incarnation)
  if (owner === undefined) throw new RangeError(`${incarnation} is not an incarnation`)
  const { storeId, terminalId } = owner
  let number = 0
  let previousHash = genesisHash

  function next(type: string, fields: Readonly<Record<string, unknown>>, options: EntryOptions): SampleEntry {
    number += 1
    const businessDate = options.businessDate ?? defaultDate
    const wallMs = options.atMs ?? Date.parse(`${businessDate}T09:00:00.000Z`) + number * 60_000
    const context = newTraceContext((count) => randomBytes(count))
    const body = {
      _id: journalId(incarnation, number),
      type,
      schemaVersion: 1,
      storeId,
      at: formatStamp({ wallMs, counter: 0 }, clockNodeOfTerminal(terminalId)),
      by: author,
      trace: {
        traceparent: formatTraceparent(context),
        startTime: new Date(wallMs).toISOString(),
        durationMs: 1200,
      },
      terminalId,
      incarnation,
      number,
      businessDate,
      ...fields,
    }
    const entry = sealEntry(body, previousHash)
    previousHash = entry.hash
    return entry
  }

  return {
    sale: (lines, options = {}) => next('sale', soldFields(lines), options),
    refund: (of, lines, options = {}) =>
      next('refund', { ...soldFields(lines), refundOf: of._id, reason: 'does not fit' }, options),
    void: (of, options = {}) => next('void', { voidOf: of._id, reason: 'typing error' }, options),
  }
}

function soldFields(lines: readonly SampleLine[]): Readonly<Record<string, unknown>> {
  const priced = lines.map((line, index) => {
    const pricing = {
      unitPriceMinor: line.unitPriceMinor ?? 250,
      quantity: line.quantity,
      unit: 'piece',
      discountMinor: 0,
      taxRateBasisPoints: 1900,
      taxIncluded: true,
    } as const
    return {
      lineNumber: index + 1,
      sku: line.sku,
      name: `Product ${line.sku}`,
      taxCode: 'standard',
      ...pricing,
      ...lineTotals(pricing),
    }
  })
  const totals = saleTotals(priced, 1)
  const payment = { method: 'cash', amountMinor: totals.dueMinor, tenderedMinor: totals.dueMinor, changeMinor: 0 }
  return { currency: 'EUR', lines: priced, totals, payments: [payment] }
}

/** A ULID-shaped tail, distinct by its number. */
export function sampleUlid(number: number): string {
  return `01J${String(number).padStart(23, '0')}`
}

export function sampleMovement(
  storeId: string,
  number: number,
  lines: readonly { readonly sku: string; readonly quantity: number }[],
  atMs: number,
): SampleDocument {
  const kind = 'delivery'
  return { ...stockHeader(storeId, atMs), _id: `movement:${sampleUlid(number)}`, type: 'stock-movement', kind, lines }
}

export function sampleCount(
  storeId: string,
  number: number,
  sku: string,
  quantity: number,
  atMs: number,
): SampleDocument {
  return {
    ...stockHeader(storeId, atMs),
    _id: `count:${sku}:${sampleUlid(number)}`,
    type: 'stock-count',
    sku,
    quantity,
  }
}

function stockHeader(storeId: string, atMs: number): Readonly<Record<string, unknown>> {
  return { schemaVersion: 1, storeId, at: formatStamp({ wallMs: atMs, counter: 0 }, `${storeId}hub`), by: author }
}
