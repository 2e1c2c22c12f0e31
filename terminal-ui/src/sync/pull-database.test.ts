import { expect, test } from 'vitest'
import type { FirstDocuments } from '../data/catalog-store.ts'
import { readLeaves } from '../data/leaves.ts'
import type { Database, Fields } from '../data/pouch-types.ts'
import { memoryBrowser } from '../testing/memory-databases.ts'
import { pullDatabase, pullDocuments, type PullInput } from './pull-database.ts'

const name = 'catalog'
const productOf = (number: number, category = 'tea') => ({
  _id: `product:${number}`,
  type: 'product',
  category,
  number,
})

async function hubWith(count: number): Promise<Database> {
  const hub = memoryBrowser()(name)
  await hub.bulkDocs(
    Array.from({ length: count }, (_, index) => productOf(index + 1)),
    { new_edits: true },
  )
  return hub
}

const emptyTill = (): Database => memoryBrowser()(name)

/** Which of its requests and writes a database was asked for, by name. */
function noting(database: Database, ...methods: ('changes' | 'bulkGet' | 'bulkDocs' | 'revsDiff')[]): string[] {
  const asked: string[] = []
  for (const method of methods) {
    const original = (database[method] as (...args: unknown[]) => unknown).bind(database)
    Object.assign(database, {
      [method]: (...args: unknown[]) => {
        asked.push(method)
        return original(...args)
      },
    })
  }
  return asked
}

async function everythingIn(database: Database): Promise<unknown> {
  const { results } = await database.changes({ since: 0, style: 'all_docs' })
  const leaves = await Promise.all(results.map(({ id }) => readLeaves(database, id)))
  const revised = leaves.flat().map((leaf) => [leaf._id, leaf._rev, JSON.stringify(leaf)] as const)
  return revised.sort(([a, b], [c, d]) => `${a} ${b}`.localeCompare(`${c} ${d}`))
}

/** Two revisions of one parent, as two stores make them; then edits, a deletion and a new document. */
async function changeAll(hub: Database): Promise<void> {
  const { _rev } = await hub.get('product:1')
  const [, ancestor] = _rev.split('-')
  const leaf = (hash: string): Fields => ({
    ...productOf(1, hash),
    _rev: `2-${hash}`,
    _revisions: { start: 2, ids: [hash, ancestor] },
  })
  await hub.bulkDocs([leaf('aaaa'), leaf('bbbb')], { new_edits: false })
  await hub.put({ ...(await hub.get('product:2')), number: 20 })
  await hub.remove('product:3', (await hub.get('product:3'))._rev)
  await hub.put(productOf(5000))
}

test('a new till gets the whole database with its histories, conflicts and deletions, and from then on what changed', async () => {
  const hub = await hubWith(1203)
  await changeAll(hub)
  const till = emptyTill()
  const input: PullInput = { local: till, remote: hub, epoch: 'a' }
  expect(await pullDatabase(input)).toBe(1204 + 1)
  expect(await everythingIn(till)).toEqual(await everythingIn(hub))

  const requests = noting(hub, 'changes', 'bulkGet', 'revsDiff')
  expect(await pullDatabase(input)).toBe(0)
  expect(requests).toEqual(['changes'])

  await hub.put({ ...(await hub.get('product:7')), number: 70 })
  expect(await pullDatabase(input)).toBe(1)
  expect(requests).toEqual(['changes', 'changes', 'bulkGet'])
  expect(await everythingIn(till)).toEqual(await everythingIn(hub))
})

test('a first page comes with its documents, and is told with the local sequences that it took', async () => {
  const hub = await hubWith(700)
  const requests = noting(hub, 'changes', 'bulkGet')
  const pages: FirstDocuments[] = []
  const progress: number[] = []
  const till = emptyTill()
  await pullDatabase({
    local: till,
    remote: hub,
    epoch: 'a',
    onFirst: (page) => pages.push(page),
    onProgress: (written) => progress.push(written),
  })
  expect(requests).toEqual(['changes', 'changes'])
  expect(pages.map(({ after, upTo, documents }) => [after, upTo, documents.length])).toEqual([
    [0, 500, 500],
    [500, 700, 200],
  ])
  expect(progress).toEqual([500, 700])
})

