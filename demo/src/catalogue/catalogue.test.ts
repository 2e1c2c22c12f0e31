import { checkDocument, isValidBarcode } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { cashiers } from './people.ts'
import { demoStore, openingDeliveries, storeDocument, taxRates } from './store-documents.ts'
import { demoProducts, productCount } from './products.ts'

test('every product is a valid document with a name, a number and a barcode of its own', () => {
  const products = demoProducts()
  const problems = products.flatMap((product) => checkDocument('catalog', product))
  const barcodes = products.flatMap((product) => product.barcodes)
  expect(problems).toEqual([])
  expect(products).toHaveLength(productCount)
  expect(new Set(products.map((product) => product.name)).size).toBe(productCount)
  expect(new Set(products.map((product) => product.sku)).size).toBe(productCount)
  expect(new Set(barcodes).size).toBe(productCount)
  expect(barcodes.filter((barcode) => barcode.length !== 13 || !isValidBarcode(barcode))).toEqual([])
  expect(products.some((product) => product.unit === 'gram')).toBe(true)
})

test('every product has a tax rate, and opening stock in each store', () => {
  const products = demoProducts()
  const codes = new Set(taxRates().map(({ code }) => code))
  expect(products.filter(({ taxCode }) => !codes.has(taxCode))).toEqual([])
  for (const store of [demoStore(0), demoStore(8)]) {
    const deliveries = openingDeliveries(store, products)
    const lines = deliveries.flatMap((delivery) => delivery.lines)
    expect(deliveries.flatMap((delivery) => checkDocument('inventory', delivery))).toEqual([])
    expect(lines.map(({ sku }) => sku)).toEqual(products.map(({ sku }) => sku))
    expect(Math.min(...lines.map(({ quantity }) => quantity))).toBeGreaterThan(0)
  }
})

test('the other documents of head office are valid', () => {
  const documents = [...taxRates(), ...cashiers(), storeDocument(demoStore(0))]
  expect(documents.flatMap((document) => checkDocument('catalog', document))).toEqual([])
})
