import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyStore } from './copy-store.ts'
import { openStore } from './store.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'copy-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

test('a copy that is made while others write has every database as it was at one moment', async () => {
  const store = await openStore({ directory: path.join(directory, 'store') })
  const names = ['sales', 'inventory/now']
  const databases = await Promise.all(names.map((name) => store.create(name)))
  const writers = new AbortController()
  // Each number goes into both databases before the next one begins.
  const writing = (async () => {
    for (let n = 0; !writers.signal.aborted; n += 1) {
      const body = JSON.stringify({ n, filling: 'x'.repeat(1000) })
      await Promise.all(
        databases.map((database) => database.write([{ kind: 'edit', id: `d${n}`, deleted: false, body }])),
      )
    }
  })()
  while ((databases[0]?.info().documentCount ?? 0) < 300) await new Promise(setImmediate)

  const shares: number[] = []
  const target = path.join(directory, 'copy')
  const acknowledged = databases[0]?.info().documentCount ?? 0
  const copied = await copyStore(store, target, ({ share }) => shares.push(share))
  writers.abort()
  await writing

  expect(databases[0]?.info().documentCount).toBeGreaterThan(acknowledged)
  expect(copied.databases.map(({ documents }) => documents)).toEqual([acknowledged, acknowledged])
  expect(shares.at(-1)).toBe(1)
  const copy = await openStore({ directory: target })
  expect(copy.uuid).toBe(store.uuid)
  for (const name of names) {
    expect(await copy.database(name)?.verify()).toMatchObject({ documents: acknowledged, problemCount: 0 })
  }
  await Promise.all([copy.close(), store.close()])
  expect((await readdir(directory)).sort()).toEqual(['copy', 'store'])
})
