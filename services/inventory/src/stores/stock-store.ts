/** Stock in CouchDB: effects that count once, and what they add up to. */
import { Type, type Static, type TSchema } from 'typebox'
import { describeProblems, schemaProblems } from '@tidemark/contracts'
import {
  findInCatalogue,
  shareRequests,
  storeExists,
  type CouchClient,
  type CouchDatabase,
  type NewDocument,
  type ViewKey,
  type ViewQuery,
  type WriteOutcome,
} from '@tidemark/service-kit'
import { markBefore } from '../domain/balance-marks.ts'
import { effectId, type StockEffect } from '../domain/derive-effect.ts'
import { areApart, overlapOf, type Overlap } from '../domain/overlapping-counts.ts'
import { inStockOrder, type StockEntry } from '../domain/run-balance.ts'
import { emptyVoidEffect, voidEffectId, type VoidEffect } from '../domain/merge-void.ts'
import type { StorePair } from '../domain/store-sku.ts'
import { openMarks, type Touch } from './balance-marks-store.ts'
import { openPairs } from './pair-store.ts'
import { stockDesignName } from './design/stock-views.ts'

/** Sorts after every string in CouchDB's collation. */
const afterAll: ViewKey = {}

export interface StockLevel {
  readonly storeId: string
  readonly sku: string
  /** The latest count and everything after it; may be negative. Pieces or grams. */
  readonly onHand: number
  readonly lastCount: { readonly at: string; readonly quantity: number } | null
  /** Sum of the changes after the last count, or of all changes without one. */
  readonly changesSinceCount: number
  /** Rows that were added up for this: marks keep it low. */
  readonly rowsRead: number
}

export interface Stock {
  insert(documents: readonly NewDocument[]): Promise<readonly WriteOutcome[]>
  /** Effects by their own id. */
  effects(ids: readonly string[]): Promise<ReadonlyMap<string, StockEffect>>
  /** Those of the entries that some void has named. */
  voidedAmong(sourceIds: readonly string[]): Promise<readonly string[]>
  /** By the ids of the voided entries. */
  voidEffects(voidedIds: readonly string[]): Promise<readonly VoidEffect[]>
  updateVoid(voidedId: string, merge: (effect: VoidEffect) => VoidEffect): Promise<void>
  /** Notes which SKUs and stores met, and takes back what was said of their balances from then on. After every write of an effect. */
  touch(touches: readonly Touch[]): Promise<void>
  /** Makes marks, so that the next balance is read from nearby. Up to a stamp behind which little comes late. */
  makeMarks(storeId: string, sku: string, through: string): Promise<void>
  level(storeId: string, sku: string): Promise<StockLevel>
  /** When the last two counts contradict each other; see overlapping-counts.ts. */
  overlap(storeId: string, sku: string): Promise<Overlap | undefined>
  /** What was on hand before everything that is stamped `at`. */
  onHandBefore(storeId: string, sku: string, at: string): Promise<number>
  /**
   * Changes and counts of a SKU next to a stamp, the stamp itself left out, in the order of the walk. At least `limit` of them
   * where there are as many: entries of one stamp are never torn apart.
   */
  entries(storeId: string, sku: string, walk: EntryWalk): Promise<readonly StockEntry[]>
  /** Stores in which the SKU has ever moved, after `afterStoreId`, in order. */
  storesOf(sku: string, limit: number, afterStoreId: string | undefined): Promise<readonly string[]>
  /** SKUs and stores that ever met, by SKU and store, from behind a pair. */
  pairs(limit: number, after: StorePair | undefined): Promise<readonly StorePair[]>
  hasMoved(storeId: string, sku: string): Promise<boolean>
  knowsSku(sku: string): Promise<boolean>
  knowsStore(storeId: string): Promise<boolean>
}

export interface EntryWalk {
  readonly direction: 'forward' | 'backward'
  /** From the first (or last) entry of all unless given. */
  readonly from?: string | undefined
  readonly limit: number
}

/** Entries of one stamp; there is rarely a second, and each has a document's id of its own. */
const maxEntriesOfOneStamp = 500
/** Rows of a view that are read together while marks are made. */
const rowsPerRead = 2000

const EntryRow = Type.Object({
  id: Type.String(),
  key: Type.Array(Type.Unknown(), { minItems: 3 }),
  value: Type.Integer(),
})
const SumRow = Type.Object({ value: Type.Object({ sum: Type.Integer(), count: Type.Integer() }) })
const CountRow = Type.Object({
  id: Type.String(),
  key: Type.Tuple([Type.String(), Type.String(), Type.String()]),
  value: Type.Integer(),
})

