/**
 * The ledger in CouchDB. Nothing here reads more than it answers with: every question is a few documents by their ids, or a
 * range of ids, and ids are made so that what belongs together lies together.
 */
import { Type } from 'typebox'
import { journalId, parseJournalId } from '@tidemark/contracts'
import {
  findInCatalogue,
  storeExists,
  type CouchClient,
  type CouchDatabase,
  type NewDocument,
  type StoredDocument,
  type WriteOutcome,
} from '@tidemark/service-kit'
import type { DayCertificate } from '../domain/certify-day.ts'
import { customerPrefix, type CustomerMark } from '../domain/customer-mark.ts'
import type { Flag } from '../domain/flag-entry.ts'
import type { LedgerEntry } from '../domain/ledger-entry.ts'
import { refundRecordId, type RefundRecord } from '../domain/merge-refund.ts'
import type { Series } from '../domain/merge-series.ts'
import { seriesId } from '../domain/merge-series.ts'
import { voidRecordId, type VoidRecord } from '../domain/merge-void.ts'
import type { DaySums, ProductSums } from '../domain/sum-entries.ts'
import { createUpdater, type Change } from './update-documents.ts'

export interface Ledger {
  insert(documents: readonly NewDocument[]): Promise<readonly WriteOutcome[]>
  /** Reads, changes and writes documents, those again that somebody else wrote in between. */
  update(changes: ReadonlyMap<string, Change>): Promise<void>
  get(id: string): Promise<StoredDocument | undefined>
  entries(ids: readonly string[]): Promise<ReadonlyMap<string, LedgerEntry>>
  /** Entries of a series by their numbers, in order; those that are there. */
  entriesOf(incarnation: string, numbers: Iterable<number>): AsyncGenerator<LedgerEntry>
  /** By the id of the voided entry. */
  voidRecords(voidedIds: readonly string[]): Promise<ReadonlyMap<string, VoidRecord>>
  /** By the id of the sale. */
  refundRecords(saleIds: readonly string[]): Promise<ReadonlyMap<string, RefundRecord>>
  /** The entry and, where they have arrived, its neighbours in the series. */
  entryWithNeighbours(
    id: string,
  ): Promise<{ entry: LedgerEntry; before?: LedgerEntry; after?: LedgerEntry } | undefined>
  /** The sums of a store's series from the first to the last date, by date and series. */
  days(storeId: string, from: string, to: string): Promise<readonly DaySums[]>
  products(storeId: string, from: string, to: string): Promise<readonly ProductSums[]>
  series(storeId: string): Promise<readonly Series[]>
  seriesOf(incarnation: string): Promise<Series | undefined>
  flagsById(ids: readonly string[]): Promise<ReadonlyMap<string, Flag>>
  certificates(storeId: string, businessDate: string): Promise<readonly DayCertificate[]>
  /** Journal ids of a customer's receipts after a mark, oldest first. */
  customerMarks(reference: string, limit: number, after: string | undefined): Promise<readonly CustomerMark[]>
  /** Documents of a range of ids: both ends are included. `after` is the id where the last page ended. */
  range(from: string, to: string, options?: { limit?: number; after?: string | undefined }): Promise<StoredDocument[]>
  /** Stores of which the ledger has an entry. */
  storeIds(): Promise<readonly string[]>
  /** True when the ledger or central has anything of the store. */
  knowsStore(storeId: string): Promise<boolean>
  /** IANA name; UTC for a store that head office has not described. */
  timeZone(storeId: string): Promise<string>
}

/** Sorts after every id that begins the same way. */
export const lastId = '\ufff0'
const idsPerRead = 500
const documentsPerRead = 500

const Range = Type.Object({
  rows: Type.Array(
    Type.Object({
      id: Type.String(),
      doc: Type.Optional(Type.Union([Type.Object({ _id: Type.String(), _rev: Type.String() }), Type.Null()])),
    }),
  ),
})

