import { afterEach, beforeEach, expect, test } from 'vitest'
import { pouchOf } from '../pouchdb/index.ts'
import type { RunningServer } from './testing/running-server.ts'
import { eventually, readLeaves, startServer } from './testing/running-server.ts'

let server: RunningServer
beforeEach(async () => {
  server = await startServer()
})
afterEach(() => server.close())

test('two replicas and the server come to the same leaves, with conflicts and deletions', async () => {
  const central = pouchOf(await server.store.create('shop'))
  const [a, b] = [await server.replica(), await server.replica()]
  await a.bulkDocs([{ _id: 'kept' }, { _id: 'disputed', n: 0 }, { _id: 'removed' }, { _id: '日本/ü ?#%' }])
  await a.replicate.to(server.remote('shop'))
  await b.replicate.from(server.remote('shop'))

  const before = await a.get('disputed')
  await a.put({ ...before, n: 1 })
  await b.put({ ...before, n: 2 })
  await b.remove({ _id: 'removed', _rev: (await b.get('removed'))._rev ?? '' })
  await b.put({ ...(await b.get('kept')), by: 'b' })
  for (const replica of [a, b, a]) {
    await replica.replicate.to(server.remote('shop'))
    await replica.replicate.from(server.remote('shop'))
  }

  const expected = await readLeaves(central)
  expect(expected).toHaveLength(5)
  expect(await readLeaves(a)).toEqual(expected)
  expect(await readLeaves(b)).toEqual(expected)
  expect((await b.get('disputed', { conflicts: true }))._conflicts).toHaveLength(1)
  await expect(a.get('removed')).rejects.toMatchObject({ status: 404, reason: 'deleted' })
})

test('a pull of 1,000 documents takes few requests', async () => {
  const shop = pouchOf(await server.store.create('shop'))
  await shop.bulkDocs(Array.from({ length: 1_000 }, (_, index) => ({ _id: `product:${index}`, index })))
  const replica = await server.replica()
  server.requests.length = 0
  const result = await replica.replicate.from(server.remote('shop'), { batch_size: 500 })
  expect(result.docs_written).toBe(1_000)
  expect(server.requests.filter((request) => request.includes('_bulk_get'))).toHaveLength(2)
  expect(server.requests.length).toBeLessThanOrEqual(13)
})

test('a live replication brings a write at once, and a closing server ends it', async () => {
  const shop = pouchOf(await server.store.create('shop'))
  const replica = await server.replica()
  const source = server.remote('shop')
  // PouchDB asks for the source's information beside its checkpoint, and leaves a failure of that unhandled.
  const info = source.info.bind(source)
  source.info = () => info().catch(() => ({ db_name: 'shop', doc_count: 0, update_seq: 0 }))
  const replication = replica.replicate.from(source, { live: true })
  const ended = new Promise<unknown>((resolve) => {
    replication.on('error', resolve).on('complete', resolve)
  })
  await eventually(() => server.requests.some((request) => request.includes('feed=longpoll')))
  await shop.put({ _id: 'new' })
  await eventually(async () => (await replica.info()).doc_count === 1)
  await eventually(() => server.requests.filter((request) => request.includes('feed=longpoll')).length >= 2)

  await server.app.close()
  await ended
})

test('a replication resumes from its checkpoint and sends nothing twice', async () => {
  await server.store.create('shop')
  const replica = await server.replica()
  await replica.put({ _id: 'first' })
  await replica.replicate.to(server.remote('shop'))
  await replica.put({ _id: 'second' })
  const again = await replica.replicate.to(server.remote('shop'))
  expect(again.docs_read).toBe(1)
  expect((await server.ask('GET', '/shop/_local_docs')).body['rows']).toHaveLength(1)
})
