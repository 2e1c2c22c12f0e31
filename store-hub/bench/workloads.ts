// What is asked of each server. Every workload makes a database of its own and looks at every answer.
import { setTimeout as pause } from 'node:timers/promises'
import { HttpConnection, makeRequest } from './http-connection.ts'
import type { HttpAnswer, Target } from './http-connection.ts'
import { PouchDB, httpPlugin, memoryPlugin, replicationPlugin } from './packages.js'
import type { Pouch } from './packages.js'
import { prepareSales } from './sale-documents.ts'
import type { PreparedSale } from './sale-documents.ts'

PouchDB.plugin(httpPlugin)
PouchDB.plugin(memoryPlugin)
PouchDB.plugin(replicationPlugin)

/** What a workload did, without the CPU of the server. */
export interface Run {
  /** documents that went over the wire */
  readonly documents: number
  readonly elapsedMs: number
  /** of each request, or of each write until all readers had it */
  readonly latenciesMs: readonly number[]
}

export interface Workload {
  readonly name: string
  readonly what: string
  /** what stores nothing can't be read from */
  readonly reads: boolean
  /** Makes ready, then calls `measure` once with what is to be measured. `scale` 1 is the full size. */
  run(target: Target, database: string, scale: number, measure: Measure): Promise<void>
}

export type Measure = (work: () => Promise<Omit<Run, 'elapsedMs'>>) => Promise<void>

const PUSH_CLIENTS = 8
const SINGLE_CLIENTS = 32
const PULL_CLIENTS = 4
const READERS = 30
const BATCH = 100
/**
 * Written before the measuring begins, into the same database: V8 has then compiled what it has compiled in a server that runs for months,
 * and the database is one that exists, as a hub's are. Where each document is a request of its own, that takes the most requests: those
 * by lean clients come after those by fetch.
 */
const PUSHED_BEFORE = 14_000
const PUT_BEFORE = 10_000

const salesByCount = new Map<number, PreparedSale[]>()
function salesOf(count: number): PreparedSale[] {
  const known = salesByCount.get(count) ?? prepareSales(count)
  salesByCount.set(count, known)
  return known
}

const scaled = (count: number, scale: number): number => Math.max(BATCH, Math.round((count * scale) / BATCH) * BATCH)

function expectStatus(answer: HttpAnswer, ...statuses: readonly number[]): HttpAnswer {
  if (statuses.includes(answer.status)) return answer
  throw new Error(`the server answered ${answer.status}: ${answer.body.toString('utf8', 0, 300)}`)
}

/** Runs `work` for each item, by as many `clients` at once, each with one item at a time. Gives the latencies. */
async function atOnce<Item>(
  clients: number,
  items: readonly Item[],
  work: (item: Item, client: number) => Promise<void>,
): Promise<number[]> {
  const latencies: number[] = []
  let next = 0
  const run = async (_: unknown, client: number): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) {
      const startedAt = performance.now()
      await work(item, client)
      latencies.push(performance.now() - startedAt)
    }
  }
  await Promise.all(Array.from({ length: clients }).map(run))
  return latencies
}

/** The same, each client over a connection of its own. */
async function overConnections<Item>(
  target: Target,
  clients: number,
  items: readonly Item[],
  work: (connection: HttpConnection, item: Item) => Promise<void>,
): Promise<number[]> {
  const connections = await Promise.all(Array.from({ length: clients }, () => HttpConnection.open(target)))
  try {
    return await atOnce(clients, items, (item, client) => work(connections[client] as HttpConnection, item))
  } finally {
    for (const connection of connections) connection.close()
  }
}

async function ask(target: Target, method: string, path: string, ...statuses: readonly number[]): Promise<HttpAnswer> {
  const connection = await HttpConnection.open(target)
  try {
    return expectStatus(await connection.send(makeRequest(target, method, path)), ...statuses)
  } finally {
    connection.close()
  }
}

export async function removeDatabase(target: Target, database: string): Promise<void> {
  await ask(target, 'DELETE', `/${database}`, 200, 202, 404)
}

const createDatabase = (target: Target, database: string): Promise<unknown> =>
  ask(target, 'PUT', `/${database}`, 201, 202)

function batchRequests(target: Target, database: string, sales: readonly PreparedSale[]): Buffer[] {
  const requests: Buffer[] = []
  for (let from = 0; from < sales.length; from += BATCH) {
    const documents = sales.slice(from, from + BATCH).map(({ replicated }) => replicated)
    const body = `{"docs":[${documents.join(',')}],"new_edits":false}`
    requests.push(makeRequest(target, 'POST', `/${database}/_bulk_docs`, body))
  }
  return requests
}