export function openLedger(database: CouchDatabase, client: CouchClient): Ledger {
  const allDocs = `${encodeURIComponent(database.name)}/_all_docs`

  async function getMany(ids: readonly string[]): Promise<Map<string, StoredDocument>> {
    const found = new Map<string, StoredDocument>()
    for (let start = 0; start < ids.length; start += idsPerRead) {
      for (const [id, document] of await database.getMany(ids.slice(start, start + idsPerRead))) found.set(id, document)
    }
    return found
  }

  async function readRange(from: string, to: string, limit: number, skip: number, withBodies = true) {
    const query = { startkey: from, endkey: to, limit, skip, include_docs: withBodies }
    const { rows } = await client.request(Range, { path: allDocs, query })
    return rows
  }

  const range: Ledger['range'] = async (from, to, { limit = Infinity, after } = {}) => {
    const documents: StoredDocument[] = []
    for (let position = after; ;) {
      const wanted = Math.min(documentsPerRead, limit - documents.length)
      // The document where the last page ended is read again and skipped: it may have gone meanwhile.
      const rows = await readRange(position ?? from, to, wanted + (position === undefined ? 0 : 1), 0)
      const fresh = rows.filter(({ id }) => id !== position)
      documents.push(...fresh.flatMap(({ doc }) => doc ?? []))
      position = fresh.at(-1)?.id
      if (position === undefined || fresh.length < wanted || documents.length >= limit) return documents
    }
  }

  async function entries(ids: readonly string[]): Promise<ReadonlyMap<string, LedgerEntry>> {
    return (await getMany(ids)) as unknown as ReadonlyMap<string, LedgerEntry>
  }

  async function recordsOf<Record>(
    ids: readonly string[],
    idOf: (id: string) => string,
  ): Promise<ReadonlyMap<string, Record>> {
    const found = await getMany(ids.map(idOf))
    return new Map(
      ids.flatMap((id) => {
        const record = found.get(idOf(id))
        return record === undefined ? [] : [[id, record as unknown as Record] as const]
      }),
    )
  }

  async function ofPeriod(kind: 'day' | 'products', storeId: string, from: string, to: string) {
    return (await range(`${kind}:${storeId}:${from}:`, `${kind}:${storeId}:${to}:${lastId}`)) as unknown
  }

  async function hasSeries(storeId: string): Promise<boolean> {
    const [from, to] = seriesRange(storeId)
    return (await readRange(from, to, 1, 0, false)).length > 0
  }

  return {
    insert: (documents) => database.bulkInsert(documents),
    get: (id) => database.get(id),
    update: createUpdater(database, getMany),
    entries,
    async *entriesOf(incarnation, numbers) {
      let ids: string[] = []
      const read = async (): Promise<LedgerEntry[]> => {
        const found = await entries(ids)
        const present = ids.flatMap((id) => found.get(id) ?? [])
        ids = []
        return present
      }
      for (const number of numbers) {
        ids.push(journalId(incarnation, number))
        if (ids.length === entriesPerRead) yield* await read()
      }
      if (ids.length > 0) yield* await read()
    },
    voidRecords: (voidedIds) => recordsOf<VoidRecord>(voidedIds, voidRecordId),
    refundRecords: (saleIds) => recordsOf<RefundRecord>(saleIds, refundRecordId),
    async entryWithNeighbours(id) {
      const key = parseJournalId(id)
      if (key === undefined) return undefined
      const beforeId = key.number > 1 ? journalId(key.incarnation, key.number - 1) : undefined
      const afterId = journalId(key.incarnation, key.number + 1)
      const found = await entries([id, afterId, ...(beforeId === undefined ? [] : [beforeId])])
      const entry = found.get(id)
      if (entry === undefined) return undefined
      const before = beforeId === undefined ? undefined : found.get(beforeId)
      const after = found.get(afterId)
      return { entry, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }
    },
    days: async (storeId, from, to) => (await ofPeriod('day', storeId, from, to)) as DaySums[],
    products: async (storeId, from, to) => (await ofPeriod('products', storeId, from, to)) as ProductSums[],
    series: async (storeId) => (await range(...seriesRange(storeId))) as unknown as Series[],
    seriesOf: async (incarnation) => (await database.get(seriesId(incarnation))) as Series | undefined,
    flagsById: (ids) => recordsOf<Flag>(ids, (id) => id),
    async certificates(storeId, businessDate) {
      const prefix = `certificate:${storeId}:${businessDate}:`
      return (await range(prefix, prefix + lastId)) as unknown as DayCertificate[]
    },
    async customerMarks(reference, limit, after) {
      const prefix = customerPrefix(reference)
      return (await range(prefix, prefix + lastId, { limit, after })) as unknown as CustomerMark[]
    },
    range,
    async storeIds() {
      const found: string[] = []
      // One look per store: each begins where the store before ends.
      for (let from = 'series:'; ;) {
        const [row] = await readRange(from, `series:${lastId}`, 1, 0, false)
        const storeId = row?.id.split(':')[1]?.split('-')[0]
        if (storeId === undefined) return found
        found.push(storeId)
        from = seriesRange(storeId)[1]
      }
    },
    knowsStore: async (storeId) => (await hasSeries(storeId)) || storeExists(client, storeId),
    async timeZone(storeId) {
      const store = await findInCatalogue(client, `store:${storeId}`)
      const name = store?.['timeZone']
      return typeof name === 'string' && isTimeZone(name) ? name : 'UTC'
    },
  }
}

/** Entries may be large: this many are held at once. */
const entriesPerRead = 200

function seriesRange(storeId: string): [from: string, to: string] {
  return [`series:${storeId}-`, `series:${storeId}-${lastId}`]
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format() !== ''
  } catch {
    return false
  }
}
