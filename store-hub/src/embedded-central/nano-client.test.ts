import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { FastifyInstance } from 'fastify'
import nano from 'nano'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pouchOf, PouchDB } from '../pouchdb/index.ts'
import { openStore } from '../store/index.ts'
import type { Store } from '../store/index.ts'
import { buildCentral } from './index.ts'

interface Sale {
  store: string
  day: string
  totalMinor: number
}

let directory: string
let store: Store
let app: FastifyInstance
let url: string
let server: nano.ServerScope
let sales: nano.DocumentScope<Sale>

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'central-'))
  store = await openStore({ directory })
  app = buildCentral({ store, adminUser: 'admin', adminPassword: 's:cret' })
  url = (await app.listen({ host: '127.0.0.1', port: 0 })).replace('http://', 'http://admin:s%3Acret@')
  server = nano(url)
  await server.db.create('sales')
  sales = server.use('sales')
  await sales.bulk({ docs: Array.from({ length: 60 }, (_, n) => toSale(n)) })
})
afterAll(async () => {
  await app.close()
  await store.close()
  await rm(directory, { recursive: true, force: true })
})

const toSale = (n: number): Sale & { _id: string } => ({
  _id: `sale:${String(n).padStart(3, '0')}`,
  store: `s00${n % 3}`,
  day: `2026-11-${10 + (n % 2)}`,
  totalMinor: n,
})

test('nano makes, lists, describes and removes databases', async () => {
  await server.db.create('a/b')
  expect(await server.db.list()).toEqual(['a/b', 'sales'])
  expect(await server.db.get('sales')).toMatchObject({ db_name: 'sales', doc_count: 60 })
  await expect(server.db.create('a/b')).rejects.toMatchObject({ statusCode: 412, error: 'file_exists' })
  await server.db.destroy('a/b')
  await expect(server.db.get('a/b')).rejects.toMatchObject({ statusCode: 404, error: 'not_found' })
})

test('nano writes, reads, lists and removes documents', async () => {
  await server.db.create('documents')
  const documents = server.use<{ n: number }>('documents')
  const { rev } = await documents.insert({ n: 1 }, 'one/with slash')
  await expect(documents.insert({ n: 2 }, 'one/with slash')).rejects.toMatchObject({ statusCode: 409 })
  expect(await documents.get('one/with slash', { revs_info: true })).toMatchObject({ n: 1, _rev: rev })
  expect((await documents.head('one/with slash'))['etag']).toBe(`"${rev}"`)
  const bulk = await documents.bulk({
    docs: [
      { _id: 'two', n: 2 },
      { _id: 'one/with slash', n: 3 },
    ] as never[],
  })
  expect(bulk).toMatchObject([{ ok: true }, { error: 'conflict' }])
  const { rows } = await documents.fetch({ keys: ['two', 'nobody'] })
  expect(rows).toMatchObject([{ doc: { n: 2 } }, { key: 'nobody', error: 'not_found' }])
  const listed = await documents.list({ startkey: 'p', include_docs: true })
  expect(listed).toMatchObject({ total_rows: 2, rows: [{ id: 'two', doc: { n: 2 } }] })
  await documents.destroy('one/with slash', rev)
  await expect(documents.get('one/with slash')).rejects.toMatchObject({ statusCode: 404, reason: 'deleted' })
})

test('views map and reduce by _sum, _count and _stats at each level, and follow changes', async () => {
  const map = 'function (doc) { if (doc.store) { emit([doc.store, doc.day], doc.totalMinor) } }'
  await sales.insert(
    {
      views: {
        totals: { map, reduce: '_sum' },
        count: { map, reduce: '_count' },
        stats: { map, reduce: '_stats' },
        own: { map, reduce: 'function (keys, values) { return Math.max.apply(null, values) }' },
      },
    } as never,
    '_design/sales',
  )
  const values = async (view: string, options: nano.DocumentViewParams) =>
    (await sales.view<unknown>('sales', view, options)).rows.map((row) => [row.key, row.value])

  expect(await values('totals', {})).toEqual([[null, 1_770]])
  expect(await values('totals', { group_level: 1 })).toEqual([
    [['s000'], 570],
    [['s001'], 590],
    [['s002'], 610],
  ])
  expect(await values('count', { group: true, startkey: ['s001'], endkey: ['s001', {}] })).toEqual([
    [['s001', '2026-11-10'], 10],
    [['s001', '2026-11-11'], 10],
  ])
  expect(await values('stats', { group_level: 1, limit: 1 })).toEqual([
    [['s000'], { sum: 570, count: 20, min: 0, max: 57, sumsqr: 22_230 }],
  ])
  expect(await values('own', { group_level: 1, descending: true, limit: 1 })).toEqual([[['s002'], 59]])
  const rows = await sales.view('sales', 'totals', { reduce: false, key: ['s002', '2026-11-10'], include_docs: true })
  expect(rows.rows).toHaveLength(10)
  expect(rows.rows[0]).toMatchObject({ id: 'sale:002', doc: { store: 's002' } })
  await sales.insert({ store: 's000', day: '2026-11-10', totalMinor: 430 }, 'sale:late')
  expect((await values('totals', { group_level: 1 }))[0]).toEqual([['s000'], 1_000])
  await expect(sales.view('sales', 'totals', { group_level: 'two' as never })).rejects.toMatchObject({
    error: 'query_parse_error',
  })
  await sales.destroy('sale:late', (await sales.get('sale:late'))._rev)
})