/** A replicated batch is answered with its failures: there must be none. */
async function sendBatch(connection: HttpConnection, request: Buffer): Promise<void> {
  const { body } = expectStatus(await connection.send(request), 201, 202)
  if (body.length > 4) throw new Error(`documents were refused: ${body.toString('utf8', 0, 300)}`)
}

async function fill(target: Target, database: string, count: number): Promise<void> {
  await createDatabase(target, database)
  await overConnections(target, 2, batchRequests(target, database, salesOf(count)), sendBatch)
}

const push: Workload = {
  name: 'push',
  what: `_bulk_docs of ${BATCH} replicated sales, ${PUSH_CLIENTS} clients`,
  reads: false,
  async run(target, database, scale, measure) {
    await createDatabase(target, database)
    const count = scaled(40_000, scale)
    const before = scaled(PUSHED_BEFORE, scale)
    const sales = salesOf(before + count)
    await overConnections(target, PUSH_CLIENTS, batchRequests(target, database, sales.slice(0, before)), sendBatch)
    const requests = batchRequests(target, database, sales.slice(before))
    await measure(async () => {
      const latenciesMs = await overConnections(target, PUSH_CLIENTS, requests, sendBatch)
      return { documents: count, latenciesMs }
    })
  },
}

interface SingleRun {
  readonly target: Target
  readonly database: string
  readonly scale: number
  readonly measure: Measure
}

/** Single documents, into a database that has some: `prepare` makes of each sale what `putAll` then sends. */
async function measureSingles<Prepared>(
  { target, database, scale, measure }: SingleRun,
  count: number,
  prepare: (path: string, text: string) => Prepared,
  putAll: (prepared: readonly Prepared[]) => Promise<number[]>,
): Promise<void> {
  await createDatabase(target, database)
  const before = scaled(PUT_BEFORE, scale)
  const prepared = salesOf(before + scaled(count, scale)).map(({ id, text }) =>
    prepare(`/${database}/${encodeURIComponent(id)}`, text),
  )
  await putAll(prepared.slice(0, before))
  const measured = prepared.slice(before)
  await measure(async () => ({ documents: measured.length, latenciesMs: await putAll(measured) }))
}

/** With `fetch` a client takes about four times the processor time that a bare server takes for its answer: clients are the limit. */
const single: Workload = {
  name: 'single',
  what: `PUT of one sale by fetch, ${SINGLE_CLIENTS} clients`,
  reads: false,
  run(target, database, scale, measure) {
    const { url: origin, authorization } = target
    const headers = { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) }
    const prepare = (path: string, body: string) => ({ url: new URL(path, origin), body })
    return measureSingles({ target, database, scale, measure }, 5_000, prepare, (sales) =>
      atOnce(SINGLE_CLIENTS, sales, async ({ url, body }) => {
        const answer = await fetch(url, { method: 'PUT', headers, body })
        const { ok } = (await answer.json()) as { ok?: unknown }
        if (ok !== true) throw new Error(`the server answered ${answer.status}`)
      }),
    )
  },
}

const singleLean: Workload = {
  name: 'single-lean',
  what: 'the same by clients that cost next to nothing, so that the server is the limit',
  reads: false,
  run(target, database, scale, measure) {
    const prepare = (path: string, body: string) => makeRequest(target, 'PUT', path, body)
    return measureSingles({ target, database, scale, measure }, 15_000, prepare, (requests) =>
      overConnections(target, SINGLE_CLIENTS, requests, async (connection, request) => {
        expectStatus(await connection.send(request), 201, 202)
      }),
    )
  },
}

interface ChangesPage {
  readonly results: { readonly id: string; readonly changes: { readonly rev: string }[] }[]
  readonly last_seq: number | string
}

const since = (sequence: number | string): string => encodeURIComponent(String(sequence))

/** One whole pull as PouchDB 9 asks for it: `_changes` by the batch, then `_bulk_get` with histories. */
async function pullAll(target: Target, database: string, latenciesMs: number[]): Promise<number> {
  const connection = await HttpConnection.open(target)
  try {
    let documents = 0
    let last: number | string = 0
    for (;;) {
      const startedAt = performance.now()
      const path = `/${database}/_changes?style=all_docs&seq_interval=${BATCH}&since=${since(last)}&limit=${BATCH}`
      const answer = expectStatus(await connection.send(makeRequest(target, 'GET', path)), 200)
      const { results, last_seq: lastSequence } = JSON.parse(answer.body.toString()) as ChangesPage
      if (results.length === 0) return documents
      const docs = results.flatMap(({ id, changes }) => changes.map(({ rev }) => ({ id, rev })))
      const wanted = makeRequest(
        target,
        'POST',
        `/${database}/_bulk_get?revs=true&latest=true`,
        JSON.stringify({ docs }),
      )
      const { body } = expectStatus(await connection.send(wanted), 200)
      if (body.length < docs.length * 1_000) throw new Error(`too little came: ${body.toString('utf8', 0, 300)}`)
      documents += docs.length
      last = lastSequence
      latenciesMs.push(performance.now() - startedAt)
    }
  } finally {
    connection.close()
  }
}

