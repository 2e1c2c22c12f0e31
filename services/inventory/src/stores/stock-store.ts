/** Stock in CouchDB: effects that count once, and what they add up to. */
import { Type, type Static, type TSchema } from 'typebox'
import { describeProblems, schemaProblems } from '@tidemark/contracts'
import {
  findInCatalogue,
  storeExists,
  type CouchClient,
  type CouchDatabase,
  type NewDocument,
  type ViewKey,
  type ViewQuery,
  type WriteOutcome,
} from '@tidemark/service-kit'
import { effectId, type StockEffect } from '../domain/derive-effect.ts'
import { areApart, overlapOf, type Overlap } from '../domain/overlapping-counts.ts'
import { inStockOrder, type StockEntry } from '../domain/run-balance.ts'
import { emptyVoidEffect, voidEffectId, type VoidEffect } from '../domain/merge-void.ts'
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
}

export interface Stock {
  insert(documents: readonly NewDocument[]): Promise<readonly WriteOutcome[]>
  /** Effects by their own id. */
  effects(ids: readonly string[]): Promise<ReadonlyMap<string, StockEffect>>
  /** Those of the entries that some void has named. */
  voidedAmong(sourceIds: readonly string[]): Promise<readonly string[]>
  updateVoid(voidedId: string, merge: (effect: VoidEffect) => VoidEffect): Promise<void>
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
  pairs(limit: number, after: StockPair | undefined): Promise<readonly StockPair[]>
  hasMoved(storeId: string, sku: string): Promise<boolean>
  knowsSku(sku: string): Promise<boolean>
  knowsStore(storeId: string): Promise<boolean>
}

export interface StockPair {
  readonly sku: string
  readonly storeId: string
}

export interface EntryWalk {
  readonly direction: 'forward' | 'backward'
  /** From the first (or last) entry of all unless given. */
  readonly from?: string | undefined
  readonly limit: number
}

/** Entries of one stamp; there is rarely a second, and each has a document's id of its own. */
const maxEntriesOfOneStamp = 500

const EntryRow = Type.Object({
  id: Type.String(),
  key: Type.Array(Type.Unknown(), { minItems: 3 }),
  value: Type.Integer(),
})
const SumRow = Type.Object({ value: Type.Integer() })
const CountRow = Type.Object({
  id: Type.String(),
  key: Type.Tuple([Type.String(), Type.String(), Type.String()]),
  value: Type.Integer(),
})
const StoreRow = Type.Object({ key: Type.Tuple([Type.String(), Type.String()]) })

export function openStock(database: CouchDatabase, client: CouchClient): Stock {
  async function lastCount(storeId: string, sku: string): Promise<StockLevel['lastCount']> {
    const [row] = await database.view(stockDesignName, 'counts', {
      startKey: [storeId, sku, afterAll],
      endKey: [storeId, sku],
      descending: true,
      limit: 1,
    })
    if (row === undefined) return null
    const { key, value } = checked(CountRow, row)
    return { at: key[2], quantity: value }
  }

  async function sumOfChanges(start: readonly ViewKey[], end: readonly ViewKey[]): Promise<number> {
    const [sum] = await database.view(stockDesignName, 'changes', { startKey: start, endKey: end, reduce: 'all' })
    return sum === undefined ? 0 : checked(SumRow, sum).value
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
    async updateVoid(voidedId, merge) {
      await database.update(voidEffectId(voidedId), (current) => {
        const effect = current === undefined ? emptyVoidEffect(voidedId) : (current as unknown as VoidEffect)
        const merged = merge(effect)
        return merged === effect ? undefined : merged
      })
    },
    async level(storeId, sku) {
      const counted = await lastCount(storeId, sku)
      const changesSinceCount = await sumOfChanges(
        counted === null ? [storeId, sku] : [storeId, sku, counted.at, afterAll],
        [storeId, sku, afterAll],
      )
      return {
        storeId,
        sku,
        onHand: (counted?.quantity ?? 0) + changesSinceCount,
        lastCount: counted,
        changesSinceCount,
      }
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
      const between = await sumOfChanges([storeId, sku, before.key[2], afterAll], [storeId, sku, last.key[2], afterAll])
      const [first, second] = [before, last].map(({ id, key, value }) => ({
        at: key[2],
        sourceId: id.slice(effectId(storeId, '').length),
        quantity: value,
      }))
      return first && second && overlapOf(storeId, sku, first, second, between)
    },
    async onHandBefore(storeId, sku, at) {
      const counts = await database.view(stockDesignName, 'counts', {
        startKey: [storeId, sku, at],
        endKey: [storeId, sku],
        descending: true,
        limit: maxEntriesOfOneStamp,
      })
      const counted = counts.map((row) => checked(CountRow, row)).find(({ key }) => key[2] < at)
      const start = counted === undefined ? [storeId, sku] : [storeId, sku, counted.key[2], afterAll]
      return (counted?.value ?? 0) + (await sumOfChanges(start, [storeId, sku, at]))
    },
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
    async storesOf(sku, limit, afterStoreId) {
      const rows = await database.view(stockDesignName, 'stores', {
        // A group has no document to go on from: the range begins behind the last store instead.
        startKey: afterStoreId === undefined ? [sku] : [sku, afterStoreId, afterAll],
        endKey: [sku, afterAll],
        reduce: { groupLevel: 2 },
        limit,
      })
      return rows.map((row) => checked(StoreRow, row).key[1])
    },
    async pairs(limit, after) {
      const rows = await database.view(stockDesignName, 'stores', {
        ...(after === undefined ? {} : { startKey: [after.sku, after.storeId, afterAll] }),
        reduce: { groupLevel: 2 },
        limit,
      })
      return rows.map((row) => {
        const [sku, storeId] = checked(StoreRow, row).key
        return { sku, storeId }
      })
    },
    async hasMoved(storeId, sku) {
      const rows = await database.view(stockDesignName, 'stores', { key: [sku, storeId], limit: 1 })
      return rows.length > 0
    },
    async knowsSku(sku) {
      // Without a reduce: the first row is enough, and a group would be added up to its end.
      const rows = await database.view(stockDesignName, 'stores', {
        startKey: [sku],
        endKey: [sku, afterAll],
        limit: 1,
      })
      if (rows.length > 0) return true
      return (await findInCatalogue(client, `product:${sku}`)) !== undefined
    },
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