test('a view function that fails or never ends leaves a document out, and the server goes on', async () => {
  await server.db.create('faulty')
  const faulty = server.use('faulty')
  await faulty.bulk({ docs: [{ _id: 'a' }, { _id: 'b', n: { deep: 1 } }] as never[] })
  const map = 'function (doc) { emit(doc.n.deep, null) }'
  const endless = 'function (doc) { if (doc.n) { while (true) {} } emit(doc._id) }'
  await faulty.insert(
    { views: { some: { map }, endless: { map: endless }, broken: { map: 'function (' } } } as never,
    '_design/d',
  )
  expect((await faulty.view('d', 'some')).rows).toMatchObject([{ id: 'b', key: 1 }])
  expect((await faulty.view('d', 'endless')).rows).toMatchObject([{ id: 'a' }])
  await expect(faulty.view('d', 'broken')).rejects.toMatchObject({ statusCode: 400, error: 'compilation_error' })
})

test('Mango finds by index, in order, in pages of 25 by bookmark', async () => {
  expect(await sales.createIndex({ index: { fields: ['store', 'totalMinor'] }, name: 'by-total' })).toMatchObject({
    result: 'created',
  })
  const found = await sales.find({
    selector: { store: 's001', totalMinor: { $gte: 40, $lt: 50 } },
    sort: [{ store: 'desc' }, { totalMinor: 'desc' }],
    fields: ['_id', 'totalMinor'],
  })
  expect(found.docs.map((doc) => doc.totalMinor)).toEqual([49, 46, 43, 40])
  expect(found).not.toHaveProperty('warning')

  const ids: string[] = []
  let bookmark = ''
  for (let page = 0; page < 4; page += 1) {
    const next = await sales.find({ selector: {}, ...(bookmark === '' ? {} : { bookmark }) })
    ids.push(...next.docs.map((doc) => doc._id))
    bookmark = next.bookmark ?? ''
  }
  expect(ids).toHaveLength(60)
  expect(new Set(ids).size).toBe(60)
  const above = await sales.find({ selector: { store: { $gt: 's001' }, totalMinor: { $gte: 0 } }, limit: 5 })
  expect(above.docs).toHaveLength(5)
  await sales.insert({ store: 's777' } as Sale, 'sale:without-total')
  expect((await sales.find({ selector: { store: 's777' } })).docs).toHaveLength(1)
  await sales.destroy('sale:without-total', (await sales.get('sale:without-total'))._rev)
  await expect(sales.find({ selector: {}, sort: ['day'] })).rejects.toMatchObject({ statusCode: 400 })
})

test("nano's changes reader brings what is there and what comes", async () => {
  const { results, last_seq: last } = await sales.changes({ limit: 5 })
  expect(results).toHaveLength(5)
  expect(typeof last).toBe('string')
  const batches: number[] = []
  const seen: string[] = []
  const reader = sales.changesReader.get({ since: last, batchSize: 20, includeDocs: true, timeout: 200 })
  await new Promise<void>((resolve, reject) => {
    reader.on('batch', (batch: { id: string }[]) => {
      batches.push(batch.length)
      seen.push(...batch.map((change) => change.id))
    })
    reader.on('end', () => resolve())
    reader.on('error', reject)
  })
  expect(batches[0]).toBe(20)
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen.length).toBeGreaterThanOrEqual(55)

  const liveReader = server.use('sales').changesReader
  const live = liveReader.start({ since: 'now', timeout: 1_000 })
  live.on('error', () => undefined)
  const arrived = new Promise<{ id: string }>((resolve) => {
    live.on('change', resolve)
  })
  // What is written before the reader has asked is before its "now".
  let written = 0
  const writing = setInterval(() => {
    written += 1
    void sales.insert({ store: 's009', day: '2026-11-12', totalMinor: 1 }, `sale:new-${written}`)
  }, 100)
  expect((await arrived).id).toMatch(/^sale:new-/)
  clearInterval(writing)
  liveReader.stop()
})

test('PouchDB replicates with the credentials in the URL, and makes the database that it needs', async () => {
  const local = pouchOf(await store.create('local-copy'))
  const result = await local.replicate.from(`${url}/sales`, { batch_size: 500 })
  expect(result.ok).toBe(true)
  expect((await local.info()).doc_count).toBe((await pouchOf(store.database('sales'))?.info())?.doc_count)
  const made = new PouchDB(`${url}/made`)
  expect((await local.replicate.to(made)).ok).toBe(true)
  expect(store.names()).toContain('made')
})

test.each([
  ['none', undefined],
  ['another password', 'admin:secret'],
  ['another user', 'root:s:cret'],
  ['a part of the password', 'admin:s'],
])('without the right credentials (%s) only the welcome is given', async (_name, credentials) => {
  const plain = url.replace('admin:s%3Acret@', '')
  const headers: Record<string, string> =
    credentials === undefined ? {} : { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` }
  const refused = await fetch(`${plain}/sales`, { headers })
  expect(refused.status).toBe(401)
  expect(refused.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
  expect(await refused.json()).toMatchObject({ error: 'unauthorized' })
  const welcome = await fetch(`${plain}/`, { headers })
  expect(await welcome.json()).toMatchObject({ couchdb: 'Welcome', version: '3.5.0', uuid: store.uuid })
})
