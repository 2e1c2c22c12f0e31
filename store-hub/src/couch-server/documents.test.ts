import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningServer } from './testing/running-server.ts'
import { startServer } from './testing/running-server.ts'

let server: RunningServer
beforeAll(async () => {
  server = await startServer({ limits: { requestBytes: 200_000, batchDocuments: 10 } })
  await server.store.create('shop')
})
afterAll(() => server.close())

const at = (id: string): string => `/shop/${encodeURIComponent(id)}`

test.each([
  ['a long id', `journal:${'0'.repeat(504)}`],
  ['slashes and reserved letters', 'a/b?c#d%2F&e=f+g'],
  ['letters of another script', '日本語 😀 é'],
  ['a name of every object', 'constructor'],
])('%s is stored, read, listed and removed under its id', async (_name, id) => {
  const { status, body } = await server.ask('PUT', at(id), { n: 1 })
  expect([status, body['id']]).toEqual([201, id])
  const read = await server.ask('GET', at(id))
  expect(read.body).toEqual({ _id: id, _rev: body['rev'], n: 1 })
  expect(read.headers.get('etag')).toBe(`"${String(body['rev'])}"`)
  const listed = await server.ask('GET', '/shop/_all_docs')
  expect((listed.body['rows'] as { id: string }[]).map((row) => row.id)).toContain(id)
  const keyed = await server.ask('POST', '/shop/_all_docs?include_docs=true', { keys: [id, 'nobody', 5] })
  expect(keyed.body['rows']).toMatchObject([{ doc: { n: 1 } }, { key: 'nobody', error: 'not_found' }, { key: 5 }])
  expect((await server.ask('DELETE', `${at(id)}?rev=${String(body['rev'])}`)).status).toBe(200)
  expect(await server.ask('GET', at(id))).toMatchObject({
    status: 404,
    body: { error: 'not_found', reason: 'deleted' },
  })
})

test('an update needs the revision that it replaces', async () => {
  const { body: first } = await server.ask('PUT', '/shop/updated', { n: 1 })
  const wrong = { status: 409, body: { error: 'conflict', reason: 'Document update conflict.' } }
  expect(await server.ask('PUT', '/shop/updated', { n: 2 })).toMatchObject(wrong)
  const { body: second } = await server.ask('PUT', `/shop/updated?rev=${String(first['rev'])}`, { n: 2 })
  expect(await server.ask('DELETE', '/shop/updated')).toMatchObject(wrong)
  const quoted = { 'if-match': `"${String(second['rev'])}"` }
  expect((await server.ask('DELETE', '/shop/updated', undefined, quoted)).status).toBe(200)
  expect((await server.ask('PUT', '/shop/updated', { n: 3 })).status).toBe(201)
  const batch = await server.ask('POST', '/shop/_bulk_docs', { docs: [{ _id: 'updated' }, { _id: 'fresh' }] })
  expect(batch.body).toMatchObject([
    { id: 'updated', error: 'conflict' },
    { ok: true, id: 'fresh' },
  ])
})

test('every leaf of a conflict can be read, and an unknown revision is only missing', async () => {
  const leaf = (rev: string, deleted = false): object => ({ _id: 'forked', _rev: rev, n: rev, _deleted: deleted })
  await server.ask('POST', '/shop/_bulk_docs', {
    new_edits: false,
    docs: [leaf('1-a'), leaf('1-b'), leaf('1-c', true)],
  })
  const meta = await server.ask('GET', '/shop/forked?meta=true&local_seq=true')
  expect(meta.body).toMatchObject({ _rev: '1-b', _conflicts: ['1-a'], _deleted_conflicts: ['1-c'] })
  expect(meta.body['_local_seq']).toBeGreaterThan(0)
  const all = (await server.ask('GET', '/shop/forked?open_revs=all')).body as unknown as { ok: { _rev: string } }[]
  expect(all.map((found) => found.ok._rev).sort()).toEqual(['1-a', '1-b', '1-c'])
  const some = await server.ask('GET', '/shop/forked?open_revs=["1-a","7-x"]&latest=true&revs=true')
  expect(some.body).toMatchObject([{ ok: { _revisions: { start: 1, ids: ['a'] } } }, { missing: '7-x' }])
  expect((await server.ask('GET', '/shop/forked?rev=7-x&latest=true')).status).toBe(404)
  const many = await server.ask('POST', '/shop/_bulk_get?latest=true', {
    docs: [{ id: 'forked', rev: '9-z' }, { id: 'forked' }, { id: 'nobody' }],
  })
  expect(many.body['results']).toMatchObject([
    { id: 'forked', docs: [{ error: { rev: '9-z', error: 'not_found' } }] },
    { id: 'forked', docs: [{ ok: { _rev: '1-b' } }, { ok: { _rev: '1-a' } }, { ok: { _rev: '1-c', _deleted: true } }] },
    { id: 'nobody', docs: [{ error: { error: 'not_found' } }] },
  ])
  const diff = await server.ask('POST', '/shop/_revs_diff', { forked: ['1-a', '2-q'], nobody: ['1-x'] })
  expect(diff.body).toEqual({
    forked: { missing: ['2-q'], possible_ancestors: expect.arrayContaining(['1-a', '1-b', '1-c']) as string[] },
    nobody: { missing: ['1-x'] },
  })
})

