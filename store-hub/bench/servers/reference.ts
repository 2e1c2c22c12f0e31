// The reference: what a competent developer writes with Fastify and PouchDB over LevelDB, as PouchDB comes. It does not
// force its writes to disk, so a power cut may lose what it acknowledged.
import { once, EventEmitter } from 'node:events'
import path from 'node:path'
import fastify from 'fastify'
import { LevelPouch, PouchDB, leveldown } from '../packages.js'
import type { Pouch } from '../packages.js'
import { dataFolder, runServer } from './run-server.ts'

function LevelAdapter(this: unknown, options: object, callback: unknown): void {
  LevelPouch.call(this, { ...options, db: leveldown }, callback)
}
LevelAdapter.valid = (): boolean => true
PouchDB.adapter('leveldb', LevelAdapter, true)
PouchDB.prefix = ''
PouchDB.setMaxListeners(0)

interface Database {
  readonly pouch: Pouch
  /** emits `change`: one feed wakes all waiting readers */
  readonly changes: EventEmitter
}

const folder = dataFolder()
const databases = new Map<string, Database>()

function databaseOf(params: unknown): Database {
  const { db } = params as { db: string }
  const known = databases.get(db)
  if (known === undefined) throw Object.assign(new Error('no such database'), { statusCode: 404 })
  return known
}

const app = fastify({ bodyLimit: 64_000_000, forceCloseConnections: true, routerOptions: { maxParamLength: 1_000 } })

app.get('/', () => ({ couchdb: 'Welcome', version: '3.0.0', uuid: 'reference' }))

app.put('/:db', async (request, reply) => {
  const { db } = request.params as { db: string }
  const pouch = new PouchDB(db, { adapter: 'leveldb', prefix: folder + path.sep })
  pouch.setMaxListeners(0)
  const changes = new EventEmitter().setMaxListeners(0)
  await pouch.info()
  pouch.changes({ since: 'now', live: true }).on('change', () => changes.emit('change'))
  databases.set(db, { pouch, changes })
  return reply.code(201).send({ ok: true })
})

app.get('/:db', (request) => databaseOf(request.params).pouch.info())

app.post('/:db/_bulk_docs', async (request, reply) => {
  const { docs, new_edits: newEdits = true } = request.body as { docs: object[]; new_edits?: boolean }
  return reply.code(201).send(await databaseOf(request.params).pouch.bulkDocs(docs, { new_edits: newEdits }))
})

app.post('/:db/_revs_diff', (request) => databaseOf(request.params).pouch.revsDiff(request.body))

app.post('/:db/_bulk_get', (request) => {
  const { docs } = request.body as { docs: unknown }
  return databaseOf(request.params).pouch.bulkGet({ docs, revs: true, latest: true })
})

app.get('/:db/_changes', (request) =>
  readChanges(databaseOf(request.params), request.query as Record<string, string | undefined>),
)

async function readChanges({ pouch, changes }: Database, query: Record<string, string | undefined>): Promise<unknown> {
  const { since = '0', limit, style = 'main_only', feed } = query
  const asked = {
    since: Number(since),
    style,
    return_docs: true,
    ...(limit === undefined ? {} : { limit: Number(limit) }),
  }
  // Armed before it reads, so that no change falls between reading and waiting.
  const given = new AbortController()
  const changed = once(changes, 'change', { signal: given.signal }).catch(() => undefined)
  const found = await pouch.changes(asked)
  if (feed === 'longpoll' && found.results.length === 0) {
    await changed
    return pouch.changes(asked)
  }
  given.abort()
  return found
}

app.get('/:db/_local/:id', (request) =>
  databaseOf(request.params)
    .pouch.get(`_local/${(request.params as { id: string }).id}`)
    .catch(notFound),
)
app.put('/:db/_local/:id', async (request, reply) => {
  const _id = `_local/${(request.params as { id: string }).id}`
  return reply.code(201).send(await databaseOf(request.params).pouch.put({ ...(request.body as object), _id }))
})

app.put('/:db/:id', async (request, reply) => {
  const { id: _id } = request.params as { id: string }
  return reply.code(201).send(await databaseOf(request.params).pouch.put({ ...(request.body as object), _id }))
})

function notFound(): never {
  throw Object.assign(new Error('missing'), { statusCode: 404 })
}

await runServer(app, async () => {
  await Promise.all([...databases.values()].map(({ pouch }) => pouch.close()))
})
