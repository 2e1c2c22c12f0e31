import { parseArgs } from 'node:util'

export interface BenchConfig {
  readonly entries: number
  /** Documents come to the services by reconciliation only: no stream holds a million messages for fun. */
  readonly byReconciliation: boolean
  readonly queries: number
  readonly help: boolean
}

export const usage = `Measures what the services do with a backlog, beside the raw rate of the same central, and how fast they answer. Prints a
table, and writes bench-results/services.json.

  node tests/bench/services.ts [options]

  --entries <n>   journal entries (default 20000)
  --queries <n>   questions of each kind (default 300)
  --million       1,000,000 entries, which the services read from central instead of from NATS; takes as long as it takes
  --help
`

/** Throws an Error for a person when an option is not understood. */
export function loadConfig(args: readonly string[]): BenchConfig {
  const { values } = parseArgs({
    args: [...args],
    options: {
      entries: { type: 'string' },
      queries: { type: 'string', default: '300' },
      million: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  return {
    entries: whole('entries', values.entries ?? (values.million ? '1000000' : '20000')),
    byReconciliation: values.million,
    queries: whole('queries', values.queries),
    help: values.help,
  }
}

function whole(option: string, given: string): number {
  const value = Number(given)
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${option}: must be a whole number above 0`)
  return value
}
