/**
 * Totals of one series on one business date, kept up to date entry by entry.
 *
 *     entry ──► its number in `included`? ──yes──► nothing
 *                        │ no
 *                        └──► add its figures to the cells, its number to `included`
 *
 * 1. The numbers that were added are part of the same document as the figures, so adding is idempotent: an entry that comes
 *    ten times, or again after a crash, counts once.
 * 2. Adding commutes: any order gives the same document.
 * 3. A void takes out what the voided entry had added, once, and leaves the entry counted as an entry.
 * 4. Cells have prefixed keys, so that no text from outside names a property of an object's own.
 */
import { parseStamp, type JournalEntry } from '@tidemark/contracts'
import { soldEntryOf, type LedgerEntry } from './ledger-entry.ts'
import { addNumber, hasNumber, type NumberRanges } from './number-ranges.ts'

export type Cells = Readonly<Record<string, readonly number[]>>

/** What a day's document and its products' document have in common. */
interface Sums extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly storeId: string
  readonly terminalId: string
  readonly incarnation: string
  readonly businessDate: string
  readonly included: NumberRanges
  readonly voided: NumberRanges
  /** `<dimension>|<currency>|<key>` → figures. Integer minor units and counts. */
  readonly cells: Cells
}

/** Dimensions: `all`, `quarter` (UTC quarter of an hour), `cashier`: see `figures`; `payment`: [payments, amount]; `tax`: [net, tax, gross]. */
export interface DaySums extends Sums {
  readonly type: 'day-sums'
  /** Openings and closings of shifts, by number. */
  readonly shifts: readonly ShiftMark[]
}

/** Dimension `product`: [quantity, net, tax, gross]. */
export interface ProductSums extends Sums {
  readonly type: 'product-sums'
  /** `<sku>` with a prefix → the number of the last entry that named it, and the name there. */
  readonly names: Readonly<Record<string, readonly [number: number, name: string, unit: string]>>
}

export interface ShiftMark {
  readonly number: number
  readonly at: string
  readonly cashierId: string
  readonly currency: string
  readonly kind: 'open' | 'close'
  /** Of an opening. */
  readonly floatMinor?: number
  /** Of a closing: journal id of the opening, what the till expected, and what was counted. */
  readonly shiftOpen?: string
  readonly expectedMinor?: number
  readonly countedMinor?: number
}

/** Order of the figures in the cells of `all`, `quarter` and `cashier`. */
export const figures = ['entries', 'sales', 'refunds', 'voids', 'grossMinor', 'netMinor', 'taxMinor'] as const
export type Figures = Readonly<Record<(typeof figures)[number], number>>

export type SumsKey = Pick<Sums, 'storeId' | 'terminalId' | 'incarnation' | 'businessDate'>

export function daySumsId({ storeId, businessDate, incarnation }: SumsKey): string {
  return `day:${storeId}:${businessDate}:${incarnation}`
}

export function productSumsId({ storeId, businessDate, incarnation }: SumsKey): string {
  return `products:${storeId}:${businessDate}:${incarnation}`
}

function emptySums(key: SumsKey) {
  const { storeId, terminalId, incarnation, businessDate } = key
  return { storeId, terminalId, incarnation, businessDate, included: [], voided: [], cells: {} }
}

export function emptyDaySums(key: SumsKey): DaySums {
  return { _id: daySumsId(key), type: 'day-sums', ...emptySums(key), shifts: [] }
}

export function emptyProductSums(key: SumsKey): ProductSums {
  return { _id: productSumsId(key), type: 'product-sums', ...emptySums(key), names: {} }
}

/** A recorded entry that is to be counted, or counted and taken out again because a void names it. */
export interface Posting {
  readonly entry: LedgerEntry
  readonly isVoided: boolean
}

/** The same document when all of it is counted already. The postings are of the document's series and date. */
export function postToDay(sums: DaySums, postings: readonly Posting[]): DaySums {
  const counted = post(sums, postings, dayFigures)
  const fresh = postings.filter(({ entry }) => !hasNumber(sums.included, entry.number))
  const marks = fresh.flatMap(({ entry }) => shiftMarkOf(entry.entry) ?? [])
  if (marks.length === 0) return counted
  const unknown = marks.filter((mark, index) => marks.findIndex(({ number }) => number === mark.number) === index)
  return { ...counted, shifts: [...sums.shifts, ...unknown].sort((a, b) => a.number - b.number) }
}

export function postToProducts(sums: ProductSums, postings: readonly Posting[]): ProductSums {
  const counted = post(sums, postings, productFigures)
  if (counted === sums) return sums
  const names = new Map(Object.entries(counted.names))
  for (const { entry } of postings) {
    for (const { sku, name, unit } of soldEntryOf(entry.entry)?.lines ?? []) {
      const known = names.get(nameKey(sku))
      if (known === undefined || known[0] < entry.number) names.set(nameKey(sku), [entry.number, name, unit])
    }
  }
  return { ...counted, names: Object.fromEntries(names) }
}

