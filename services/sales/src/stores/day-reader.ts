/** Reads a store's day as certificates and reports tell it. */
import { Type } from 'typebox'
import { parseIncarnation, sharedCentralDatabase } from '@tidemark/contracts'
import { DatabaseMissingError, type CouchClient } from '@tidemark/service-kit'
import { describeDay, type DayState } from '../domain/certify-day.ts'
import { voidedIdOf, type LedgerEntry } from '../domain/ledger-entry.ts'
import { eachNumber } from '../domain/number-ranges.ts'
import { findShifts, reportShift, type ShiftRange, type ShiftReport } from '../domain/report-shift.ts'
import type { Ledger } from './ledger-store.ts'

/** A shift that is open longer than this is not looked for any further. */
const longestShiftDays = 3
const dayMs = 24 * 60 * 60 * 1000
const maxEnrolments = 2000

const Enrolments = Type.Object({
  rows: Type.Array(Type.Object({ doc: Type.Object({ incarnation: Type.String(), status: Type.String() }) })),
})

export async function readDay(
  ledger: Ledger,
  client: CouchClient,
  storeId: string,
  businessDate: string,
): Promise<DayState> {
  const lastDate = new Date(Date.parse(businessDate) + longestShiftDays * dayMs).toISOString().slice(0, 10)
  const found = await ledger.days(storeId, businessDate, lastDate)
  const days = found.filter((sums) => sums.businessDate === businessDate)
  const later = found.filter((sums) => sums.businessDate !== businessDate)
  const series = await ledger.series(storeId)
  const lastNumber = (incarnation: string): number =>
    series.find((other) => other.incarnation === incarnation)?.runs.at(-1)?.to ?? 0
  const shifts: ShiftReport[] = []
  for (const range of findShifts(days, later, lastNumber)) shifts.push(await readShift(ledger, range))
  const enrolled = await readEnrolled(client, storeId)
  return describeDay({ storeId, businessDate, days, series, enrolled, shifts })
}

/** The entries of a shift are the numbers from its opening to its closing: a few hundred documents by their ids. */
async function readShift(ledger: Ledger, range: ShiftRange): Promise<ShiftReport> {
  const entries: LedgerEntry[] = []
  for await (const entry of ledger.entriesOf(range.incarnation, eachNumber([[range.from, range.to]]))) {
    entries.push(entry)
  }
  const voids = entries.filter(({ storeId, entry }) => {
    return entry.type === 'void' && parseIncarnation(entry.voidOf.split(':')[1] ?? '')?.storeId === storeId
  })
  const voidedIds = voids.flatMap((entry) => voidedIdOf(entry) ?? [])
  const voidRecords = await ledger.voidRecords(voidedIds)
  const voided = await ledger.entries(voidedIds)
  const takenBack = new Map(
    voids.flatMap((entry) => {
      const id = voidedIdOf(entry) ?? ''
      const target = voided.get(id)
      // Of several voids of one entry the first counts.
      return target !== undefined && voidRecords.get(id)?.voids[0] === entry._id ? [[entry._id, target] as const] : []
    }),
  )
  return reportShift(range, { entries, takenBack })
}

/** Incarnations that are enrolled at present. */
async function readEnrolled(client: CouchClient, storeId: string): Promise<readonly string[]> {
  const prefix = `terminal:${storeId}-`
  const query = { startkey: prefix, endkey: `${prefix}\ufff0`, include_docs: true, limit: maxEnrolments }
  try {
    const { rows } = await client.request(Enrolments, { path: `${sharedCentralDatabase}/_all_docs`, query })
    return rows.filter(({ doc }) => doc.status === 'enrolled').map(({ doc }) => doc.incarnation)
  } catch (error) {
    if (error instanceof DatabaseMissingError) return []
    throw error
  }
}
