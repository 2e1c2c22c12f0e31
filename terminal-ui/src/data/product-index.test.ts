import { expect, test } from 'vitest'
import { apples, coffee } from '../testing/samples.ts'
import { ProductIndex } from './product-index.ts'

const index = new ProductIndex(new Map([coffee, apples].map((product) => [product.sku, product])))
const found = (query: string) => index.find(query).map((product) => product.sku)

test('finds by the beginnings of words, in any order, and forgives a letter', () => {
  expect(found('dar cof')).toEqual(['COF-1'])
  expect(found('coffe beens')).toEqual(['COF-1'])
  expect(found('fruit')).toEqual(['APL-1'])
  expect(found('coffee apples')).toEqual([])
  expect(found('  ')).toEqual([])
})

test('a barcode is exact: as printed, and UPC-A with or without its leading zero', () => {
  expect(index.exact('4006381333931')).toBe(coffee)
  expect(index.exact('0012345678905')).toBe(apples)
  expect(index.exact('96385074')).toBe(apples)
  expect(index.exact('400638133393')).toBeUndefined()
})

test('a SKU is found in any case, and the exact one comes first', () => {
  expect(index.exact('apl-1')).toBe(apples)
  expect(found('cof-1')[0]).toBe('COF-1')
})

test('categories come with their number of products, by name', () => {
  expect(index.categories()).toEqual([
    { name: 'Coffee & tea', count: 1 },
    { name: 'Fruit', count: 1 },
  ])
})
