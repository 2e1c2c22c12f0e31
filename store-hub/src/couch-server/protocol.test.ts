import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { brotliDecompressSync } from 'node:zlib'
import { get } from 'node:http'
import fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStore } from '../store/index.ts'
import type { ClientAhead } from './index.ts'
import { couchServer, couchServerRouting } from './index.ts'
import type { RunningServer } from './testing/running-server.ts'
import { startServer } from './testing/running-server.ts'

let server: RunningServer
const ahead: ClientAhead<{ name: string | null; roles: readonly string[] }>[] = []
beforeAll(async () => {
  server = await startServer({ onClientAhead: (evidence) => ahead.push(evidence) })
  await server.store.create('shop')
})
afterAll(() => server.close())

const read = async (where: string): Promise<string> => (await fetch(server.url + where)).text()

test('numbers that JavaScript can not hold come out as they went in, on every way in', async () => {
  const numbers = '{"a":9007199254740993,"b":[-12345678901234567890,1e400],"c":0.1234567890123456789}'
  const plain = { 'content-type': 'application/json' }
  await fetch(`${server.url}/shop/put`, { method: 'PUT', headers: plain, body: numbers })
  const batch = `{"docs":[{"_id":"first","n":1},{"_id":"batch",${numbers.slice(1)}]}`
  await fetch(`${server.url}/shop/_bulk_docs`, { method: 'POST', headers: plain, body: batch })
  const replicated = `{"new_edits":false,"docs":[{"_id":"replicated","_rev":"1-a",${numbers.slice(1)}]}`
  await fetch(`${server.url}/shop/_bulk_docs`, { method: 'POST', headers: plain, body: replicated })
  const everything = await read('/shop/_changes?include_docs=true')
  for (const id of ['put', 'batch', 'replicated']) {
    expect(await read(`/shop/${id}`)).toContain(numbers.slice(1, -1))
    expect(everything.split(`"_id":"${id}"`)[1]).toContain(numbers.slice(1, -1))
  }
})

test('a client that remembers more than there is gets noticed, and starts where the database is', async () => {
  ahead.length = 0
  const { body } = await server.ask('GET', '/shop/_changes?since=1000000')
  const { update_seq: updateSequence } = (await server.ask('GET', '/shop')).body
  expect(body).toMatchObject({ results: [], last_seq: updateSequence, pending: 0 })
  expect(ahead).toMatchObject([{ database: 'shop', since: 1_000_000, updateSequence }])
  await server.ask('GET', `/shop/_changes?since=${String(updateSequence)}`)
  expect(ahead).toHaveLength(1)
})

test('an opaque sequence of another epoch is not believed', async () => {
  const opaque = await startServer({ sequences: 'opaque' })
  await opaque.store.create('shop')
  await opaque.ask('PUT', '/shop/a', {})
  const { body: before } = await opaque.ask('GET', '/shop/_changes')
  const again = `/shop/_changes?since=${String(before['last_seq'])}`
  expect((await opaque.ask('GET', again)).body['results']).toHaveLength(0)
  await opaque.store.rotateEpoch('restored')
  expect((await opaque.ask('GET', again)).body['results']).toHaveLength(1)
  await opaque.close()
})

test('functions of design documents filter the changes, and decide what is written', async () => {
  await server.store.create('ruled')
  await server.ask('PUT', '/ruled/_design/rules', {
    validate_doc_update: `function (doc, old, user) {
      if (old && old.done) throw { forbidden: 'done: it is' }
      if (doc.by !== user.name) throw { unauthorized: 'by: not you' }
    }`,
    filters: { large: 'function (doc, req) { return doc.n >= Number(req.query.from) }' },
    views: { even: { map: 'function (doc) { if (doc.n % 2 === 0) emit(doc.n) }' } },
  })
  const docs = [1, 2, 3].map((n) => ({ _id: `n${n}`, n, by: 'somebody', done: n === 3 }))
  await server.ask('POST', '/ruled/_bulk_docs', { docs: [...docs, { _id: 'x', by: 'nobody' }] })
  const ids = async (query: string): Promise<string[]> => {
    const { body } = await server.ask('GET', `/ruled/_changes?${query}`)
    return (body['results'] as { id: string }[]).map(({ id }) => id)
  }
  expect(await ids('filter=rules/large&from=2')).toEqual(['n2', 'n3'])
  expect(await ids('filter=_view&view=rules/even')).toEqual(['n2'])
  expect((await server.ask('GET', '/ruled/_changes?filter=rules/none')).status).toBe(404)
  const { _rev: rev } = (await server.ask('GET', '/ruled/n3')).body
  expect(await server.ask('PUT', '/ruled/n3', { _rev: rev, by: 'somebody' })).toMatchObject({
    status: 403,
    body: { error: 'forbidden', reason: 'done: it is' },
  })
  expect((await server.ask('PUT', '/ruled/x', { by: 'nobody' })).status).toBe(401)
})

