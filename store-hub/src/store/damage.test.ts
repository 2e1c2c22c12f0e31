import { execFile } from 'node:child_process'
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PAGE_BYTES, openConnection } from './connection.ts'
import { openDocumentDatabase } from './open-document-database.ts'
import { migrations } from './schema.ts'
import { openStore } from './store.ts'

let directory: string
let file: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'damage-'))
  file = path.join(directory, 'databases', 'sales.sqlite')
  const store = await openStore({ directory })
  const sales = await store.create('sales')
  const body = (n: number): string => JSON.stringify({ mark: `mark-${n}-`, filling: 'x'.repeat(2000) })
  await sales.write(
    Array.from({ length: 500 }, (_, n) => ({ kind: 'edit', id: `d${n}`, deleted: false, body: body(n) })),
  )
  await store.close()
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const opened = (): Promise<unknown> => openStore({ directory }).then((store) => store.close())

function overwrite(at: number, bytes: Buffer): void {
  const handle = openSync(file, 'r+')
  writeSync(handle, bytes, 0, bytes.length, at)
  closeSync(handle)
}

test.each([
  ['empty', () => truncate(file, 0)],
  ['cut short', async () => truncate(file, Math.floor((await stat(file)).size / 2))],
  ['not SQLite at all', () => writeFile(file, 'no database'.repeat(1000))],
  [
    'of another program',
    async () => {
      await rm(file)
      const other = new DatabaseSync(file)
      other.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)')
      other.close()
    },
  ],
])('a file that is %s is named at the start, and the folder is let go', async (_, damage) => {
  await damage()
  await expect(opened()).rejects.toMatchObject({ code: 'database_unreadable', database: 'sales' })
  await rm(file)
  await opened()
})

test('a body that changed on the disk is not served, and verification names its document', async () => {
  const at = readFileSync(file).indexOf('mark-77-')
  overwrite(at, Buffer.from('M'))
  const store = await openStore({ directory })
  const sales = store.database('sales')
  expect(() => sales?.read('d77')).toThrow(expect.objectContaining({ code: 'database_unreadable' }))
  expect(() => sales?.changes({ limit: 500, bodies: true })).toThrow(/'d77'/)
  expect(sales?.read('d78')?.body).toContain('mark-78-')
  expect((await sales?.verify())?.problems).toEqual([
    { id: 'd77', problem: expect.stringMatching(/changed on the disk/) },
  ])
  await store.close()
})

test('pages that were overwritten are found, and what is asked of them is refused', async () => {
  const bytes = readFileSync(file)
  const pages = Array.from({ length: 30 }, (_, n) => Math.floor(bytes.indexOf(`mark-${300 + n}-`) / PAGE_BYTES))
  for (const page of new Set(pages)) overwrite(page * PAGE_BYTES, Buffer.alloc(PAGE_BYTES, 0xab))
  const store = await openStore({ directory })
  const sales = store.database('sales')
  expect(() => sales?.changes({ limit: 500, bodies: true })).toThrow(
    expect.objectContaining({ code: 'database_unreadable' }),
  )
  expect((await sales?.verify())?.problemCount).toBeGreaterThan(10)
  await store.close()
})

