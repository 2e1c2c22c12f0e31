import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from './index.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'store-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('databases, documents and the epoch are there after a restart, and views are no databases', async () => {
  const store = await openStore({ directory })
  const sales = await store.create('sales/2026-11')
  await store.create('inventory')
  await sales.put({ _id: 'a', n: 1 })
  await sales.createIndex({ index: { fields: ['n'] } })
  await sales.find({ selector: { n: 1 } })
  await store.close()

  const again = await openStore({ directory })
  expect(again.uuid).toBe(store.uuid)
  expect(again.names()).toEqual(['inventory', 'sales/2026-11'])
  expect((await again.database('sales/2026-11')?.find({ selector: { n: 1 } }))?.docs).toHaveLength(1)
  await again.close()
})

test('two stores have two epochs', async () => {
  const one = await openStore({ directory: path.join(directory, 'one') })
  const two = await openStore({ directory: path.join(directory, 'two') })
  expect(one.uuid).toMatch(/^[0-9a-f]{32}$/)
  expect(two.uuid).not.toBe(one.uuid)
  await Promise.all([one.close(), two.close()])
})

test('a removed database takes its views along, and its name can be used again', async () => {
  const store = await openStore({ directory })
  const stock = await store.create('stock')
  await stock.put({ _id: 'a', n: 1 })
  await stock.createIndex({ index: { fields: ['n'] } })
  await stock.find({ selector: { n: 1 } })
  expect(await store.destroy('stock')).toBe(true)
  expect(await store.destroy('stock')).toBe(false)
  expect(await readdir(path.join(directory, 'databases'))).toEqual([])
  expect((await (await store.create('stock')).info()).doc_count).toBe(0)
  await store.close()
})

test('a removal that a crash cut short is completed at the next start', async () => {
  const store = await openStore({ directory })
  await store.create('half')
  await store.create('whole')
  await store.close()
  await writeFile(path.join(directory, 'half.destroying'), '')
  await rm(path.join(directory, 'databases', 'half', 'CURRENT'))
  await mkdir(path.join(directory, 'databases', 'half-mrview-1'))

  const again = await openStore({ directory })
  expect(again.names()).toEqual(['whole'])
  expect(await readdir(path.join(directory, 'databases'))).toEqual(['whole'])
  expect(await readdir(directory)).toEqual(['databases', 'uuid'])
  await again.close()
})

test('a damaged database is named, and nothing stays locked', async () => {
  const store = await openStore({ directory })
  await store.create('good')
  await store.create('bad')
  await store.close()
  const current = path.join(directory, 'databases', 'bad', 'CURRENT')
  await writeFile(current, 'MANIFEST-999999\n')
  await expect(openStore({ directory })).rejects.toMatchObject({ code: 'database_unreadable', database: 'bad' })
  await rm(path.join(directory, 'databases', 'bad'), { recursive: true })
  const again = await openStore({ directory })
  expect(again.names()).toEqual(['good'])
  await again.close()
})

test.each(['', 'Sales', '1st', '_users', 'a.b', '../a', 'a b', 'a-mrview-b', `a${'b'.repeat(180)}`])(
  '"%s" is not a name for a database',
  async (name) => {
    const store = await openStore({ directory })
    await expect(store.create(name)).rejects.toMatchObject({ code: 'illegal_database_name' })
    await store.close()
  },
)

test('of two who make the same database one succeeds, and each write is announced once', async () => {
  const store = await openStore({ directory })
  const writes: string[] = []
  const stop = store.onWrite((name) => writes.push(name))
  const made = await Promise.allSettled([store.create('twice'), store.create('twice')])
  expect(made.map((result) => result.status).sort()).toEqual(['fulfilled', 'rejected'])
  await store.database('twice')?.bulkDocs([{ _id: 'a' }, { _id: 'b' }])
  stop()
  await store.database('twice')?.put({ _id: 'c' })
  expect(writes).toEqual(['twice'])
  await store.close()
})
