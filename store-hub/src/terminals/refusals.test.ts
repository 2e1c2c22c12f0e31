import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createClock } from '@tidemark/contracts'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openHubState } from '../hub-state/index.ts'
import { pouchOf } from '../pouchdb/index.ts'
import { openStore, type Store } from '../store/index.ts'
import { openSyncLog, verifySyncLog, type SyncLog } from '../sync-log/index.ts'
import { createRefusals, type Refusals } from './refusals.ts'

const logger = pino({ level: 'silent' })
let directory: string
let store: Store
let syncLog: SyncLog
let minute = 0

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'refusals-'))
  store = await openStore({ directory })
  syncLog = await openSyncLog({ store, storeId: 's001', clock: createClock('s001hub', Date.now), directory, logger })
})
afterEach(async () => {
  await syncLog.close()
  await store.close()
  await rm(directory, { recursive: true })
})

async function openRefusals(): Promise<Refusals> {
  const now = (): Date => new Date(Date.UTC(2026, 10, 22, 9, (minute += 1)))
  return createRefusals({ state: await openHubState(store), syncLog, logger, now })
}

const refusal = (id: string, reason: string) => ({
  database: 'sales-2026-11',
  origin: 's001-t01-1',
  documents: [{ id, rev: '1-a', reason, text: `{"_id":"${id}"}` }],
})

it('keeps one record for a document that is offered again and again, over a restart too', async () => {
  const first = await openRefusals()
  await first.record(refusal('journal:a', 'no hash'))
  await first.record(refusal('journal:b', 'no hash'))
  await first.record(refusal('journal:a', 'no hash'))
  const second = await openRefusals()
  await second.record(refusal('journal:a', 'no hash'))
  expect(second.count()).toBe(2)
  const [newest, other] = await second.list(10)
  expect(newest).toMatchObject({ id: 'journal:a', count: 3, text: '{"_id":"journal:a"}', reason: 'no hash' })
  expect(other).toMatchObject({ id: 'journal:b', count: 1 })
})

it('writes every refusal to the signed log, however many there are at once', async () => {
  const refusals = await openRefusals()
  const documents = Array.from({ length: 450 }, (_, index) => ({
    id: `journal:${index}`,
    rev: undefined,
    reason: 'x'.repeat(2000),
    text: undefined,
  }))
  await refusals.record({ database: 'sales-2026-11', origin: 'central', documents: documents.slice(0, 3) })
  await refusals.record({ database: 'sales-2026-11', origin: 'central', documents: documents.slice(3) })
  const log = pouchOf(store.database('sync-log'))
  if (log === undefined) throw new Error('no log')
  // The beginning of the epoch, one entry of 3, and 447 in three of at most 200.
  expect(await verifySyncLog(log, store.uuid)).toMatchObject({ entries: 5, chainFaults: [], badSignatures: [] })
})
