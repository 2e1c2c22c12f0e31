/** The audit in CouchDB: append-only writes, and the questions asked of it. */
import { Type, type Static } from 'typebox'
import {
  storeExists,
  type CouchClient,
  type CouchDatabase,
  type ViewKey,
  type WriteOutcome,
} from '@tidemark/service-kit'
import { leafOf } from '../domain/audit-chain.ts'
import { pinnedKeyId, type AuditEntry, type PinnedKey } from '../domain/audit-entry.ts'
import type { StoredLogEntry } from '../domain/verify-epoch.ts'
import { checkedRow } from './checked-row.ts'
import { anything, auditDesignName, searchDesignName } from './design/audit-views.ts'

/** Where the next page of entries begins. */
export const EntryPosition = Type.Object({ at: Type.String(), id: Type.String() })
export type EntryPosition = Static<typeof EntryPosition>

export interface EpochOf {
  readonly storeId: string
  readonly epoch: string
}

export interface RejectedEntry {
  readonly documentId: string
  readonly reason: string
}

/** Which entries: those of one index, `kind` and time, and of them those that fit the rest. */
export interface EntryFilter {
  readonly storeId?: string | undefined
  readonly terminalId?: string | undefined
  readonly documentId?: string | undefined
  readonly kind?: string | undefined
  /** ISO 8601, in UTC with milliseconds; `until` itself is outside. */
  readonly from?: string | undefined
  readonly until?: string | undefined
}

export interface EntryPage {
  readonly items: readonly AuditEntry[]
  /** Where the next page begins; undefined at the end. */
  readonly next: EntryPosition | undefined
}

export interface AuditStore {
  insert(documents: readonly (AuditEntry | PinnedKey)[]): Promise<readonly WriteOutcome[]>
  /** By id; whatever else has one of the ids is left out. */
  entries(ids: readonly string[]): Promise<ReadonlyMap<string, AuditEntry>>
  /** Public keys by `pinnedKeyId`. */
  publicKeys(epochs: readonly EpochOf[]): Promise<ReadonlyMap<string, string>>
  /** Newest first, or oldest first. A page may have fewer than `limit` and still not be the last. */
  list(
    filter: EntryFilter,
    order: 'newest-first' | 'oldest-first',
    limit: number,
    from: EntryPosition | undefined,
  ): Promise<EntryPage>
  /** Every epoch of every store, with the number of its entries. */
  countEntries(): Promise<readonly (EpochOf & { readonly count: number })[]>
  /** Epochs of which there are entries or alarms. */
  epochs(storeId: string): Promise<readonly string[]>
  /** Entries of an epoch from one number to another (or the end), in the order of their numbers. */
  readEpoch(of: EpochOf, from: number, to: number | undefined, limit: number): Promise<readonly StoredLogEntry[]>
  /** How many alarms, and the numbers of the first hundred. */
  alarms(of: EpochOf): Promise<{ readonly count: number; readonly numbers: readonly number[] }>
  /** The first hundred entries of the store that could not be taken in. */
  rejections(storeId: string): Promise<readonly RejectedEntry[]>
  /** True when the audit or central has anything of the store. */
  knowsStore(storeId: string): Promise<boolean>
}

/** Sorts after every string and number in CouchDB's collation. */
const afterAll: ViewKey = {}
const maxListed = 100
/** A page of a filter that hardly anything fits ends after so many rows, and says where to go on. */
const maxRowsPerPage = 3000

const NumberKey = Type.Object({ key: Type.Tuple([Type.String(), Type.String(), Type.Integer()]) })
const EpochKey = Type.Object({ key: Type.Tuple([Type.String(), Type.String()]) })
const EpochCountRow = Type.Object({ key: Type.Tuple([Type.String(), Type.String()]), value: Type.Integer() })
const CountRow = Type.Object({ value: Type.Integer() })
const RejectionRow = Type.Object({ key: Type.Tuple([Type.String(), Type.String()]), value: Type.String() })

