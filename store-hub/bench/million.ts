// The real hub over a store with a million journal entries: how soon it answers, and how much memory it takes.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as pause } from 'node:timers/promises'
import { openStore } from '../src/store/index.ts'
import { freePort } from '../src/testing/free-port.ts'
import type { BenchConfig } from './config.ts'
import { rssMbOf } from './measured-server.ts'
import type { Row } from './report.ts'
import { prepareSales } from './sale-documents.ts'

const ENTRIES = 1_000_000
const BATCH = 2_000
const START_TIMEOUT_MS = 60_000
/** Long enough for what the hub does after its start, such as comparing its log with its databases. */
const SETTLE_MS = 20_000
/** As the hub's README says to run it. */
const NODE_OPTIONS = ['--max-semi-space-size=16', '--max-old-space-size=512']

/** `p50Ms` is the second start-up until `/health/ready`, `rssMb` the peak of memory after both. */
export async function measureMillion({ dataFolder, scale }: BenchConfig): Promise<Row> {
  const folder = await mkdtemp(path.join(dataFolder, 'bench-million-'))
  try {
    await fill(folder, Math.round(ENTRIES * scale))
    // The first start writes a million changes into the sync log, the second is the one that a shop has every morning.
    const first = await runHub(folder, SETTLE_MS)
    const second = await runHub(folder, SETTLE_MS)
    const nothing = { docsPerSecond: null, cpuMicrosPerDoc: null, p99Ms: null }
    const rssMb = Math.max(first.rssMb, second.rssMb)
    return { server: 'hub', workload: 'million', ...nothing, p50Ms: second.startMs, rssMb }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function fill(folder: string, entries: number): Promise<void> {
  const store = await openStore({ directory: folder })
  const month = new Date().toISOString().slice(0, 7)
  const database = await store.create(`sales-${month}`)
  for (let from = 0; from < entries; from += BATCH) {
    const writes = prepareSales(Math.min(BATCH, entries - from), from + 1).map(({ id, text }) => {
      const body = text.slice(`{"_id":"${id}",`.length)
      return { kind: 'edit', id, deleted: false, body: `{${body}` } as const
    })
    await database.write(writes)
    if (from % 100_000 === 0) process.stderr.write(`${from} of ${entries} entries\n`)
  }
  await store.close()
}

async function runHub(folder: string, settleMs: number): Promise<{ startMs: number; rssMb: number }> {
  const port = await freePort()
  const startedAt = performance.now()
  const hub = spawn(process.execPath, [...NODE_OPTIONS, path.resolve(import.meta.dirname, '../src/server.ts')], {
    env: {
      ...process.env,
      STORE_ID: 's001',
      HUB_PORT: String(port),
      HUB_DATA_DIR: folder,
      // Nobody is there: the hub has to live with it.
      COUCHDB_URL: 'http://nobody:nobody@127.0.0.1:9',
      NATS_URL: 'nats://127.0.0.1:9',
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    await untilReady(hub, port)
    const startMs = performance.now() - startedAt
    let rssMb = 0
    for (const end = Date.now() + settleMs; Date.now() < end; await pause(200)) {
      rssMb = Math.max(rssMb, rssMbOf(hub.pid ?? 0))
    }
    process.stderr.write(`ready after ${startMs.toFixed(0)} ms, at most ${rssMb.toFixed(0)} MB\n`)
    return { startMs, rssMb }
  } finally {
    const exited = once(hub, 'exit')
    if (hub.exitCode === null && hub.kill('SIGTERM')) await exited
  }
}

async function untilReady(hub: ChildProcess, port: number): Promise<void> {
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end; await pause(20)) {
    if (hub.exitCode !== null) throw new Error(`the hub ended with exit code ${hub.exitCode}`)
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined)
    if (answer?.ok === true) return
  }
  throw new Error('the hub did not become ready')
}