export function nameKey(sku: string): string {
  return `sku|${sku}`
}

type FiguresOf = (entry: JournalEntry, sign: Sign) => Iterable<readonly [key: string, figures: readonly number[]]>
/** 1 counts an entry, -1 takes a voided one out. */
type Sign = 1 | -1

function post<S extends Sums>(sums: S, postings: readonly Posting[], figuresOf: FiguresOf): S {
  let { included, voided } = sums
  const cells = new Map<string, number[]>()
  const add = (entry: JournalEntry, sign: Sign): void => {
    for (const [key, added] of figuresOf(entry, sign)) {
      const cell = cells.get(key) ?? [...(sums.cells[key] ?? [])]
      added.forEach((value, index) => (cell[index] = (cell[index] ?? 0) + value))
      cells.set(key, cell)
    }
  }
  for (const { entry, isVoided } of postings) {
    if (!hasNumber(included, entry.number)) {
      included = addNumber(included, entry.number)
      add(entry.entry, 1)
    }
    if (isVoided && !hasNumber(voided, entry.number)) {
      voided = addNumber(voided, entry.number)
      add(entry.entry, -1)
    }
  }
  if (included === sums.included && voided === sums.voided) return sums
  return { ...sums, included, voided, cells: { ...sums.cells, ...Object.fromEntries(cells) } }
}

function* dayFigures(entry: JournalEntry, sign: Sign): Generator<readonly [string, readonly number[]]> {
  const sold = soldEntryOf(entry)
  const currency = 'currency' in entry ? entry.currency : ''
  const row = figuresOfEntry(entry, sign)
  yield [`all|${currency}|`, row]
  yield [`quarter|${currency}|${quarterOf(entry.at)}`, row]
  yield [`cashier|${currency}|${entry.by.id}`, row]
  if (sold === undefined) return
  const factor = sold.type === 'sale' ? sign : -sign
  for (const { method, amountMinor } of sold.payments) {
    yield [`payment|${currency}|${method}`, [sign, times(factor, amountMinor)]]
  }
  for (const line of sold.lines) {
    const amounts = [line.netMinor, line.taxMinor, line.grossMinor].map((amount) => times(factor, amount))
    yield [`tax|${currency}|${line.taxRateBasisPoints}|${line.taxCode}`, amounts]
  }
}

function* productFigures(entry: JournalEntry, sign: Sign): Generator<readonly [string, readonly number[]]> {
  const sold = soldEntryOf(entry)
  if (sold === undefined) return
  const factor = sold.type === 'sale' ? sign : -sign
  for (const line of sold.lines) {
    const row = [line.quantity, line.netMinor, line.taxMinor, line.grossMinor].map((value) => times(factor, value))
    yield [`product|${sold.currency}|${line.sku}`, row]
  }
}

function figuresOfEntry(entry: JournalEntry, sign: Sign): readonly number[] {
  const isCounted = sign === 1 ? 1 : 0
  const sold = soldEntryOf(entry)
  if (sold === undefined) return [isCounted, 0, 0, entry.type === 'void' ? isCounted : 0, 0, 0, 0]
  const isSale = sold.type === 'sale'
  const factor = isSale ? sign : -sign
  const { grossMinor, netMinor, taxMinor } = sold.totals
  const amounts = [grossMinor, netMinor, taxMinor].map((amount) => times(factor, amount))
  return [isCounted, isSale ? sign : 0, isSale ? 0 : sign, 0, ...amounts]
}

/** Without a negative zero, which JSON would change on the way. */
function times(factor: number, amount: number): number {
  return factor * amount + 0
}

const quarterMs = 15 * 60 * 1000

/** The quarter of an hour of a stamp in UTC, `2026-11-22T09:15`: every time zone's hours are made of such quarters. */
function quarterOf(stamp: string): string {
  const wallMs = parseStamp(stamp)?.wallMs ?? 0
  return new Date(wallMs - (wallMs % quarterMs)).toISOString().slice(0, 16)
}

function shiftMarkOf(entry: JournalEntry): ShiftMark | undefined {
  const { number, at } = entry
  const cashierId = entry.by.id
  if (entry.type === 'shift-open') {
    return { number, at, cashierId, currency: entry.currency, kind: 'open', floatMinor: entry.floatMinor }
  }
  if (entry.type !== 'shift-close') return undefined
  const { currency, shiftOpen, expectedMinor, countedMinor } = entry
  return { number, at, cashierId, currency, kind: 'close', shiftOpen, expectedMinor, countedMinor }
}
