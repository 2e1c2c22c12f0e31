// The benchmark of the services: a backlog, beside the raw rate of the same central in the same run, and then questions. Like the hub's
// it always ends with 0: machines are noisy, the verdict is for people.
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  connectPublisher,
  startCentral,
  startNatsServer,
  type Central,
  type TestPublisher,
} from '@tidemark/service-kit/test-support'
import { formatGoals, percentile, type Goal } from '../../store-hub/bench/report.ts'
import { serviceNames, type ServiceName } from '../services/service-process.ts'
import { loadConfig, usage, type BenchConfig } from './config.ts'
import { startServices, type MeasuredServices } from './measured-services.ts'
import { formatServiceRows, judgeServices, type ServiceRow } from './report.ts'
import { centralNameOf, dates, hubLogs, popularSku, skuOf, stores, writeSales } from './sales.ts'

type Document = Readonly<Record<string, unknown>> & { readonly _id: string; readonly storeId: string }

const perBatch = 500
const rawPerBatch = 200
const rawCallers = 2
const rawDocuments = 20_000
const publishesAtOnce = 200
const warmUpQuestions = 20
/** What each of them records: one document of these ids for each that comes. */
const records = [
  { name: 'sales', database: 'sales-ledger', prefix: 'journal:' },
  { name: 'inventory', database: 'stock', prefix: 'effect:' },
  { name: 'sync-log', database: 'audit', prefix: 'log:' },
] as const

/** Documents a second that central takes when nothing stands between: the same documents, in batches as the services write. */
async function measureRaw(central: Central): Promise<ServiceRow> {
  const batches: (readonly Document[])[] = []
  await writeSales(
    rawDocuments,
    rawPerBatch,
    async (entries) => void batches.push(entries.map((entry) => ({ ...entry }))),
  )
  await central.request('PUT', '/bench-raw')
  const startedAt = performance.now()
  let next = 0
  const write = async (): Promise<void> => {
    while (next < batches.length) {
      const docs = batches[next]
      next += 1
      await central.request('POST', '/bench-raw/_bulk_docs', { docs })
    }
  }
  await Promise.all(Array.from({ length: rawCallers }, write))
  const seconds = (performance.now() - startedAt) / 1000
  await central.request('DELETE', '/bench-raw')
  return row('raw _bulk_docs', { documents: rawDocuments, seconds })
}

interface Backlog {
  readonly entries: number
  readonly logEntries: number
}

/** Into central as replication does, and into the stream as hubs publish. */
async function writeBacklog(config: BenchConfig, central: Central, publisher: TestPublisher): Promise<Backlog> {
  const logs = hubLogs()
  let [entries, logEntries] = [0, 0]
  const names = new Set<string>()
  await writeSales(config.entries, perBatch, async (sales) => {
    const logged = logs.append(sales)
    const documents: Document[] = [...sales, ...logged]
    for (const [name, docs] of Map.groupBy(documents, centralNameOf)) {
      if (!names.has(name)) await central.request('PUT', `/${name}`)
      names.add(name)
      await central.request('POST', `/${name}/_bulk_docs`, { docs })
    }
    for (let from = 0; from < documents.length && !config.byReconciliation; from += publishesAtOnce) {
      const together = documents.slice(from, from + publishesAtOnce)
      await Promise.all(together.map((document) => publisher.publish(document.storeId, document)))
    }
    entries += sales.length
    logEntries += logged.length
    if (entries % 10_000 < perBatch) process.stderr.write(`${entries} of ${config.entries} entries are at central\n`)
  })
  return { entries, logEntries }
}

/** From the start of the processes until everything is recorded and acknowledged. */
async function measureBacklog(
  config: BenchConfig,
  central: Central,
  publisher: TestPublisher,
  natsUrl: string,
  backlog: Backlog,
): Promise<{ readonly services: MeasuredServices; readonly rows: readonly ServiceRow[] }> {
  const startedAt = performance.now()
  const services = await startServices(central.url, natsUrl)
  const seconds = new Map<ServiceName, number>()
  while (seconds.size < records.length) {
    await sleep(config.byReconciliation ? 5000 : 200)
    for (const { name, database, prefix } of records) {
      if (seconds.has(name)) continue
      if (!config.byReconciliation && (await waitingFor(publisher, name)) > 0) continue
      const wanted = name === 'sync-log' ? backlog.logEntries : backlog.entries
      if ((await countIds(central, database, prefix)) < wanted) continue
      seconds.set(name, (performance.now() - startedAt) / 1000)
      process.stderr.write(`${name} has everything after ${seconds.get(name)?.toFixed(1)} s\n`)
    }
  }
  const longest = Math.max(...seconds.values())
  const written = await Promise.all(records.map(({ database }) => changesOf(central, database)))
  return {
    services,
    rows: [
      row('backlog: all', { documents: backlog.entries, seconds: longest }),
      ...records.map(({ name }) => {
        const documents = name === 'sync-log' ? backlog.logEntries : backlog.entries
        return row(`backlog: ${name}`, { documents, seconds: seconds.get(name) ?? null })
      }),
      row('written by services', { documents: written.reduce((sum, count) => sum + count, 0), seconds: longest }),
    ],
  }
}

/** Before a service has made its consumer, everything. */
async function waitingFor(publisher: TestPublisher, name: ServiceName): Promise<number> {
  return publisher.unacknowledged(name).catch(() => Number.POSITIVE_INFINITY)
}