export function openStock(unshared: CouchDatabase, client: CouchClient): Stock {
  const database = shareRequests(unshared)
  const pairs = openPairs(database)
  const marks = openMarks(database, readBetween)

  /** The last of all, or the last before a stamp. */
  async function lastCount(storeId: string, sku: string, before?: string): Promise<StockLevel['lastCount']> {
    const rows = await database.view(stockDesignName, 'counts', {
      startKey: before === undefined ? [storeId, sku, afterAll] : [storeId, sku, before],
      endKey: [storeId, sku],
      descending: true,
      // Without the stamp itself, which a range downwards begins with.
      limit: before === undefined ? 1 : maxEntriesOfOneStamp,
    })
    const found = rows.map((row) => checked(CountRow, row)).find(({ key }) => before === undefined || key[2] < before)
    return found === undefined ? null : { at: found.key[2], quantity: found.value }
  }

  async function addChanges(
    start: readonly ViewKey[],
    end: readonly ViewKey[],
  ): Promise<{ sum: number; count: number }> {
    const [row] = await database.view(stockDesignName, 'changes', { startKey: start, endKey: end, reduce: 'all' })
    return row === undefined ? { sum: 0, count: 0 } : checked(SumRow, row).value
  }

  /** On hand before a stamp, or now: from the latest count or mark before it, and what changed since. */
  async function balance(storeId: string, sku: string, before?: string) {
    const [counted, known] = await Promise.all([lastCount(storeId, sku, before), marks.of(storeId, sku)])
    const mark = markBefore(known, before)
    const isFromMark = mark !== undefined && (counted === null || mark[0] >= counted.at)
    const [from, opening] = isFromMark ? mark : [counted?.at, counted?.quantity ?? 0]
    const { sum, count } = await addChanges(
      from === undefined ? [storeId, sku] : [storeId, sku, from, afterAll],
      before === undefined ? [storeId, sku, afterAll] : [storeId, sku, before],
    )
    return { onHand: opening + sum, counted, rowsRead: count }
  }

  /** For marks, so without looking up what each entry is. Where a view has more rows than are read, up to the last whole stamp. */
  async function readBetween(storeId: string, sku: string, after: string | undefined, through: string) {
    const query = {
      startKey: after === undefined ? [storeId, sku] : [storeId, sku, after, afterAll],
      endKey: [storeId, sku, through, afterAll],
      limit: rowsPerRead,
    }
    const found = await Promise.all(['changes', 'counts'].map((view) => database.view(stockDesignName, view, query)))
    const read = found.map((rows) => rows.map((row) => checked(EntryRow, row)))
    const ends = read.filter(({ length }) => length === rowsPerRead).map((rows) => String(rows.at(-1)?.key[2]))
    const end = ends.toSorted()[0]
    const entries = read.flatMap((rows, index) =>
      rows.map(({ id, key, value }): StockEntry => {
        const kind = index === 1 ? 'count' : 'change'
        return { at: String(key[2]), sourceId: id, sourceType: '', kind, quantity: value }
      }),
    )
    const whole = end === undefined ? entries : entries.filter(({ at }) => at < end)
    return { entries: whole.toSorted(inStockOrder), isLast: end === undefined }
  }

  async function readEntries(query: Omit<ViewQuery, 'reduce'>): Promise<readonly StockEntry[]> {
    const views = await Promise.all(['changes', 'counts'].map((view) => database.view(stockDesignName, view, query)))
    const rows = views.flatMap((found, index) =>
      found.map((row) => ({ isCount: index === 1, ...checked(EntryRow, row) })),
    )
    const documents = await documentsOf([...new Set(rows.map(({ id }) => id))])
    return rows.map(({ id, key, value, isCount }) => {
      const document = documents.get(id)
      const isVoid = document?.['type'] === 'void-effect'
      return {
        at: String(key[2]),
        sourceId: isVoid ? String((document as unknown as VoidEffect).voids[0]?.id) : String(document?.['sourceId']),
        sourceType: isVoid ? 'void' : String(document?.['sourceType']),
        kind: isCount ? 'count' : 'change',
        quantity: value,
      }
    })
  }

  async function documentsOf(ids: readonly string[]): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
    const found = new Map<string, Readonly<Record<string, unknown>>>()
    for (let from = 0; from < ids.length; from += 500) {
      for (const [id, document] of await database.getMany(ids.slice(from, from + 500))) found.set(id, document)
    }
    return found
  }

  const stock: Stock = {
    insert: (documents) => database.bulkInsert(documents),
    async effects(ids) {
      return (await database.getMany(ids)) as unknown as ReadonlyMap<string, StockEffect>
    },
    async voidedAmong(sourceIds) {
      const found = await database.getMany(sourceIds.map(voidEffectId))
      return sourceIds.filter((id) => found.has(voidEffectId(id)))
    },
    async voidEffects(voidedIds) {
      return [...(await database.getMany(voidedIds.map(voidEffectId))).values()] as unknown as readonly VoidEffect[]
    },
    async touch(touches) {
      await pairs.note(touches.map(({ storeId, sku }) => ({ storeId, sku })))
      await marks.cut(touches)
    },
    makeMarks: (storeId, sku, through) => marks.make(storeId, sku, through),
    async updateVoid(voidedId, merge) {
      await database.update(voidEffectId(voidedId), (current) => {
        const effect = current === undefined ? emptyVoidEffect(voidedId) : (current as unknown as VoidEffect)
        const merged = merge(effect)
        return merged === effect ? undefined : merged
      })
    },
    async level(storeId, sku) {
      const { onHand, counted, rowsRead } = await balance(storeId, sku)
      const changesSinceCount = onHand - (counted?.quantity ?? 0)
      return { storeId, sku, onHand, lastCount: counted, changesSinceCount, rowsRead }
    },
    async overlap(storeId, sku) {
      const rows = await database.view(stockDesignName, 'counts', {
        startKey: [storeId, sku, afterAll],
        endKey: [storeId, sku],
        descending: true,
        limit: 2,
      })
      const [last, before] = rows.map((row) => checked(CountRow, row))
      if (last === undefined || before === undefined || !areApart(before.key[2], last.key[2])) return undefined
      const { sum: between } = await addChanges(
        [storeId, sku, before.key[2], afterAll],
        [storeId, sku, last.key[2], afterAll],
      )
      const [first, second] = [before, last].map(({ id, key, value }) => ({
        at: key[2],
        sourceId: id.slice(effectId(storeId, '').length),
        quantity: value,
      }))
      return first && second && overlapOf(storeId, sku, first, second, between)
    },
    onHandBefore: async (storeId, sku, at) => (await balance(storeId, sku, at)).onHand,
    async entries(storeId, sku, { direction, from, limit }) {
      const isBackward = direction === 'backward'
      const [first, last] = isBackward ? [afterAll, []] : [[], afterAll]
      // The stamp alone sorts before all of its rows but its counts' own key, and with `{}` behind it, after them.
      const start = from === undefined ? first : isBackward ? from : [from, afterAll]
      const query = {
        startKey: [storeId, sku, ...[start].flat()],
        endKey: [storeId, sku, ...[last].flat()],
        descending: isBackward,
        limit: limit + 1,
      }
      const read = (await readEntries(query)).filter(({ at }) => at !== from)
      const ordered = read.toSorted(isBackward ? (a, b) => inStockOrder(b, a) : inStockOrder)
      const edge = ordered[limit]?.at
      if (edge === undefined) return ordered
      if (ordered[limit - 1]?.at !== edge) return ordered.slice(0, limit)
      const before = ordered.slice(
        0,
        ordered.findIndex(({ at }) => at === edge),
      )
      const together = await readEntries({
        startKey: [storeId, sku, edge],
        endKey: [storeId, sku, edge, afterAll],
        limit: maxEntriesOfOneStamp,
      })
      return [...before, ...together.toSorted(isBackward ? (a, b) => inStockOrder(b, a) : inStockOrder)]
    },
    storesOf: (sku, limit, afterStoreId) => pairs.storesOf(sku, limit, afterStoreId),
    pairs: (limit, after) => pairs.list(limit, after),
    hasMoved: (storeId, sku) => pairs.has({ storeId, sku }),
    knowsSku: async (sku) =>
      (await pairs.knowsSku(sku)) || (await findInCatalogue(client, `product:${sku}`)) !== undefined,
    async knowsStore(storeId) {
      const rows = await database.view(stockDesignName, 'changes', {
        startKey: [storeId],
        endKey: [storeId, afterAll],
        limit: 1,
      })
      return rows.length > 0 || storeExists(client, storeId)
    },
  }
  return stock
}

function checked<Schema extends TSchema>(schema: Schema, row: unknown): Static<Schema> {
  const problems = schemaProblems(schema, row)
  if (problems.length > 0) throw new Error(`unexpected row of a view: ${describeProblems(problems)}`)
  return row as Static<Schema>
}
