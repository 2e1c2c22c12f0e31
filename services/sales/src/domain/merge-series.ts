/**
 * How far a receipt series has arrived, kept up to date entry by entry so that nobody's question reads the series.
 *
 *     entries  1 2 3 . . 6 7        runs  [1…3] [6…7]        missing  4…5, noticed because 6 was made
 *
 * 1. Merging is commutative and idempotent: any order and any repetition of the entries give the same runs and faults.
 * 2. Two neighbours are compared exactly once, when their runs touch, by the hashes at the runs' ends.
 */
import { genesisHash, parseIncarnation, parseStamp, type ChainFault, type ChainLink } from '@tidemark/contracts'

/** Consecutive entries that have all arrived. */
export interface SeriesRun {
  readonly from: number
  readonly to: number
  /** `previousHash` of the first entry, and `hash` of the last: all that a neighbour is compared with. */
  readonly previousHash: string
  readonly lastHash: string
  /** HLC stamp of the first entry: whatever is missing before it was made before that. */
  readonly firstAt: string
  readonly lastAt: string
}

export type SeriesFault = Exclude<ChainFault, { kind: 'gap' }>

export interface Series extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'series'
  readonly storeId: string
  readonly terminalId: string
  readonly incarnation: string
  readonly runs: readonly SeriesRun[]
  /** By number. */
  readonly faults: readonly SeriesFault[]
  /** When the last entry that was new arrived here, ISO 8601. */
  readonly lastHeardAt: string
}

export interface SeriesLink extends ChainLink {
  readonly at: string
}

export function seriesId(incarnation: string): string {
  return `series:${incarnation}`
}

export function emptySeries(incarnation: string): Series {
  const { storeId, terminalId } = parseIncarnation(incarnation) ?? { storeId: '', terminalId: '' }
  const _id = seriesId(incarnation)
  return { _id, type: 'series', storeId, terminalId, incarnation, runs: [], faults: [], lastHeardAt: '' }
}

/** The same series when the link is in it already. */
export function mergeLink(series: Series, link: SeriesLink, heardAt: string): Series {
  const { runs } = series
  const found = runs.findIndex(({ to }) => to >= link.number - 1)
  const index = found === -1 ? runs.length : found
  const touched = runs[index]
  if (touched !== undefined && touched.from <= link.number && touched.to >= link.number) return series
  const before = touched?.to === link.number - 1 ? touched : undefined
  const after = runs[before === undefined ? index : index + 1]
  const faults: SeriesFault[] = []
  if (link.number === 1 && link.previousHash !== genesisHash) faults.push({ kind: 'broken-link', number: 1 })
  let run: SeriesRun = {
    from: link.number,
    to: link.number,
    previousHash: link.previousHash,
    lastHash: link.hash,
    firstAt: link.at,
    lastAt: link.at,
  }
  if (before !== undefined) run = join(before, run, faults)
  const touches = after?.from === link.number + 1
  if (touches) run = join(run, after, faults)
  return {
    ...series,
    runs: runs.toSpliced(index, (before === undefined ? 0 : 1) + (touches ? 1 : 0), run),
    faults: faults.reduce(addFault, series.faults),
    lastHeardAt: heardAt > series.lastHeardAt ? heardAt : series.lastHeardAt,
  }
}

/** Two bodies claim one number, or an entry's hash is not that of its content. The same series when that is known. */
export function mergeFault(series: Series, fault: SeriesFault): Series {
  const faults = addFault(series.faults, fault)
  return faults === series.faults ? series : { ...series, faults }
}

function join(left: SeriesRun, right: SeriesRun, faults: SeriesFault[]): SeriesRun {
  if (right.previousHash !== left.lastHash) faults.push({ kind: 'broken-link', number: right.from })
  return { ...left, to: right.to, lastHash: right.lastHash, lastAt: right.lastAt }
}

function addFault(faults: readonly SeriesFault[], fault: SeriesFault): readonly SeriesFault[] {
  const isKnown = faults.some(({ kind, number }) => kind === fault.kind && number === fault.number)
  if (isKnown) return faults
  return [...faults, fault].sort((a, b) => a.number - b.number || a.kind.localeCompare(b.kind))
}

export interface MissingRange {
  readonly from: number
  readonly to: number
  /** When the first entry after it was made, ISO 8601: these numbers were taken before that. */
  readonly since: string
}

export interface SeriesSummary {
  readonly incarnation: string
  readonly first: number
  readonly last: number
  readonly entries: number
  readonly missing: readonly MissingRange[]
  /** Seconds since the oldest missing number must have been taken; null when none is missing. */
  readonly oldestMissingSeconds: number | null
  readonly faults: readonly SeriesFault[]
  /** When the last entry was made, by its till's clock. */
  readonly lastEntryAt: string
  readonly lastHeardAt: string
}

export function summariseSeries(series: Series, now: Date): SeriesSummary {
  const { incarnation, runs, faults, lastHeardAt } = series
  const missing = missingOf(series)
  const oldest = missing.map(({ since }) => Date.parse(since)).reduce((a, b) => Math.min(a, b), Infinity)
  return {
    incarnation,
    first: runs[0]?.from ?? 0,
    last: runs.at(-1)?.to ?? 0,
    entries: runs.reduce((total, { from, to }) => total + to - from + 1, 0),
    missing,
    oldestMissingSeconds: missing.length === 0 ? null : Math.max(0, Math.floor((now.getTime() - oldest) / 1000)),
    faults,
    lastEntryAt: timeOfStamp(runs.at(-1)?.lastAt ?? ''),
    lastHeardAt,
  }
}

/** Ranges of numbers that have not arrived, in order. */
export function missingOf({ runs }: Pick<Series, 'runs'>): readonly MissingRange[] {
  return runs.flatMap((run, index) => {
    const from = (runs[index - 1]?.to ?? 0) + 1
    return from < run.from ? [{ from, to: run.from - 1, since: timeOfStamp(run.firstAt) }] : []
  })
}

/** The physical part of an HLC stamp, ISO 8601; empty for text that is no stamp. */
export function timeOfStamp(stamp: string): string {
  const parsed = parseStamp(stamp)
  return parsed === undefined ? '' : new Date(parsed.wallMs).toISOString()
}
