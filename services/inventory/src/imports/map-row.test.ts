import { expect, test } from 'vitest'
import { mapOwnRow, mapShopifyRow, parsePrice } from './map-row.ts'
import { splitJson } from './split-json.ts'

test.each([
  ['12.50', 'EUR', 1250],
  ['12,5', 'EUR', 1250],
  ['12', 'EUR', 1200],
  ['12.500', 'EUR', 1250],
  ['12.505', 'EUR', undefined],
  ['12', 'JPY', 12],
  ['1.234', 'KWD', 1234],
  ['-1', 'EUR', undefined],
  ['1e3', 'EUR', undefined],
  ['', 'EUR', undefined],
])('%s %s is %s minor units', (text, currency, expected) => {
  expect(parsePrice(text, currency)).toBe(expected)
})

test('Shopify’s variants take title, category and state from the first row of their product', () => {
  const map = mapShopifyRow({ currency: 'EUR', taxCode: 'standard', untaxedCode: undefined })
  const row = (cells: Record<string, string>) => map(new Map(Object.entries(cells)))
  const first = row({
    Handle: 'shirt',
    Title: 'Shirt',
    'Body (HTML)': '<p>Soft &amp; <b>warm</b></p>',
    Type: 'Clothes',
    'Option1 Value': 'S',
    'Variant SKU': 'SH-S',
    'Variant Price': '19.90',
    'Variant Barcode': "'4006381333931",
    Status: 'archived',
  })
  expect(first).toMatchObject({
    proposal: {
      sku: 'SH-S',
      fields: {
        name: 'Shirt S',
        description: 'Soft & warm',
        category: 'Clothes',
        priceMinor: 1990,
        barcodes: ['4006381333931'],
        status: 'discontinued',
      },
    },
  })
  const second = row({ Handle: 'shirt', 'Option1 Value': 'M', 'Variant SKU': 'SH-M', 'Variant Price': '20' })
  expect(second).toMatchObject({ proposal: { sku: 'SH-M', fields: { name: 'Shirt M', status: 'discontinued' } } })
  expect(row({ Handle: 'shirt' })).toMatchObject({ kind: 'skipped' })
  expect(row({ Handle: 'shirt', 'Variant Price': '1' })).toMatchObject({ kind: 'refused' })
  expect(
    row({ Handle: 'cup', Title: 'Cup', 'Variant SKU': 'C', 'Variant Price': '1', 'Variant Taxable': 'false' }),
  ).toMatchObject({ kind: 'refused', problem: expect.stringContaining('untaxedCode') as string })
})

test('an empty cell of our own format says nothing about its field', () => {
  const map = mapOwnRow({ currency: 'EUR' })
  const cells = new Map(Object.entries({ sku: 'A', name: '', price: '1.19', barcodes: '73513537|036000291452' }))
  expect(map(cells)).toEqual({
    kind: 'proposal',
    proposal: { sku: 'A', fields: { priceMinor: 119, barcodes: ['73513537', '036000291452'] } },
  })
})

async function split(...chunks: string[]): Promise<unknown[]> {
  const found: unknown[] = []
  async function* source(): AsyncGenerator<string> {
    yield* chunks
  }
  for await (const { value } of splitJson(source())) found.push(value)
  return found
}

test('objects of an array and of lines are read wherever the chunks are cut, and anything else is refused', async () => {
  const objects = [{ a: 'x"}]\\', b: [{ c: 1 }] }, { d: '🍎' }]
  const array = JSON.stringify(objects, null, 1)
  for (let cut = 0; cut < array.length; cut += 3) {
    expect(await split(array.slice(0, cut), array.slice(cut))).toEqual(objects)
  }
  expect(await split(objects.map((object) => JSON.stringify(object)).join('\n'))).toEqual(objects)
  expect(await split('[]')).toEqual([])
  for (const broken of ['[{"a":1}', '{"a":', 'null', '[1]', '[{}] x']) await expect(split(broken)).rejects.toThrow()
})