test("the store's own local documents don't show and don't change", async () => {
  await server.ask('PUT', '/shop/_security', { admins: { names: ['x'] } })
  expect((await server.ask('GET', '/shop/_security')).body).toEqual({ admins: { names: ['x'] } })
  expect((await server.ask('GET', '/shop/_local/tidemark-security')).status).toBe(404)
  expect((await server.ask('PUT', '/shop/_local/mrviews', { views: {} })).status).toBe(403)
  const { body } = await server.ask('PUT', '/shop/_local/mark', { last_seq: 1 })
  expect(body['rev']).toBe('0-1')
  expect((await server.ask('PUT', '/shop/_local/mark', { last_seq: 2, _rev: '0-1' })).body['rev']).toBe('0-2')
  const { body: listed } = await server.ask('GET', '/shop/_local_docs')
  expect(listed['rows']).toEqual([{ id: '_local/mark', key: '_local/mark', value: { rev: '0-2' } }])
  expect((await server.ask('DELETE', '/shop/_local/mark?rev=0-2')).status).toBe(200)
  expect((await server.ask('GET', '/shop/_local/mark')).status).toBe(404)
})

test('a compressed body is taken, and one that grows beyond the limit is not', async () => {
  const send = (text: string): Promise<Response> =>
    fetch(`${server.url}/shop/_bulk_docs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: new Uint8Array(gzipSync(text)),
    })
  expect((await send(JSON.stringify({ docs: [{ _id: 'zipped' }] }))).status).toBe(201)
  const bomb = await send(JSON.stringify({ docs: [{ n: ' '.repeat(5_000_000) }] }))
  expect([bomb.status, await bomb.json()]).toMatchObject([413, { error: 'too_large' }])
  expect((await server.ask('GET', '/shop/zipped')).status).toBe(200)
})

const ask = (method: string, path: string, body?: unknown, type = 'application/json') =>
  server.ask(method, path, body, { 'content-type': type })

test.each<[string, () => ReturnType<typeof ask>, number, string, RegExp]>([
  ['invalid JSON', () => ask('POST', '/shop/_bulk_docs', '{"docs":['), 400, 'bad_request', /JSON/],
  ['a list for a document', () => ask('PUT', '/shop/x', []), 400, 'bad_request', /object/],
  ['no docs', () => ask('POST', '/shop/_bulk_docs', {}), 400, 'bad_request', /docs/],
  [
    'too many documents',
    () => ask('POST', '/shop/_bulk_docs', { docs: Array.from({ length: 11 }, () => ({})) }),
    413,
    'too_large',
    /at most 10/,
  ],
  ['another content type', () => ask('POST', '/shop', '{}', 'text/plain'), 415, 'bad_content_type', /json/],
  ['another id in the body', () => ask('PUT', '/shop/x', { _id: 'y' }), 400, 'bad_request', /ID/],
  ['a bad revision', () => ask('GET', '/shop/x2?rev=1'), 404, 'not_found', /missing/],
  [
    'an unknown feed',
    () => ask('GET', '/shop/_changes?feed=sideways'),
    400,
    'query_parse_error',
    /^Invalid value for feed/,
  ],
  ['a bad limit', () => ask('GET', '/shop/_changes?limit=-1'), 400, 'query_parse_error', /limit/],
  ['a bad flag', () => ask('GET', '/shop/_all_docs?include_docs=yes'), 400, 'query_parse_error', /include_docs/],
  ['a bad key', () => ask('GET', '/shop/_all_docs?startkey=a'), 400, 'query_parse_error', /startkey/],
  ['an unknown filter', () => ask('GET', '/shop/_changes?filter=a/b'), 404, 'not_found', /missing/],
  ['a bad sequence', () => ask('GET', '/shop/_changes?since=yesterday'), 400, 'bad_request', /since/],
  ['no selector', () => ask('POST', '/shop/_find', {}), 400, 'bad_request', /selector/],
  [
    'an unknown operator',
    () => ask('POST', '/shop/_find', { selector: { a: { $near: 1 } } }),
    400,
    'bad_request',
    /\$near/,
  ],
  ['an unknown view', () => ask('GET', '/shop/_design/a/_view/b'), 404, 'not_found', /missing/],
  ['an escape that is none', () => ask('GET', '/shop/%zz'), 400, 'bad_request', /url/],
  ['an unknown database', () => ask('GET', '/elsewhere/x'), 404, 'not_found', /Database does not exist/],
  ['an illegal database name', () => ask('PUT', '/Shop'), 400, 'illegal_database_name', /Shop/],
  ['a database that exists', () => ask('PUT', '/shop'), 412, 'file_exists', /exists/],
  ['an unknown endpoint', () => ask('GET', '/shop/_nothing'), 400, 'illegal_docid', /underscore/],
  ['another method', () => ask('DELETE', '/shop/_all_docs'), 405, 'method_not_allowed', /GET,POST/],
  ['purging', () => ask('POST', '/shop/_purge', {}), 501, 'not_implemented', /_purge/],
  ['an attachment', () => ask('PUT', '/shop/x/file', {}), 403, 'forbidden', /attachments/],
])('%s is one clear JSON error', async (_name, request, status, error, reason) => {
  const answer = await request()
  expect(answer).toMatchObject({ status, body: { error, reason: expect.stringMatching(reason) as string } })
})
