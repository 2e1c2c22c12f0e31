// Medians of the rounds, the table, and the goals with what was reached.

export interface Row {
  readonly server: string
  readonly workload: string
  readonly docsPerSecond: number | null
  readonly cpuMicrosPerDoc: number | null
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly rssMb: number | null
}

type Figure = Exclude<keyof Row, 'server' | 'workload'>
const FIGURES: readonly Figure[] = ['docsPerSecond', 'cpuMicrosPerDoc', 'p50Ms', 'p99Ms', 'rssMb']

/** One row for each server and workload: the median of each figure by itself. */
export function medianRows(samples: readonly Row[]): Row[] {
  const groups = Map.groupBy(samples, ({ server, workload }) => `${workload} ${server}`)
  return [...groups.values()].flatMap((group) => {
    const first = group[0]
    if (first === undefined) return []
    const medians = FIGURES.map((figure) => [figure, median(group.map((row) => row[figure]))])
    return [{ ...first, ...(Object.fromEntries(medians) as Record<Figure, number | null>) }]
  })
}

function median(values: readonly (number | null)[]): number | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle]
  if (upper === undefined) return null
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/** The value below which `share` of the values lie. */
export function percentile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null
}

export interface Goal {
  readonly what: string
  readonly limit: string
  readonly reached: number
  /** undefined where nothing is asked for: a ratio that is good to know */
  readonly met: boolean | undefined
}

interface RatioGoal {
  readonly workload: string
  readonly other: string
  readonly atLeast?: number
}

const RATIOS: readonly RatioGoal[] = [
  { workload: 'push', other: 'reference', atLeast: 1.6 },
  { workload: 'single', other: 'reference', atLeast: 2.5 },
  { workload: 'pull', other: 'reference', atLeast: 4.5 },
  { workload: 'push', other: 'protocol', atLeast: 0.5 },
  { workload: 'single', other: 'protocol', atLeast: 0.667 },
  { workload: 'push', other: 'floor', atLeast: 0.5 },
  { workload: 'single', other: 'floor', atLeast: 0.667 },
  { workload: 'single-lean', other: 'protocol' },
  { workload: 'single-lean', other: 'floor' },
  { workload: 'push', other: 'couchdb', atLeast: 3 },
  { workload: 'single', other: 'couchdb', atLeast: 6 },
  { workload: 'pull', other: 'couchdb', atLeast: 4 },
  { workload: 'client-push', other: 'couchdb', atLeast: 1 },
  { workload: 'client-pull', other: 'couchdb', atLeast: 1 },
]
const COUCHDB_CPU_SHARE = 1 / 6
const LIVE_P50_MS = 10
export const MILLION_START_MS = 2_000
export const MILLION_RSS_MB = 300

/** The goals that these rows can be held against. */
export function judge(rows: readonly Row[]): Goal[] {
  const figure = (server: string, workload: string, name: Figure): number | undefined =>
    rows.find((row) => row.server === server && row.workload === workload)?.[name] ?? undefined

  const speed = RATIOS.flatMap(({ workload, other, atLeast }) => {
    const ours = figure('hub', workload, 'docsPerSecond')
    const theirs = figure(other, workload, 'docsPerSecond')
    if (ours === undefined || theirs === undefined) return []
    const what = `${workload}: docs/s against ${other}`
    const ratio = ours / theirs
    return [
      atLeast === undefined
        ? { what, limit: '', reached: ratio, met: undefined }
        : atLeastGoal(what, ratio, atLeast, '×'),
    ]
  })
  const cpu = ['push', 'single', 'pull'].flatMap((workload) => {
    const ours = figure('hub', workload, 'cpuMicrosPerDoc')
    const theirs = figure('couchdb', workload, 'cpuMicrosPerDoc')
    if (ours === undefined || theirs === undefined) return []
    return [belowGoal(`${workload}: CPU per document against couchdb`, ours / theirs, COUCHDB_CPU_SHARE, '×')]
  })
  const waiting = figure('hub', 'live', 'p50Ms')
  const startUp = figure('hub', 'million', 'p50Ms')
  const memory = figure('hub', 'million', 'rssMb')
  return [
    ...speed,
    ...cpu,
    ...(waiting === undefined ? [] : [belowGoal('live: p50 until 30 readers have it', waiting, LIVE_P50_MS, ' ms')]),
    ...(startUp === undefined ? [] : [belowGoal('million: start-up', startUp, MILLION_START_MS, ' ms')]),
    ...(memory === undefined ? [] : [belowGoal('million: memory', memory, MILLION_RSS_MB, ' MB')]),
  ]
}

export const atLeastGoal = (what: string, reached: number, limit: number, unit: string): Goal => ({
  what,
  limit: `≥ ${round(limit)}${unit}`,
  reached,
  met: reached >= limit,
})

export const belowGoal = (what: string, reached: number, limit: number, unit: string): Goal => ({
  what,
  limit: `≤ ${round(limit)}${unit}`,
  reached,
  met: reached <= limit,
})

const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2))
export const show = (value: number | null): string =>
  value === null ? '–' : value >= 1_000 ? value.toFixed(0) : round(value)

export function formatRows(rows: readonly Row[]): string {
  const table = rows.map((row) => [row.workload, row.server, ...FIGURES.map((figure) => show(row[figure]))])
  return align([['workload', 'server', 'docs/s', 'CPU µs/doc', 'p50 ms', 'p99 ms', 'RSS MB'], ...table], 2)
}

export function formatGoals(goals: readonly Goal[]): string {
  const verdict = (met: boolean | undefined): string => (met === undefined ? '' : met ? 'met' : 'NOT MET')
  const table = goals.map(({ what, limit, reached, met }) => [verdict(met), what, round(reached), limit])
  return align([['', 'goal', 'reached', 'wanted'], ...table], 2)
}

/** Columns from `firstNumber` on are aligned to the right. */
export function align(table: readonly (readonly string[])[], firstNumber: number): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column < firstNumber ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd()
  return table.map(line).join('\n')
}
