import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startCentral, type Central } from '../../test/index.ts'
import { connectCouch, type CouchClient } from './couch-client.ts'
import { openDatabase, type CouchDatabase } from './couch-database.ts'
import { ensureDatabase, ensureDesignDocument } from './prepare-database.ts'
import { shareRequests } from './share-requests.ts'

let central: Central
let database: CouchDatabase
let asked: string[] = []
beforeAll(async () => {
  central = await startCentral()
  const client = connectCouch(central.url)
  const noting: CouchClient = {
    request(schema, request) {
      asked.push(request.path)
      return client.request(schema, request)
    },
  }
  const plain = await ensureDatabase(client, 'shelf')
  await plain.bulkInsert(Array.from({ length: 250 }, (_, n) => ({ _id: `item:${n}`, n })))
  const map = 'function (doc) { if (doc.n !== undefined) emit(doc.n, doc.n * 2); }'
  await ensureDesignDocument(plain, { name: 'shelf', views: { doubled: { map, reduce: '_sum' } } })
  database = shareRequests(openDatabase(noting, 'shelf'))
})
beforeEach(() => {
  asked = []
})
afterAll(() => central?.stop())

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index)

test('questions of one turn are asked together, and each gets its own answer', async () => {
  const answers = range(250).map((n) =>
    database.view('shelf', 'doubled', { startKey: n, endKey: n + 1, reduce: 'all' }),
  )
  const documents = range(251).map((n) => database.get(`item:${n}`))
  const known = database.getMany(['item:7', 'item:none', 'item:7'])
  const sums = (await Promise.all(answers)).map(([row]) => row?.value)
  expect(sums).toEqual(range(250).map((n) => (n === 249 ? 2 * n : 4 * n + 2)))
  expect((await Promise.all(documents)).map((document) => document?.['n'])).toEqual([...range(250), undefined])
  expect([...(await known).keys()]).toEqual(['item:7'])
  expect(asked.toSorted()).toEqual([
    'shelf/_all_docs',
    ...range(3).map(() => 'shelf/_design/shelf/_view/doubled/queries'),
  ])
})

test('a question that stands alone is asked as it is', async () => {
  expect(await database.view('shelf', 'doubled', { key: 4, reduce: 'all' })).toMatchObject([{ value: 8 }])
  expect(await database.get('item:3')).toMatchObject({ n: 3 })
  expect(asked).toEqual(['shelf/_design/shelf/_view/doubled', 'shelf/item%3A3'])
})

test('documents that are written in one turn go together; who is too late for one reads again, and nobody else does', async () => {
  const ids = [...range(40).map((n) => `tally:${n}`), 'tally:0', 'tally:0']
  await Promise.all(
    ids.map((_id) =>
      database.update(_id, (current) => ({ ...current, _id, count: Number(current?.['count'] ?? 0) + 1 })),
    ),
  )
  expect(await database.get('tally:0')).toMatchObject({ count: 3 })
  expect(await database.get('tally:39')).toMatchObject({ count: 1 })
  expect(asked.filter((path) => path === 'shelf/_bulk_docs')).toHaveLength(3)
})
