import { expect, test } from 'vitest'
import { memoryBrowser, memoryDatabases } from '../testing/memory-databases.ts'
import { coffee, store } from '../testing/samples.ts'
import { CatalogStore } from './catalog-store.ts'

const productOf = (number: number) => ({
  ...coffee,
  _id: `product:SKU-${number}`,
  sku: `SKU-${number}`,
  type: 'product',
  status: 'active',
})

test('a reload reads the snapshot and what changed since: prices, deletions and discontinued products', async () => {
  const open = memoryBrowser()
  const databases = memoryDatabases(open)
  const { catalog } = databases
  await catalog.put({ ...store })
  await catalog.put({ _id: 'tax-rate:standard', type: 'tax-rate', code: 'standard', rateBasisPoints: 2300 })
  await catalog.bulkDocs(
    Array.from({ length: 600 }, (_, number) => productOf(number)),
    { new_edits: true },
  )
  await new CatalogStore(databases, 's001').load()

  const [changed, deleted, ended] = await Promise.all([0, 1, 2].map((number) => catalog.get(`product:SKU-${number}`)))
  await catalog.put({ ...changed, priceMinor: 1 })
  await catalog.remove('product:SKU-1', deleted?._rev ?? '')
  await catalog.put({ ...ended, status: 'discontinued' })

  const reloaded = new CatalogStore(memoryDatabases(open), 's001')
  await reloaded.load()
  expect(reloaded.products.size).toBe(598)
  expect(reloaded.products.get('SKU-0')?.priceMinor).toBe(1)
  expect(reloaded.taxRateOf(coffee)).toBe(2300)
  expect(reloaded.store?.name).toBe('Harbour Street')
  expect(await reloaded.refresh()).toBe(false)
})

test('prices and promotions that head office set for a time hold from then on with no network, also after a reload', async () => {
  const open = memoryBrowser()
  const databases = memoryDatabases(open)
  const noon = Date.parse('2026-11-22T12:00:00.000Z')
  let nowMs = noon - 1
  await databases.catalog.put({ ...store })
  await databases.catalog.put({ ...productOf(1), fieldTimes: { priceMinor: '2026-01-02T06:00:00.000Z-0000-hq' } })
  const effectiveFrom = new Date(noon).toISOString()
  await databases.catalog.put({ _id: 'price-change:x', sku: 'SKU-1', priceMinor: 1500, currency: 'EUR', effectiveFrom })
  const promotion = {
    name: 'Noon',
    skus: ['SKU-1'],
    percentOffBasisPoints: 1000,
    validFrom: effectiveFrom,
    validTo: '2026-11-23T00:00:00.000Z',
  }
  await databases.catalog.put({ _id: 'promotion:noon', ...promotion })
  // Enough for a snapshot.
  await databases.catalog.bulkDocs(
    Array.from({ length: 260 }, (_, index) => ({ ...productOf(index + 100) })),
    { new_edits: true },
  )
  const priceIn = (catalog: CatalogStore) => catalog.products.get('SKU-1')?.priceMinor
  const catalog = new CatalogStore(databases, 's001', () => nowMs)
  await catalog.load()
  expect([priceIn(catalog), catalog.promotions(), catalog.nextChangeMs()]).toEqual([1299, [], noon])
  nowMs = noon
  expect(catalog.reprice()).toBe(true)
  expect([priceIn(catalog), catalog.promotions().map(({ name }) => name)]).toEqual([1500, ['Noon']])
  expect(catalog.reprice()).toBe(false)
  const reloaded = new CatalogStore(memoryDatabases(open), 's001', () => nowMs)
  await reloaded.load()
  expect([priceIn(reloaded), reloaded.promotions().length]).toEqual([1500, 1])
})

test('what a new till fetches is in memory before it is read back, and what does not join on to it is read', async () => {
  const databases = memoryDatabases()
  const catalog = new CatalogStore(databases, 's001')
  const write = async (...numbers: number[]) => {
    const { update_seq: after } = await databases.catalog.info()
    const documents = numbers.map((number) => ({ ...productOf(number), _rev: '1-abcd' }))
    await databases.catalog.bulkDocs(documents, { new_edits: false })
    const { update_seq: upTo } = await databases.catalog.info()
    return { documents, after: Number(after), upTo: Number(upTo) }
  }
  catalog.takeFirst(await write(1, 2))
  expect([...catalog.products.keys()]).toEqual(['SKU-1', 'SKU-2'])
  expect(await catalog.refresh()).toBe(true)
  expect(await catalog.refresh()).toBe(false)

  await write(3)
  catalog.takeFirst(await write(4))
  expect(catalog.products.size).toBe(2)
  expect(await catalog.refresh()).toBe(true)
  expect(catalog.products.size).toBe(4)
})
