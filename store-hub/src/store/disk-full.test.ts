import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openDocumentDatabase, type OpenDocumentDatabase } from './open-document-database.ts'
import { mountSmallDisk } from './testing/small-disk.ts'

const cleanUps: (() => void)[] = []
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) cleanUp()
})

const body = (n: number): string => JSON.stringify({ n, filling: 'x'.repeat(5000) })
const write = async (database: OpenDocumentDatabase, id: string, n: number): Promise<string | undefined> => {
  const results = await database.write([{ kind: 'edit', id, deleted: false, body: body(n) }])
  return results[0]?.kind
}

/** Writes with four callers until each has been refused; returns the ids that were acknowledged. */
async function fill(database: OpenDocumentDatabase): Promise<string[]> {
  const acknowledged: string[] = []
  const fillOn = async (caller: number): Promise<void> => {
    for (let n = 0; n < 20_000; n += 1) {
      const id = `${caller}-${n}`
      await write(database, id, n)
      acknowledged.push(id)
    }
  }
  const ends = await Promise.allSettled([0, 1, 2, 3].map(fillOn))
  for (const end of ends) expect(end).toMatchObject({ status: 'rejected', reason: { code: 'disk_full' } })
  return acknowledged
}

async function expectExactly(database: OpenDocumentDatabase, ids: readonly string[]): Promise<void> {
  expect(database.info().documentCount).toBe(ids.length)
  for (const id of ids) expect(database.read(id)?.body).toBe(body(Number(id.split('-')[1])))
  expect((await database.verify()).problems).toEqual([])
}

test('a database that may not grow refuses writes, keeps what it acknowledged, and goes on when it has room', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'full-'))
  cleanUps.push(() => rmSync(folder, { recursive: true }))
  const file = path.join(folder, 'sales.sqlite')
  const small = openDocumentDatabase({ file, name: 'sales', maxPages: 500 })
  const acknowledged = await fill(small)
  expect(acknowledged.length).toBeGreaterThan(50)
  await expectExactly(small, acknowledged)
  await small.close()
  const roomy = openDocumentDatabase({ file, name: 'sales' })
  expect(await write(roomy, '9-9', 9)).toBe('stored')
  await expectExactly(roomy, [...acknowledged, '9-9'])
  await roomy.close()
})

test('a full disk refuses writes, loses nothing, and takes them again without a restart', async () => {
  const disk = mountSmallDisk(16 * 1024 * 1024)
  // Where mounting is not allowed, the test above has still met SQLite's own error for a file without room.
  if (disk === undefined) return expect(process.getuid?.()).not.toBe(0)
  cleanUps.push(() => disk.remove())
  const ballast = path.join(disk.folder, 'ballast')
  writeFileSync(ballast, Buffer.alloc(6 * 1024 * 1024))
  const file = path.join(disk.folder, 'sales.sqlite')
  const database = openDocumentDatabase({ file, name: 'sales', reserveBytes: 0 })
  const acknowledged = await fill(database)
  expect(acknowledged.length).toBeGreaterThan(200)
  expect(database.info().documentCount).toBe(acknowledged.length)
  expect(database.read(acknowledged.at(-1) ?? '')).toBeDefined()

  rmSync(ballast)
  expect(await write(database, '9-9', 9)).toBe('stored')
  await expectExactly(database, [...acknowledged, '9-9'])
  await database.close()
  const again = openDocumentDatabase({ file, name: 'sales', reserveBytes: 0 })
  await expectExactly(again, [...acknowledged, '9-9'])
  await again.close()
})

test('writes are refused while less than the reserve is free, and what makes room is not', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'full-'))
  cleanUps.push(() => rmSync(folder, { recursive: true }))
  const { bavail, bsize } = statfsSync(folder)
  const options = { file: path.join(folder, 'sales.sqlite'), name: 'sales' }
  const full = openDocumentDatabase({ ...options, reserveBytes: bavail * bsize * 2 })
  await expect(write(full, '0-0', 0)).rejects.toMatchObject({ code: 'disk_full' })
  await expect(full.writeLocal('_local/a', '{}')).rejects.toMatchObject({ code: 'disk_full' })
  await full.compact()
  await full.close()
  const roomy = openDocumentDatabase(options)
  expect(await write(roomy, '0-0', 0)).toBe('stored')
  await roomy.close()
})
