/** The rows of the services' benchmark, and the goals that they are held against. */
import { align, atLeastGoal, belowGoal, show, type Goal } from '../../store-hub/bench/report.ts'

export interface ServiceRow {
  readonly what: string
  readonly documents: number | null
  readonly seconds: number | null
  readonly perSecond: number | null
  readonly p50Ms: number | null
  readonly p95Ms: number | null
  /** The most that was taken at any time. */
  readonly rssMb: number | null
}

/** Of 20,000 entries, on two cores. */
const backlogEntries = 20_000
const backlogSeconds = 30
const shareOfRaw = 0.5
const questionMs = 50
const memoryMb = 200

export function formatServiceRows(rows: readonly ServiceRow[]): string {
  const table = rows.map(({ what, ...figures }) => [
    what,
    ...(['documents', 'seconds', 'perSecond', 'p50Ms', 'p95Ms', 'rssMb'] as const).map((name) => show(figures[name])),
  ])
  return align([['', 'documents', 's', 'docs/s', 'p50 ms', 'p95 ms', 'peak MB'], ...table], 1)
}

export function judgeServices(rows: readonly ServiceRow[]): Goal[] {
  const find = (what: string): ServiceRow | undefined => rows.find((row) => row.what === what)
  const [all, raw, written] = [find('backlog: all'), find('raw _bulk_docs'), find('written by services')]
  const goals: Goal[] = []
  if (all?.documents === backlogEntries && all.seconds !== null) {
    goals.push(belowGoal('20,000 entries in ledger, stock and audit', all.seconds, backlogSeconds, ' s'))
  }
  if (raw?.perSecond && written?.perSecond) {
    goals.push(atLeastGoal('documents written by services, of raw', written.perSecond / raw.perSecond, shareOfRaw, '×'))
  }
  for (const { what, p95Ms, rssMb } of rows) {
    if (p95Ms !== null) goals.push(belowGoal(`${what}: p95`, p95Ms, questionMs, ' ms'))
    if (rssMb !== null) goals.push(belowGoal(what, rssMb, memoryMb, ' MB'))
  }
  return goals
}
