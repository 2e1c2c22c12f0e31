/** The ledger in CouchDB: writes that count once, and the questions asked of it. */
import { Type, type Static } from 'typebox'
import { describeProblems, journalId, parseJournalId, schemaProblems, type ChainLink } from '@tidemark/contracts'
import {
  storeExists,
  type CouchClient,
  type CouchDatabase,
  type ViewKey,
  type WriteOutcome,
} from '@tidemark/service-kit'
import type { TSchema } from 'typebox'
import type { IntegrityAlarm, LedgerEntry } from '../domain/ledger-entry.ts'
import { emptyVoidRecord, voidRecordId, type VoidRecord } from '../domain/merge-void.ts'
import { scanSeries, type SeriesScan, type SeriesSummary } from '../domain/verify-chain.ts'
import { ledgerDesignName } from './design/ledger-views.ts'

/** Sorts after every string in CouchDB's collation. */
const afterAll: ViewKey = {}
const linksPerRead = 2000

export interface TerminalTotals {
  readonly terminalId: string
  /** Empty for entries that have no currency, such as voids. */
  readonly currency: string
  readonly entries: number
  readonly sales: number
  readonly refunds: number
  readonly voids: number
  readonly grossMinor: number
  readonly netMinor: number
  readonly taxMinor: number
}

/** Where a page of receipts ended. */
export const ReceiptPosition = Type.Object({ at: Type.String(), id: Type.String() })
export type ReceiptPosition = Static<typeof ReceiptPosition>

export interface Ledger {
  insert(entries: readonly (LedgerEntry | IntegrityAlarm)[]): Promise<readonly WriteOutcome[]>
  entries(ids: readonly string[]): Promise<ReadonlyMap<string, LedgerEntry>>
  /** Those of the entries that some void has named, by the id of the voided entry. */
  voidRecords(voidedIds: readonly string[]): Promise<ReadonlyMap<string, VoidRecord>>
  updateVoidRecord(voidedId: string, merge: (record: VoidRecord) => VoidRecord): Promise<void>
  /** The entry and, where they have arrived, its neighbours in the series. */
  entryWithNeighbours(
    id: string,
  ): Promise<{ entry: LedgerEntry; before?: LedgerEntry; after?: LedgerEntry } | undefined>
  dayTotals(storeId: string, businessDate: string): Promise<readonly TerminalTotals[]>
  receipts(
    storeId: string,
    businessDate: string,
    limit: number,
    after: ReceiptPosition | undefined,
  ): Promise<readonly LedgerEntry[]>
  series(storeId: string): Promise<readonly SeriesSummary[]>
  /** True when the ledger or central has anything of the store. */
  knowsStore(storeId: string): Promise<boolean>
}

const DayTotalsRow = Type.Object({
  key: Type.Tuple([Type.String(), Type.String(), Type.String(), Type.String()]),
  value: Type.Array(Type.Integer(), { minItems: 7, maxItems: 7 }),
})
const SeriesRow = Type.Object({
  id: Type.String(),
  key: Type.Tuple([Type.String(), Type.String(), Type.Integer()]),
  value: Type.Object({ previousHash: Type.String(), hash: Type.String() }),
})
type SeriesRow = Static<typeof SeriesRow>

export function openLedger(database: CouchDatabase, client: CouchClient): Ledger {
  async function entries(ids: readonly string[]): Promise<ReadonlyMap<string, LedgerEntry>> {
    return (await database.getMany(ids)) as unknown as ReadonlyMap<string, LedgerEntry>
  }

  return {
    insert: (documents) => database.bulkInsert(documents),
    entries,
    async voidRecords(voidedIds) {
      const found = await database.getMany(voidedIds.map(voidRecordId))
      return new Map(
        voidedIds.flatMap((id) => {
          const record = found.get(voidRecordId(id))
          return record === undefined ? [] : [[id, record as unknown as VoidRecord] as const]
        }),
      )
    },
    async updateVoidRecord(voidedId, merge) {
      await database.update(voidRecordId(voidedId), (current) => {
        const record = current === undefined ? emptyVoidRecord(voidedId) : (current as unknown as VoidRecord)
        const merged = merge(record)
        return merged === record ? undefined : merged
      })
    },
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
    async dayTotals(storeId, businessDate) {
      const rows = await database.view(ledgerDesignName, 'day_totals', {
        startKey: [storeId, businessDate],
        endKey: [storeId, businessDate, afterAll],
        reduce: { groupLevel: 4 },
      })
      return rows.map((row) => totalsOfRow(checked(DayTotalsRow, row)))
    },
    async receipts(storeId, businessDate, limit, after) {
      const position =
        after === undefined
          ? { startKey: [storeId, businessDate] }
          : { startKey: [storeId, businessDate, after.at], startKeyDocumentId: after.id, skip: 1 }
      const rows = await database.view(ledgerDesignName, 'receipts', {
        ...position,
        endKey: [storeId, businessDate, afterAll],
        includeDocuments: true,
        limit,
      })
      return rows.map(({ doc }) => doc as LedgerEntry)
    },
    async series(storeId) {
      const scans = new Map<string, SeriesScan>()
      let position: SeriesRow | undefined
      for (;;) {
        const rows = await database.view(ledgerDesignName, 'series', {
          startKey: position?.key ?? [storeId],
          ...(position === undefined ? {} : { startKeyDocumentId: position.id, skip: 1 }),
          endKey: [storeId, afterAll],
          limit: linksPerRead,
        })
        const links = rows.map((row) => checked(SeriesRow, row))
        for (const [incarnation, part] of byIncarnation(links)) {
          scans.set(incarnation, scanSeries(scans.get(incarnation), incarnation, part))
        }
        position = links.at(-1)
        if (links.length < linksPerRead) break
      }
      return [...scans.values()].map(({ tail: _tail, ...summary }) => summary)
    },
    async knowsStore(storeId) {
      const rows = await database.view(ledgerDesignName, 'series', {
        startKey: [storeId],
        endKey: [storeId, afterAll],
        limit: 1,
      })
      return rows.length > 0 || storeExists(client, storeId)
    },
  }
}

function byIncarnation(rows: readonly SeriesRow[]): Map<string, [ChainLink, ...ChainLink[]]> {
  const parts = new Map<string, [ChainLink, ...ChainLink[]]>()
  for (const { key, value } of rows) {
    const [, incarnation, number] = key
    const link = { number, ...value }
    const part = parts.get(incarnation)
    if (part === undefined) parts.set(incarnation, [link])
    else part.push(link)
  }
  return parts
}

function totalsOfRow(row: Static<typeof DayTotalsRow>): TerminalTotals {
  const [, , terminalId, currency] = row.key
  const [entries = 0, sales = 0, refunds = 0, voids = 0, grossMinor = 0, netMinor = 0, taxMinor = 0] = row.value
  return { terminalId, currency, entries, sales, refunds, voids, grossMinor, netMinor, taxMinor }
}

function checked<Schema extends TSchema>(schema: Schema, row: unknown): Static<Schema> {
  const problems = schemaProblems(schema, row)
  if (problems.length > 0) throw new Error(`unexpected row of a view: ${describeProblems(problems)}`)
  return row as Static<Schema>
}
