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

test('a word is found inside another one, with other accents, and a swapped letter is forgiven only where nothing else fits', () => {
  const wares = ['Vollmilch 3,5 %', 'Milchreis', 'Crème brûlée', 'Mulch'].map((name, number) => {
    return { ...coffee, sku: `W-${number}`, name, category: 'Ware', barcodes: [] }
  })
  const shelf = new ProductIndex(new Map(wares.map((product) => [product.sku, product])))
  const names = (query: string) => shelf.find(query).map((product) => product.name)
  expect(names('milch')).toEqual(['Milchreis', 'Vollmilch 3,5 %'])
  expect(names('creme brul')).toEqual(['Crème brûlée'])
  expect(names('mlich')).toEqual(['Milchreis'])
})

test('a new price is shown by an index that took over the words of the one before', () => {
  const first = new ProductIndex(new Map([[coffee.sku, coffee]]))
  first.prepare()
  const second = new ProductIndex(new Map([[coffee.sku, { ...coffee, priceMinor: 999 }]]), first)
  const third = new ProductIndex(new Map([[coffee.sku, { ...coffee, name: 'Tea' }]]), second)
  expect(second.find('coffee').map((product) => product.priceMinor)).toEqual([999])
  expect(third.find('coffee bean')).toEqual([])
  expect(third.find('tea')).toHaveLength(1)
})
