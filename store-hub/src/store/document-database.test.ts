import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { DocumentWrite } from './document-database.ts'
import { openDocumentDatabase, type OpenDocumentDatabase } from './open-document-database.ts'

let directory: string
let commits: number[]
let database: OpenDocumentDatabase
const open = (): OpenDocumentDatabase =>
  openDocumentDatabase({
    file: path.join(directory, 'sales.sqlite'),
    name: 'sales',
    onCommit: (jobs) => commits.push(jobs),
  })

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'database-'))
  commits = []
  database = open()
})
afterEach(async () => {
  await database.close()
  await rm(directory, { recursive: true, force: true })
})

const edit = (id: string, body: unknown, rev?: string, deleted = false): DocumentWrite => ({
  kind: 'edit',
  id,
  ...(rev === undefined ? {} : { rev }),
  deleted,
  body: JSON.stringify(body),
})
const replicated = (id: string, start: number, ids: string[], deleted = false): DocumentWrite => ({
  kind: 'replicated',
  id,
  revisions: { start, ids },
  deleted,
  body: JSON.stringify({ from: ids[0] }),
})
async function put(...writes: DocumentWrite[]): Promise<string[]> {
  const results = await database.write(writes)
  return results.map((result) => (result.kind === 'stored' ? result.rev : 'conflict'))
}

test('a document lives, changes, is deleted and lives again in one line of revisions', async () => {
  const [first = ''] = await put(edit('a', { n: 1 }))
  expect(first).toMatch(/^1-[0-9a-f]{32}$/)
  const [second = ''] = await put(edit('a', { n: 2 }, first))
  const [third = ''] = await put(edit('a', {}, second, true))
  expect(database.head('a')).toEqual({
    id: 'a',
    sequence: 3,
    rev: third,
    deleted: true,
    leaves: [{ rev: third, deleted: true }],
  })
  expect(database.info()).toMatchObject({ documentCount: 0, deletedCount: 1, updateSequence: 3 })
  const [fourth = ''] = await put(edit('a', { n: 4 }))
  expect(fourth).toMatch(/^4-/)
  expect(database.read('a')).toEqual({ id: 'a', rev: fourth, deleted: false, body: '{"n":4}' })
  expect(database.read('a', second)?.body).toBe('{"n":2}')
  expect(database.history('a', fourth)?.ids).toHaveLength(4)
  expect(database.info()).toMatchObject({ documentCount: 1, deletedCount: 0, updateSequence: 4 })
})

test('an edit of anything but a leaf is a conflict and leaves no trace', async () => {
  const [first = ''] = await put(edit('a', { n: 1 }))
  const [second = ''] = await put(edit('a', { n: 2 }, first))
  const before = database.info()
  expect(
    await put(
      edit('a', { n: 3 }),
      edit('a', { n: 3 }, first),
      edit('a', { n: 3 }, '2-unknown'),
      edit('b', { n: 3 }, '1-unknown'),
      edit('a', {}, undefined, true),
    ),
  ).toEqual(Array.from({ length: 5 }, () => 'conflict'))
  expect(database.info()).toEqual(before)
  expect(database.read('a')?.rev).toBe(second)
})

test('the same edit of the same revision has the same name in every database', async () => {
  const other = openDocumentDatabase({ file: path.join(directory, 'other.sqlite'), name: 'other' })
  const [first = ''] = await put(edit('a', { n: 1 }))
  const [second] = await put(edit('a', { n: 2 }, first))
  await other.write([edit('a', { n: 1 })])
  expect(await other.write([edit('a', { n: 2 }, first)])).toEqual([
    { kind: 'stored', id: 'a', rev: second, isNew: true },
  ])
  await other.close()
})

test('branches made elsewhere stand beside each other, and the winner is the one that CouchDB chooses', async () => {
  await put(
    replicated('a', 2, ['b', 'a']),
    replicated('a', 2, ['c', 'a']),
    replicated('a', 3, ['d', 'c', 'a'], true),
    replicated('a', 1, ['z']),
  )
  expect(database.head('a')).toMatchObject({
    rev: '2-b',
    deleted: false,
    leaves: [
      { rev: '2-b', deleted: false },
      { rev: '1-z', deleted: false },
      { rev: '3-d', deleted: true },
    ],
  })
  const sequence = database.info().updateSequence
  expect(await database.write([replicated('a', 2, ['c', 'a']), replicated('a', 1, ['a'])])).toMatchObject([
    { isNew: false },
    { isNew: false },
  ])
  expect(database.info().updateSequence).toBe(sequence)
  expect(database.read('a', '2-c')?.body).toBe('{"from":"c"}')
  expect(database.read('a', '1-a')).toBeUndefined()
  expect(database.history('a', '3-d')).toEqual({ start: 3, ids: ['d', 'c', 'a'] })
})

