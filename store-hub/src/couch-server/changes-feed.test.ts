import { connect } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { pouchOf } from '../pouchdb/index.ts'
import type { RunningServer } from './testing/running-server.ts'
import { eventually, startServer } from './testing/running-server.ts'

let server: RunningServer
beforeEach(async () => {
  server = await startServer({ limits: { feeds: 3 }, sequences: 'opaque' })
  await server.store.create('shop')
})
afterEach(() => server.close())

const put = (id: string): Promise<unknown> => server.ask('PUT', `/shop/${id}`, {})

/** Reads a live feed piece by piece. */
async function follow(query: string) {
  const gone = new AbortController()
  const response = await fetch(`${server.url}/shop/_changes?${query}`, { signal: gone.signal })
  let text = ''
  const ended = (async () => {
    const decoder = new TextDecoder()
    for await (const piece of response.body ?? []) text += decoder.decode(piece as Uint8Array, { stream: true })
  })().catch(() => undefined)
  return { status: response.status, text: () => text, ended, leave: () => gone.abort() }
}

test('a longpoll waits for a write and brings it', async () => {
  await put('before')
  const { body: now } = await server.ask('GET', '/shop/_changes?since=now')
  const waiting = server.ask('GET', `/shop/_changes?feed=longpoll&since=${String(now['last_seq'])}`)
  await eventually(() => server.requests.some((request) => request.includes('longpoll')))
  await put('after')
  const { body } = await waiting
  expect(body['results']).toMatchObject([{ id: 'after' }])
  expect(String(body['last_seq'])).toMatch(/^2-[0-9a-f]+$/)
})

test('a longpoll without a write ends at its timeout, where it began', async () => {
  await put('a')
  const { body } = await server.ask('GET', '/shop/_changes?feed=longpoll&since=1&timeout=50')
  expect(body).toMatchObject({ results: [], pending: 0 })
  expect(String(body['last_seq'])).toMatch(/^1-/)
})

test('a continuous feed brings each write as a line, signs of life between, and ends with the server', async () => {
  const feed = await follow('feed=continuous&heartbeat=100&include_docs=true')
  await put('a')
  await put('b')
  await eventually(() => feed.text().includes('"b"'))
  await eventually(() => feed.text().endsWith('\n\n\n'))
  await server.app.close()
  await feed.ended
  const lines = feed
    .text()
    .split('\n')
    .filter((line) => line !== '')
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { id: 'a', doc: { _id: 'a' } },
    { id: 'b' },
    { last_seq: expect.stringMatching(/^2-/) as string },
  ])
})

