import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Type } from 'typebox'
import {
  sampleSeries,
  silentLogger,
  startCentral,
  waitUntil,
  type Central,
  type SampleEntry,
} from '../../test/index.ts'
import { connectCouch, type CouchClient } from '../couch/couch-client.ts'
import { keepStoreRules } from './keep-store-rules.ts'
import { storeRules } from './store-rules.ts'

type Fields = Readonly<Record<string, unknown>>
type Validate = (document: Fields, previous: Fields | null, user: Fields) => void

const source = storeRules.validate ?? ''
const validate = runInNewContext(`(${source})`) as Validate

/** The refusal; undefined when the document may be written. */
function refusal(document: Fields, previous: Fields | null, user: Fields): string | undefined {
  try {
    validate(document, previous, user)
    return undefined
  } catch (thrown) {
    const { forbidden, unauthorized } = thrown as { forbidden?: string; unauthorized?: string }
    return forbidden ?? `unauthorized: ${unauthorized}`
  }
}

const inSales = 'store-s001-sales-2026-11'
const hub = (db: string, store = 's001') => ({ db, name: `hub-${store}`, roles: [`store-${store}`] })
const admin = (db: string) => ({ db, name: 'admin', roles: ['_admin'] })
const [first, second] = ((lane) => [
  lane.sale([{ sku: 'milk', quantity: 1 }]),
  lane.sale([{ sku: 'tea', quantity: 2 }]),
])(sampleSeries('s001-t01-1')) as [SampleEntry, SampleEntry]
const movement = { _id: 'movement:01', type: 'stock-movement', storeId: 's001', quantity: 3 }
const product = { _id: 'product:milk', type: 'product', storeId: 'hq', name: 'Milk' }
const gone = { _id: first._id, _deleted: true }
const stored = { ...first, _rev: '1-aa' }
const successor = { _revisions: { start: 2, ids: ['bb', 'aa'] } }

test.each<[string, Fields, Fields | null, Fields, RegExp | undefined]>([
  ['a store writes its receipt', first, null, hub(inSales), undefined],
  ['and again the same', { ...first, ...successor }, stored, hub(inSales), undefined],
  ['CouchDB names a database by its shard', first, null, hub(`shards/0-f/${inSales}.1`), undefined],
  ['nobody', first, null, { db: inSales, name: null, roles: [] }, /^unauthorized/],
  ['a store in another’s database', first, null, hub(inSales, 's002'), /only store s001 and head office/],
  ['another store’s document', { ...movement, storeId: 's002' }, null, hub('store-s001-inventory'), /storeId is s002/],
  [
    'the same by an administrator',
    { ...movement, storeId: 's002' },
    null,
    admin('store-s001-inventory'),
    /storeId is s002/,
  ],
  ['a store in head office’s name', { ...movement, storeId: 'hq' }, null, hub('store-s001-inventory'), /storeId is hq/],
  ['head office’s own document', { ...movement, storeId: 'hq' }, null, admin('store-s001-inventory'), undefined],
  ['nobody’s document', { _id: 'x' }, null, admin('store-s001-inventory'), /storeId is missing/],
  [
    'a receipt of another series',
    { ...second, _id: 'journal:s002-t01-1:000000001' },
    null,
    admin(inSales),
    /_id is of store s002/,
  ],
  ['an edited receipt', { ...first, currency: 'USD', ...successor }, stored, admin(inSales), /^integrity alarm/],
  [
    'an edit within',
    { ...first, totals: { ...(first['totals'] as object), dueMinor: 0 }, ...successor },
    stored,
    hub(inSales),
    /^integrity/,
  ],
  [
    'a field less',
    { ...movement, quantity: undefined },
    { ...movement, _rev: '1-a' },
    hub('store-s001-inventory'),
    /^integrity/,
  ],
  ['a list one shorter', { ...first, lines: [], ...successor }, stored, hub(inSales), /^integrity/],
  [
    'another type',
    { ...movement, type: 'note' },
    { ...movement, _rev: '1-a' },
    hub('store-s001-inventory'),
    /^integrity/,
  ],
  [
    'a second body that did not know the first',
    { ...first, currency: 'USD', _revisions: { start: 1, ids: ['cc'] } },
    stored,
    hub(inSales),
    undefined,
  ],
  ['a receipt deleted by its store', { ...gone, ...successor }, stored, hub(inSales), /not deleted/],
  ['a losing leaf retired by head office', { ...gone, ...successor }, stored, admin(inSales), undefined],
  ['an attachment', { ...first, _attachments: { 'a.pdf': {} } }, null, admin(inSales), /_attachments/],
  [
    'a store’s edit of a product',
    { ...product, name: 'Whole milk' },
    { ...product, _rev: '1-a' },
    hub('catalog'),
    undefined,
  ],
  ['a store’s till', { _id: 'terminal:s001-t01-1', storeId: 's001' }, null, hub('catalog'), undefined],
  ['another’s till', { _id: 'terminal:s002-t01-1', storeId: 's001' }, null, hub('catalog'), /_id is of store s002/],
  ['another’s name on a product', { ...product, storeId: 's002' }, null, hub('catalog'), /storeId is s002/],
  [
    'a product deleted by a store',
    { _id: product._id, _deleted: true },
    { ...product, _rev: '1-a' },
    hub('catalog'),
    undefined,
  ],
  [
    'a product of nobody by head office, which the desk sorts out',
    { _id: product._id },
    null,
    admin('catalog'),
    undefined,
  ],
  ['a product of nobody by a store', { _id: product._id }, null, hub('catalog'), /storeId is missing/],
  ['a design document', { _id: '_design/x' }, null, admin('catalog'), undefined],
])('%s', (_name, document, previous, user, reason) => {
  const answer = refusal(document, previous, user)
  if (reason === undefined) expect(answer).toBeUndefined()
  else expect(answer).toMatch(reason)
})

