import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectCouch, ensureDatabase, type CouchDatabase, type StoredDocument } from '@tidemark/service-kit'
import { startCentral, type Central } from '@tidemark/service-kit/test-support'
import { createUpdater, type Change } from './update-documents.ts'

let central: Central
let database: CouchDatabase

beforeAll(async () => {
  central = await startCentral()
  database = await ensureDatabase(connectCouch(central.url), 'sums')
})
afterAll(async () => {
  await central?.stop()
})

const withNumber =
  (_id: string, number: number): Change =>
  (current) => {
    const numbers = (current?.['numbers'] ?? []) as number[]
    return numbers.includes(number) ? current : { ...current, _id, numbers: [...numbers, number].sort((a, b) => a - b) }
  }

function updater() {
  let reads = 0
  const read = (ids: readonly string[]): Promise<ReadonlyMap<string, StoredDocument>> => {
    reads += ids.length
    return database.getMany(ids)
  }
  const update = createUpdater(database, read)
  return {
    reads: () => reads,
    add: (id: string, number: number) => update(new Map([[id, withNumber(id, number)]])),
  }
}

const numbersOf = async (id: string) => (await database.get(id))?.['numbers']

test('several writers of one document lose nothing, and what one wrote itself it does not read again', async () => {
  const writers = [updater(), updater(), updater()]
  await Promise.all(
    writers.map(async (writer, index) => {
      for (let number = index; number < 12; number += 3) await writer.add('day', number)
    }),
  )
  expect(await numbersOf('day')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  const alone = updater()
  for (let number = 1; number <= 5; number += 1) await alone.add('other', number)
  expect(alone.reads()).toBe(1)
})

test('a database that was lost gets back what a writer believes to be there', async () => {
  const writer = updater()
  await writer.add('lost', 1)
  await central.request('DELETE', '/sums')
  await central.request('PUT', '/sums')
  await writer.add('lost', 1)
  expect(await numbersOf('lost')).toEqual([1])
  await central.request('DELETE', '/sums')
  await central.request('PUT', '/sums')
  await writer.add('lost', 2)
  expect(await numbersOf('lost')).toEqual([2])
})
