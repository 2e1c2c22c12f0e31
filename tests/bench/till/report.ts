/** Rows with their goals, and the table of them. */

export interface Row {
  readonly what: string
  readonly unit: 'ms' | 'kB'
  readonly samples: number
  readonly median: number
  readonly p99: number
  /** Null for a row that is there for comparison. */
  readonly goal: Goal | null
  readonly isMet: boolean | null
}

interface Goal {
  readonly figure: 'median' | 'p99'
  readonly below: number
}

const goals: Readonly<Record<string, Goal>> = {
  pay: { figure: 'p99', below: 50 },
  keystroke: { figure: 'p99', below: 16 },
  'offline start': { figure: 'p99', below: 2000 },
  'first load': { figure: 'p99', below: 5000 },
  'till to till': { figure: 'p99', below: 250 },
  JavaScript: { figure: 'median', below: 130 },
}

export function rowOf(what: string, values: readonly number[], unit: Row['unit'] = 'ms'): Row {
  const figures = { median: quantile(values, 0.5), p99: quantile(values, 0.99) }
  const goal = goals[what] ?? null
  const isMet = goal === null ? null : figures[goal.figure] < goal.below
  return { what, unit, samples: values.length, ...figures, goal, isMet }
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function formatRows(rows: readonly Row[]): string {
  const head = ['row', 'samples', 'median', 'p99', 'goal', '']
  return [head, ...rows.map(cellsOf)].map((cells) => cells.map(padded).join('').trimEnd()).join('\n')
}

function cellsOf({ what, unit, samples, median, p99, goal, isMet }: Row): string[] {
  const figures = [median, p99].map((value) => `${round(value)} ${unit}`)
  const wanted = goal === null ? '' : `${goal.figure} < ${goal.below} ${unit}`
  const verdict = isMet === null ? '' : isMet ? 'met' : 'NOT MET'
  return [what, String(samples), ...figures, wanted, verdict]
}

/** Names and verdicts to the left, figures to the right. */
function padded(cell: string, column: number): string {
  if (column === 0) return cell.padEnd(16)
  return column === 5 ? `  ${cell}` : cell.padStart(column === 1 ? 8 : column === 4 ? 18 : 12)
}

const round = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toFixed(1))