const pull: Workload = {
  name: 'pull',
  what: `_changes and _bulk_get by ${BATCH}, ${PULL_CLIENTS} clients, each all sales`,
  reads: true,
  async run(target, database, scale, measure) {
    const count = scaled(5_000, scale)
    await fill(target, database, count)
    await measure(async () => {
      const latenciesMs: number[] = []
      const pulled = await Promise.all(
        Array.from({ length: PULL_CLIENTS }, () => pullAll(target, database, latenciesMs)),
      )
      if (pulled.some((documents) => documents !== count)) throw new Error(`pulled ${pulled.join(', ')} of ${count}`)
      return { documents: count * PULL_CLIENTS, latenciesMs }
    })
  },
}

const live: Workload = {
  name: 'live',
  what: `a write until ${READERS} waiting readers have it`,
  reads: true,
  async run(target, database, scale, measure) {
    await createDatabase(target, database)
    const writes = salesOf(scaled(5_000, 1)).slice(0, Math.max(20, Math.round(80 * scale)))
    const writer = await HttpConnection.open(target)
    const readers = await Promise.all(Array.from({ length: READERS }, () => HttpConnection.open(target)))
    const positions: (number | string)[] = Array.from({ length: READERS }, () => 0)
    const read = async (reader: HttpConnection, index: number): Promise<void> => {
      const path = `/${database}/_changes?feed=longpoll&style=all_docs&since=${since(positions[index] ?? 0)}&timeout=50000`
      const { body } = expectStatus(await reader.send(makeRequest(target, 'GET', path)), 200)
      const page = JSON.parse(body.toString()) as ChangesPage
      if (page.results.length !== 1) throw new Error(`a reader got ${page.results.length} changes instead of one`)
      positions[index] = page.last_seq
    }
    try {
      await measure(async () => {
        const latenciesMs: number[] = []
        for (const { id, text } of writes) {
          const reading = Promise.all(readers.map(read))
          // All readers have to be waiting when the write begins.
          await pause(15)
          const startedAt = performance.now()
          const request = makeRequest(target, 'PUT', `/${database}/${encodeURIComponent(id)}`, text)
          const [, answer] = await Promise.all([reading, writer.send(request)])
          latenciesMs.push(performance.now() - startedAt)
          expectStatus(answer, 201, 202)
        }
        return { documents: writes.length, latenciesMs }
      })
    } finally {
      for (const connection of [writer, ...readers]) connection.close()
    }
  },
}

const CLIENT_DOCUMENTS = 10_000

function remoteOf({ url, authorization }: Target, database: string): Pouch {
  const headers = authorization === undefined ? {} : { headers: { authorization } }
  return new PouchDB(`${url.origin}/${database}`, { skip_setup: true, ...headers })
}

let memoryDatabases = 0
const openMemory = (): Pouch => new PouchDB(`bench-${(memoryDatabases += 1)}`, { adapter: 'memory' })

const clientPush: Workload = {
  name: 'client-push',
  what: `a PouchDB client (memory adapter) pushes ${CLIENT_DOCUMENTS} sales`,
  reads: true,
  async run(target, database, scale, measure) {
    await createDatabase(target, database)
    const count = scaled(CLIENT_DOCUMENTS, scale)
    const local = openMemory()
    await local.bulkDocs(
      salesOf(count).map(({ replicated }) => JSON.parse(replicated) as object),
      { new_edits: false },
    )
    await measure(async () => {
      const { docs_written: documents } = await local.replicate.to(remoteOf(target, database))
      if (documents !== count) throw new Error(`pushed ${documents} of ${count}`)
      return { documents, latenciesMs: [] }
    })
    await local.destroy()
  },
}

const clientPull: Workload = {
  name: 'client-pull',
  what: `a PouchDB client (memory adapter) pulls ${CLIENT_DOCUMENTS} sales`,
  reads: true,
  async run(target, database, scale, measure) {
    const count = scaled(CLIENT_DOCUMENTS, scale)
    await fill(target, database, count)
    const local = openMemory()
    await measure(async () => {
      const { docs_written: documents } = await local.replicate.from(remoteOf(target, database))
      if (documents !== count) throw new Error(`pulled ${documents} of ${count}`)
      return { documents, latenciesMs: [] }
    })
    await local.destroy()
  },
}

export const workloads: readonly Workload[] = [push, single, singleLean, pull, live, clientPush, clientPull]