export function openAuditStore(database: CouchDatabase, client: CouchClient): AuditStore {
  const rangeOf = (...prefix: readonly string[]) => ({ startKey: prefix, endKey: [...prefix, afterAll] })

  return {
    insert: (documents) => database.bulkInsert(documents),
    async entries(ids) {
      const found = (await database.getMany(ids)) as unknown as ReadonlyMap<string, AuditEntry>
      return new Map([...found].filter(([, { type }]) => type === 'audit-entry'))
    },
    async publicKeys(epochs) {
      const ids = new Set(epochs.map(({ storeId, epoch }) => pinnedKeyId(storeId, epoch)))
      const found = await database.getMany([...ids])
      return new Map([...found].map(([id, { publicKey }]) => [id, String(publicKey)]))
    },
    async list(filter, order, limit, from) {
      const { scope, kind } = indexOf(filter)
      const descending = order === 'newest-first'
      const low: readonly ViewKey[] = [scope, kind, ...(filter.from === undefined ? [] : [filter.from])]
      const high: readonly ViewKey[] = [scope, kind, filter.until ?? afterAll]
      const items: AuditEntry[] = []
      let next = from
      for (let read = 0; read < maxRowsPerPage;) {
        // One more than asked for is where the next page begins.
        const wanted = limit - items.length + 1
        const rows = await database.view(searchDesignName, 'by_time', {
          descending,
          startKey: next === undefined ? (descending ? high : low) : [scope, kind, next.at, next.id],
          endKey: descending ? low : high,
          includeDocuments: true,
          limit: wanted,
        })
        const found = rows.map(({ doc }) => doc as AuditEntry)
        items.push(...found.slice(0, wanted - 1).filter((recorded) => fits(recorded, filter)))
        const following = found[wanted - 1]
        if (following === undefined) return { items, next: undefined }
        next = { at: following.at, id: following._id }
        if (items.length >= limit) break
        read += rows.length
      }
      return { items, next }
    },
    async countEntries() {
      const rows = await database.view(auditDesignName, 'entries', { reduce: { groupLevel: 2 } })
      return rows.map((row) => {
        const { key, value } = checkedRow(EpochCountRow, row)
        return { storeId: key[0], epoch: key[1], count: value }
      })
    },
    async epochs(storeId) {
      const query = { ...rangeOf(storeId), reduce: { groupLevel: 2 } }
      const rows = [
        ...(await database.view(auditDesignName, 'entries', query)),
        ...(await database.view(auditDesignName, 'forks', query)),
      ]
      return [...new Set(rows.map((row) => checkedRow(EpochKey, row).key[1]))]
    },
    async readEpoch({ storeId, epoch }, from, to, limit) {
      const rows = await database.view(auditDesignName, 'entries', {
        startKey: [storeId, epoch, from],
        endKey: [storeId, epoch, to ?? afterAll],
        includeDocuments: true,
        limit,
      })
      return rows.map((row) => {
        const { entry, recordedAt } = row.doc as AuditEntry
        const leaf = leafOf({ entry, recordedAt }).toString('hex')
        return { number: checkedRow(NumberKey, row).key[2], entry, leaf, recordedAt }
      })
    },
    async alarms({ storeId, epoch }) {
      const range = rangeOf(storeId, epoch)
      const [total] = await database.view(auditDesignName, 'forks', { ...range, reduce: 'all' })
      if (total === undefined) return { count: 0, numbers: [] }
      const rows = await database.view(auditDesignName, 'forks', { ...range, limit: maxListed })
      return {
        count: checkedRow(CountRow, total).value,
        numbers: rows.map((row) => checkedRow(NumberKey, row).key[2]),
      }
    },
    async rejections(storeId) {
      const rows = await database.view(auditDesignName, 'rejections', { ...rangeOf(storeId), limit: maxListed })
      return rows.map((row) => {
        const { key, value } = checkedRow(RejectionRow, row)
        return { documentId: key[1], reason: value }
      })
    },
    async knowsStore(storeId) {
      const rows = await database.view(auditDesignName, 'entries', { ...rangeOf(storeId), limit: 1 })
      return rows.length > 0 || storeExists(client, storeId)
    },
  }
}

/** The index that leaves the least to look through. */
function indexOf({ storeId, terminalId, documentId, kind = anything }: EntryFilter) {
  if (documentId !== undefined) return { scope: `document:${documentId}`, kind: anything }
  if (terminalId !== undefined) return { scope: `terminal:${terminalId}`, kind }
  return { scope: storeId ?? anything, kind }
}

/** What the index does not say. */
function fits(recorded: AuditEntry, { storeId, kind, terminalId, documentId }: EntryFilter): boolean {
  if (storeId !== undefined && recorded.storeId !== storeId) return false
  if (kind !== undefined && recorded.kind !== kind) return false
  return documentId === undefined || terminalId === undefined || JSON.stringify(recorded.entry).includes(terminalId)
}
