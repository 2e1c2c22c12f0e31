/** The audit in CouchDB: append-only writes, and the questions asked of it. */
import { Type, type Static, type TSchema } from 'typebox'
import { describeProblems, schemaProblems } from '@tidemark/contracts'
import {
  storeExists,
  type CouchClient,
  type CouchDatabase,
  type ViewKey,
  type WriteOutcome,
} from '@tidemark/service-kit'
import { pinnedKeyId, type AuditEntry, type ForkAlarm, type PinnedKey } from '../domain/audit-entry.ts'
import type { StoredLogEntry } from '../domain/verify-epoch.ts'
import { anyKind, auditDesignName } from './design/audit-views.ts'

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

export interface AuditStore {
  insert(documents: readonly (AuditEntry | PinnedKey | ForkAlarm)[]): Promise<readonly WriteOutcome[]>
  entries(ids: readonly string[]): Promise<ReadonlyMap<string, AuditEntry>>
  /** Public keys by `pinnedKeyId`. */
  publicKeys(epochs: readonly EpochOf[]): Promise<ReadonlyMap<string, string>>
  /** Newest first. */
  list(
    storeId: string,
    kind: string | undefined,
    limit: number,
    from: EntryPosition | undefined,
  ): Promise<readonly AuditEntry[]>
  /** Epochs of which there are entries or alarms. */
  epochs(storeId: string): Promise<readonly string[]>
  /** Entries of an epoch from a number on, in the order of their numbers. */
  readEpoch(of: EpochOf, fromNumber: number, limit: number): Promise<readonly StoredLogEntry[]>
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

const NumberKey = Type.Object({ key: Type.Tuple([Type.String(), Type.String(), Type.Integer()]) })
const EpochKey = Type.Object({ key: Type.Tuple([Type.String(), Type.String()]) })
const CountRow = Type.Object({ value: Type.Integer() })
const RejectionRow = Type.Object({ key: Type.Tuple([Type.String(), Type.String()]), value: Type.String() })

export function openAuditStore(database: CouchDatabase, client: CouchClient): AuditStore {
  const rangeOf = (...prefix: readonly string[]) => ({ startKey: prefix, endKey: [...prefix, afterAll] })

  return {
    insert: (documents) => database.bulkInsert(documents),
    async entries(ids) {
      return (await database.getMany(ids)) as unknown as ReadonlyMap<string, AuditEntry>
    },
    async publicKeys(epochs) {
      const ids = new Set(epochs.map(({ storeId, epoch }) => pinnedKeyId(storeId, epoch)))
      const found = await database.getMany([...ids])
      return new Map([...found].map(([id, { publicKey }]) => [id, String(publicKey)]))
    },
    async list(storeId, kind = anyKind, limit, from) {
      const rows = await database.view(auditDesignName, 'entries_by_time', {
        descending: true,
        startKey: from === undefined ? [storeId, kind, afterAll] : [storeId, kind, from.at, from.id],
        endKey: [storeId, kind],
        includeDocuments: true,
        limit,
      })
      return rows.map(({ doc }) => doc as AuditEntry)
    },
    async epochs(storeId) {
      const query = { ...rangeOf(storeId), reduce: { groupLevel: 2 } }
      const rows = [
        ...(await database.view(auditDesignName, 'entries', query)),
        ...(await database.view(auditDesignName, 'alarms', query)),
      ]
      return [...new Set(rows.map((row) => checked(EpochKey, row).key[1]))]
    },
    async readEpoch({ storeId, epoch }, fromNumber, limit) {
      const rows = await database.view(auditDesignName, 'entries', {
        startKey: [storeId, epoch, fromNumber],
        endKey: [storeId, epoch, afterAll],
        includeDocuments: true,
        limit,
      })
      return rows.map((row) => ({ number: checked(NumberKey, row).key[2], entry: (row.doc as AuditEntry).entry }))
    },
    async alarms({ storeId, epoch }) {
      const range = rangeOf(storeId, epoch)
      const [total] = await database.view(auditDesignName, 'alarms', { ...range, reduce: 'all' })
      if (total === undefined) return { count: 0, numbers: [] }
      const rows = await database.view(auditDesignName, 'alarms', { ...range, limit: maxListed })
      return {
        count: checked(CountRow, total).value,
        numbers: rows.map((row) => checked(NumberKey, row).key[2]),
      }
    },
    async rejections(storeId) {
      const rows = await database.view(auditDesignName, 'rejections', { ...rangeOf(storeId), limit: maxListed })
      return rows.map((row) => {
        const { key, value } = checked(RejectionRow, row)
        return { documentId: key[1], reason: value }
      })
    },
    async knowsStore(storeId) {
      const rows = await database.view(auditDesignName, 'entries', { ...rangeOf(storeId), limit: 1 })
      return rows.length > 0 || storeExists(client, storeId)
    },
  }
}

function checked<Schema extends TSchema>(schema: Schema, row: unknown): Static<Schema> {
  const problems = schemaProblems(schema, row)
  if (problems.length > 0) throw new Error(`unexpected row of a view: ${describeProblems(problems)}`)
  return row as Static<Schema>
}
