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
  // Replication hands the batch over as `{docs, new_edits: false}`.
  const bulkDocs = async (batch: readonly Fields[] | { docs: Fields[] }) => {
    const documents = 'docs' in batch ? batch.docs : batch
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
  const { device } = databases
  const unsent = async (epoch: string) =>
    (await listUnsent(databases, epoch, new Map(), new Set())).map((item) => item.documentId)
  return { device, local: databases.named(database), journal, unsent }
}

test('a refused receipt is named, kept, passed by the rest and sent when its cause is gone', async () => {
  let refusing = true
  const remote = hubDatabase((id) => refusing && id === second)
  const { device, local, unsent } = await tillWithSales(3)
  const input = { device, local, remote, epoch: 'a', now }
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
  const { device, local } = await tillWithSales(52)
  const input = { device, local, remote, epoch: 'a', now }
  await pushDatabase(input)
  mended = true
  await offerRefused(input)
  await offerRefused(input)
  expect((await remote.info()).doc_count).toBe(2)
  expect((await device.refusals()).every(({ documentId }) => documentId <= forGood)).toBe(true)
})

test('a refusal that was lost with the tab is found again: the hub is asked for every change', async () => {
  const remote = hubDatabase((id) => id === second)
  const { device, local, unsent } = await tillWithSales(3)
  const input = { device, local, remote, epoch: 'a', now }
  await pushDatabase(input)
  // The tab died before either was on disk, while PouchDB's own checkpoint had already passed the receipt.
  await device.forgetRefusal(second)
  await device.writePosition(database, { sequence: 0, epoch: 'a' })
  await pushDatabase(input)
  expect(await unsent('a')).toEqual([second])
})

test('everything is sent again to a hub that starts a new epoch with an empty store', async () => {
  const { device, local, unsent } = await tillWithSales(3)
  await pushDatabase({ device, local, remote: hubDatabase(() => false), epoch: 'a', now })
  expect(await unsent('a')).toEqual([])
  expect(await unsent('b')).toHaveLength(3)
  const empty = hubDatabase(() => false)
  await pushDatabase({ device, local, remote: empty, epoch: 'b', now })
  expect((await empty.info()).doc_count).toBe(3)
  expect(await unsent('b')).toEqual([])
})

test('a failure half way leaves the position where it was', async () => {
  const { device, local, unsent } = await tillWithSales(2)
  const remote = hubDatabase(() => false)
  const broken = Object.assign(
    hubDatabase(() => false),
    {
      bulkDocs: () => Promise.reject(new Error('the line broke')),
    },
  )
  await expect(pushDatabase({ device, local, remote: broken, epoch: 'a', now })).rejects.toThrow('the line broke')
  expect(await device.readPosition(database)).toBeUndefined()
  expect(await unsent('a')).toHaveLength(2)
  await pushDatabase({ device, local, remote, epoch: 'a', now })
  expect(await unsent('a')).toEqual([])
})
