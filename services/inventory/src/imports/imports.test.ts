import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
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
import { inventoryService } from '../app.ts'

let central: Central
let nats: NatsServer
let inventory: TestService
let token: string

beforeAll(async () => {
  ;[central, nats] = await Promise.all([startCentral(), startNatsServer()])
  inventory = await runInProcess(inventoryService, central, nats)
  token = await signToken({ roles: ['manager'] })
  await central.request('PUT', '/catalog')
  await central.request('POST', '/catalog/_bulk_docs', { docs: [{ _id: 'tax-rate:standard', type: 'tax-rate' }] })
})

afterAll(async () => {
  await inventory?.service.stop()
  await Promise.all([central?.stop(), nats?.stop()])
})

async function send(query: string, type: string, body: string): Promise<Record<string, unknown>> {
  const response = await fetch(`${inventory.service.address}/imports?${query}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': type },
    body,
  })
  expect(response.status).toBe(202)
  return (await response.json()) as Record<string, unknown>
}

async function ended(id: unknown, limitMs = 120_000): Promise<Readonly<Record<string, unknown>>> {
  const read = async () => (await inventory.get(`/imports/${String(id)}`)).body
  await waitUntil('the import ended', async () => (await read())['status'] !== 'running', limitMs)
  return read()
}

async function report(id: unknown, query = ''): Promise<string> {
  const response = await fetch(`${inventory.service.address}/imports/${String(id)}/report?${query}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  return response.text()
}

const csv = [
  'sku,name,category,barcodes,unit,price,currency,taxCode',
  'A-1,"Juice, apple",Drinks,4006381333931,piece,1.19,EUR,standard',
  'A-2,Water,Drinks,,piece,0.49,EUR,standard',
  'A-1,Juice again,Drinks,,piece,1.29,EUR,standard',
  'A-3,Tea,Drinks,4006381333931,piece,2.00,EUR,standard',
  'A-4,Soap,Home,4006381333932,piece,2.00,EUR,standard',
  'A-5,Salt,Food,,piece,cheap,EUR,standard',
  'A-6,Ash',
].join('\n')

test('a dry run reports every row and writes nothing; the import then does what it said', async () => {
  const dry = await ended((await send('format=csv&dryRun=true', 'text/csv', csv))['id'])
  const counts = { created: 2, updated: 0, unchanged: 0, skipped: 0, refused: 5 }
  expect(dry).toMatchObject({ status: 'done', rows: 7, percent: 100, counts })
  expect((await inventory.get('/products/A-1')).status).toBe(404)

  const { id } = await send('format=csv', 'text/csv', csv)
  expect(await ended(id)).toMatchObject({ status: 'done', counts })
  expect((await inventory.get('/products/A-1')).body).toMatchObject({ name: 'Juice, apple', priceMinor: 119 })
  const lines = (await report(id))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines).toEqual([
    { row: 2, sku: 'A-1', outcome: 'created', message: '' },
    { row: 3, sku: 'A-2', outcome: 'created', message: '' },
    { row: 4, sku: 'A-1', outcome: 'refused', message: 'rows 2 and 4 are both about SKU A-1; row 2 stands' },
    {
      row: 5,
      sku: 'A-3',
      outcome: 'refused',
      message: 'rows 2 and 5 both have the barcode 4006381333931; row 2 stands',
    },
    { row: 6, sku: 'A-4', outcome: 'refused', message: expect.stringContaining('check digit') as string },
    { row: 7, sku: 'A-5', outcome: 'refused', message: expect.stringContaining('/price cheap') as string },
    { row: 8, sku: '', outcome: 'refused', message: 'has 2 cells and the header 8' },
  ])
  expect((await report(id, 'format=csv&outcome=refused')).split('\r\n')).toHaveLength(7)

  const again = await send('format=csv', 'text/csv', csv)
  expect(await ended(again['id'])).toMatchObject({ counts: { created: 0, unchanged: 2, refused: 5 } })
})

test('JSON and Shopify’s export are read too', async () => {
  const json = JSON.stringify([
    { sku: 'A-2', priceMinor: 59 },
    { sku: 'J-1', name: 'no more than a name' },
  ])
  const job = await send('format=json', 'application/json', json)
  expect(await ended(job['id'])).toMatchObject({ counts: { updated: 1, refused: 1 } })
  expect(await report(job['id'], 'outcome=refused')).toContain('category, unit, priceMinor')

  const shopify =
    'Handle,Title,Type,Option1 Value,Variant SKU,Variant Price,Status\ncup,Cup,Home,Red,CUP-R,4.50,active\ncup,,,Blue,CUP-B,4.50,\n'
  expect(await ended((await send('format=shopify', 'text/csv', shopify))['id'])).toMatchObject({
    counts: { created: 2 },
  })
  expect((await inventory.get('/products/CUP-B')).body).toMatchObject({
    name: 'Cup Blue',
    status: 'active',
    priceMinor: 450,
  })
})

test('the next file is taken as soon as the one before is said to have ended', async () => {
  for (let round = 0; round < 40; round += 1) {
    const { id } = await send('format=csv', 'text/csv', 'sku,priceMinor\nA-1,119\n')
    // Nearly without a pause, as a script does that only waits for the word.
    while ((await inventory.get(`/imports/${String(id)}`)).body['status'] === 'running') await sleep(2)
  }
})

test.each([
  ['an unknown column', 'sku,colour\nA-1,red\n', 'colour'],
  ['no SKU column', 'name\nx\n', 'sku'],
  ['an open quote', 'sku,name\nA-1,"open\n', 'Quote'],
  ['nothing', '', 'empty'],
])('a file with %s fails and says why', async (_name, file, word) => {
  const job = await ended((await send('format=csv', 'text/csv', file))['id'])
  expect(job).toMatchObject({ status: 'failed', problem: expect.stringContaining(word) as string })
})

test('an import that is stopped says how far it came, and the same file goes on from there', async () => {
  // More than is taken in while the service stops.
  const rows = 12_000
  const header = 'sku,name,category,unit,priceMinor,currency,taxCode\n'
  const file =
    header +
    Array.from({ length: rows }, (_, index) => `S-${index},Thing ${index},Things,piece,100,EUR,standard\n`).join('')
  const { id } = await send('format=csv', 'text/csv', file)
  await waitUntil(
    'it is under way',
    async () => Number((await inventory.get(`/imports/${String(id)}`)).body['rows']) > 0,
  )
  await inventory.service.stop()
  inventory = await runInProcess(inventoryService, central, nats)
  const stopped = (await inventory.get(`/imports/${String(id)}`)).body
  expect(stopped).toMatchObject({
    status: 'interrupted',
    problem: expect.stringContaining('send the file again') as string,
  })
  const rest = await ended((await send('format=csv', 'text/csv', file))['id'])
  expect(rest).toMatchObject({ status: 'done', rows, counts: { refused: 0, unchanged: stopped['rows'] } })
  expect((await inventory.get('/imports/00000000000000000000000000')).status).toBe(404)
})
