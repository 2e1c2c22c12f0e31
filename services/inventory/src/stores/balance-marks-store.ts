/** Marks of balances in CouchDB: cut by whoever records, made by the watch. Why this needs no lock: domain/balance-marks.ts. */
import type { CouchDatabase } from '@tidemark/service-kit'
import { cutMarks, marksId, noMarks, placeMarks, type BalanceMark, type BalanceMarks } from '../domain/balance-marks.ts'
import type { StockEntry } from '../domain/run-balance.ts'
import type { StorePair } from '../domain/store-sku.ts'

/** Something that changes a balance, at its stamp. */
export interface Touch extends StorePair {
  readonly at: string
}

export interface MarkStore {
  of(storeId: string, sku: string): Promise<readonly BalanceMark[]>
  /** To be called after what touches is written and before it counts as done. */
  cut(touches: readonly Touch[]): Promise<void>
  /** Makes marks up to a stamp, as far as nobody records anything before it meanwhile. */
  make(storeId: string, sku: string, through: string): Promise<void>
}

/** Entries after a stamp and up to another, in stock order, whole stamps only; `isLast` when there are no more. */
export type ReadEntries = (
  storeId: string,
  sku: string,
  after: string | undefined,
  through: string,
) => Promise<{ readonly entries: readonly StockEntry[]; readonly isLast: boolean }>

const idsPerRead = 500

export function openMarks(database: CouchDatabase, readEntries: ReadEntries): MarkStore {
  async function read(id: string): Promise<(BalanceMarks & { readonly _rev: string }) | undefined> {
    return (await database.get(id)) as (BalanceMarks & { readonly _rev: string }) | undefined
  }

  /** Onto the revision that was read; undefined when it is another by now. */
  async function write(marks: BalanceMarks): Promise<(BalanceMarks & { readonly _rev: string }) | undefined> {
    const [written] = await database.bulkInsert([marks])
    if (written?.kind === 'failed') throw new Error(`${marks._id} could not be written: ${written.reason}`)
    return written?.kind === 'stored' ? { ...marks, _rev: written.rev } : undefined
  }

  return {
    of: async (storeId, sku) => (await read(marksId(storeId, sku)))?.marks ?? [],
    async cut(touches) {
      /** The earliest stamp counts: what goes for it goes for those after it. */
      const earliest = new Map<string, string>()
      for (const { storeId, sku, at } of touches) {
        const id = marksId(storeId, sku)
        const known = earliest.get(id)
        if (known === undefined || at < known) earliest.set(id, at)
      }
      const ids = [...earliest.keys()]
      for (let from = 0; from < ids.length; from += idsPerRead) {
        for (const [id, found] of await database.getMany(ids.slice(from, from + idsPerRead))) {
          const at = earliest.get(id) ?? ''
          if (cutMarks(found as unknown as BalanceMarks, at) === undefined) continue
          await database.update(id, (current) =>
            current === undefined ? undefined : cutMarks(current as unknown as BalanceMarks, at),
          )
        }
      }
    },
    async make(storeId, sku, through) {
      const found = (await read(marksId(storeId, sku))) ?? noMarks(storeId, sku)
      let current = await write({ ...found, building: through })
      while (current !== undefined) {
        const last: string | undefined = current.marks.at(-1)?.[0]
        const { entries, isLast } = await readEntries(storeId, sku, last, through)
        const placed: BalanceMarks = placeMarks(current, entries)
        const isDone = isLast || placed.marks.at(-1)?.[0] === last
        current = await write({ ...placed, building: isDone ? null : through })
        if (isDone) return
      }
    },
  }
}
