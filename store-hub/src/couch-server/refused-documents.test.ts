import { afterEach, expect, test } from 'vitest'
import { pouchOf } from '../pouchdb/index.ts'
import type { RefusedDocument } from './index.ts'
import type { RunningServer } from './testing/running-server.ts'
import { startServer } from './testing/running-server.ts'

let server: RunningServer
afterEach(() => server.close())

const replicated = (fields: string): string => `{"_rev":"1-abc","_revisions":{"start":1,"ids":["abc"]},${fields}}`

/** Each is refused for its own reason; the reason names the member. */
const poison: [name: string, json: string, reason: RegExp][] = [
  ['__proto__', replicated('"_id":"p1","a":{"__proto__":{"admin":true}}'), /^a\.__proto__: /],
  ['constructor', replicated('"_id":"p2","lines":[{"constructor":1}]'), /^lines\[0\]\.constructor: /],
  ['nesting', replicated(`"_id":"p3","n":${'['.repeat(5_000)}${']'.repeat(5_000)}`), /nested too deeply/],
  ['size', replicated(`"_id":"p4","n":"${'x'.repeat(100_000)}"`), /larger than 50000 bytes/],
  ['attachment', replicated('"_id":"p5","_attachments":{"a":{"data":"eA=="}}'), /^_attachments: /],
  ['stub', replicated('"_id":"p6","_attachments":{"a":{"stub":true,"digest":"md5-x"}}'), /^_attachments: /],
  ['long id', replicated(`"_id":"${'é'.repeat(257)}"`), /^_id: .*512 bytes/],
  ['reserved id', replicated('"_id":"_secret"'), /^_id: /],
  ['id of another kind', replicated('"_id":7'), /^_id: /],
  ['broken text as id', replicated('"_id":"\\ud800"'), /^_id: /],
  ['unknown member', replicated('"_id":"p7","_rev_tree":[]'), /_rev_tree/],
  ['revision', '{"_id":"p8","_rev":"abc"}', /^_rev: /],
  ['no revision', '{"_id":"p9"}', /^_rev: /],
  ['history', '{"_id":"p10","_rev":"1-abc","_revisions":{"start":1,"ids":"abc"}}', /^_revisions: /],
  ['deleted', replicated('"_id":"p12","_deleted":"yes"'), /^_deleted: /],
  ['own local id', '{"_id":"_local/_pouch_dependentDbs"}', /_pouch_dependentDbs/],
  ['not an object', '[1]', /JSON object/],
  ['by rule', replicated('"_id":"p13","type":"nonsense"'), /^type: unknown/],
]

test('each poison document is refused by itself and recorded as it was sent, and the rest of the batch lands', async () => {
  const recorded: RefusedDocument[] = []
  server = await startServer({
    limits: { documentBytes: 50_000 },
    validateDocument: ({ document }) =>
      document['type'] === 'nonsense' ? { error: 'forbidden', reason: 'type: unknown' } : undefined,
    onRefused: ({ documents }) => void recorded.push(...documents),
  })
  const shop = pouchOf(await server.store.create('shop'))
  const documents = poison.flatMap(([, json], index) => [replicated(`"_id":"good${index}","n":${index}`), json])
  const body = `{"new_edits":false, "docs" : [ ${documents.join(' ,\n ')} ] }`
  const answer = await server.ask('POST', '/shop/_bulk_docs', body)

  expect(answer.status).toBe(201)
  const results = answer.body as unknown as { error: string; reason: string }[]
  expect(results).toHaveLength(poison.length)
  for (const [index, [name, json, reason]] of poison.entries()) {
    expect(results[index], name).toMatchObject({ error: 'forbidden', reason: expect.stringMatching(reason) as string })
    expect(recorded[index]?.text, name).toBe(json)
  }
  expect((await shop.info()).doc_count).toBe(poison.length)
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
})