test('a history that reaches further back than what is known loses no body', async () => {
  await put(replicated('a', 2, ['b']), replicated('a', 3, ['c', 'b', 'a']))
  expect(database.read('a', '2-b')?.body).toBe('{"from":"b"}')
  expect(database.history('a', '3-c')).toEqual({ start: 3, ids: ['c', 'b', 'a'] })
  expect((await database.verify()).problems).toEqual([])
})

test('an ancestor that two stemmed branches share keeps one body, and the database is whole', async () => {
  await database.setRevsLimit(3)
  await put(replicated('a', 2, ['b', 'a']))
  const [edited = ''] = await put(edit('a', { n: 1 }, '2-b'))
  await put(replicated('a', 4, ['d', 'c', 'b']))
  expect(database.history('a', edited)?.ids).toHaveLength(3)
  expect(database.history('a', '4-d')?.ids).toEqual(['d', 'c', 'b'])
  expect(database.read('a', '2-b')?.body).toBe('{"from":"b"}')
  expect(await database.verify()).toMatchObject({ problemCount: 0 })
  await put(edit('a', { n: 2 }, edited))
  expect(await database.verify()).toMatchObject({ problemCount: 0 })
  await database.compact()
  expect(await database.verify()).toMatchObject({ problemCount: 0 })
})

test('the feed has each document once, at its last change', async () => {
  const [first] = await put(edit('a', { n: 1 }), edit('b', { n: 1 }), edit('c', {}))
  await put(edit('a', { n: 2 }, first))
  const rows = database.changes({ limit: 10, bodies: true })
  expect(rows.map(({ id, sequence, body }) => [sequence, id, body])).toEqual([
    [2, 'b', '{"n":1}'],
    [3, 'c', '{}'],
    [4, 'a', '{"n":2}'],
  ])
  expect(database.changes({ since: 2, limit: 1 }).map(({ id }) => id)).toEqual(['c'])
  expect(database.changes({ limit: 2, descending: true }).map(({ id }) => id)).toEqual(['a', 'c'])
  expect(database.countChanges(2)).toBe(2)
})

test('ids are listed in the order of their bytes, whatever is in them', async () => {
  const ids = ['a', 'a\u0000b', 'B', 'ä', '日本', '😀', '__proto__', 'x/y?z', 'l'.repeat(5000), '\uffff']
  await put(...ids.map((id) => edit(id, { id })), edit('gone', {}, undefined, true))
  const inOrder = ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  const listed = database.list({ limit: 100, bodies: true })
  expect(listed.map(({ id }) => id)).toEqual(inOrder)
  expect(listed.every(({ id, body }) => body === JSON.stringify({ id }))).toBe(true)
  expect(database.list({ limit: 100, descending: true }).map(({ id }) => id)).toEqual(inOrder.toReversed())
  expect(database.list({ startKey: 'a', endKey: 'ä', inclusiveEnd: false, skip: 1, limit: 2 })).toMatchObject([
    { id: 'a\u0000b' },
    { id: 'l'.repeat(5000) },
  ])
  for (const id of ids) expect(database.read(id)?.body).toBe(JSON.stringify({ id }))
})

test('half a surrogate pair is kept in a body and refused in an id', async () => {
  await put({ kind: 'edit', id: 'a', deleted: false, body: '{"half":"\ud83d"}' })
  expect(JSON.parse(database.read('a')?.body ?? '')).toEqual({ half: '\ud83d' })
  await expect(put(edit('\ud83d', {}))).rejects.toMatchObject({ code: 'illegal_document' })
})

test('local documents count their changes and are in no feed', async () => {
  const id = '_local/checkpoint'
  expect(await database.writeLocal(id, '{"n":1}')).toEqual({ kind: 'stored', rev: '0-1' })
  expect(await database.writeLocal(id, '{"n":2}', '0-1')).toEqual({ kind: 'stored', rev: '0-2' })
  expect(await database.writeLocal(id, '{"n":3}', '0-1')).toEqual({ kind: 'conflict' })
  expect(database.readLocal(id)).toEqual({ id, rev: '0-2', body: '{"n":2}' })
  expect(database.listLocalIds(10)).toEqual([id])
  await database.writeLocal(id, undefined)
  expect(database.readLocal(id)).toBeUndefined()
  expect(database.info().updateSequence).toBe(0)
})

