// The benchmark of the hub's store and protocol. Rounds are interleaved and their order rotates, so that whatever else the
// machine does falls on all servers alike; figures are medians. It always ends with 0: machines are noisy, the verdict
// is for people.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { loadConfig, usage } from './config.ts'
import type { BenchConfig } from './config.ts'
import { startServer, useCouchDb } from './measured-server.ts'
import type { MeasuredServer } from './measured-server.ts'
import { measureMillion } from './million.ts'
import { formatGoals, formatRows, judge, medianRows, percentile } from './report.ts'
import type { Row } from './report.ts'
import { removeDatabase, workloads } from './workloads.ts'
import type { Workload } from './workloads.ts'

/** Enough for V8 to have compiled what a server that runs for months has compiled. What only writes warms up by itself. */
const WARM_UP_SCALE: Readonly<Record<string, number>> = { pull: 0.6, live: 0.6 }

/** What PouchDB itself does takes most of the time of a client, and the longest: two rounds are enough for it. */
const CLIENT_ROUNDS = 2

const storesNothing: ReadonlySet<string> = new Set(['protocol', 'floor'])

async function measureAll(config: BenchConfig): Promise<Row[]> {
  const samples: Row[] = []
  for (let round = 0; round < config.rounds; round += 1) {
    const first = round % config.servers.length
    for (const name of [...config.servers.slice(first), ...config.servers.slice(0, first)]) {
      process.stderr.write(`round ${round + 1} of ${Math.ceil(config.rounds)}: ${name}\n`)
      samples.push(...(await measureServer(config, name, round)))
    }
  }
  return samples
}

async function measureServer(config: BenchConfig, name: string, round: number): Promise<Row[]> {
  const chosen = workloads.filter(
    (workload) =>
      config.workloads.includes(workload.name) &&
      (!storesNothing.has(name) || !workload.reads) &&
      (round < CLIENT_ROUNDS || !workload.name.startsWith('client')),
  )
  const server = name === 'couchdb' ? useCouchDb(config.couchDbUrl ?? '') : await startServer(name, config.dataFolder)
  const rows: Row[] = []
  try {
    for (const workload of chosen) {
      const warmUpScale = WARM_UP_SCALE[workload.name]
      if (warmUpScale !== undefined) await measure(server, workload, `warm-up-${round}`, warmUpScale * config.scale)
      rows.push(await measure(server, workload, `round-${round}`, config.scale))
    }
  } finally {
    await server.close()
  }
  return rows
}

async function measure(server: MeasuredServer, workload: Workload, label: string, scale: number): Promise<Row> {
  const { target } = server
  const database = `bench-${workload.name}-${label}`
  if (server.name === 'couchdb') await removeDatabase(target, database)
  let row: Row | undefined
  await workload.run(target, database, scale, async (work) => {
    const cpuBefore = server.cpuMicros()
    const startedAt = performance.now()
    const { documents, latenciesMs } = await work()
    const elapsedMs = performance.now() - startedAt
    const cpuAfter = server.cpuMicros()
    row = {
      server: server.name,
      workload: workload.name,
      // A write that waits for its readers has a latency and no rate.
      docsPerSecond: workload.name === 'live' ? null : (documents / elapsedMs) * 1_000,
      cpuMicrosPerDoc: cpuBefore === undefined || cpuAfter === undefined ? null : (cpuAfter - cpuBefore) / documents,
      p50Ms: percentile(latenciesMs, 0.5),
      p99Ms: percentile(latenciesMs, 0.99),
      rssMb: server.rssMb() ?? null,
    }
  })
  if (server.name === 'couchdb') await removeDatabase(target, database)
  if (row === undefined) throw new Error(`the workload ${workload.name} measured nothing`)
  return row
}

function sortRows(rows: readonly Row[], servers: readonly string[]): Row[] {
  const order = workloads.map(({ name }) => name)
  return rows.toSorted(
    (a, b) =>
      order.indexOf(a.workload) - order.indexOf(b.workload) || servers.indexOf(a.server) - servers.indexOf(b.server),
  )
}

/** The row of the million stands beside those of the other workloads: each kind of run leaves the other's rows. */
async function writeResults(rows: readonly Row[], million: boolean): Promise<string> {
  const folder = path.resolve(import.meta.dirname, '../../bench-results')
  const file = path.join(folder, 'hub.json')
  await mkdir(folder, { recursive: true })
  const kept = (await readRows(file)).filter(({ workload }) => (workload === 'million') !== million)
  await writeFile(file, `${JSON.stringify({ rows: [...rows, ...kept] }, null, 2)}\n`)
  return file
}

async function readRows(file: string): Promise<Row[]> {
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as { rows: Row[] }).rows
  } catch {
    // There was no run before, or it was cut short: nothing to keep.
    return []
  }
}

async function run(config: BenchConfig): Promise<void> {
  const samples = config.million ? [await measureMillion(config)] : await measureAll(config)
  const rows = sortRows(medianRows(samples), config.servers)
  const goals = judge(rows)
  const judged = goals.filter(({ met }) => met !== undefined)
  const met = judged.filter((goal) => goal.met).length
  const file = await writeResults(rows, config.million)
  process.stdout.write(`\n${formatRows(rows)}\n\n`)
  if (goals.length > 0) process.stdout.write(`${formatGoals(goals)}\n\n`)
  process.stdout.write(`${met} of ${judged.length} goals met; the rows are in ${path.relative(process.cwd(), file)}\n`)
}

function readConfig(): BenchConfig {
  try {
    return loadConfig(process.argv.slice(2), process.env)
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(2)
  }
}

const config = readConfig()
if (config.help) process.stdout.write(usage)
else await run(config)
