/**
 * What head office must say about a trade, worked out here from all of its documents at once and in the plainest way: no
 * code of the services, no increments, nothing about order or repetition.
 */
import type { JournalEntry, Refund, Sale } from '@tidemark/contracts'
import type { Trade } from './trade.ts'

type Sums = Readonly<Record<string, number>>
type Sold = Sale | Refund

const isSold = (entry: JournalEntry): entry is Sold => entry.type === 'sale' || entry.type === 'refund'
const total = (amounts: readonly number[]): number => amounts.reduce((sum, amount) => sum + amount, 0)
const byStamp = (a: { readonly at: string }, b: { readonly at: string }): number => (a.at < b.at ? -1 : 1)

export function voidedIds(entries: readonly JournalEntry[]): ReadonlySet<string> {
  return new Set(entries.flatMap((entry) => (entry.type === 'void' ? [entry.voidOf] : [])))
}

/** Sales minus refunds, voided ones left out, by any key. Keys of which nothing is left are in it with 0. */
export function sumsBy(
  entries: readonly JournalEntry[],
  keys: (entry: Sold) => readonly (readonly [key: string, amount: number])[],
): Sums {
  const voided = voidedIds(entries)
  const sums = new Map<string, number>()
  for (const entry of entries.filter(isSold)) {
    const sign = voided.has(entry._id) ? 0 : entry.type === 'sale' ? 1 : -1
    for (const [key, amount] of keys(entry)) sums.set(key, (sums.get(key) ?? 0) + sign * amount)
  }
  return Object.fromEntries([...sums].map(([key, sum]) => [key, sum + 0]))
}

/** Refunds that take more of a line than it had, in the order of their clocks, and refunds of voided sales. */
export function faultyRefunds(entries: readonly JournalEntry[]): readonly string[] {
  const voided = voidedIds(entries)
  const sales = new Map(entries.flatMap((entry) => (entry.type === 'sale' ? [[entry._id, entry] as const] : [])))
  const taken = new Map<string, number>()
  return entries
    .filter((entry) => entry.type === 'refund')
    .filter(({ _id }) => !voided.has(_id))
    .toSorted(byStamp)
    .filter((refund) => {
      const [line] = refund.lines
      const sale = sales.get(refund.refundOf)
      const sold = sale?.lines.find(({ lineNumber }) => lineNumber === line?.lineNumber)
      const key = `${refund.refundOf} ${line?.lineNumber}`
      taken.set(key, (taken.get(key) ?? 0) + (line?.quantity ?? 0))
      return voided.has(refund.refundOf) || (taken.get(key) ?? 0) > (sold?.quantity ?? 0)
    })
    .map(({ _id }) => _id)
    .toSorted()
}

export interface ExpectedShift {
  readonly incarnation: string
  readonly from: number
  readonly to: number
  readonly expectedMinor: number
  readonly differenceMinor: number
}

/** What had to be in each drawer of a date: float, cash taken, cash given back, cash in and out, and what voids put back. */
export function shiftsOf(entries: readonly JournalEntry[], date: string): readonly ExpectedShift[] {
  const opened = entries
    .filter((entry) => entry.type === 'shift-open')
    .filter(({ businessDate }) => businessDate === date)
  return opened
    .map((open) => {
      const { incarnation, number: from } = open
      const close = entries
        .filter((entry) => entry.type === 'shift-close')
        .find(({ shiftOpen }) => shiftOpen === open._id)
      if (close === undefined) throw new Error(`${open._id} was never closed`)
      const own = entries.filter((entry) => {
        return entry.incarnation === incarnation && entry.number >= from && entry.number <= close.number
      })
      const expectedMinor = open.floatMinor + total(own.map((entry) => drawerChange(entry, entries)))
      const differenceMinor = close.countedMinor - expectedMinor
      return { incarnation, from, to: close.number, expectedMinor, differenceMinor }
    })
    .toSorted((a, b) => (a.incarnation < b.incarnation ? -1 : 1))
}

function drawerChange(entry: JournalEntry, all: readonly JournalEntry[]): number {
  if (entry.type === 'cash-movement') return entry.direction === 'in' ? entry.amountMinor : -entry.amountMinor
  if (isSold(entry)) return cashOf(entry)
  if (entry.type !== 'void') return 0
  const voids = all.filter((other) => other.type === 'void' && other.voidOf === entry.voidOf).map(({ _id }) => _id)
  const voided = all.find(({ _id }) => _id === entry.voidOf)
  // Money goes back once, whoever voids a receipt a second time.
  return voids.toSorted()[0] === entry._id && voided !== undefined && isSold(voided) ? -cashOf(voided) : 0
}

function cashOf(entry: Sold): number {
  const cash = total(entry.payments.map(({ method, amountMinor }) => (method === 'cash' ? amountMinor : 0)))
  return entry.type === 'sale' ? cash : -cash
}

export interface ExpectedStock {
  readonly onHand: number
  /** Changes and counts that a history lists. */
  readonly entries: number
}

/** The latest count of a SKU, and everything that is stamped later. */
export function stockOf({ entries, movements }: Trade, storeId: string, sku: string): ExpectedStock {
  const changes: { readonly at: string; readonly quantity: number }[] = []
  const ofSku = (lines: readonly { readonly sku: string; readonly quantity: number }[]): readonly number[] =>
    lines.filter((line) => line.sku === sku).map(({ quantity }) => quantity)
  const add = (at: string, sign: 1 | -1, quantities: readonly number[]): void => {
    if (quantities.length > 0) changes.push({ at, quantity: sign * total(quantities) })
  }
  const own = entries.filter((entry) => entry.storeId === storeId)
  const voids = own.filter((entry) => entry.type === 'void').toSorted(byStamp)
  for (const entry of own.filter(isSold)) {
    const sign = entry.type === 'sale' ? -1 : 1
    add(entry.at, sign, ofSku(entry.lines))
    const voiding = voids.find(({ voidOf }) => voidOf === entry._id)
    if (voiding !== undefined) add(voiding.at, -sign as 1 | -1, ofSku(entry.lines))
  }
  const stocked = movements.filter((document) => document.storeId === storeId)
  for (const document of stocked) if (document.type === 'stock-movement') add(document.at, 1, ofSku(document.lines))
  const counts = stocked.filter((document) => document.type === 'stock-count').filter((count) => count.sku === sku)
  const last = counts.toSorted(byStamp).at(-1)
  const later = changes.filter(({ at }) => last === undefined || at > last.at)
  return {
    onHand: (last?.quantity ?? 0) + total(later.map(({ quantity }) => quantity)),
    entries: changes.length + counts.length,
  }
}