test('a log that was torn while it was written ends at a whole transaction', async () => {
  const store = await openStore({ directory })
  const sales = store.database('sales')
  for (let n = 0; n < 40; n += 1) {
    const id = `torn-${String(n).padStart(2, '0')}`
    await sales?.write([
      { kind: 'edit', id, deleted: false, body: JSON.stringify({ filling: 'y'.repeat(n * 200) }) },
      {
        kind: 'replicated',
        id: 'branched',
        revisions: { start: 1, ids: [`${n}`.padStart(32, '0')] },
        deleted: false,
        body: '{}',
      },
    ])
  }
  const [content, log] = [readFileSync(file), readFileSync(`${file}-wal`)]
  await store.close()

  const copy = path.join(directory, 'torn.sqlite')
  const kept: number[] = []
  for (let share = 0; share <= 8; share += 1) {
    await writeFile(copy, content)
    const torn = Math.floor((log.length * share) / 8)
    await writeFile(`${copy}-wal`, Buffer.concat([log.subarray(0, torn), Buffer.alloc(5000, 0xab)]))
    const database = openDocumentDatabase({ file: copy, name: 'torn' })
    const ids = database.list({ startKey: 'torn-', limit: 100 }).map(({ id }) => id)
    expect(ids).toEqual(Array.from(ids, (_, n) => `torn-${String(n).padStart(2, '0')}`))
    expect(database.head('branched')?.leaves.length ?? 0).toBe(ids.length)
    expect((await database.verify()).problems).toEqual([])
    await database.close()
    kept.push(ids.length)
  }
  expect(kept[0]).toBe(0)
  expect(kept.at(-1)).toBe(40)
  expect(kept).toEqual(kept.toSorted((a, b) => a - b))
})

test('a second process is refused while the first has the folder open', async () => {
  const store = await openStore({ directory })
  const index = new URL('./index.ts', import.meta.url).href
  const script = `import { openStore } from '${index}'
    await openStore({ directory: process.argv[1] }).then((store) => store.close()).then(
      () => process.stdout.write('opened'), (error) => process.stdout.write(error.code))`
  const openElsewhere = async (): Promise<string> =>
    (await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script, directory])).stdout
  expect(await openElsewhere()).toBe('store_in_use')
  await expect(openStore({ directory })).rejects.toMatchObject({ code: 'store_in_use' })
  expect(store.database('sales')?.info().documentCount).toBe(500)
  await store.close()
  expect(await openElsewhere()).toBe('opened')
})

test('the folder of the former engine is named and not taken for an empty store', async () => {
  await mkdir(path.join(directory, 'databases', 'inventory'))
  await expect(opened()).rejects.toMatchObject({ code: 'former_engine', message: expect.stringContaining('LevelDB') })
})

test('a file of a newer schema is refused, and stays as it is', async () => {
  const connection = openConnection({ file, name: 'sales', synchronous: 'FULL' })
  connection.exec(`PRAGMA user_version = ${migrations.length + 1}`)
  connection.close()
  await expect(opened()).rejects.toMatchObject({ code: 'schema_too_new', database: 'sales' })
})

test('a file of an older schema is brought up to date when it is opened, or left whole when that fails', () => {
  const next = 'ALTER TABLE document ADD COLUMN note TEXT; UPDATE document SET note = id'
  const options = { file, name: 'sales', synchronous: 'FULL' } as const
  expect(() => openConnection({ ...options, steps: [...migrations, next, 'INSERT INTO nothing VALUES (1)'] })).toThrow()
  const database = openDocumentDatabase({ file, name: 'sales' })
  expect(database.read('d1')).toBeDefined()
  void database.close()

  const connection = openConnection({ ...options, steps: [...migrations, next] })
  expect(connection.prepare('SELECT count(*) AS n FROM document WHERE note = id').get()).toEqual({ n: 500 })
  expect(connection.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length + 1 })
  connection.close()
})

test('a commit is an fsync, and a draft that a crash left is no database', async () => {
  await writeFile(path.join(directory, 'databases', 'stock.sqlite.draft'), 'half')
  await writeFile(path.join(directory, 'databases', 'stock.sqlite-wal'), 'of another life')
  const store = await openStore({ directory })
  expect(store.names()).toEqual(['sales'])
  expect((await store.create('stock')).info().documentCount).toBe(0)
  await store.close()
  expect((await readdir(path.join(directory, 'databases'))).sort()).toEqual(['sales.sqlite', 'stock.sqlite'])
  const connection = openConnection({ file, name: 'sales', synchronous: 'FULL' })
  expect(connection.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
  expect(connection.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  connection.close()
})
