import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkDocument } from '@tidemark/contracts'
import {
  runInProcess,
  signToken,
  startCentral,
  startNatsServer,
  waitUntil,
  type Central,
  type NatsServer,
  type TestService,
} from '@tidemark/service-kit/test-support'
import { inventoryService } from './app.ts'

let central: Central
let nats: NatsServer
let inventory: TestService

beforeAll(async () => {
  ;[central, nats] = await Promise.all([startCentral(), startNatsServer()])
  inventory = await runInProcess(inventoryService, central, nats)
  await central.request('PUT', '/catalog')
  await central.request('POST', '/catalog/_bulk_docs', { docs: [{ _id: 'tax-rate:standard', type: 'tax-rate' }] })
})

afterAll(async () => {
  await inventory?.service.stop()
  await Promise.all([central?.stop(), nats?.stop()])
})

const juice = {
  sku: 'A-1',
  name: 'Apple juice',
  category: 'Drinks',
  barcodes: ['4006381333931'],
  unit: 'piece',
  priceMinor: 119,
  currency: 'EUR',
  taxCode: 'standard',
}

test('a product is created, edited field by field and discontinued, and each field tells when it was last changed', async () => {
  const created = await inventory.send('POST', '/products', juice)
  expect(created).toMatchObject({ status: 201, body: { sku: 'A-1', status: 'active' } })
  const edited = await inventory.send('PATCH', '/products/A-1', { priceMinor: 129, baseRev: created.body['rev'] })
  expect(edited).toMatchObject({ status: 200, body: { priceMinor: 129, name: 'Apple juice' } })
  expect(
    (await inventory.send('PATCH', '/products/A-1', { priceMinor: 99, baseRev: created.body['rev'] })).status,
  ).toBe(409)
  expect((await inventory.send('POST', '/products/A-1/discontinue')).body).toMatchObject({ status: 'discontinued' })
  expect((await inventory.send('POST', '/products/A-1/reinstate')).body).toMatchObject({ status: 'active' })

  const stored = await central.request('GET', '/catalog/product:A-1')
  expect(checkDocument('catalog', stored)).toEqual([])
  const times = stored['fieldTimes'] as Record<string, string>
  expect(times['name']! < times['priceMinor']! && times['priceMinor']! < times['status']!).toBe(true)
  expect((await inventory.get('/products?barcode=4006381333931')).body['items']).toMatchObject([{ sku: 'A-1' }])
})

test.each([
  ['a wrong check digit', { sku: 'B-1', barcodes: ['4006381333932'] }, 400, '/body/barcodes/0'],
  ['a barcode twice', { sku: 'B-1', barcodes: ['73513537', '73513537'] }, 400, '/body/barcodes/1'],
  ['the barcode of another product', { sku: 'B-1' }, 409, '/body/barcodes/0'],
  ['an unknown tax code', { sku: 'B-1', barcodes: [], taxCode: 'luxury' }, 400, '/body/taxCode'],
  ['a negative price', { sku: 'B-1', priceMinor: -1 }, 400, '/body/priceMinor'],
  ['an unknown field', { sku: 'B-1', colour: 'red' }, 400, '/body/colour'],
])('%s is refused by its field', async (_name, fields, status, field) => {
  expect(await inventory.send('POST', '/products', { ...juice, ...fields })).toMatchObject({
    status,
    body: { problems: [{ field }] },
  })
})

test('only a manager edits the catalogue, and what is not there is 404', async () => {
  const viewer = await signToken({ roles: ['viewer'] })
  expect((await inventory.send('PATCH', '/products/A-1', { priceMinor: 1 }, viewer)).status).toBe(403)
  expect((await inventory.send('PATCH', '/products/unicorn', { priceMinor: 1 })).status).toBe(404)
  expect((await inventory.send('POST', '/products', juice)).status).toBe(409)
  expect((await inventory.get('/products/unicorn')).status).toBe(404)
})

test('of two edits that take one barcode at once, one is refused', async () => {
  const edits = ['C-1', 'C-2'].map((sku) =>
    inventory.send('POST', '/products', { ...juice, sku, barcodes: ['036000291452'] }),
  )
  expect((await Promise.all(edits)).map(({ status }) => status).sort()).toEqual([201, 409])
})

