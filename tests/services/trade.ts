/** Two weeks of trade in three stores, made up from a seed: every document that tills and hubs would have written. */
import {
  canonicalHash,
  clockNodeOfHub,
  databaseOfDocument,
  formatStamp,
  type JournalEntry,
  type Refund,
  type Sale,
  type StockCount,
  type StockMovement,
  type SyncLogEntry,
} from '@tidemark/contracts'
import { sampleLog, sampleTill, sampleUlid, type SampleLog, type SampleTill } from '@tidemark/service-kit/test-support'
import type { Random } from './random.ts'

export interface Trade {
  readonly entries: readonly JournalEntry[]
  readonly movements: readonly (StockMovement | StockCount)[]
  readonly logEntries: readonly SyncLogEntry[]
  /** Documents that reach head office two weeks after they were written. */
  readonly late: ReadonlySet<string>
}

export const stores = ['s001', 's002', 's003'] as const
/** Over the end of a month, so that each store has two databases of sales. */
export const dates = Array.from({ length: 14 }, (_, day) =>
  new Date(Date.UTC(2026, 9, 25 + day)).toISOString().slice(0, 10),
)
/** Two of them are names of members that every object has. */
export const skus = ['milk', 'bread', 'tea', 'rice', 'salt', 'wine', 'soap', 'oats', '__proto__', 'constructor']

const cashiers = ['anna', 'ben', 'carla']
const stepMs = 60_000
const lateShare = 0.03

interface Lane {
  readonly storeId: string
  readonly incarnation: string
  readonly till: SampleTill
  shift: JournalEntry | undefined
}

export function makeTrade(count: number, random: Random): Trade {
  const entries: JournalEntry[] = []
  const movements: (StockMovement | StockCount)[] = []
  const lanes = stores.flatMap((storeId) => [laneOf(storeId, 't01-1'), laneOf(storeId, 't02-1')])
  const perDay = Math.ceil(count / dates.length)
  for (const date of dates) {
    // A till that was enrolled anew goes on in a series of its own.
    if (date === dates[7]) lanes[3] = laneOf('s002', 't02-2')
    const opensMs = Date.parse(`${date}T07:00:00.000Z`)
    for (let index = 0; index < perDay; index += 1) {
      const atMs = opensMs + index * stepMs
      const lane = random.pick(lanes)
      if (random.chance(0.22)) movements.push(...moveStock(lane.storeId, movements.length, atMs, random))
      else entries.push(writeEntry(lane, entries, { businessDate: date, atMs, cashier: random.pick(cashiers) }, random))
    }
    for (const [index, lane] of lanes.entries()) {
      const atMs = opensMs + (perDay + index) * stepMs
      if (lane.shift !== undefined) entries.push(closeShift(lane, { businessDate: date, atMs }, random))
    }
  }
  const late = chooseLate([...entries, ...movements], random)
  return { entries, movements, late, logEntries: stores.flatMap((storeId) => logOf(storeId, entries, movements, late)) }
}

function laneOf(storeId: string, terminal: string): Lane {
  const incarnation = `${storeId}-${terminal}`
  return { storeId, incarnation, till: sampleTill(incarnation), shift: undefined }
}

interface Moment {
  readonly businessDate: string
  readonly atMs: number
  readonly cashier?: string
}

function writeEntry(lane: Lane, earlier: readonly JournalEntry[], moment: Moment, random: Random): JournalEntry {
  const { till, storeId } = lane
  if (lane.shift === undefined) return (lane.shift = till.shiftOpen(random.below(200) * 100, moment))
  const recent = earlier.slice(-400).filter((entry) => entry.storeId === storeId)
  const sales = recent.filter((entry): entry is Sale => entry.type === 'sale')
  const sold = recent.filter((entry): entry is Sale | Refund => entry.type === 'sale' || entry.type === 'refund')
  const kind = sales.length === 0 ? 99 : random.below(100)
  if (kind < 8) return refundPart(till, random.pick(sales), moment, random)
  if (kind < 14) return till.void(random.pick(sold), moment)
  if (kind < 18) return till.cash(random.pick(['in', 'out']), 100 + random.below(5000), moment)
  const lines = Array.from({ length: 1 + random.below(4) }, () => ({
    sku: random.pick(skus),
    quantity: 1 + random.below(5),
    unitPriceMinor: 50 + random.below(2000),
  }))
  return till.sale(lines, { ...moment, card: random.chance(0.4) })
}

/** One line of a sale, now and then more of it than is left: two tills without a line to each other do that. */
function refundPart(till: SampleTill, sale: Sale, moment: Moment, random: Random): Refund {
  const { lineNumber, sku, unitPriceMinor, quantity } = random.pick(sale.lines)
  return till.refund(sale, [{ lineNumber, sku, unitPriceMinor, quantity: 1 + random.below(quantity) }], moment)
}

