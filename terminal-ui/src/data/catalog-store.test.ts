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
