/** Which SKUs and stores ever met. */
import { DatabaseMissingError, type CouchDatabase } from '@tidemark/service-kit'
import { pairId, pairMark, type StorePair } from '../domain/store-sku.ts'

export interface PairStore {
  /** Notes them; a pair that is noted stays so. */
  note(pairs: readonly StorePair[]): Promise<void>
  has(pair: StorePair): Promise<boolean>
  knowsSku(sku: string): Promise<boolean>
  /** Stores that had the SKU, after `afterStoreId`, in order. */
  storesOf(sku: string, limit: number, afterStoreId: string | undefined): Promise<readonly string[]>
  /** By SKU and store, from behind a pair. */
  list(limit: number, after: StorePair | undefined): Promise<readonly StorePair[]>
}

/** Pairs of which this process knows that they are noted: most sales are of goods that were sold before. */
const maxRemembered = 100_000
const pairsPerWrite = 500
const lastId = '\ufff0'

export function openPairs(database: CouchDatabase): PairStore {
  const remembered = new Set<string>()

  async function write(pairs: readonly StorePair[]): Promise<void> {
    const written = await database.bulkInsert(pairs.map(pairMark))
    const failed = written.find(({ kind }) => kind === 'failed')
    if (failed?.kind === 'failed') throw new Error(`a pair could not be noted: ${failed.reason}`)
    if (remembered.size > maxRemembered) remembered.clear()
    for (const pair of pairs) remembered.add(pairId(pair))
  }

  /** From behind `after`, which is left out. */
  async function idsBehind(prefix: string, after: string | undefined, limit: number): Promise<readonly string[]> {
    const ids = await database.idsBetween(after ?? prefix, prefix + lastId, limit + 1)
    return ids.filter((id) => id !== after).slice(0, limit)
  }

  return {
    async note(pairs) {
      const fresh = [...new Map(pairs.map((pair) => [pairId(pair), pair]))]
        .filter(([id]) => !remembered.has(id))
        .map(([, pair]) => pair)
      try {
        for (let from = 0; from < fresh.length; from += pairsPerWrite) {
          await write(fresh.slice(from, from + pairsPerWrite))
        }
      } catch (error) {
        // With the database went what is remembered of it.
        if (error instanceof DatabaseMissingError) remembered.clear()
        throw error
      }
    },
    has: async (pair) => (await database.idsBetween(pairId(pair), pairId(pair), 1)).length > 0,
    knowsSku: async (sku) => (await idsBehind(`pair:${sku}:`, undefined, 1)).length > 0,
    async storesOf(sku, limit, afterStoreId) {
      const after = afterStoreId === undefined ? undefined : pairId({ sku, storeId: afterStoreId })
      return (await idsBehind(`pair:${sku}:`, after, limit)).map((id) => partsOf(id).storeId)
    },
    async list(limit, after) {
      return (await idsBehind('pair:', after === undefined ? undefined : pairId(after), limit)).map(partsOf)
    },
  }
}

function partsOf(id: string): StorePair {
  const [, sku = '', storeId = ''] = id.split(':')
  return { sku, storeId }
}
