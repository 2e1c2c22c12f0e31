import { expect, test } from 'vitest'
import { genesisHash, sealEntry } from '../journal/chain.ts'
import { centralDatabaseOf, databaseOfDocument, parseCentralDatabase } from '../databases.ts'
import { checkDocument, describeProblems } from './check-document.ts'

const line = {
  lineNumber: 1,
  sku: 'A-1',
  name: 'Apple juice',
  quantity: 2,
  unit: 'piece',
  unitPriceMinor: 119,
  discountMinor: 0,
  taxCode: 'standard',
  taxRateBasisPoints: 1900,
  taxIncluded: true,
  netMinor: 200,
  taxMinor: 38,
  grossMinor: 238,
}
const body = {
  _id: 'journal:s001-t03-2:000000001',
  type: 'sale',
  schemaVersion: 1,
  storeId: 's001',
  at: '2026-11-22T09:00:00.000Z-0001-s001t03',
  by: { id: 'c001', role: 'cashier' },
  terminalId: 's001-t03',
  incarnation: 's001-t03-2',
  number: 1,
  businessDate: '2026-11-22',
  currency: 'EUR',
  lines: [line],
  totals: { netMinor: 200, taxMinor: 38, grossMinor: 238, roundingMinor: 2, dueMinor: 240 },
  payments: [{ method: 'cash', amountMinor: 240, tenderedMinor: 500, changeMinor: 260 }],
}
const sale = (changes: Record<string, unknown> = {}) => sealEntry({ ...body, ...changes }, genesisHash)
const problemsOf = (document: Record<string, unknown>) => describeProblems(checkDocument('sales-2026-11', document))

test('a sale that adds up is accepted, with fields that this release does not know and with replication fields', () => {
  expect(checkDocument('sales-2026-11', sale())).toEqual([])
  expect(checkDocument('sales-2026-11', { ...sale({ loyalty: 'gold' }), _rev: '1-abc', _revisions: {} })).toEqual([])
})

test('the next schema version is read and the one after it is not', () => {
  expect(problemsOf(sale({ schemaVersion: 2 }))).toBe('')
  expect(problemsOf(sale({ schemaVersion: 3 }))).toContain('/schemaVersion')
})

test.each([
  ['an unknown type', { type: 'party' }, '/type'],
  ['a quantity that is no whole number', { lines: [{ ...line, quantity: 1.5 }] }, '/lines/0/quantity'],
  ['a line that is wrong by a cent', { lines: [{ ...line, taxMinor: 39, grossMinor: 239 }] }, '/lines/0'],
  ['a discount above the price', { lines: [{ ...line, discountMinor: 500 }] }, '/lines/0/discountMinor'],
  ['totals that are not the sum of the lines', { totals: { ...body.totals, grossMinor: 300 } }, '/totals'],
  [
    'payments that are not what is due',
    { payments: [{ ...body.payments[0], amountMinor: 200, changeMinor: 300 }] },
    '/payments',
  ],
  [
    'change that was not counted right',
    { payments: [{ ...body.payments[0], changeMinor: 1 }] },
    '/payments/0/changeMinor',
  ],
  [
    'discounts that do not add up to the line’s',
    { lines: [{ ...line, discounts: [{ kind: 'line', amountMinor: 5, reason: 'damaged' }] }] },
    '/lines/0/discounts',
  ],
  [
    'rounding to a coin where nothing is paid in cash',
    { payments: [{ method: 'card', amountMinor: 240, token: 't', lastFour: '4242', authorisationCode: 'A1' }] },
    '/totals/roundingMinor',
  ],
  ['a number that is not the id’s', { number: 2 }, '/_id'],
  ['a store that is not the incarnation’s', { storeId: 's002' }, '/storeId'],
  ['a day in another month', { businessDate: '2026-12-01' }, 'belongs in the database sales-2026-12'],
])('%s is a problem that names its field', (_name, changes, expected) => {
  expect(problemsOf(sale(changes))).toContain(expected)
})

test('a body that was changed after it was sealed is a problem', () => {
  expect(problemsOf({ ...sale(), by: { id: 'c002', role: 'cashier' } })).toContain('/hash')
})

test('a document is named into its database, and central names carry the store', () => {
  expect(databaseOfDocument(body)).toBe('sales-2026-11')
  expect(databaseOfDocument({ type: 'stock-count' })).toBe('inventory')
  expect(databaseOfDocument({ type: 'sale' })).toBeUndefined()
  expect(centralDatabaseOf('s001', 'sales-2026-11')).toBe('store-s001-sales-2026-11')
  expect(centralDatabaseOf('s001', 'catalog')).toBe('catalog')
  expect(parseCentralDatabase('store-s001-sales-2026-11')).toEqual({
    storeId: 's001',
    database: 'sales-2026-11',
    entityClass: 'sales',
  })
  for (const name of ['catalog', 'store-s001-catalog', 'store-s001-other', 'audit']) {
    expect(parseCentralDatabase(name)).toBeUndefined()
  }
})

test('what JSON can write and no hash can hold is named by its field', () => {
  const broken = { ...sale(), lines: [{ ...line, name: 'Apple \ud83c' }] }
  expect(problemsOf(broken)).toContain('/lines/0/name holds half of a surrogate pair')
  expect(problemsOf({ ...sale(), 'a/b': { c: JSON.parse('1e999') as number } })).toBe('/a~1b/c is too large a number')
  expect(problemsOf(sale({ lines: [{ ...line, name: 'Apple 🍎' }] }))).toBe('')
})
