import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDocumentDatabase } from '../store/index.ts'
import type { OpenDocumentDatabase } from '../store/index.ts'
import { PouchDB, onViewError, pouchOf } from './index.ts'
import type { PouchChange, PouchDatabase } from './index.ts'

let directory: string
let database: OpenDocumentDatabase
let pouch: PouchDatabase
const open = (name = 'shop'): OpenDocumentDatabase =>
  openDocumentDatabase({ file: path.join(directory, `${name}.sqlite`), name })
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'adapter-'))
  database = open()
  pouch = pouchOf(database)
})
afterEach(async () => {
  await database.close()
  await rm(directory, { recursive: true, force: true })
})

const byColour = {
  _id: '_design/by',
  views: { colour: { map: 'function (doc) { if (doc.colour) emit(doc.colour, doc.n); }', reduce: '_sum' } },
}
const revsOf = (holder: OpenDocumentDatabase, id: string): string[] | undefined =>
  holder.head(id)?.leaves.map(({ rev }) => rev)
const keysOf = async (query: Record<string, unknown> = {}): Promise<unknown[]> => {
  const { rows } = await pouch.query('by/colour', { reduce: false, ...query })
  return (rows as { key: unknown; id: string }[]).map(({ key, id }) => [key, id])
}

test('a document is put, changed, refused with an old revision, and removed', async () => {
  const first = await pouch.put({ _id: 'a', n: 1 })
  const second = await pouch.put({ _id: 'a', _rev: String(first.rev), n: 2 })
  await expect(pouch.put({ _id: 'a', n: 3 })).rejects.toMatchObject({ status: 409 })
  await expect(pouch.put({ _id: 'a', _rev: String(first.rev), n: 3 })).rejects.toMatchObject({ status: 409 })
  expect(await pouch.get('a', { revs: true })).toMatchObject({ n: 2, _rev: second.rev, _revisions: { start: 2 } })
  expect(await pouch.get('a', { rev: String(first.rev) })).toMatchObject({ n: 1 })
  await pouch.remove({ _id: 'a', _rev: String(second.rev) })
  await expect(pouch.get('a')).rejects.toMatchObject({ status: 404, reason: 'deleted' })
  await expect(pouch.get('b')).rejects.toMatchObject({ status: 404, reason: 'missing' })
  expect(await pouch.put({ _id: 'a', n: 4 })).toMatchObject({ rev: expect.stringMatching(/^4-/) as string })
})

test('of a batch, each bad document is its own failure and the others are stored', async () => {
  const attachment = { content_type: 'text/plain', data: 'aGk=' }
  const results = await pouch.bulkDocs([
    { _id: 'good' },
    { _id: '_bad' },
    { _id: 'odd', _unknown: 1 },
    { _id: 'photo', _attachments: { 'a.txt': attachment } },
    { _id: '_local/note', text: 'here' },
  ])
  expect(results.map(({ status, ok }) => ok ?? status)).toEqual([true, 400, 500, 403, true])
  expect((await pouch.allDocs()).rows.map(({ id }) => id)).toEqual(['good'])
  expect((await pouch.get('_local/note'))['text']).toBe('here')
})

