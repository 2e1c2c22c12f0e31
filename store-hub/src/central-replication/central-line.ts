/** The line to central: requests with time-outs and credentials, and whether central answers at present. */
import type { WanState } from '@tidemark/contracts'
import type { CentralAddress } from '../config.ts'
import { PouchDB, type PouchDatabase } from '../pouchdb/index.ts'

export interface CentralLine {
  readonly state: () => WanState
  /** Calls `listener` at each change of state. */
  onChange(listener: (state: WanState) => void): () => void
  /** A remote database for one run; `signal` ends its requests. */
  remote(database: string, signal: AbortSignal): PouchDatabase
  /** Asks central whether it is up, and notes the answer. */
  probe(): Promise<void>
  /** Makes a database; one that exists is as good. Throws a CentralError. */
  ensureDatabase(database: string): Promise<void>
  /** Central's update sequence, an opaque text to be compared for equality only. Throws a CentralError. */
  updateSequence(database: string): Promise<string>
  /** Which of these revisions, by document id, the database lacks: the ids. Throws a CentralError. */
  missing(database: string, revisions: Readonly<Record<string, readonly string[]>>): Promise<string[]>
  /** Names of central's databases that begin with `prefix`. Throws a CentralError. */
  databases(prefix: string): Promise<string[]>
}

/** What central answered when it was not what was hoped for. `status` is undefined when it did not answer. */
export class CentralError extends Error {
  readonly status: number | undefined

  constructor(message: string, status: number | undefined, cause?: unknown) {
    super(message, { cause })
    this.name = 'CentralError'
    this.status = status
  }
}

export interface LineTimings {
  /** One request of a replication, body included. A half-open connection can't hold up a run longer. */
  readonly requestMs: number
  readonly questionMs: number
  readonly probeMs: number
}

export const defaultLineTimings: LineTimings = { requestMs: 30_000, questionMs: 10_000, probeMs: 5000 }

const gatewayStatuses = new Set([502, 503, 504])

export function createCentralLine(address: CentralAddress, timings: LineTimings = defaultLineTimings): CentralLine {
  let state: WanState = 'unknown'
  const listeners = new Set<(state: WanState) => void>()
  const note = (next: WanState): void => {
    if (next === state) return
    state = next
    listeners.forEach((listener) => listener(next))
  }

  const request = async (url: string, init: RequestInit, timeoutMs: number, stop?: AbortSignal): Promise<Response> => {
    const timeout = AbortSignal.timeout(timeoutMs)
    const signals = [timeout, stop, init.signal].filter((signal) => signal !== undefined && signal !== null)
    const headers = new Headers([...new Headers(init.headers)])
    if (address.authorization !== undefined) headers.set('authorization', address.authorization)
    try {
      const response = await fetch(url, { ...init, headers, signal: AbortSignal.any(signals) })
      // Read whole here, so that a connection that dies in the middle of a body counts as a line that is down.
      const body = response.status === 204 || response.status === 304 ? null : await response.arrayBuffer()
      note(gatewayStatuses.has(response.status) ? 'down' : 'up')
      return new Response(body, { status: response.status, headers: response.headers })
    } catch (cause) {
      if (stop?.aborted === true || init.signal?.aborted === true) throw cause
      note('down')
      const reason = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(cause)
      throw new CentralError(`central can't be reached: ${reason}`, undefined, cause)
    }
  }

  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const json =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
    const response = await request(`${address.url}/${path}`, { method, ...json }, timings.questionMs)
    const answer: unknown = await response.json().catch(() => undefined)
    if (response.ok) return answer
    const reason =
      typeof answer === 'object' && answer !== null && 'reason' in answer ? String(answer.reason) : 'no reason given'
    throw new CentralError(`central answered ${response.status}: ${reason}`, response.status)
  }

  return {
    state: () => state,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    remote: (database, signal) =>
      guardInfo(
        new PouchDB(`${address.url}/${encodeURIComponent(database)}`, {
          adapter: 'http',
          skip_setup: true,
          fetch: (url, init) => request(url, plainInit(init), timings.requestMs, signal),
        }),
      ),
    async probe() {
      await request(`${address.url}/_up`, { method: 'GET' }, timings.probeMs).catch(() => undefined)
    },
    async ensureDatabase(database) {
      try {
        await ask('PUT', encodeURIComponent(database))
      } catch (error) {
        if (!(error instanceof CentralError) || error.status !== 412) throw error
      }
    },
    async updateSequence(database) {
      const info = await ask('GET', encodeURIComponent(database))
      return typeof info === 'object' && info !== null && 'update_seq' in info ? String(info.update_seq) : ''
    },
    async missing(database, revisions) {
      const answer = await ask('POST', `${encodeURIComponent(database)}/_revs_diff`, revisions)
      return typeof answer === 'object' && answer !== null ? Object.keys(answer) : []
    },
    async databases(prefix) {
      const range = `start_key=${encodeURIComponent(JSON.stringify(prefix))}&end_key=${encodeURIComponent(JSON.stringify(`${prefix}\ufff0`))}`
      const names = await ask('GET', `_all_dbs?${range}`)
      return Array.isArray(names) ? names.filter((name) => typeof name === 'string' && name.startsWith(prefix)) : []
    },
  }
}

// PouchDB hands over node-fetch's headers and `credentials`; Node's own fetch wants an iterable and no cookies.
function plainInit(init: RequestInit): RequestInit {
  const { method, body, signal } = init
  const headers = new Headers([...(init.headers as unknown as Iterable<[string, string]>)])
  return {
    headers,
    ...(method !== undefined && { method }),
    ...(body !== undefined && { body }),
    ...(signal !== undefined && { signal }),
  }
}

// PouchDB's replication asks a source for its info after each batch, only to show progress, and leaves the rejection of
// that question unhandled: a cut line would end the process.
function guardInfo(database: PouchDatabase): PouchDatabase {
  const info = database.info.bind(database)
  database.info = () => info().catch(() => ({ db_name: database.name, doc_count: 0, update_seq: 0 }))
  return database
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  if (inner instanceof Error && 'code' in inner) return String(inner.code)
  return inner instanceof Error ? inner.message : String(inner)
}