test('an event source resumes after the last event that it had', async () => {
  await put('a')
  await put('b')
  const { body } = await server.ask('GET', '/shop/_changes?limit=1')
  const feed = await follow(`feed=eventsource&last-event-id=${String(body['last_seq'])}`)
  await eventually(() => feed.text().includes('id: 2-'))
  expect(feed.text()).toMatch(/^data: \{"seq":"2-[0-9a-f]+","id":"b".*\nid: 2-[0-9a-f]+\n\n$/)
  feed.leave()
})

test('feeds are bounded in number, and one whose client leaves makes room', async () => {
  const feeds = await Promise.all([1, 2, 3].map(() => follow('feed=continuous')))
  const tooMany = await server.ask('GET', '/shop/_changes?feed=longpoll&since=now')
  expect(tooMany).toMatchObject({ status: 429, body: { error: 'too_many_requests' } })
  feeds[0]?.leave()
  await eventually(
    async () => (await server.ask('GET', '/shop/_changes?feed=longpoll&since=now&timeout=1')).status === 200,
  )
  await server.store.destroy('shop')
  feeds.forEach((feed) => feed.leave())
})

test('a feed of a removed database ends', async () => {
  const feed = await follow('feed=continuous&heartbeat=1000')
  await server.ask('DELETE', '/shop')
  await feed.ended
  expect(feed.text()).toContain('last_seq')
})

test('a reader that does not read holds back its feed, instead of filling the memory of the server', async () => {
  const large = await server.store.create('large')
  const shop = pouchOf(large)
  const text = 'x'.repeat(100_000)
  for (let batch = 0; batch < 5; batch += 1) {
    await shop.bulkDocs(Array.from({ length: 100 }, (_, index) => ({ _id: `${batch}-${index}`, text })))
  }
  let pages = 0
  const changes = large.changes.bind(large)
  large.changes = (range) => {
    pages += 1
    return changes(range)
  }
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.pause()
  socket.write('GET /db/large/_changes?feed=continuous&include_docs=true HTTP/1.1\r\nhost: shop\r\n\r\n')
  await new Promise((resolve) => {
    setTimeout(resolve, 500)
  })
  expect(pages).toBeLessThanOrEqual(2)
  socket.resume()
  await eventually(() => pages >= 6)
  socket.destroy()
})

test('an answer that is under way when its database is removed is whole or cut, and the server goes on', async () => {
  const shop = pouchOf(server.store.database('shop'))
  const text = 'x'.repeat(10_000)
  await shop?.bulkDocs(Array.from({ length: 2_000 }, (_, index) => ({ _id: `${index}`, text })))
  const open = await Promise.all(
    ['_all_docs', '_changes'].map((what) => fetch(`${server.url}/shop/${what}?include_docs=true`)),
  )
  const reading = Promise.allSettled(open.map((response) => response.text()))
  await server.store.destroy('shop')
  for (const result of await reading) {
    if (result.status === 'rejected') continue
    const { rows, results } = JSON.parse(result.value) as { rows?: unknown[]; results?: unknown[] }
    expect(rows ?? results).toHaveLength(2_000)
  }
  expect((await server.ask('GET', '/shop')).status).toBe(404)
})

test('pages, directions and filters select what they say', async () => {
  await server.ask('PUT', '/shop/_design/d', {})
  for (const id of ['a', 'b', 'c']) await put(id)
  const ids = async (query: string, body?: unknown) => {
    const answer = await server.ask(body === undefined ? 'GET' : 'POST', `/shop/_changes?${query}`, body)
    return [(answer.body['results'] as { id: string }[]).map((row) => row.id), answer.body['pending']]
  }
  expect(await ids('limit=2')).toEqual([['_design/d', 'a'], 2])
  const { body: first } = await server.ask('GET', '/shop/_changes?limit=2')
  expect(await ids(`since=${String(first['last_seq'])}&limit=2`)).toEqual([['b', 'c'], 0])
  expect((await ids('descending=true&limit=1'))[0]).toEqual(['c'])
  expect(await ids('filter=_doc_ids', { doc_ids: ['b', 'nobody'] })).toEqual([['b'], 0])
  expect(await ids('filter=_doc_ids&doc_ids=["a"]')).toEqual([['a'], 0])
  expect(await ids('filter=_selector', { selector: { _id: { $gt: 'a' } } })).toEqual([['b', 'c'], 0])
  expect(await ids('filter=_design')).toEqual([['_design/d'], 0])
})

test('a long feed comes whole in either direction, page by page', async () => {
  const shop = await server.store.create('long')
  const ids = Array.from({ length: 250 }, (_, n) => `d${String(n).padStart(3, '0')}`)
  await shop.write(ids.map((id) => ({ kind: 'edit', id, deleted: false, body: '{}' })))
  const read = async (query: string): Promise<string[]> => {
    const { body } = await server.ask('GET', `/long/_changes?include_docs=true${query}`)
    return (body['results'] as { id: string }[]).map(({ id }) => id)
  }
  expect(await read('')).toEqual(ids)
  expect(await read('&descending=true')).toEqual(ids.toReversed())
  expect(await read('&descending=true&limit=150')).toEqual(ids.toReversed().slice(0, 150))
  expect(await read('&limit=150')).toEqual(ids.slice(0, 150))
})
