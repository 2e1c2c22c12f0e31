import { tmpdir } from 'node:os'
import { parseArgs } from 'node:util'

export interface BenchConfig {
  readonly rounds: number
  /** 1 is the full size */
  readonly scale: number
  readonly servers: readonly string[]
  readonly workloads: readonly string[]
  readonly couchDbUrl: string | undefined
  /** where the servers keep their data while they are measured */
  readonly dataFolder: string
  readonly million: boolean
  readonly help: boolean
}

export const usage = `Measures the hub's couch-server beside Fastify over PouchDB-leveldb, beside two that store nothing (the same
protocol; a bare HTTP/JSON floor), and beside CouchDB where COUCHDB_URL is set. Prints a table, and writes
bench-results/hub.json.

  node store-hub/bench/main.ts [options]

  --rounds <n>        rounds, each over all servers; the clients run in the first two (default 5)
  --scale <number>    size of the workloads (default 1)
  --servers <a,b>     hub, reference, protocol, floor, couchdb
  --workloads <a,b>   push, single, single-lean, pull, live, client-push, client-pull
  --data <folder>     a folder on the disk to measure (default the system's folder for temporary files)
  --million           instead: start-up and memory of the hub with a million journal entries on disk (about two minutes)
  --help
`

export const serverNames = ['hub', 'reference', 'protocol', 'floor', 'couchdb'] as const
export const workloadNames = ['push', 'single', 'single-lean', 'pull', 'live', 'client-push', 'client-pull'] as const

/** Throws an Error for a person when an option is not understood. */
export function loadConfig(args: readonly string[], env: Readonly<Record<string, string | undefined>>): BenchConfig {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      scale: { type: 'string', default: '1' },
      servers: { type: 'string' },
      workloads: { type: 'string' },
      data: { type: 'string', default: tmpdir() },
      million: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const couchDbUrl = env['COUCHDB_URL'] === '' ? undefined : env['COUCHDB_URL']
  const servers = choose('servers', values.servers, serverNames).filter(
    (name) => name !== 'couchdb' || couchDbUrl !== undefined,
  )
  return {
    rounds: positive('rounds', values.rounds),
    scale: positive('scale', values.scale),
    servers,
    workloads: choose('workloads', values.workloads, workloadNames),
    couchDbUrl,
    dataFolder: values.data,
    million: values.million,
    help: values.help,
  }
}

function choose(option: string, given: string | undefined, known: readonly string[]): string[] {
  if (given === undefined) return [...known]
  const chosen = given.split(',')
  const unknown = chosen.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`--${option}: ${unknown.join(', ')} is not one of ${known.join(', ')}`)
  return chosen
}

function positive(option: string, given: string): number {
  const value = Number(given)
  if (!(value > 0 && value <= 100)) throw new Error(`--${option}: must be a number above 0, at most 100`)
  return value
}