test('only each n-th change has its sequence, and a limit of 0 is 1', async () => {
  const { body } = await server.ask('GET', '/ruled/_changes?seq_interval=2')
  const sequences = (body['results'] as { seq: unknown }[]).map(({ seq }) => seq)
  expect(sequences).toEqual([1, null, 3, null])
  expect((await server.ask('GET', '/ruled/_changes?limit=0')).body['results']).toHaveLength(1)
})

test('pages of a query go on behind the last document, whatever is removed between them', async () => {
  await server.store.create('queried')
  const docs = Array.from({ length: 9 }, (_, n) => ({ _id: `d${n}`, n, deep: { a: n, b: 0 } }))
  await server.ask('POST', '/queried/_bulk_docs', { docs })
  const query = { selector: { n: { $gte: 2 } }, fields: ['_id', 'deep.a'], limit: 3 }
  const first = (await server.ask('POST', '/queried/_find', query)).body
  expect(first['docs']).toEqual([2, 3, 4].map((n) => ({ _id: `d${n}`, deep: { a: n } })))
  const { body: removed } = await server.ask('GET', '/queried/d3')
  await server.ask('DELETE', `/queried/d3?rev=${String(removed['_rev'])}`)
  const second = await server.ask('POST', '/queried/_find', { ...query, bookmark: first['bookmark'] })
  expect((second.body['docs'] as { _id: string }[]).map(({ _id }) => _id)).toEqual(['d5', 'd6', 'd7'])
  const byId = await server.ask('POST', '/queried/_find', { selector: { _id: { $gt: 'd6', $lte: 'd8' } } })
  expect((byId.body['docs'] as { _id: string }[]).map(({ _id }) => _id)).toEqual(['d7', 'd8'])
})

test('several questions to the documents are answered in one', async () => {
  const queries = [{ keys: ['d1', 'd3'] }, { startkey: 'd7', include_docs: true }, { limit: 0 }]
  const { body } = await server.ask('POST', '/queried/_all_docs/queries', { queries })
  const [byKey, range, none] = body['results'] as { rows: { value: object }[] }[]
  expect(byKey?.rows).toMatchObject([{ id: 'd1' }, { id: 'd3', value: { deleted: true } }])
  expect(range?.rows).toMatchObject([{ id: 'd7', doc: { n: 7 } }, { id: 'd8' }])
  expect(none?.rows).toEqual([])
  const infos = await server.ask('POST', '/_dbs_info', { keys: ['queried', 'nowhere'] })
  expect(infos.body).toMatchObject([
    { key: 'queried', info: { doc_count: 8, doc_del_count: 1, sizes: { file: expect.any(Number) as number } } },
    { key: 'nowhere', error: 'not_found' },
  ])
})

test('a document can be copied, and accepted in a batch', async () => {
  const copied = await server.ask('COPY', '/queried/d1', undefined, { destination: 'copies%2Fd1' })
  expect(copied).toMatchObject({ status: 201, body: { id: 'copies/d1' } })
  const rev = String(copied.body['rev'])
  expect((await server.ask('COPY', '/queried/d2', undefined, { destination: 'copies%2Fd1' })).status).toBe(409)
  await server.ask('COPY', '/queried/d2', undefined, { destination: `copies%2Fd1?rev=${rev}` })
  expect((await server.ask('GET', '/queried/copies%2Fd1')).body).toMatchObject({ n: 2 })
  expect((await server.ask('PUT', '/queried/later?batch=ok', {})).status).toBe(202)
})

test('the limit of revisions can be set, and old ones fall off', async () => {
  expect((await server.ask('GET', '/queried/_revs_limit')).body).toBe(1_000)
  expect((await server.ask('PUT', '/queried/_revs_limit', '2')).status).toBe(200)
  expect((await server.ask('PUT', '/queried/_revs_limit', '0')).status).toBe(400)
  let rev = String((await server.ask('PUT', '/queried/edited', {})).body['rev'])
  for (const n of [1, 2]) rev = String((await server.ask('PUT', `/queried/edited?rev=${rev}`, { n })).body['rev'])
  const { body } = await server.ask('GET', '/queried/edited?revs=true&revs_info=true')
  expect(body['_revisions']).toMatchObject({ start: 3, ids: { length: 2 } })
  expect(body['_revs_info']).toMatchObject([{ rev, status: 'available' }, { status: 'available' }])
})

test.each(['constructor', 'toString', 'a\u{10ffff}b', '\u0001', 'ÿ', '%2F%'])(
  '%j is an id like any other',
  async (id) => {
    const rev = '1-a'
    const batch = `{"new_edits":false,"docs":[{"_id":${JSON.stringify(id)},"_rev":"${rev}"}]}`
    const wanted = `{${JSON.stringify(id)}:["${rev}","2-b"]}`
    expect(JSON.stringify((await server.ask('POST', '/shop/_revs_diff', wanted)).body)).toContain('"1-a","2-b"')
    expect((await server.ask('POST', '/shop/_bulk_docs', batch)).body).toEqual([])
    const { body } = await server.ask('POST', '/shop/_revs_diff', wanted)
    expect(Object.entries(body)).toEqual([[id, { missing: ['2-b'], possible_ancestors: [rev] }]])
    expect((await server.ask('GET', `/shop/${encodeURIComponent(id)}`)).body['_id']).toBe(id)
    expect(JSON.parse(await read('/shop/_all_docs'))).toMatchObject({
      rows: expect.arrayContaining([{ id, key: id, value: { rev } }]) as object[],
    })
  },
)