function closeShift(lane: Lane, moment: Moment, random: Random): JournalEntry {
  const open = lane.shift as JournalEntry
  lane.shift = undefined
  const counted = random.below(500_000)
  return lane.till.shiftClose(open, { expectedMinor: counted + random.below(100), countedMinor: counted }, moment)
}

function moveStock(
  storeId: string,
  number: number,
  atMs: number,
  random: Random,
): readonly (StockMovement | StockCount)[] {
  const header = (store: string, ms: number) => ({
    schemaVersion: 1,
    storeId: store,
    at: formatStamp({ wallMs: ms, counter: 0 }, clockNodeOfHub(store)),
    by: { id: 'mara', role: 'manager' as const },
  })
  const lines = (sign: 1 | -1, most: number): StockMovement['lines'] =>
    Array.from({ length: 1 + random.below(3) }, () => ({
      sku: random.pick(skus),
      quantity: sign * (1 + random.below(most)),
    }))
  const movement = (
    index: number,
    kind: StockMovement['kind'],
    moved: StockMovement['lines'],
    more: Partial<StockMovement> = {},
  ): StockMovement => ({
    ...header(storeId, atMs),
    _id: `movement:${sampleUlid(number + index)}`,
    type: 'stock-movement',
    kind,
    lines: moved,
    ...more,
  })
  const kind = random.below(100)
  if (kind < 30) return [movement(0, 'delivery', lines(1, 60))]
  if (kind < 45) return [movement(0, 'waste', lines(-1, 4), { reason: 'broken' })]
  if (kind < 55) return [movement(0, 'adjustment', lines(random.pick([1, -1] as const), 6))]
  if (kind < 75) {
    const sku = random.pick(skus)
    const _id = `count:${sku}:${sampleUlid(number)}`
    return [{ ...header(storeId, atMs), _id, type: 'stock-count', sku, quantity: random.below(80) }]
  }
  const to = random.pick(stores.filter((other) => other !== storeId))
  const sent = lines(-1, 10)
  const transfer = { id: sampleUlid(number), from: storeId, to }
  const arrived = sent.map(({ sku, quantity }) => ({ sku, quantity: Math.max(0, -quantity - random.below(2)) }))
  return [
    movement(0, 'transfer-out', sent, { transfer }),
    // Half a minute later, in between two steps.
    movement(1, 'transfer-in', arrived, { ...header(to, atMs + stepMs / 2), transfer }),
  ]
}

/** A till in a drawer for its first two days, and whatever else was held up. */
function chooseLate(
  documents: readonly (JournalEntry | StockMovement | StockCount)[],
  random: Random,
): ReadonlySet<string> {
  const isOfDrawer = (document: (typeof documents)[number]): boolean =>
    'incarnation' in document && document.incarnation.endsWith('-t02-1') && document.businessDate <= (dates[1] ?? '')
  return new Set(documents.filter((document) => isOfDrawer(document) || random.chance(lateShare)).map(({ _id }) => _id))
}

/** What the hub of a store says that it did, in the order in which documents reached it. The hub of one store begins a new epoch. */
function logOf(
  storeId: string,
  entries: Trade['entries'],
  movements: Trade['movements'],
  late: ReadonlySet<string>,
): readonly SyncLogEntry[] {
  const own = [...entries, ...movements].filter((document) => document.storeId === storeId)
  const inTime = own.filter(({ _id }) => !late.has(_id)).toSorted((a, b) => (a.at < b.at ? -1 : 1))
  const ordered = [...inTime, ...own.filter(({ _id }) => late.has(_id))]
  const digit = storeId.slice(-1)
  let log: SampleLog = sampleLog(storeId, digit)
  const logs = [log]
  let sequences = new Map<string, number>()
  const perEntry = 20
  for (let from = 0; from < ordered.length; from += perEntry) {
    if (storeId === 's003' && logs.length === 1 && from > ordered.length / 2) {
      log = sampleLog(storeId, 'e', log)
      logs.push(log)
      sequences = new Map()
    }
    const batch = Map.groupBy(
      ordered.slice(from, from + perEntry),
      (document) => databaseOfDocument({ ...document }) ?? '',
    )
    for (const [database, documents] of batch) {
      const afterSequence = sequences.get(database) ?? 0
      const throughSequence = afterSequence + documents.length
      sequences.set(database, throughSequence)
      const stored = documents.map((document) => ({ id: document._id, rev: revisionOf(document) }))
      log.append({ kind: 'documents-stored', database, afterSequence, throughSequence, documents: stored })
      const documentsWritten = documents.length
      log.append({ kind: 'replication-run', database, direction: 'push', documentsWritten, documentsRefused: 0 })
    }
  }
  return logs.flatMap(({ entries: written }) => written)
}

const revisions = new WeakMap<object, string>()

/** The revision with which a document was written first. */
export function revisionOf(document: Readonly<Record<string, unknown>>): string {
  const known = revisions.get(document)
  if (known !== undefined) return known
  const revision = `1-${canonicalHash(document).slice(0, 32)}`
  revisions.set(document, revision)
  return revision
}
