// The couch-server in its test mode, for the public suites of CouchDB's clients: everybody is an administrator, every
// legal database name is taken, and limits are as wide as CouchDB's own. Not for anybody's data.
//
//   node store-hub/src/couch-server/testing/serve.ts --port 5984 [--data <folder>]
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import fastify from 'fastify'
import { openStore } from '../../store/index.ts'
import type { CouchLimits, CouchPrincipal } from '../index.ts'
import { boundClosing, couchServer, couchServerRouting } from '../index.ts'

const administrator: CouchPrincipal = { name: null, roles: ['_admin'] }

const couchLimits: Partial<CouchLimits> = {
  documentBytes: 8_000_000,
  requestBytes: 64_000_000,
  batchDocuments: 20_000,
  depth: 1_000,
  refusedNames: [],
  idBytes: 8_000,
  feeds: 10_000,
}

const { values: given } = parseArgs({
  options: { port: { type: 'string', default: '5984' }, data: { type: 'string' } },
})
const directory = given.data ?? (await mkdtemp(path.join(tmpdir(), 'couch-server-test-')))
const store = await openStore({ directory })
const app = fastify({ ...couchServerRouting, forceCloseConnections: 'idle' })
await app.register(
  couchServer({
    store,
    access: { authenticate: () => administrator, mayAdminister: () => true, mayCreateDatabase: () => true },
    limits: couchLimits,
  }),
)
boundClosing(app, 1_000)
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: Number(given.port) })}\n`)

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void close())
}

async function close(): Promise<void> {
  await app.close()
  await store.close()
  if (given.data === undefined) await rm(directory, { recursive: true, force: true })
  process.exit(0)
}
