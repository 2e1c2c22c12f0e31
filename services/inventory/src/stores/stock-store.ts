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
  type WriteOutcome,
} from '@tidemark/service-kit'
import type { StockEffect } from '../domain/derive-effect.ts'
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
  /** Stores in which the SKU has ever moved, after `afterStoreId`, in order. */
  storesOf(sku: string, limit: number, afterStoreId: string | undefined): Promise<readonly string[]>
  knowsSku(sku: string): Promise<boolean>
  knowsStore(storeId: string): Promise<boolean>
}

const SumRow = Type.Object({ value: Type.Integer() })
const CountRow = Type.Object({
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
      const [sum] = await database.view(stockDesignName, 'changes', {
        startKey: counted === null ? [storeId, sku] : [storeId, sku, counted.at, afterAll],
        endKey: [storeId, sku, afterAll],
        reduce: 'all',
      })
      const changesSinceCount = sum === undefined ? 0 : checked(SumRow, sum).value
      return {
        storeId,
        sku,
        onHand: (counted?.quantity ?? 0) + changesSinceCount,
        lastCount: counted,
        changesSinceCount,
      }
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
    async knowsSku(sku) {
      if ((await stock.storesOf(sku, 1, undefined)).length > 0) return true
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
