// What CouchDB 3.5's own replicator says to a source and to a target, request by request.
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { RunningServer } from './testing/running-server.ts'
import { startServer } from './testing/running-server.ts'

let source: RunningServer
let target: RunningServer
beforeAll(async () => {
  source = await startServer({ sequences: 'opaque' })
  target = await startServer({ sequences: 'opaque' })
  await source.store.create('shop')
  await target.store.create('shop')
})
afterAll(() => Promise.all([source.close(), target.close()]))

const CHECKPOINT = '/shop/_local/c0ebe9256695ff083347cbf95f93e280%2Bcontinuous'

interface ChangesAnswer {
  readonly results: { readonly id: string; readonly changes: { readonly rev: string }[] }[]
  readonly last_seq: string
  readonly pending: number
}

test('a source and a target answer all that the replicator asks, and the leaves arrive', async () => {
  const leaves = ['1-a', '2-b'].map((_rev) => ({ _id: 'forked', _rev, at: _rev }))
  await source.ask('POST', '/shop/_bulk_docs', { new_edits: false, docs: leaves })
  await source.ask('PUT', '/shop/plain', { n: 1 })
  const { body: removed } = await source.ask('PUT', '/shop/removed', { n: 1 })
  await source.ask('DELETE', `/shop/removed?rev=${String(removed['rev'])}`)

  for (const server of [source, target]) {
    expect((await server.ask('GET', '/')).body['couchdb']).toBe('Welcome')
    expect((await server.ask('HEAD', '/shop')).status).toBe(200)
    expect((await server.ask('GET', '/shop')).body).toMatchObject({ instance_start_time: '0', db_name: 'shop' })
    expect((await server.ask('GET', CHECKPOINT)).status).toBe(404)
  }

  const feed = '/shop/_changes?feed=normal&style=all_docs&since=0&timeout=10000&seq_interval=2'
  const changes = (await source.ask('GET', feed)).body as unknown as ChangesAnswer
  expect(changes.results.map(({ id }) => id)).toEqual(['forked', 'plain', 'removed'])
  expect(changes.pending).toBe(0)

  const wanted = Object.fromEntries(changes.results.map((row) => [row.id, row.changes.map(({ rev }) => rev)]))
  const { body: diff } = await target.ask('POST', '/shop/_revs_diff', wanted)
  expect(Object.keys(diff)).toEqual(['forked', 'plain', 'removed'])

  const one = await readParts(`/shop/forked?revs=true&open_revs=${JSON.stringify(wanted['forked'])}&latest=true`)
  expect(one).toHaveLength(2)
  const docs = ['plain', 'removed'].map((id) => ({ id, rev: wanted[id]?.[0] }))
  const { body: many } = await source.ask('POST', '/shop/_bulk_get?latest=true&revs=true&attachments=false', { docs })
  const results = many['results'] as { docs: { ok: object }[] }[]
  const fetched = [...one, ...results.flatMap((result) => result.docs.map(({ ok }) => ok))]

  const written = await target.ask('POST', '/shop/_bulk_docs', { new_edits: false, docs: fetched })
  expect([written.status, written.body]).toEqual([201, []])
  expect((await target.ask('POST', '/shop/_ensure_full_commit', {})).body).toEqual({
    ok: true,
    instance_start_time: '0',
  })

  const checkpoint = { session_id: 's1', source_last_seq: changes.last_seq, history: [{ session_id: 's1' }] }
  for (const server of [source, target]) {
    expect((await server.ask('PUT', CHECKPOINT, checkpoint)).status).toBe(201)
    expect((await server.ask('GET', CHECKPOINT)).body).toMatchObject(checkpoint)
  }
  expect((await target.ask('POST', '/shop/_revs_diff', wanted)).body).toEqual({})
  expect((await target.ask('GET', '/shop/forked?conflicts=true')).body).toMatchObject({
    at: '2-b',
    _conflicts: ['1-a'],
  })
  const { body: end } = await source.ask('GET', `/shop/_changes?style=all_docs&since=${changes.last_seq}&limit=500`)
  expect(end).toMatchObject({ results: [], last_seq: changes.last_seq, pending: 0 })
})

/** The documents of a `multipart/mixed` answer. */
async function readParts(path: string): Promise<object[]> {
  const response = await fetch(source.url + path, { headers: { accept: 'multipart/mixed' } })
  const boundary = /^multipart\/mixed; boundary="(.*)"$/.exec(response.headers.get('content-type') ?? '')?.[1]
  expect(boundary).toBeDefined()
  const [, ...parts] = (await response.text()).split(`--${boundary}`)
  expect(parts.pop()).toBe('--')
  return parts.map((part) => {
    const [headers, json] = part.trim().split('\r\n\r\n')
    expect(headers).toBe('Content-Type: application/json')
    return JSON.parse(json ?? '') as object
  })
}
