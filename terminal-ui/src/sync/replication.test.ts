import { expect, test } from 'vitest'
import { Journal } from '../data/journal.ts'
import type { BulkResult, Database, Fields } from '../data/pouch-types.ts'
import { memoryBrowser, memoryDatabases } from '../testing/memory-databases.ts'
import { cashSale } from '../testing/samples.ts'
import { listUnsent } from './queue-view.ts'
import { offerRefused, pushDatabase } from './replication.ts'

const database = 'sales-2026-11'
const second = 'journal:s001-t03-1:000000002'
const now = () => '2026-11-22T10:00:00.000Z'

/** A real database in the hub's place which answers 403 to the documents that it `refuses`, as a hub does. */
function hubDatabase(refuses: (id: string) => boolean): Database {
  const remote = memoryBrowser()(database)
  const store = remote.bulkDocs.bind(remote)
  const bulkDocs = async (documents: readonly Fields[]) => {
    const isRefused = (document: Fields) => refuses(String(document['_id']))
    const stored = await store(
      documents.filter((document) => !isRefused(document)),
      { new_edits: false },
    )
    const refused: BulkResult[] = documents.filter(isRefused).map((document) => ({
      id: String(document['_id']),
      error: true,
      name: 'forbidden',
      reason: 'the lines do not add up',
    }))
    return [...stored, ...refused]
  }
  return Object.assign(remote, { bulkDocs })
}

async function tillWithSales(count: number) {
  const databases = memoryDatabases()
  const journal = new Journal(databases, () => new Date('2026-11-22T10:00:00.000Z'))
  for (let sold = 0; sold < count; sold += 1) await journal.recordSale(cashSale())
  const { device, positions } = databases
  const unsent = async (epoch: string) =>
    (await listUnsent(databases, epoch, new Map(), new Set())).map((item) => item.documentId)
  return { device, positions, local: databases.named(database), journal, unsent }
}

test('a refused receipt is named, kept, passed by the rest and sent when its cause is gone', async () => {
  let refusing = true
  const remote = hubDatabase((id) => refusing && id === second)
  const { device, positions, local, unsent } = await tillWithSales(3)
  const input = { device, positions, local, remote, epoch: 'a', now }
  await pushDatabase(input)
  expect((await remote.info()).doc_count).toBe(2)
  expect(await unsent('a')).toEqual([second])
  expect(await device.refusals()).toMatchObject([
    { documentId: second, reason: 'the lines do not add up', attempts: 1 },
  ])

  await offerRefused(input)
  expect(await device.refusals()).toMatchObject([{ attempts: 2, since: now() }])
  refusing = false
  await offerRefused(input)
  expect(await device.refusals()).toEqual([])
  expect(await unsent('a')).toEqual([])
  expect((await remote.get(second))._rev).toBe((await local.get(second))._rev)
})

test('documents that are refused for good do not keep the others from being offered again', async () => {
  let mended = false
  const forGood = 'journal:s001-t03-1:000000050'
  const remote = hubDatabase((id) => !mended || id <= forGood)
  const { device, positions, local } = await tillWithSales(52)
  const input = { device, positions, local, remote, epoch: 'a', now }
  await pushDatabase(input)
  mended = true
  await offerRefused(input)
  await offerRefused(input)
  expect((await remote.info()).doc_count).toBe(2)
  expect((await device.refusals()).every(({ documentId }) => documentId <= forGood)).toBe(true)
})

test('a refusal that was lost with the tab is found again: the hub is asked for every change', async () => {
  const remote = hubDatabase((id) => id === second)
  const { device, positions, local, unsent } = await tillWithSales(3)
  const input = { device, positions, local, remote, epoch: 'a', now }
  await pushDatabase(input)
  // The tab died before either was on disk.
  await device.forgetRefusal(second)
  await positions.writePushed(database, { sequence: 0, epoch: 'a' })
  await pushDatabase(input)
  expect(await unsent('a')).toEqual([second])
})

test('everything is sent again to a hub that starts a new epoch with an empty store', async () => {
  const { device, positions, local, unsent } = await tillWithSales(3)
  await pushDatabase({ device, positions, local, remote: hubDatabase(() => false), epoch: 'a', now })
  expect(await unsent('a')).toEqual([])
  expect(await unsent('b')).toHaveLength(3)
  const empty = hubDatabase(() => false)
  await pushDatabase({ device, positions, local, remote: empty, epoch: 'b', now })
  expect((await empty.info()).doc_count).toBe(3)
  expect(await unsent('b')).toEqual([])
})

test('a failure half way leaves the position where it was', async () => {
  const { device, positions, local, unsent } = await tillWithSales(2)
  const remote = hubDatabase(() => false)
  const broken = Object.assign(
    hubDatabase(() => false),
    {
      bulkDocs: () => Promise.reject(new Error('the line broke')),
    },
  )
  await expect(pushDatabase({ device, positions, local, remote: broken, epoch: 'a', now })).rejects.toThrow(
    'the line broke',
  )
  expect(await positions.readPushed(database)).toBeUndefined()
  expect(await unsent('a')).toHaveLength(2)
  await pushDatabase({ device, positions, local, remote, epoch: 'a', now })
  expect(await unsent('a')).toEqual([])
})

test('a batch that is too large for the hub goes in halves, and one document that is too large by itself is named', async () => {
  const { device, positions, local, unsent } = await tillWithSales(7)
  const remote = hubDatabase(() => false)
  const store = remote.bulkDocs.bind(remote)
  const sizes: number[] = []
  const small = Object.assign(remote, {
    bulkDocs: (documents: readonly Fields[], options: { readonly new_edits: boolean }) => {
      sizes.push(documents.length)
      const isTooLarge = documents.length > 2 || documents.some(({ _id }) => _id === second)
      const refusal = Object.assign(new Error('request entity too large'), { status: 413 })
      return isTooLarge ? Promise.reject(refusal) : store(documents, options)
    },
  })
  expect(await pushDatabase({ device, positions, local, remote: small, epoch: 'a', now })).toBe(6)
  expect(sizes[0]).toBe(7)
  expect(await unsent('a')).toEqual([second])
  expect(await device.refusals()).toMatchObject([{ documentId: second, reason: expect.stringContaining('413') }])
})

test('what is there already is not sent again, and many batches end at the last change', async () => {
  const { device, positions, local, journal } = await tillWithSales(250)
  const remote = hubDatabase(() => false)
  expect(await pushDatabase({ device, positions, local, remote, epoch: 'a', now })).toBe(250)
  const position = await positions.readPushed(database)
  expect(await pushDatabase({ device, positions, local, remote, epoch: 'a', now })).toBe(0)
  await positions.writePushed(database, { sequence: 0, epoch: 'a' })
  expect(await pushDatabase({ device, positions, local, remote, epoch: 'a', now })).toBe(0)
  expect(await positions.readPushed(database)).toEqual(position)
  await journal.recordSale(cashSale())
  expect(await pushDatabase({ device, positions, local, remote, epoch: 'a', now })).toBe(1)
})