/** Ids of a prefix, page by page: an answer with a million of them would be larger than what is measured. */
async function countIds(central: Central, database: string, prefix: string): Promise<number> {
  const info = await central.request('GET', `/${database}`)
  const most = Number(info['doc_count'] ?? 0)
  const end = encodeURIComponent(JSON.stringify(`${prefix}\ufff0`))
  let count = 0
  for (let start = prefix, isMore = most > 0; isMore;) {
    const startKey = encodeURIComponent(JSON.stringify(start))
    const page = await central.request('GET', `/${database}/_all_docs?startkey=${startKey}&endkey=${end}&limit=20001`)
    const rows = (page['rows'] ?? []) as readonly { readonly id: string }[]
    isMore = rows.length > 20_000
    count += isMore ? 20_000 : rows.length
    start = rows.at(-1)?.id ?? start
  }
  return count
}

async function changesOf(central: Central, database: string): Promise<number> {
  const { update_seq: sequence } = await central.request('GET', `/${database}`)
  return Number.parseInt(String(sequence), 10)
}

/** Asks one after another, as a person at head office does. */
async function measureQuestions(config: BenchConfig, services: MeasuredServices): Promise<readonly ServiceRow[]> {
  const store = (index: number): string => stores[index % stores.length] ?? ''
  const perTill = Math.max(1, Math.floor(config.entries / 9))
  const receipt = (index: number): string => {
    const number = 1 + ((index * 7919) % perTill)
    return `${store(index).toUpperCase()}-T0${1 + (index % 3)}-1-${String(number).padStart(6, '0')}`
  }
  const kinds: readonly (readonly [what: string, service: ServiceName, pathOf: (index: number) => string])[] = [
    ['day totals of a store', 'sales', (index) => `/stores/${store(index)}/days/${dates[index % dates.length]}`],
    ['a receipt by number', 'sales', (index) => `/receipts/${receipt(index)}`],
    ['on hand of a SKU', 'inventory', (index) => `/stores/${store(index)}/stock/${skuOf(index * 31)}`],
    ['on hand of a popular SKU', 'inventory', (index) => `/stores/${store(index)}/stock/${popularSku}`],
    ['history of a popular SKU', 'inventory', (index) => `/stores/${store(index)}/stock/${popularSku}/history`],
  ]
  const rows: ServiceRow[] = []
  for (const [what, service, pathOf] of kinds) {
    const latencies: number[] = []
    for (let index = -warmUpQuestions; index < config.queries; index += 1) {
      const { tookMs } = await services.ask(service, pathOf(Math.abs(index)))
      if (index >= 0) latencies.push(tookMs)
    }
    rows.push({ ...row(what, {}), p50Ms: percentile(latencies, 0.5), p95Ms: percentile(latencies, 0.95) })
  }
  return rows
}

/** Until views are indexed and marks made: a popular SKU is answered from few rows. */
async function settle(central: Central): Promise<void> {
  let before = -1
  for (let quiet = 0; quiet < 3;) {
    await sleep(2000)
    const now = (await changesOf(central, 'stock')) + (await changesOf(central, 'sales-ledger'))
    quiet = now === before ? quiet + 1 : 0
    before = now
  }
}

function row(what: string, { documents, seconds }: { documents?: number; seconds?: number | null }): ServiceRow {
  const perSecond = documents === undefined || !seconds ? null : documents / seconds
  return {
    what,
    documents: documents ?? null,
    seconds: seconds ?? null,
    perSecond,
    p50Ms: null,
    p95Ms: null,
    rssMb: null,
  }
}

/** Runs with other numbers of entries stand beside each other. */
async function writeResults(config: BenchConfig, rows: readonly ServiceRow[], goals: readonly Goal[]): Promise<string> {
  const folder = path.resolve(import.meta.dirname, '../../bench-results')
  const file = path.join(folder, 'services.json')
  await mkdir(folder, { recursive: true })
  const kept = (await readRuns(file)).filter(({ entries }) => entries !== config.entries)
  const runs = [...kept, { entries: config.entries, at: new Date().toISOString(), rows, goals }]
  await writeFile(file, `${JSON.stringify({ runs }, null, 2)}\n`)
  return file
}

async function readRuns(file: string): Promise<{ entries: number }[]> {
  try {
    return (JSON.parse(await readFile(file, 'utf8')) as { runs: { entries: number }[] }).runs
  } catch {
    // There was no run before, or it was cut short: nothing to keep.
    return []
  }
}

async function run(config: BenchConfig): Promise<void> {
  const [central, nats] = await Promise.all([startCentral(), startNatsServer()])
  const publisher = await connectPublisher(nats.url)
  let services: MeasuredServices | undefined
  try {
    const raw = await measureRaw(central)
    const backlog = await writeBacklog(config, central, publisher)
    const measured = await measureBacklog(config, central, publisher, nats.url, backlog)
    services = measured.services
    await settle(central)
    const questions = await measureQuestions(config, services)
    const memory = serviceNames.map((name) => ({
      ...row(`memory: ${name}`, {}),
      rssMb: services?.peakMb(name) ?? null,
    }))
    const rows = [raw, ...measured.rows, ...questions, ...memory]
    const goals = judgeServices(rows)
    const file = await writeResults(config, rows, goals)
    process.stdout.write(`\n${formatServiceRows(rows)}\n\n${formatGoals(goals)}\n\n`)
    const met = goals.filter((goal) => goal.met).length
    process.stdout.write(`${met} of ${goals.length} goals met; the rows are in ${path.relative(process.cwd(), file)}\n`)
  } finally {
    await services?.stop()
    await publisher.close()
    await Promise.all([central.stop(), nats.stop()])
  }
}

function readConfig(): BenchConfig {
  try {
    return loadConfig(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exit(2)
  }
}

const config = readConfig()
if (config.help) process.stdout.write(usage)
else await run(config)
