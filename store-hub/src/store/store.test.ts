import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from './index.ts'
import type { DocumentDatabase, EditWrite } from './index.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'store-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const edit = (id: string): EditWrite => ({ kind: 'edit', id, deleted: false, body: '{}' })
const idsOf = (database: DocumentDatabase | undefined): string[] | undefined =>
  database?.list({ limit: 10 }).map(({ id }) => id)

test('databases, documents, side databases and the epoch are there after a restart', async () => {
  const store = await openStore({ directory })
  const sales = await store.create('sales/2026-11')
  await store.create('inventory')
  await sales.write([edit('a')])
  await sales.side('sales/2026-11-mrview-1').write([edit('row')])
  await store.close()

  const again = await openStore({ directory })
  expect(again.uuid).toBe(store.uuid)
  expect(again.names()).toEqual(['inventory', 'sales/2026-11'])
  expect(idsOf(again.database('sales/2026-11'))).toEqual(['a'])
  expect(idsOf(again.database('sales/2026-11')?.side('sales/2026-11-mrview-1'))).toEqual(['row'])
  await again.close()
})

test('two stores have two epochs', async () => {
  const one = await openStore({ directory: path.join(directory, 'one') })
  const two = await openStore({ directory: path.join(directory, 'two') })
  expect(one.uuid).toMatch(/^[0-9a-f]{32}$/)
  expect(two.uuid).not.toBe(one.uuid)
  await Promise.all([one.close(), two.close()])
})

test('a removed database takes its side databases along, and its name can be used again', async () => {
  const store = await openStore({ directory })
  const stock = await store.create('stock')
  await stock.write([edit('a')])
  await stock.side('stock-mrview-1').write([edit('row')])
  expect(await store.destroy('stock')).toBe(true)
  expect(await store.destroy('stock')).toBe(false)
  expect(await readdir(path.join(directory, 'databases'))).toEqual([])
  expect((await store.create('stock')).info().documentCount).toBe(0)
  await store.close()
})

test('a removed database takes no other along, however alike their names are', async () => {
  const store = await openStore({ directory })
  const others = ['sales-2', 'sales/sqlite', 'sales/2', 'sales/sqlite-wal']
  for (const name of ['sales', ...others]) await store.create(name)
  await store.destroy('sales')
  await store.close()
  const again = await openStore({ directory })
  expect(again.names()).toEqual(others.toSorted())
  await again.close()
})

test('a new epoch is there after a restart, with where it came from, and is heard of', async () => {
  const store = await openStore({ directory })
  const first = store.uuid
  const heard: unknown[] = []
  store.onEpochChange((epoch) => heard.push(epoch))
  const [second, third] = await Promise.all([store.rotateEpoch('restored'), store.rotateEpoch('rewound')])
  expect(store.uuid).toBe(third)
  await store.close()
  expect(heard).toEqual([
    { uuid: second, previous: first, reason: 'restored' },
    { uuid: third, previous: second, reason: 'rewound' },
  ])
  const again = await openStore({ directory })
  expect(again.epoch).toEqual({ uuid: third, previous: second, reason: 'rewound' })
  await again.close()
})

test('a removal that a crash cut short is completed at the next start', async () => {
  const store = await openStore({ directory })
  await (await store.create('half')).side('half-mrview-1').write([edit('row')])
  await store.create('whole')
  await store.close()
  await writeFile(path.join(directory, 'half.sqlite.destroying'), '')
  await rm(path.join(directory, 'databases', 'half.sqlite'))

  const again = await openStore({ directory })
  expect(again.names()).toEqual(['whole'])
  await again.close()
  expect(await readdir(path.join(directory, 'databases'))).toEqual(['whole.sqlite'])
  expect((await readdir(directory)).filter((name) => name.includes('destroying'))).toEqual([])
})

test('a damaged database is named, and nothing stays locked', async () => {
  const store = await openStore({ directory })
  await store.create('good')
  await store.create('bad')
  await store.close()
  const file = path.join(directory, 'databases', 'bad.sqlite')
  await writeFile(file, 'this is no database'.repeat(400))
  await expect(openStore({ directory })).rejects.toMatchObject({ code: 'database_unreadable', database: 'bad' })
  await rm(file)
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
  await store.database('twice')?.write([edit('a'), edit('b')])
  stop()
  await store.database('twice')?.write([edit('c')])
  expect(writes).toEqual(['twice'])
  await store.close()
})