test('a replication leaves a refused document behind and ends', async () => {
  server = await startServer({
    validateDocument: ({ document }) =>
      document._id === 'bad' ? { error: 'forbidden', reason: 'not in this shop' } : undefined,
  })
  const shop = pouchOf(await server.store.create('shop'))
  const replica = await server.replica()
  await replica.bulkDocs([{ _id: 'a' }, { _id: 'bad' }, { _id: 'z' }])
  const denied: unknown[] = []
  const result = await replica.replicate.to(server.remote('shop')).on('denied', (denial) => denied.push(denial))
  expect(result).toMatchObject({ ok: true, docs_written: 2, doc_write_failures: 1 })
  expect(denied).toHaveLength(1)
  expect((await shop.allDocs()).rows.map((row) => row.id)).toEqual(['a', 'z'])
})

test('while a refusal can not be recorded nothing is stored and nothing is answered as refused', async () => {
  let isDown = true
  server = await startServer({
    validateDocument: ({ document }) => (document._id === 'bad' ? { error: 'forbidden', reason: 'no' } : undefined),
    onRefused: () => {
      if (isDown) throw new Error('the log is full')
    },
  })
  const shop = pouchOf(await server.store.create('shop'))
  const batch = { docs: [{ _id: 'good' }, { _id: 'bad' }] }
  expect(await server.ask('POST', '/shop/_bulk_docs', batch)).toMatchObject({
    status: 500,
    body: { error: 'internal_server_error' },
  })
  expect((await shop.info()).doc_count).toBe(0)
  isDown = false
  const { body } = await server.ask('POST', '/shop/_bulk_docs', batch)
  expect(body).toMatchObject([
    { ok: true, id: 'good' },
    { id: 'bad', error: 'forbidden' },
  ])
})

test('the rule sees every way in, with what is stored already', async () => {
  const seen: unknown[] = []
  server = await startServer({
    validateDocument: async ({ document, readExisting, replicated: isReplicated }) => {
      seen.push([document._id, document._deleted === true, isReplicated, (await readExisting())?.['n']])
      return document['n'] === 'bad' ? { error: 'forbidden', reason: 'n: bad' } : undefined
    },
  })
  await server.store.create('shop')
  const { body: put } = await server.ask('PUT', '/shop/one', { n: 1 })
  await server.ask('POST', '/shop', { _id: 'two', n: 2 })
  await server.ask('POST', '/shop/_bulk_docs', { docs: [{ _id: 'three', n: 3 }] })
  expect(await server.ask('PUT', '/shop/one', { n: 'bad', _rev: put['rev'] })).toMatchObject({
    status: 403,
    body: { error: 'forbidden', reason: 'n: bad' },
  })
  await server.ask('DELETE', `/shop/one?rev=${String(put['rev'])}`)
  await server.ask('PUT', '/shop/_local/mark', { n: 'bad' })
  expect(seen).toEqual([
    ['one', false, false, undefined],
    ['two', false, false, undefined],
    ['three', false, false, undefined],
    ['one', false, false, 1],
    ['one', true, false, 1],
  ])
})

test('a reader may not write, but keeps its checkpoint', async () => {
  server = await startServer({
    access: {
      authenticate: () => ({ name: 'till', roles: [] }),
      mayWrite: () => false,
      mayWriteLocal: (_principal, _database, id) => id === '_local/mine',
      mayRead: (_principal, database) => database !== 'secret',
    },
  })
  await server.store.create('shop')
  await server.store.create('secret')
  expect((await server.ask('PUT', '/shop/a', {})).status).toBe(403)
  expect((await server.ask('PUT', '/shop/_design/a', {})).status).toBe(403)
  expect((await server.ask('PUT', '/shop/_local/mine', { last_seq: 3 })).status).toBe(201)
  expect((await server.ask('PUT', '/shop/_local/yours', {})).status).toBe(403)
  expect((await server.ask('GET', '/secret/a')).status).toBe(403)
  expect((await server.ask('PUT', '/another')).status).toBe(403)
  expect((await server.ask('DELETE', '/shop')).status).toBe(403)
  expect((await server.ask('GET', '/_all_dbs')).body).toEqual(['shop'])
})
