/** A till of tests: writes entries of every type into its series, chained and sealed as tills do. */
import {
  clockNodeOfTerminal,
  formatStamp,
  genesisHash,
  journalId,
  lineTotals,
  parseIncarnation,
  saleTotals,
  sealEntry,
  type JournalEntry,
  type Payment,
  type Refund,
  type Sale,
  type SaleLine,
} from '@tidemark/contracts'

export interface TillLine {
  readonly sku: string
  readonly quantity: number
  readonly unitPriceMinor?: number
  readonly discountMinor?: number
  readonly lineNumber?: number
}

export interface TillOptions {
  readonly businessDate?: string
  /** Milliseconds since 1970; by default a minute per number after nine o'clock UTC. */
  readonly atMs?: number
  readonly cashier?: string
  readonly card?: boolean
  readonly customerReference?: string
  readonly currency?: string
}

export interface SampleTill {
  sale(lines: readonly TillLine[], options?: TillOptions): Sale
  refund(of: { readonly _id: string }, lines: readonly TillLine[], options?: TillOptions): Refund
  void(of: { readonly _id: string }, options?: TillOptions): JournalEntry
  shiftOpen(floatMinor: number, options?: TillOptions): JournalEntry
  cash(direction: 'in' | 'out', amountMinor: number, options?: TillOptions): JournalEntry
  shiftClose(
    of: { readonly _id: string },
    amounts: { readonly expectedMinor: number; readonly countedMinor: number },
    options?: TillOptions,
  ): JournalEntry
}

export function sampleTill(incarnation: string): SampleTill {
  const owner = parseIncarnation(incarnation)
  if (owner === undefined) throw new RangeError(`${incarnation} is not an incarnation`)
  const { storeId, terminalId } = owner
  let number = 0
  let previousHash = genesisHash

  function next<Entry extends JournalEntry>(
    type: Entry['type'],
    fields: Readonly<Record<string, unknown>>,
    options: TillOptions,
  ): Entry {
    number += 1
    const businessDate = options.businessDate ?? '2026-11-22'
    const wallMs = options.atMs ?? Date.parse(`${businessDate}T09:00:00.000Z`) + number * 60_000
    const body = {
      _id: journalId(incarnation, number),
      type,
      schemaVersion: 1,
      storeId,
      at: formatStamp({ wallMs, counter: 0 }, clockNodeOfTerminal(terminalId)),
      by: { id: options.cashier ?? 'anna', role: 'cashier' },
      terminalId,
      incarnation,
      number,
      businessDate,
      ...fields,
    }
    const entry = sealEntry(body, previousHash)
    previousHash = entry.hash
    return entry as unknown as Entry
  }

  return {
    sale: (lines, options = {}) => next<Sale>('sale', soldFields(lines, options), options),
    refund: (of, lines, options = {}) =>
      next<Refund>('refund', { ...soldFields(lines, options), refundOf: of._id, reason: 'does not fit' }, options),
    void: (of, options = {}) => next('void', { voidOf: of._id, reason: 'typing error' }, options),
    shiftOpen: (floatMinor, options = {}) => next('shift-open', { currency: 'EUR', floatMinor }, options),
    cash: (direction, amountMinor, options = {}) =>
      next('cash-movement', { currency: 'EUR', direction, amountMinor, reason: 'bank' }, options),
    shiftClose: (of, amounts, options = {}) =>
      next('shift-close', { currency: 'EUR', shiftOpen: of._id, ...amounts }, options),
  }
}

function soldFields(lines: readonly TillLine[], options: TillOptions): Readonly<Record<string, unknown>> {
  const priced = lines.map((line, index): SaleLine => {
    const pricing = {
      unitPriceMinor: line.unitPriceMinor ?? 250,
      quantity: line.quantity,
      unit: 'piece',
      discountMinor: line.discountMinor ?? 0,
      taxRateBasisPoints: 1900,
      taxIncluded: true,
    } as const
    const { sku, lineNumber = index + 1 } = line
    return { lineNumber, sku, name: `Product ${sku}`, taxCode: 'standard', ...pricing, ...lineTotals(pricing) }
  })
  const totals = saleTotals(priced, 1)
  const amountMinor = totals.dueMinor
  const payment: Payment =
    options.card === true
      ? { method: 'card', amountMinor, token: 'tok_1', lastFour: '4242', authorisationCode: 'A1' }
      : { method: 'cash', amountMinor, tenderedMinor: amountMinor, changeMinor: 0 }
  const { customerReference, currency = 'EUR' } = options
  return {
    currency,
    lines: priced,
    totals,
    payments: [payment],
    ...(customerReference === undefined ? {} : { customerReference }),
  }
}