test('the rules are ES5, and need nothing from around them', () => {
  const code = source.replaceAll(/'[^']*'/g, "''")
  expect(code).not.toMatch(/=>|\b(let|const|class|of)\b [a-z]|`|\?\.|\?\?|\.\.\./)
  expect(() =>
    runInNewContext(
      `'use strict'; (${source})({ _id: 'a', storeId: 'hq' }, null, { db: 'catalog', roles: ['_admin'] })`,
    ),
  ).not.toThrow()
})

let central: Central
let client: CouchClient
beforeAll(async () => {
  central = await startCentral()
  client = connectCouch(central.url)
})
afterAll(() => central?.stop())

const Results = Type.Array(Type.Object({ error: Type.Optional(Type.String()), reason: Type.Optional(Type.String()) }))

async function write(database: string, docs: readonly Fields[], newEdits = true) {
  const body = { docs, new_edits: newEdits }
  return client.request(Results, { method: 'POST', path: `${database}/_bulk_docs`, body })
}

test('databases get the rules as they appear, central keeps to them, and nothing is written twice', async () => {
  await central.request('PUT', `/${inSales}`)
  const keeper = keepStoreRules(client, silentLogger, 50)
  const revisionIn = async (database: string) =>
    (await central.request('GET', `/${database}/_design/${storeRules.name}`))['_rev']
  await waitUntil('the rules are there', async () => (await revisionIn(inSales)) !== undefined)
  await central.request('PUT', '/catalog')
  await waitUntil('also in the new database', async () => (await revisionIn('catalog')) !== undefined)
  await central.request('PUT', '/store-s001-hub')

  const faulty = { ...second, storeId: 's002' }
  expect(await write(inSales, [first, faulty])).toMatchObject([
    {},
    { error: 'forbidden', reason: expect.stringContaining('s002') },
  ])
  const { _rev } = await central.request('GET', `/${inSales}/${encodeURIComponent(first._id)}`)
  expect(await write(inSales, [{ ...first, currency: 'USD', _rev }])).toMatchObject([{ error: 'forbidden' }])
  expect(await write(inSales, [{ ...first, _rev }])).not.toMatchObject([{ error: 'forbidden' }])

  // Replication: an edit of a known revision is refused, a body from elsewhere is kept beside the first.
  const [, hash] = String(_rev).split('-')
  const twin = (ids: string[]) => ({
    ...first,
    currency: 'USD',
    _rev: `${ids.length}-${ids[0]}`,
    _revisions: { start: ids.length, ids },
  })
  expect(await write(inSales, [twin(['d'.repeat(32), hash ?? ''])], false)).toMatchObject([{ error: 'forbidden' }])
  expect(await write(inSales, [twin(['e'.repeat(32)])], false)).toEqual([])
  const { _conflicts } = await central.request('GET', `/${inSales}/${encodeURIComponent(first._id)}?conflicts=true`)
  expect(_conflicts).toHaveLength(1)

  await keeper.stop()
  expect(await revisionIn(inSales)).toMatch(/^1-/)
  expect(await revisionIn('store-s001-hub')).toBeUndefined()
})