test('of two who make or change the same local document one is told to look again', async () => {
  const put = (text: string, rev?: string) =>
    pouch.put({ _id: '_local/x', text, ...(rev === undefined ? {} : { _rev: rev }) })
  const made = await Promise.allSettled([put('a'), put('b')])
  expect(made.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  const changed = await Promise.allSettled([put('c', '0-1'), put('d', '0-1')])
  expect(changed.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  expect(await pouch.get('_local/x')).toMatchObject({ text: 'c', _rev: '0-2' })
  await pouch.remove({ _id: '_local/x', _rev: '0-2' })
  await expect(pouch.remove({ _id: '_local/x', _rev: '0-2' })).rejects.toMatchObject({ status: 404 })
})

test('lists reach every id, beyond Latin-1 too, in both directions and by page', async () => {
  const ids = ['a', 'z', 'ÿ', 'Ā', 'ж', '中', '\u{10ffff}']
  await pouch.bulkDocs(ids.map((_id) => ({ _id })))
  const listed = async (options: object): Promise<string[]> => (await pouch.allDocs(options)).rows.map(({ id }) => id)
  expect(await listed({})).toEqual(ids)
  expect(await listed({ descending: true, limit: 2 })).toEqual(['\u{10ffff}', '中'])
  expect(await listed({ startkey: 'ÿ', endkey: '中', inclusive_end: false })).toEqual(['ÿ', 'Ā', 'ж'])
  expect(await listed({ startkey: 'z', endkey: 'a' })).toEqual([])
  const named = await pouch.allDocs({ keys: ['中', 'missing'], include_docs: true })
  expect(named.rows).toMatchObject([
    { id: '中', doc: { _id: '中' } },
    { key: 'missing', error: 'not_found' },
  ])
})

test('changes come once each, of the documents asked for, and go on from where they ended', async () => {
  await pouch.bulkDocs([
    { _id: 'a', n: 1 },
    { _id: 'b', n: 2 },
    { _id: 'c', n: 3 },
  ])
  const { _rev: rev } = await pouch.get('a')
  await pouch.put({ _id: 'a', _rev: String(rev), n: 4 })
  const all = await pouch.changes({ include_docs: true })
  expect(all.results.map(({ id, seq }) => [id, seq])).toEqual([
    ['b', 2],
    ['c', 3],
    ['a', 4],
  ])
  expect(await pouch.changes({ since: all.last_seq })).toMatchObject({ results: [], last_seq: 4 })
  expect((await pouch.changes({ limit: 1 })).last_seq).toBe(2)
  expect((await pouch.changes({ selector: { n: { $gt: 2 } } })).results.map(({ id }) => id)).toEqual(['c', 'a'])
  expect((await pouch.changes({ doc_ids: ['b'] })).results).toHaveLength(1)
  expect((await pouch.changes({ descending: true, limit: 1 })).results[0]?.id).toBe('a')
})

test('a live feed misses no write, and is silent once it is cancelled', async () => {
  const seen: string[] = []
  const feed = pouch.changes({ live: true, since: 0 }).on('change', (change: PouchChange) => seen.push(change.id))
  for (const id of ['a', 'b', 'c']) await pouch.put({ _id: id })
  await expect.poll(() => seen).toEqual(['a', 'b', 'c'])
  feed.cancel()
  await pouch.put({ _id: 'd' })
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(seen).toEqual(['a', 'b', 'c'])
})

test("PouchDB's replication brings every leaf, deletion and history to another database and back", async () => {
  const other = open('other')
  const target = pouchOf(other)
  await pouch.bulkDocs([{ _id: 'a', n: 1 }, { _id: 'gone' }])
  await pouch.remove({ _id: 'gone', _rev: String((await pouch.get('gone'))._rev) })
  await pouch.replicate.to(target)
  const { _rev: rev } = await pouch.get('a')
  await pouch.put({ _id: 'a', _rev: String(rev), n: 'here' })
  await target.put({ _id: 'a', _rev: String(rev), n: 'there' })
  await Promise.all([pouch.replicate.to(target), pouch.replicate.from(target)])
  for (const id of ['a', 'gone']) expect(revsOf(other, id)).toEqual(revsOf(database, id))
  expect(database.head('a')?.leaves).toHaveLength(2)
  expect(other.head('gone')?.deleted).toBe(true)
  expect((await pouch.get('a', { conflicts: true }))._conflicts).toHaveLength(1)
  expect((await pouch.replicate.to(target)).docs_read).toBe(0)
  await other.close()
})

test('a view follows edits and deletions, and is there after a restart', async () => {
  await pouch.put(byColour)
  await pouch.bulkDocs([{ _id: 'a', colour: 'red', n: 1 }, { _id: 'b', colour: 'жёлтый', n: 2 }, { _id: 'c' }])
  expect(await keysOf()).toEqual([
    ['red', 'a'],
    ['жёлтый', 'b'],
  ])
  const a = await pouch.get('a')
  await pouch.bulkDocs([
    { ...a, colour: '中' },
    { _id: 'd', colour: 'red', n: 5 },
  ])
  await pouch.remove({ _id: 'b', _rev: String((await pouch.get('b'))._rev) })
  expect(await keysOf()).toEqual([
    ['red', 'd'],
    ['中', 'a'],
  ])
  expect((await pouch.query('by/colour', {}))['rows']).toEqual([{ key: null, value: 6 }])
  await database.close()

  database = open()
  pouch = pouchOf(database)
  await pouch.put({ _id: 'e', colour: 'aqua', n: 1 })
  expect(await keysOf()).toEqual([
    ['aqua', 'e'],
    ['red', 'd'],
    ['中', 'a'],
  ])
})

test('a damaged view is built again, and one that nobody defines any more is removed', async () => {
  await pouch.put(byColour)
  await pouch.put({ _id: 'a', colour: 'red' })
  expect(await keysOf()).toEqual([['red', 'a']])
  await database.close()
  const viewFiles = async (): Promise<string[]> =>
    (await readdir(directory)).filter((file) => file.startsWith('shop-mrview-'))
  expect(await viewFiles()).toHaveLength(1)
  for (const file of await viewFiles()) await writeFile(path.join(directory, file), 'no database'.repeat(400))

  database = open()
  pouch = pouchOf(database)
  expect(await keysOf()).toEqual([['red', 'a']])
  await pouch.remove({ _id: '_design/by', _rev: String((await pouch.get('_design/by'))._rev) })
  await pouch.viewCleanup()
  expect(await viewFiles()).toEqual([])
})

test('a view whose rows could not be written says so, and is complete at the next query', async () => {
  await pouch.put(byColour)
  await pouch.put({ _id: 'a', colour: 'red' })
  await keysOf()
  await pouch.put({ _id: 'b', colour: 'blue' })
  const views = Object.values(
    (pouch as unknown as { _cachedViews: Record<string, Promise<{ name: string }>> })._cachedViews,
  )
  const side = database.side((await Promise.all(views))[0]?.name ?? '')
  const { writeTogether } = side
  side.writeTogether = () => Promise.reject(new Error('no room'))
  await expect(keysOf()).rejects.toThrow('no room')
  side.writeTogether = writeTogether
  expect(await keysOf()).toEqual([
    ['blue', 'b'],
    ['red', 'a'],
  ])
})

test("a function that throws leaves its document out and is reported; the database's owner alone removes it", async () => {
  const errors: unknown[] = []
  const stop = onViewError((name, error) => errors.push([name, error]))
  const map = 'function (doc) { emit(doc.colour.length); }'
  await pouch.put({ ...byColour, views: { colour: { map } } })
  await pouch.bulkDocs([{ _id: 'a' }, { _id: 'b', colour: 'red' }])
  expect(await keysOf()).toEqual([[3, 'b']])
  expect(errors).toEqual([['shop', expect.objectContaining({ name: 'TypeError' })]])
  stop()
  await expect(pouch.destroy()).rejects.toMatchObject({ reason: expect.stringContaining('store') as string })
  expect(database.info().documentCount).toBe(3)
})

test('a function that never ends on one document leaves that one out, and the others are in the view', async () => {
  const map = 'function (doc) { while (doc._id === "b") { } emit(doc._id, doc._id === "c" ? 10n : 1); }'
  await pouch.put({ ...byColour, views: { colour: { map } } })
  await pouch.bulkDocs(['a', 'b', 'c', 'd'].map((_id) => ({ _id })))
  expect(await keysOf()).toEqual([
    ['a', 'a'],
    ['d', 'd'],
  ])
})

test('find takes an index and finds what a scan finds, whatever the alphabet', async () => {
  await pouch.bulkDocs(['Äpfel', 'жук', 'zoo', '中', 'a'].map((name, n) => ({ _id: `${name}:${n}`, name, n })))
  const selector = { name: { $gte: 'z' } }
  const scanned = (await pouch.find({ selector })).docs.map(({ _id }) => _id).sort()
  await pouch.createIndex({ index: { fields: ['name'] } })
  const found = await pouch.find({ selector })
  expect(found.warning).toBeUndefined()
  expect(found.docs.map(({ _id }) => _id).sort()).toEqual(scanned)
  expect((await pouch.find({ selector: { _id: { $gt: 'ÿ' } } })).docs).toHaveLength(2)
})

test('half of a surrogate pair in an indexed field or an id spoils neither the index nor the batch', async () => {
  await pouch.createIndex({ index: { fields: ['name'] } })
  const results = await pouch.bulkDocs([
    { _id: 'half', name: '\ud800' },
    { _id: 'whole', name: 'x' },
    { _id: '\udc00' },
  ])
  expect(results.map(({ ok, status }) => ok ?? status)).toEqual([true, true, 400])
  const found = await pouch.find({ selector: { name: { $gte: 'a' } } })
  expect(found.docs.map(({ _id }) => _id).sort()).toEqual(['half', 'whole'])
})

test('databases of one name in two stores know nothing of each other', async () => {
  const twin = openDocumentDatabase({ file: path.join(directory, 'twin.sqlite'), name: 'shop' })
  expect(pouchOf(twin)).not.toBe(pouch)
  expect(pouchOf(database)).toBe(pouch)
  await pouchOf(twin).put({ _id: 'theirs' })
  await expect(pouch.get('theirs')).rejects.toMatchObject({ status: 404 })
  await twin.close()
  expect(() => new PouchDB('shop', { adapter: 'tidemark' })).toThrow(/source/)
})