test('a dangerous name in a question is a name like any other', async () => {
  expect(await readAnswer('_revs_diff', '{"__proto__":["1-a"]}')).toBe('{"__proto__":{"missing":["1-a"]}}')
  expect(await readAnswer('_find', '{"selector":{"__proto__":1}}')).toContain('bad_request')
  const deep = `{"selector":${'{"$and":['.repeat(50_000)}{}${']}'.repeat(50_000)}}`
  expect(await readAnswer('_find', deep)).toContain('bad_request')
  expect(await readAnswer('_all_docs', '{"keys":["__proto__"]}')).toContain('"error":"not_found"')
})

async function readAnswer(where: string, body: string): Promise<string> {
  const headers = { 'content-type': 'application/json' }
  return (await fetch(`${server.url}/shop/${where}`, { method: 'POST', headers, body })).text()
}

test('an id that no text can have is refused', async () => {
  for (const id of ['a\\u0000b', '\\ud800']) {
    const { body } = await server.ask(
      'POST',
      '/shop/_bulk_docs',
      `{"new_edits":false,"docs":[{"_id":"${id}","_rev":"1-a"}]}`,
    )
    expect(body).toMatchObject([{ error: 'forbidden', reason: expect.stringMatching(/^_id: /) as string }])
  }
})

test('a large answer is compressed with brotli for a client that takes it, in pieces too', async () => {
  const text = 'receipt '.repeat(2_000)
  const docs = Array.from({ length: 60 }, (_, n) => ({ _id: `long${n}`, text }))
  await server.ask('POST', '/shop/_bulk_docs', { docs })
  const pieces = await new Promise<{ encoding: string | undefined; bytes: Buffer }>((resolve, reject) => {
    const headers = { 'accept-encoding': 'br' }
    get(`${server.url}/shop/_all_docs?include_docs=true`, { headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ encoding: response.headers['content-encoding'], bytes: Buffer.concat(chunks) }),
      )
    }).on('error', reject)
  })
  expect(pieces.encoding).toBe('br')
  const { rows } = JSON.parse(brotliDecompressSync(pieces.bytes).toString()) as { rows: { doc: { text?: string } }[] }
  expect(rows.filter((row) => row.doc.text === text)).toHaveLength(60)
})

test('signing in gives a cookie that counts until one signs out', async () => {
  const clerk = { name: 'clerk', roles: ['till'] }
  const guarded = await startServer({
    access: {
      authenticate: () => undefined,
      signIn: (name, password) => (name === 'clerk' && password === 'right' ? clerk : undefined),
    },
  })
  expect((await guarded.ask('GET', '/_session')).body).toMatchObject({ ok: true, userCtx: { name: null, roles: [] } })
  expect((await guarded.ask('POST', '/_session', { name: 'clerk', password: 'wrong' })).status).toBe(401)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const signedIn = await guarded.ask('POST', '/_session', 'name=clerk&password=right', form)
  expect(signedIn).toMatchObject({ status: 200, body: { ok: true, ...clerk } })
  const [cookie = ''] = (signedIn.headers.get('set-cookie') ?? '').split(';')
  const asked = (): ReturnType<RunningServer['ask']> => guarded.ask('GET', '/_all_dbs', undefined, { cookie })
  expect((await asked()).status).toBe(200)
  await guarded.ask('DELETE', '/_session', undefined, { cookie })
  expect((await asked()).status).toBe(401)
  await guarded.close()
})

test('without room on the disk a write is answered 507, and reading goes on', async () => {
  const directory = await mkdtemp(path.join(tmpdir(), 'couch-server-full-'))
  const store = await openStore({ directory })
  await (await store.create('shop')).write([{ kind: 'edit', id: 'kept', deleted: false, body: '{}' }])
  await store.close()
  const full = await openStore({ directory, reserveBytes: Number.MAX_SAFE_INTEGER })
  const app = fastify({ ...couchServerRouting })
  await app.register(couchServer({ store: full, access: { authenticate: () => ({ name: null, roles: [] }) } }))
  const answers = [
    await app.inject({ method: 'PUT', url: '/shop/lost', payload: {} }),
    await app.inject({ method: 'POST', url: '/shop/_bulk_docs', payload: { docs: [{}] } }),
    await app.inject({ method: 'PUT', url: '/shop/_local/mark', payload: {} }),
  ]
  for (const answer of answers) {
    expect([answer.statusCode, answer.json<object>()]).toMatchObject([507, { error: 'insufficient_storage' }])
  }
  expect((await app.inject('/shop/kept')).statusCode).toBe(200)
  await app.close()
  await full.close()
  await rm(directory, { recursive: true })
})
