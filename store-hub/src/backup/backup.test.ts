import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore, type DocumentDatabase, type Store } from '../store/index.ts'
import { manifestName } from './manifest.ts'
import { requireNoUnfinishedRestore, restoreBackup } from './restore-backup.ts'
import { writeBackup, type WrittenBackup } from './write-backup.ts'

let directory: string
let store: Store
const data = (): string => path.join(directory, 'data')
const target = (): string => path.join(directory, 'backups', 'monday')
const restored = (): string => path.join(directory, 'restored')

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'backup-'))
  store = await openStore({ directory: data() })
})
afterEach(async () => {
  await store.close()
  await rm(directory, { recursive: true })
})

const backUp = (): Promise<WrittenBackup> =>
  writeBackup({ store, target: target(), storeId: 's001', hubVersion: '0.1.0' })
const restore = (replace = false, dataDirectory = restored()) =>
  restoreBackup({ backup: target(), dataDirectory, replace })
const put = (database: DocumentDatabase, id: string) =>
  database.write([{ kind: 'edit', id, deleted: false, body: `{"text":"${'x'.repeat(1000)}"}` }])

it('holds everything that was acknowledged before it began, while writing goes on, and all of one moment', async () => {
  const sales = await store.create('sales-2026-11')
  const inventory = await store.create('inventory')
  const acknowledged: string[] = []
  const writer = new AbortController()
  const write = async (): Promise<void> => {
    for (let number = 0; !writer.signal.aborted; number += 1) {
      const id = String(number).padStart(6, '0')
      // The movement is written when its sale is there: a copy that has the movement has to have the sale.
      await put(sales, id)
      await put(inventory, id)
      acknowledged.push(id)
      await nextTurn()
    }
  }
  const writing = write()
  while (acknowledged.length < 200) await nextTurn()
  const before = [...acknowledged]
  const { manifest } = await backUp()
  const during = acknowledged.length - before.length
  writer.abort()
  await writing

  const { epoch } = await restore()
  expect(during).toBeGreaterThan(0)
  const copy = await openStore({ directory: restored() })
  const has = (name: string, id: string): boolean => copy.database(name)?.read(id)?.rev.startsWith('1-') === true
  expect(before.filter((id) => !has('sales-2026-11', id) || !has('inventory', id))).toEqual([])
  expect(acknowledged.filter((id) => has('inventory', id) && !has('sales-2026-11', id))).toEqual([])
  expect(copy.uuid).toBe(epoch)
  expect(copy.epoch).toMatchObject({ previous: store.uuid })
  expect(epoch).not.toBe(store.uuid)
  const row = manifest.databases.find(({ name }) => name === 'sales-2026-11')
  expect(copy.database('sales-2026-11')?.info()).toMatchObject({
    documentCount: row?.documents,
    updateSequence: row?.sequence,
  })
  await copy.close()
})

it('leaves out the secrets of the machine, and is for its owner only', async () => {
  await writeFile(path.join(data(), 'sync-log.key'), 'private')
  await writeFile(path.join(data(), 'administration.token'), 'secret')
  await store.create('catalog')
  await backUp()
  const files = await readdir(target(), { recursive: true })
  expect(files.sort()).toEqual([manifestName, 'databases', 'databases/catalog.sqlite', 'uuid'])
  expect((await stat(target())).mode & 0o777).toBe(0o700)
})

it('writes to no folder that holds something, and leaves nothing behind when it fails', async () => {
  await mkdir(target(), { recursive: true })
  await backUp()
  await expect(backUp()).rejects.toMatchObject({ code: 'target_not_empty' })
  const file = path.join(directory, 'file')
  await writeFile(file, '')
  const below = path.join(file, 'backup')
  await expect(writeBackup({ store, target: below, storeId: null, hubVersion: '0' })).rejects.toMatchObject({
    code: 'target_unusable',
  })
  expect(await readdir(path.dirname(target()))).toEqual(['monday'])
})

it('restores nothing from a backup that is damaged, incomplete, of a newer version, or none', async () => {
  await put(await store.create('catalog'), 'a')
  await backUp()
  const file = path.join(target(), 'databases', 'catalog.sqlite')
  const manifestFile = path.join(target(), manifestName)
  const manifest = await readFile(manifestFile, 'utf8')

  await writeFile(manifestFile, manifest.replace('"version": 1', '"version": 2'))
  await expect(restore()).rejects.toMatchObject({ code: 'backup_too_new' })
  await writeFile(manifestFile, manifest)
  const content = await readFile(file)
  content[5000] = (content[5000] ?? 0) ^ 1
  await writeFile(file, content)
  await expect(restore()).rejects.toThrow('databases/catalog.sqlite has other content')
  await appendFile(file, 'more')
  await expect(restore()).rejects.toMatchObject({ code: 'backup_damaged' })
  await rm(file)
  await expect(restore()).rejects.toThrow('databases/catalog.sqlite is missing')
  await rm(manifestFile)
  await expect(restore()).rejects.toMatchObject({ code: 'not_a_backup' })
  await expect(stat(restored())).rejects.toMatchObject({ code: 'ENOENT' })
})

it('touches no folder that a hub runs on or that holds something, and moves the old one aside when asked', async () => {
  await put(await store.create('catalog'), 'a')
  await backUp()
  await expect(restore(false, data())).rejects.toMatchObject({ code: 'data_folder_not_empty' })
  await expect(restore(true, data())).rejects.toMatchObject({ code: 'data_folder_in_use' })
  await put(store.database('catalog') as DocumentDatabase, 'made since')
  const { uuid } = store
  await store.close()
  const { movedTo } = await restore(true, data())

  const old = await openStore({ directory: movedTo ?? '' })
  expect(old.uuid).toBe(uuid)
  expect(old.database('catalog')?.info().documentCount).toBe(2)
  await old.close()
  store = await openStore({ directory: data() })
  expect(store.database('catalog')?.info().documentCount).toBe(1)
})

it('keeps a hub from starting with an empty store where a restore was cut short', async () => {
  await requireNoUnfinishedRestore(restored())
  await mkdir(path.join(`${restored()}.restoring`, 'databases'), { recursive: true })
  await expect(requireNoUnfinishedRestore(restored())).rejects.toMatchObject({ code: 'restore_unfinished' })
  await backUp()
  await restore()
  await requireNoUnfinishedRestore(restored())
})
