import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DurableLevelDown } from './durable-leveldown.ts'
import { openDatabase } from './open-database.ts'
import { leveldown } from './packages.js'

/** The class behind leveldown: what arrives here goes to LevelDB as it is. */
interface Mutators {
  _put: (...values: unknown[]) => void
  _del: (...values: unknown[]) => void
  _batch: (...values: unknown[]) => void
  _write: (...values: unknown[]) => void
}

const require = createRequire(import.meta.url)
const level = (leveldown as unknown as { prototype: Mutators }).prototype
const chained = (require('leveldown/chained-batch') as { prototype: Mutators }).prototype
const original = { put: level._put, del: level._del, batch: level._batch, write: chained._write }

let folder: string
let seen: { call: string; sync: unknown }[]

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'leveldown-'))
  seen = []
  const watch = (call: string, target: Mutators, method: keyof Mutators, run: (...values: unknown[]) => void): void => {
    target[method] = function (this: unknown, ...values: unknown[]) {
      const options = values.at(-2) as { sync?: unknown }
      seen.push({ call, sync: options.sync })
      run.apply(this, values)
    }
  }
  watch('put', level, '_put', original.put)
  watch('del', level, '_del', original.del)
  watch('batch', level, '_batch', original.batch)
  watch('chained batch', chained, '_write', original.write)
})
afterEach(async () => {
  Object.assign(level, { _put: original.put, _del: original.del, _batch: original.batch })
  chained._write = original.write
  await rm(folder, { recursive: true, force: true })
})

test('every write of PouchDB asks LevelDB for fsync', async () => {
  const database = await openDatabase(folder, 'sales', { onWrite: () => undefined, onViewError: () => undefined })
  const { rev = '' } = await database.put({ _id: 'a' })
  await database.bulkDocs([{ _id: 'b' }, { _id: 'c' }])
  await database.put({ _id: '_local/mark' })
  await database.remove({ _id: 'a', _rev: rev })
  await database.compact()
  await database.close()
  expect(seen.length).toBeGreaterThanOrEqual(5)
  expect(seen.filter(({ sync }) => sync !== true)).toEqual([])
})

test('each call of LevelDB that changes something carries sync, whatever was asked', async () => {
  interface Level {
    open(done: (error?: Error) => void): void
    put(key: string, value: string, options: object, done: (error?: Error) => void): void
    del(key: string, options: object, done: (error?: Error) => void): void
    batch(operations: object[], options: object, done: (error?: Error) => void): void
    batch(): { put(key: string, value: string): { write(options: object, done: (error?: Error) => void): void } }
    close(done: (error?: Error) => void): void
  }
  const database = DurableLevelDown(path.join(folder, 'plain')) as unknown as Level
  const run = (step: (done: (error?: Error) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      step((error) => (error ? reject(error) : resolve()))
    })
  await run((done) => database.open(done))
  await run((done) => database.put('a', '1', { sync: false }, done))
  await run((done) => database.del('a', {}, done))
  await run((done) => database.batch([{ type: 'put', key: 'b', value: '2' }], { sync: false }, done))
  await run((done) => database.batch().put('c', '3').write({}, done))
  await run((done) => database.close(done))
  expect(seen).toEqual(['put', 'del', 'batch', 'chained batch'].map((call) => ({ call, sync: true })))
})