test('a page that could not be stored is fetched again, and nothing of it is passed', async () => {
  const hub = await hubWith(1100)
  const till = emptyTill()
  const store = till.bulkDocs.bind(till)
  let pages = 0
  const failing = (documents: readonly Fields[], options: { readonly new_edits: boolean }) => {
    pages += 1
    if (pages === 1) return store(documents, options)
    return Promise.resolve([{ id: 'product:501', error: true, reason: 'no room' }])
  }
  const input: PullInput = { local: Object.assign(till, { bulkDocs: failing }), remote: hub, epoch: 'a' }
  await expect(pullDatabase(input)).rejects.toThrow('no room')
  Object.assign(till, { bulkDocs: store })
  const asked: unknown[] = []
  const changes = hub.changes.bind(hub)
  const counting = (query: Parameters<Database['changes']>[0]) => {
    asked.push(query.since)
    return changes(query)
  }
  expect(await pullDatabase({ ...input, remote: Object.assign(hub, { changes: counting }) })).toBe(600)
  expect(asked[0]).toBe(500)
  expect(await everythingIn(till)).toEqual(await everythingIn(hub))
})

test('a document that the hub names and can not give fails the run', async () => {
  const hub = await hubWith(3)
  const till = emptyTill()
  const input: PullInput = { local: till, remote: hub, epoch: 'a' }
  await pullDatabase(input)
  await hub.put({ ...(await hub.get('product:1')), number: 10 })
  const give = hub.bulkGet.bind(hub)
  Object.assign(hub, {
    bulkGet: ({ docs }: Parameters<Database['bulkGet']>[0]) =>
      Promise.resolve({ results: docs.map(({ id }) => ({ id, docs: [{ error: { error: 'unreadable' } }] })) }),
  })
  await expect(pullDatabase(input)).rejects.toThrow('product:1')
  Object.assign(hub, { bulkGet: () => Promise.resolve({ results: [] }) })
  await expect(pullDatabase(input)).rejects.toThrow('product:1')
  Object.assign(hub, { bulkGet: give })
  expect(await pullDatabase(input)).toBe(1)
})

test('a hub that brings the same full page for ever ends the run', async () => {
  const hub = await hubWith(500)
  const changes = hub.changes.bind(hub)
  Object.assign(hub, { changes: (query: Parameters<Database['changes']>[0]) => changes({ ...query, since: 0 }) })
  await expect(pullDatabase({ local: emptyTill(), remote: hub, epoch: 'a' })).rejects.toThrow('the same page')
})

test('another store behind the address, or another selection, is compared from the beginning', async () => {
  const till = emptyTill()
  await pullDatabase({ local: till, remote: await hubWith(20), epoch: 'a' })
  const replaced = await hubWith(3)
  await replaced.put(productOf(99, 'coffee'))
  expect(await pullDatabase({ local: till, remote: replaced, epoch: 'b' })).toBe(1)
  await replaced.put(productOf(100, 'coffee'))

  const selector = { category: 'coffee' }
  const selective = emptyTill()
  await pullDatabase({ local: selective, remote: selecting(replaced), epoch: 'b', selector })
  expect((await selective.info()).doc_count).toBe(2)
  expect(await pullDatabase({ local: selective, remote: replaced, epoch: 'b' })).toBe(3)
})

test('single documents are fetched whatever the position is; a hub without the database has nothing', async () => {
  const hub = await hubWith(5)
  const till = emptyTill()
  await pullDatabase({ local: till, remote: hub, epoch: 'a' })
  await hub.put({ ...(await hub.get('product:2')), number: 20 })
  await hub.put({ ...(await hub.get('product:3')), number: 30 })
  expect(await pullDocuments(till, hub, ['product:2', 'product:4'])).toBe(1)
  expect(await till.get('product:2')).toMatchObject({ number: 20 })
  expect(await till.get('product:3')).toMatchObject({ number: 3 })

  const missing = Object.assign(emptyTill(), {
    changes: () => Promise.reject(Object.assign(new Error('missing'), { status: 404 })),
  })
  expect(await pullDatabase({ local: emptyTill(), remote: missing, epoch: 'a' })).toBe(0)
})

/** PouchDB's own adapters want a plugin for selectors, which the hub has built in. */
function selecting(hub: Database): Database {
  const changes = hub.changes.bind(hub)
  return Object.assign(hub, {
    changes: async ({ selector, ...query }: Parameters<Database['changes']>[0]) => {
      const page = await changes({ ...query, include_docs: true })
      const fits = (document: Fields = {}) =>
        Object.entries(selector ?? {}).every(([key, value]) => document[key] === value)
      return { ...page, results: page.results.filter(({ doc }) => fits(doc)) }
    },
  })
}