test('what many write in one turn shares one transaction, and each listener hears of it once', async () => {
  let heard = 0
  const stop = database.onWrite(() => (heard += 1))
  await Promise.all(Array.from({ length: 32 }, (_, index) => put(edit(`d${index}`, { index }))))
  expect(commits).toEqual([32])
  await database.writeLocal('_local/x', '{}')
  stop()
  await put(edit('more', {}))
  expect(heard).toBe(1)
})

test('everything is there after closing and opening', async () => {
  await put(edit('a', { n: 1 }), replicated('b', 3, ['c', 'b', 'a']), edit('c', {}, undefined, true))
  await database.writeLocal('_local/x', '{"a":1}')
  await database.setRevsLimit(20)
  const before = { info: database.info(), changes: database.changes({ limit: 10, bodies: true }) }
  await database.close()
  await expect(put(edit('d', {}))).rejects.toMatchObject({ code: 'store_closed' })
  expect(() => database.read('a')).toThrow(expect.objectContaining({ code: 'store_closed' }))
  database = open()
  expect(database.info()).toMatchObject({ documentCount: 2, deletedCount: 1, updateSequence: 3, revsLimit: 20 })
  expect(database.changes({ limit: 10, bodies: true })).toEqual(before.changes)
  expect(database.readLocal('_local/x')?.body).toBe('{"a":1}')
})

test('a history is cut at the limit, and compaction keeps the bodies of leaves only', async () => {
  await database.setRevsLimit(3)
  let [rev] = await put(edit('a', { n: 0 }))
  const revs = [rev]
  for (let n = 1; n < 6; n += 1) {
    ;[rev] = await put(edit('a', { n }, rev))
    revs.push(rev)
  }
  expect(database.history('a', rev ?? '')).toMatchObject({ start: 6 })
  expect(database.history('a', rev ?? '')?.ids).toHaveLength(3)
  expect(database.read('a', revs[2] ?? '')).toBeUndefined()
  expect(database.read('a', revs[3] ?? '')?.body).toBe('{"n":3}')
  await put(replicated('a', 6, ['x', 'y', 'z']))
  const sequence = database.info().updateSequence
  await database.compact()
  expect(database.read('a', revs[3] ?? '')).toBeUndefined()
  expect(database.read('a', revs[5] ?? '')?.body).toBe('{"n":5}')
  expect(database.read('a', '6-x')?.body).toBe('{"from":"x"}')
  expect(database.info().updateSequence).toBe(sequence)
})

test('compaction gives space back while others write', async () => {
  const big = 'x'.repeat(20_000)
  let revs = await put(...Array.from({ length: 100 }, (_, index) => edit(`d${index}`, { big })))
  revs = await put(...revs.map((rev, index) => edit(`d${index}`, { n: 1 }, rev)))
  const before = database.sizes()
  const compacting = database.compact()
  expect(database.info().compactRunning).toBe(true)
  await Promise.all([compacting, put(edit('more', {}))])
  expect(database.info()).toMatchObject({ compactRunning: false, documentCount: 101 })
  expect(database.sizes().activeBytes).toBeLessThan(before.activeBytes - 1_500_000)
})

test('a damaged side database is empty again, and a removed one gone', async () => {
  const name = 'sales-mrview-1'
  await database.side(name).write([edit('row', {})])
  await database.close()
  await writeFile(path.join(directory, `${name}.sqlite`), 'damaged'.repeat(1000))
  database = open()
  expect(database.side(name).info().documentCount).toBe(0)
  await database.side(name).write([edit('row', {})])
  const removed = database.removeSide(name)
  expect(() => database.side(name)).toThrow(expect.objectContaining({ code: 'store_closed' }))
  await removed
  expect(await readdir(directory)).not.toContain(`${name}.sqlite`)
  expect(database.side(name).info().documentCount).toBe(0)
  expect(() => database.side('other')).toThrow(expect.objectContaining({ code: 'illegal_database_name' }))
})

test('verification of a database that is written to and compacted meanwhile finds nothing wrong', async () => {
  let [rev = ''] = await put(edit('a', { n: 0 }), edit('gone', {}, undefined, true))
  const verifying = database.verify()
  const verified = new AbortController()
  void verifying.finally(() => verified.abort())
  let written = 0
  for (let n = 1; !verified.signal.aborted; n += 1) {
    ;[rev = ''] = await put(edit('a', { n }, rev), edit(`b${n}`, { n }), replicated('a', 1, [`branch${n}`]))
    if (n % 20 === 0) await database.compact()
    written += 1
  }
  const { documents, problems } = await verifying
  expect(problems).toEqual([])
  expect(documents).toBeGreaterThanOrEqual(2)
  expect(documents).toBeLessThanOrEqual(written + 2)
  expect((await database.verify()).problems).toEqual([])
})