test('a price change holds from its time on, and a price that was set later stands', async () => {
  const change = (effectiveFrom: string, priceMinor: number) => ({
    sku: 'A-1',
    priceMinor,
    currency: 'EUR',
    effectiveFrom,
  })
  const soon = new Date(Date.now() + 3000).toISOString()
  expect((await inventory.send('PUT', '/price-changes/too-late', change('2020-01-01T00:00:00Z', 1))).status).toBe(200)
  expect((await inventory.send('PUT', '/price-changes/soon', change(soon, 139))).status).toBe(200)
  expect((await inventory.send('PUT', '/price-changes/soon', change(soon, 139))).status).toBe(200)
  await inventory.send('PUT', '/price-changes/one-day', change('2999-01-01T00:00:00Z', 777))
  await waitUntil('it is in effect', async () => (await inventory.get('/products/A-1')).body['priceMinor'] === 139)
  await waitUntil('both are dealt with', async () => {
    const { body } = await inventory.get('/price-changes')
    return (body['items'] as Record<string, unknown>[]).filter((item) => item['appliedAt'] !== undefined).length === 2
  })
  expect((await inventory.get('/price-changes/too-late')).body).toMatchObject({ outcome: 'overtaken' })
  expect((await inventory.send('PUT', '/price-changes/soon', change(soon, 149))).status).toBe(422)
  expect((await inventory.get('/products/A-1')).body['priceMinor']).toBe(139)
  const dollars = { ...change('2999-01-01T00:00:00Z', 1), currency: 'USD' }
  expect(await inventory.send('PUT', '/price-changes/dollars', dollars)).toMatchObject({
    status: 400,
    body: { problems: [{ field: '/body/currency' }] },
  })
})

test('a promotion names products that exist and ends after it begins', async () => {
  const promotion = {
    name: 'Juice week',
    skus: ['A-1'],
    percentOffBasisPoints: 1000,
    validFrom: '2026-12-01T00:00:00Z',
    validTo: '2026-12-08T00:00:00Z',
  }
  expect((await inventory.send('PUT', '/promotions/juice', promotion)).body).toMatchObject({ key: 'juice' })
  expect(checkDocument('catalog', await central.request('GET', '/catalog/promotion:juice'))).toEqual([])
  const group = { ...promotion, percentOffBasisPoints: 10_000, buyQuantity: 2, getQuantity: 1, storeIds: ['s001'] }
  expect((await inventory.send('PUT', '/promotions/juice', group)).body).toMatchObject({ getQuantity: 1 })
  expect((await inventory.send('PUT', '/promotions/juice', promotion)).body).not.toHaveProperty('getQuantity')
  const { getQuantity: _get, ...halfAGroup } = group
  expect(await inventory.send('PUT', '/promotions/juice', halfAGroup)).toMatchObject({ status: 400 })
  expect(await inventory.send('PUT', '/promotions/juice', { ...promotion, skus: ['A-1', 'unicorn'] })).toMatchObject({
    status: 404,
    body: { problems: [{ field: '/body/skus/1' }] },
  })
  expect(
    await inventory.send('PUT', '/promotions/juice', { ...promotion, validTo: promotion.validFrom }),
  ).toMatchObject({
    status: 400,
    body: { problems: [{ field: '/body/validTo' }] },
  })
})

test('products are found by the beginnings of words of their name and SKU, in any order', async () => {
  const named = (sku: string, name: string) => ({ ...juice, sku, name, barcodes: [] })
  for (const [sku, name] of [
    ['S-1', 'Blaubeer-Müsli, Äpfel & Nüsse'],
    ['S-2', 'Blaubeer Saft'],
    ['S-3', 'Saft rot'],
  ] as const) {
    expect((await inventory.send('POST', '/products', named(sku, name))).status).toBe(201)
  }
  const find = async (search: string) => {
    const { body } = await inventory.get(`/products?search=${encodeURIComponent(search)}`)
    return (body['items'] as { readonly sku: string }[]).map(({ sku }) => sku)
  }
  expect(await find('blau')).toEqual(['S-1', 'S-2'])
  expect(await find('saft BLAU')).toEqual(['S-2'])
  expect(await find('müs')).toEqual(['S-1'])
  expect(await find('s-3')).toEqual(['S-3'])
  expect(await find('aft')).toEqual([])
  expect(await find('-- &')).toEqual([])
})
