import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import fastify from 'fastify'
import type { FastifyInstance } from 'fastify'
import type { PouchDatabase } from '../../pouchdb/index.ts'
import { PouchDB, pouchOf } from '../../pouchdb/index.ts'
import { openStore } from '../../store/index.ts'
import type { Store } from '../../store/index.ts'
import type { CouchPrincipal, CouchServerOptions } from '../index.ts'
import { boundClosing, couchServer, couchServerRouting } from '../index.ts'

export interface RunningServer {
  readonly app: FastifyInstance
  readonly store: Store
  /** `http://127.0.0.1:<port>/db` */
  readonly url: string
  /** method and URL of every request so far */
  readonly requests: string[]
  /** a database with its own folder, as a terminal would have */
  replica(): Promise<PouchDatabase>
  remote(database: string): PouchDatabase
  /** Sends JSON and gives status and parsed answer. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>
  close(): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: Record<string, unknown>
}

const everyone: CouchPrincipal = { name: 'somebody', roles: [] }

/** A couch-server on a free port, over a store in a folder of its own; everybody may do everything. */
export async function startServer(options: Partial<CouchServerOptions> = {}): Promise<RunningServer> {
  const directory = await mkdtemp(path.join(tmpdir(), 'couch-server-'))
  const store = await openStore({ directory })
  const replicas: Store[] = []
  const requests: string[] = []
  const app = fastify({ ...couchServerRouting, forceCloseConnections: 'idle' })
  app.addHook('onRequest', async (request) => {
    requests.push(`${request.method} ${request.url}`)
  })
  const access = { authenticate: () => everyone, mayAdminister: () => true, mayCreateDatabase: () => true }
  await app.register(couchServer({ store, access, ...options }), { prefix: '/db' })
  boundClosing(app, 500)
  const url = `${await app.listen({ host: '127.0.0.1', port: 0 })}/db`

  return {
    app,
    store,
    url,
    requests,
    async replica() {
      const replicaStore = await openStore({ directory: path.join(directory, `replica-${replicas.length}`) })
      replicas.push(replicaStore)
      return pouchOf(await replicaStore.create('replica'))
    },
    remote: (database) => new PouchDB(`${url}/${encodeURIComponent(database)}`, { skip_setup: true }),
    async ask(method, where, body, headers = {}) {
      const json = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }
      const response = await fetch(`${url}${where}`, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        ...json,
      })
      const text = await response.text()
      const parsed: unknown = text === '' ? {} : JSON.parse(text)
      return { status: response.status, headers: response.headers, body: parsed as Record<string, unknown> }
    },
    async close() {
      await app.close()
      await Promise.all([store, ...replicas].map((each) => each.close()))
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Every leaf of every document, deleted ones too, as sorted texts. */
export async function readLeaves(database: PouchDatabase): Promise<string[]> {
  const { results } = await database.changes({ style: 'all_docs' })
  return results.flatMap(({ id, changes }) => changes.map(({ rev }) => `${id} ${rev}`)).sort()
}

/** Waits until `check` is true, at most `limitMs`. */
export async function eventually(check: () => Promise<boolean> | boolean, limitMs = 60_000): Promise<void> {
  const deadline = Date.now() + limitMs
  while (!(await check())) {
    if (Date.now() > deadline) throw new Error(`not so after ${limitMs} ms`)
    await new Promise((resolve) => {
      setTimeout(resolve, 20)
    })
  }
}
