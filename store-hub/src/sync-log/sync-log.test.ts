import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createClock } from '@tidemark/contracts'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { pouchOf } from '../pouchdb/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { openSyncLog, type SyncLog } from './sync-log.ts'
import { verifySyncLog } from './verify-sync-log.ts'

let directory: string
let store: Store
let syncLog: SyncLog

const open = (): Promise<SyncLog> => {
  const clock = createClock('s001hub', Date.now)
  return openSyncLog({ store, storeId: 's001', clock, directory, logger: pino({ level: 'silent' }) })
}
const database = async () => {
  const log = pouchOf(store.database('sync-log'))
  if (log === undefined) throw new Error('no log')
  return log
}

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'sync-log-'))
  store = await openStore({ directory })
  syncLog = await open()
})
afterEach(async () => {
  await syncLog.close()
  await store.close()
  await rm(directory, { recursive: true })
})

it('goes on with the chain after a restart, and finds an entry that was changed', async () => {
  await syncLog.append({ kind: 'terminal-enrolled', incarnation: 's001-t01-1' })
  await syncLog.close()
  syncLog = await open()
  await Promise.all(
    ['s001-t02-1', 's001-t03-1'].map((incarnation) => syncLog.append({ kind: 'terminal-enrolled', incarnation })),
  )
  const log = await database()
  expect(await verifySyncLog(log, store.uuid)).toMatchObject({ entries: 4, chainFaults: [], badSignatures: [] })
  const entry = await log.get(`log:${store.uuid}:000000000002`)
  await log.put({ ...entry, event: { kind: 'terminal-enrolled', incarnation: 's001-t09-1' } })
  expect((await verifySyncLog(log, store.uuid)).chainFaults).toEqual([{ kind: 'hash-mismatch', number: 2 }])
})

it('refuses to go on with a key that the epoch was not begun with', async () => {
  await syncLog.close()
  await rm(path.join(directory, 'sync-log.key'))
  await expect(open()).rejects.toThrow('not the key that this epoch was begun with')
})

it('puts each change in one entry, also when it was closed in between without its saved cursors', async () => {
  const inventory = pouchOf(await store.create('inventory'))
  await inventory.bulkDocs(Array.from({ length: 250 }, (_, index) => ({ _id: `movement:${index}` })))
  await syncLog.catchUp()
  await syncLog.close()
  const log = await database()
  const cursors = await log.get('_local/cursors')
  await log.remove({ _id: cursors._id, _rev: cursors._rev ?? '' })
  await inventory.bulkDocs([{ _id: 'movement:last' }])
  syncLog = await open()
  await syncLog.catchUp()
  // The beginning of the epoch, 200 + 50 changes, then the last one.
  expect(await verifySyncLog(log, store.uuid)).toMatchObject({ entries: 4, coverageFaults: [] })
})
