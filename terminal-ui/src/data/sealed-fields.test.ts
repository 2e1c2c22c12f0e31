import { documentHash, genesisHash, sealEntry, type Sale } from '@tidemark/contracts'
import PouchDB from 'pouchdb-core'
import memoryAdapter from 'pouchdb-adapter-memory'
import { beforeAll, expect, test } from 'vitest'
import { pullDatabase } from '../sync/pull-database.ts'
import { pushDatabase } from '../sync/replication.ts'
import { cashSale } from '../testing/samples.ts'
import { DeviceStore } from './device-store.ts'
import { SyncPositions } from './sync-positions.ts'
import type { Database, Fields } from './pouch-types.ts'
import { buildSale } from './sale-document.ts'
import { holdsSensitive, sealDatabase, type SealingKey } from './sealed-fields.ts'

PouchDB.plugin(memoryAdapter)

const customer = { name: 'Ada Fitzgerald', email: 'ada@example.org', phone: '+353 1 555 0100' }
const card = {
  method: 'card' as const,
  amountMinor: 1300,
  token: 'tok_9f8e7d6c5b4a',
  lastFour: '4242',
  authorisationCode: 'AUTH77',
}
const secrets = [...Object.values(customer), card.token, card.authorisationCode]

let key: SealingKey
let disks = 0

const newKey = async (): Promise<SealingKey> => ({
  id: crypto.randomUUID(),
  key: await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
})

beforeAll(async () => {
  key = await newKey()
})

/** One store opened twice: as the till sees it, and as it lies on disk. */
function openDisk(name: string, sealingKey = key): { till: Database; disk: Database } {
  disks += 1
  const open = (): Database => {
    const database = new PouchDB(`sealed-${disks}-${name}`, { adapter: 'memory' })
    Object.defineProperty(database, 'name', { value: name })
    return database
  }
  return { till: sealDatabase(open(), sealingKey), disk: open() }
}

function saleOf(number: number, changes: Fields = {}): Fields {
  const place = { number, at: `2026-11-22T10:00:0${number}.000Z-0000-s001t03`, now: new Date('2026-11-22T10:00:00Z') }
  const sale = { ...buildSale(cashSale(), place), payments: [card], customer, salt: 'ab'.repeat(16), ...changes }
  return sealEntry(sale, genesisHash)
}

async function textOnDisk(disk: Database): Promise<string> {
  return JSON.stringify(await disk.allDocs({ include_docs: true }))
}

test('customer and card lie sealed on disk, and every way of reading gives them back with their hash intact', async () => {
  const { till, disk } = openDisk('sales-2026-11')
  const sale = saleOf(1)
  const id = String(sale['_id'])
  await till.put(sale)
  const raw = await textOnDisk(disk)
  for (const secret of secrets) expect(raw).not.toContain(secret)
  expect(raw).toContain('4242')

  const got = await till.get(id)
  expect(got).toMatchObject(sale)
  expect(documentHash(got)).toBe(sale['hash'])
  const { rows } = await till.allDocs({ include_docs: true })
  expect(rows[0]?.doc).toEqual(got)
  const { results } = await till.changes({ since: 0, include_docs: true })
  expect(results[0]?.doc).toEqual(got)
})

test('what replicates to the hub is plain, and what comes from it is sealed, with its conflicting revisions', async () => {
  const { till } = openDisk('sales-2026-11')
  const { till: device } = openDisk('device')
  const hub = new PouchDB(`hub-${disks}`, { adapter: 'memory' })
  const sale = saleOf(1)
  const id = String(sale['_id'])
  await till.put(sale)
  const positions = new SyncPositions(() => device)
  const input = { device: new DeviceStore(() => device), positions, local: till, remote: hub, epoch: 'a' }
  await pushDatabase({ ...input, now: () => '' })
  const arrived = await hub.get(id)
  expect(arrived).toMatchObject(sale)
  expect(documentHash(arrived)).toBe((sale as unknown as Sale).hash)

  const other = { ...saleOf(1, { customer: { name: 'Grace Hopper' } }), _rev: '1-ffff' }
  await hub.bulkDocs([{ ...other, _revisions: { start: 1, ids: ['ffff'] } }], { new_edits: false })
  const second = openDisk('sales-2026-11')
  await pullDatabase({ local: second.till, remote: hub, epoch: 'a' })
  const leaves = await Promise.all(['1-ffff', arrived._rev].map((rev) => second.till.get(id, { rev })))
  expect(leaves.map((leaf) => (leaf['customer'] as Fields)['name'])).toEqual(['Grace Hopper', customer.name])
  expect((await second.till.get(id))._rev).toBe((await hub.get(id))._rev)
  const raw = JSON.stringify(await Promise.all(leaves.map((leaf) => second.disk.get(id, { rev: leaf._rev }))))
  for (const secret of [...secrets, 'Grace Hopper']) expect(raw).not.toContain(secret)
})

test('the open cart is sealed, settings and names of databases are not, and documents of an earlier release stay readable', async () => {
  const { till, disk } = openDisk('device')
  const device = new DeviceStore(() => till)
  await disk.put({ _id: 'settings', value: { sound: true } })
  await disk.put({ _id: 'cashier', value: { name: 'Anna' } })
  await till.put({ _id: 'cart', value: { lines: [], nextLineId: 1, trace: null, customer } })
  await device.write('sales-databases', ['sales-2026-11'])
  const raw = await textOnDisk(disk)
  for (const secret of Object.values(customer)) expect(raw).not.toContain(secret)
  expect(raw).toContain('sales-2026-11')
  expect(await device.read('cart')).toMatchObject({ customer })
  expect(await device.read('settings')).toEqual({ sound: true })
  expect(await device.read('cashier')).toEqual({ name: 'Anna' })
})

test('an entry whose key is lost, or whose envelope is of another entry, is not opened and holds nothing up', async () => {
  const { till, disk } = openDisk('sales-2026-11')
  await till.put(saleOf(1))
  await till.put(saleOf(2))
  const [first, second] = (await disk.allDocs({ include_docs: true })).rows.map((row) => row.doc)
  await disk.put({ ...second, $sealed: first?.['$sealed'] })
  expect(JSON.stringify(await till.get(String(second?._id)))).not.toContain(customer.email)

  const lost = sealDatabase(disk, await newKey())
  expect(JSON.stringify(await lost.get(String(first?._id)))).not.toContain(customer.email)
  await lost.put(saleOf(3))
  const { rows } = await lost.allDocs({ include_docs: true })
  expect(rows.map(({ doc }) => doc !== null && doc !== undefined && documentHash(doc) === doc['hash'])).toEqual([
    false,
    false,
    true,
  ])
})

test('only an entry with something sensitive in it is salted', () => {
  expect(holdsSensitive(saleOf(1))).toBe(true)
  const { salt: _salt, customer: _customer, ...plain } = saleOf(1, { payments: [] })
  expect(holdsSensitive(plain)).toBe(false)
})
