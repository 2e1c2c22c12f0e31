import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { StoreError } from './errors.ts'
import { createWriteQueue, type WriteQueue } from './write-queue.ts'

let connection: DatabaseSync
let queue: WriteQueue
let commits: number[]
let undone: number
let hasRoom: boolean
beforeEach(() => {
  connection = new DatabaseSync(':memory:')
  connection.exec('CREATE TABLE t (n INTEGER PRIMARY KEY)')
  commits = []
  undone = 0
  hasRoom = true
  queue = createWriteQueue({
    connection,
    name: 'sales',
    checkSpace() {
      if (!hasRoom) throw new StoreError('disk_full', 'sales', 'full')
    },
    beforeCommit: () => undefined,
    undo: () => (undone += 1),
    committed: (jobs) => () => commits.push(jobs),
  })
})
afterEach(() => connection.close())

const insert = (n: number, bytes = 10): Promise<unknown> =>
  queue.run(bytes, () => connection.exec(`INSERT INTO t VALUES (${n})`))
const rows = (): unknown[] =>
  connection
    .prepare('SELECT n FROM t')
    .all()
    .map((row) => row['n'])

test('a job that fails takes no other with it, and leaves no half of itself', async () => {
  const failing = queue.run(10, () => {
    connection.exec('INSERT INTO t VALUES (7)')
    throw new Error('half way')
  })
  const others = [insert(1), insert(2)]
  await expect(failing).rejects.toThrow('half way')
  await Promise.all(others)
  expect(rows()).toEqual([1, 2])
  expect(commits).toEqual([1, 1])
  expect(undone).toBe(2)
})

test('many bytes are committed in several groups, in their order', async () => {
  await Promise.all(Array.from({ length: 10 }, (_, n) => insert(n, 1024 * 1024)))
  expect(commits).toEqual([4, 4, 2])
  expect(rows()).toEqual(Array.from({ length: 10 }, (_, n) => n))
})

test('more than the queue holds is refused at once, and taken when it is empty again', async () => {
  const most = insert(1, 120 * 1024 * 1024)
  await expect(insert(2, 20 * 1024 * 1024)).rejects.toMatchObject({ code: 'store_overloaded' })
  await most
  await insert(2, 200 * 1024 * 1024)
  expect(rows()).toEqual([1, 2])
})

test('without room on the disk only what makes room goes on', async () => {
  hasRoom = false
  await expect(insert(1)).rejects.toMatchObject({ code: 'disk_full' })
  await insert(2, 0)
  hasRoom = true
  await insert(3)
  expect(rows()).toEqual([2, 3])
})

test('closing waits for what was asked before it, and refuses what comes after', async () => {
  const before = insert(1)
  const closing = queue.close()
  await expect(insert(2)).rejects.toMatchObject({ code: 'store_closed' })
  await closing
  await before
  expect(rows()).toEqual([1])
})
