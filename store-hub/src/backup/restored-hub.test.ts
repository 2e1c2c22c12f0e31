import path from 'node:path'
import { salesDatabaseOf, type SyncLogEntry } from '@tidemark/contracts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readAdministratorToken, verifyStore } from '../administration/index.ts'
import { pouchOf, type PouchDatabase } from '../pouchdb/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { connectTill, eventually, makeSales, startStore, type StoreSystem } from '../testing/index.ts'
import { restoreBackup } from './restore-backup.ts'

const salesDatabase = salesDatabaseOf(new Date().toISOString())
let system: StoreSystem
let tillStore: Store

beforeEach(async () => {
  system = await startStore()
  tillStore = await openStore({ directory: path.join(system.directory, 'till') })
})
afterEach(async () => {
  await tillStore.close()
  await system.close()
})

const idsOf = async (database: PouchDatabase): Promise<string[]> =>
  (await database.allDocs()).rows.map(({ id, value }) => `${id} ${value.rev}`)

it('gets back from a till, with its old checkpoint, what was sold after the backup', async () => {
  const hub = await system.startHub()
  const { incarnation, renew } = await hub.enrolWhenReady(1)
  const till = pouchOf(await tillStore.create(salesDatabase))
  const sell = async (from: number, to: number): Promise<void> => {
    for (const sale of sales.slice(from, to)) await till.put({ ...sale })
  }
  const sales = makeSales(incarnation, 90)
  const sync = async (url: string): Promise<void> => {
    // The key of tokens is in no backup: a till proves itself anew, by the enrolment that is.
    const remote = connectTill(url, await renew(url)).database(salesDatabase)
    await till.replicate.to(remote)
    await till.replicate.from(remote)
  }
  await sell(0, 30)
  await sync(hub.url)

  // The backup is written while the till goes on selling.
  const target = path.join(system.directory, 'backup')
  const administrator = await administratorOf(system)
  const selling = sell(30, 60).then(() => sync(hub.url))
  const answer = await fetch(`${hub.url}/api/admin/backup`, {
    method: 'POST',
    headers: { authorization: administrator, 'content-type': 'application/json' },
    body: JSON.stringify({ target }),
  })
  expect(await answer.text()).toContain('"result"')
  await selling
  await sell(60, 90)
  await sync(hub.url)
  // Central is away, so that only the till can bring back what the backup lacks.
  system.centralLink.cut()
  const { epoch } = (await hub.status()) as { epoch: string }
  await hub.close()

  const data = path.join(system.directory, 'hub')
  const restored = await restoreBackup({ backup: target, dataDirectory: data, replace: true })
  expect(restored.epoch).not.toBe(epoch)
  const store = await openStore({ directory: data })
  const inBackup = await idsOf(pouchOf(store.database(salesDatabase) ?? fail()))
  await store.close()
  expect(inBackup.length).toBeGreaterThanOrEqual(30)
  expect(inBackup.length).toBeLessThan(90)

  const again = await system.startHub()
  expect((await again.status()).epoch).toBe(restored.epoch)
  // It has heard from head office, but not since the restore.
  expect((await again.enrol(2)).status).toBe(503)
  await sync(again.url)
  const remote = connectTill(again.url, await renew(again.url)).database(salesDatabase)
  expect(await idsOf(remote)).toEqual(await idsOf(till))
  expect(await idsOf(remote)).toHaveLength(90)

  system.centralLink.restore()
  await eventually('central has every sale', async () => {
    const central = system.central.store.database(`store-s001-${salesDatabase}`)
    return central !== undefined && (await idsOf(pouchOf(central))).length === 90
  })
  // The machine is the same, so it has its store back without anyone's word.
  await eventually('it holds the store', async () => (await again.status()).lease?.state === 'held')
  expect((await again.enrolWhenReady(2)).incarnation).toBe('s001-t02-1')
  await again.close()

  const after = await openStore({ directory: data })
  expect(await restoresInLog(after)).toEqual([{ epoch: restored.epoch, backupEpoch: epoch }])
  expect(await verifyStore(after, () => undefined)).toMatchObject({ ok: true, syncLog: [{}, {}] })
  await after.close()
})

async function restoresInLog(store: Store): Promise<{ epoch: string; backupEpoch: string }[]> {
  const log = store.database('sync-log')?.list({ startKey: 'log:', endKey: 'log;', limit: 1000, bodies: true }) ?? []
  return log
    .map(({ body }) => JSON.parse(body ?? '') as SyncLogEntry)
    .flatMap(({ epoch, event }) => (event.kind === 'store-restored' ? [{ epoch, backupEpoch: event.backupEpoch }] : []))
}

async function administratorOf({ directory }: StoreSystem): Promise<string> {
  return `Bearer ${(await readAdministratorToken(path.join(directory, 'hub'))) ?? ''}`
}

function fail(): never {
  throw new Error('the database is not in the backup')
}
