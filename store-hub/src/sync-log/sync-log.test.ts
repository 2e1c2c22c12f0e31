import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { canonicalHash, createClock } from '@tidemark/contracts'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore, type DocumentDatabase, type Store } from '../store/index.ts'
import { readEntries } from './log-state.ts'
import { sealLogEntry } from './seal-entry.ts'
import { openSyncLog, type SyncLog } from './sync-log.ts'
import { verifySyncLog } from './verify-sync-log.ts'

let directory: string
let store: Store
let syncLog: SyncLog

const open = (): Promise<SyncLog> => {
  const clock = createClock('s001hub', Date.now)
  return openSyncLog({ store, storeId: 's001', clock, directory, logger: pino({ level: 'silent' }) })
}
const database = (): DocumentDatabase => {
  const log = store.database('sync-log')
  if (log === undefined) throw new Error('no log')
  return log
}
const write = (to: DocumentDatabase, ids: readonly string[]) =>
  to.write(ids.map((id) => ({ kind: 'edit', id, deleted: false, body: '{}' })))
const events = (epoch = store.uuid) => [...readEntries(database(), epoch)].map(({ event }) => event)

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
  const log = database()
  expect(await verifySyncLog(log, store.uuid)).toMatchObject({ entries: 4, chainFaults: [], badSignatures: [] })
  const id = `log:${store.uuid}:000000000002`
  const entry = log.read(id)
  const forged = { ...(JSON.parse(entry?.body ?? '') as object), at: '2026-11-22T09:00:00.000Z-0000-s001hub' }
  await log.write([{ kind: 'edit', id, rev: entry?.rev ?? '', deleted: false, body: JSON.stringify(forged) }])
  expect((await verifySyncLog(log, store.uuid)).chainFaults).toEqual([{ kind: 'hash-mismatch', number: 2 }])
})

it('refuses to go on with a key that the epoch was not begun with', async () => {
  await syncLog.close()
  await rm(path.join(directory, 'sync-log.key'))
  await expect(open()).rejects.toThrow('not the key that this epoch was begun with')
})

it('puts each change in one entry, also when it was closed in between without its saved cursors', async () => {
  const inventory = await store.create('inventory')
  await write(
    inventory,
    Array.from({ length: 250 }, (_, index) => `movement:${index}`),
  )
  await syncLog.catchUp()
  await syncLog.close()
  await database().writeLocal('_local/cursors', undefined)
  await write(inventory, ['movement:last'])
  syncLog = await open()
  await syncLog.catchUp()
  // The beginning of the epoch, 200 + 50 changes, then the last one.
  expect(await verifySyncLog(database(), store.uuid)).toMatchObject({ entries: 4, coverageFaults: [] })
})

it('writes what is appended at one moment together, in order, and keeps the chain whole', async () => {
  let groups = 0
  database().onWrite(() => (groups += 1))
  const incarnations = Array.from({ length: 300 }, (_, index) => `s001-t01-${index + 1}`)
  await Promise.all(incarnations.map((incarnation) => syncLog.append({ kind: 'terminal-enrolled', incarnation })))
  expect(groups).toBeLessThan(10)
  expect(await verifySyncLog(database(), store.uuid)).toMatchObject({
    entries: 301,
    chainFaults: [],
    badSignatures: [],
  })
  expect(events().slice(1)).toEqual(incarnations.map((incarnation) => ({ kind: 'terminal-enrolled', incarnation })))
})

it('begins a new chain with a new epoch while it runs, tied to the end of the old one', async () => {
  const inventory = await store.create('inventory')
  await write(inventory, ['movement:1'])
  await syncLog.catchUp()
  const before = store.uuid
  const after = await store.rotateEpoch('central knows more than this store')
  await write(inventory, ['movement:2'])
  await syncLog.append({ kind: 'terminal-enrolled', incarnation: 's001-t01-1' })
  await syncLog.catchUp()
  const old = [...readEntries(database(), before)].at(-1)
  expect(events(after)[0]).toMatchObject({
    kind: 'epoch-started',
    reason: 'central knows more than this store',
    previous: { epoch: before, number: old?.number, hash: old?.hash },
  })
  const whole = { chainFaults: [], badSignatures: [], coverageFaults: [] }
  expect(await verifySyncLog(database(), before)).toMatchObject(whole)
  expect(await verifySyncLog(database(), after)).toMatchObject(whole)
  const told = events(after).flatMap((event) => (event.kind === 'documents-stored' ? event.documents : []))
  expect(told.map(({ id }) => id)).toEqual(['movement:1', 'movement:2'])
})

it('tells once of a conflict that it sees, and once of its end, also over a restart', async () => {
  const catalog = await store.create('catalog')
  const leaf = (ids: string[], deleted = false) =>
    catalog.write([{ kind: 'replicated', id: 'product:A', revisions: { start: ids.length, ids }, deleted, body: '{}' }])
  await leaf(['b'])
  await leaf(['a'])
  await syncLog.catchUp()
  expect(syncLog.conflicts()).toEqual([{ database: 'catalog', documentId: 'product:A' }])
  await syncLog.close()
  syncLog = await open()
  expect(syncLog.conflicts()).toHaveLength(1)
  await write(catalog, ['product:B'])
  await syncLog.catchUp()
  await leaf(['c', 'a'], true)
  await syncLog.catchUp()
  expect(syncLog.conflicts()).toEqual([])
  expect(events().filter(({ kind }) => kind.startsWith('conflict'))).toEqual([
    { kind: 'conflict-seen', database: 'catalog', id: 'product:A', revs: ['1-b', '1-a'] },
    { kind: 'conflict-settled', database: 'catalog', id: 'product:A', rev: '1-b' },
  ])
})

it('tells that a till of this store was revoked, whoever did it', async () => {
  const catalog = await store.create('catalog')
  const terminal = (incarnation: string, status: string) => ({
    kind: 'edit' as const,
    id: `terminal:${incarnation}`,
    deleted: false,
    body: JSON.stringify({ incarnation, status, by: { id: 'hq7', role: 'head-office' } }),
  })
  await catalog.write([
    terminal('s001-t01-1', 'enrolled'),
    terminal('s001-t02-1', 'revoked'),
    terminal('s002-t01-1', 'revoked'),
  ])
  await syncLog.catchUp()
  expect(events().filter(({ kind }) => kind === 'terminal-revoked')).toEqual([
    { kind: 'terminal-revoked', incarnation: 's001-t02-1', reason: 'by hq7' },
  ])
})

it('hashes as the contracts do, whatever is in a document id', () => {
  const ids = ['', 'ä €😀', 'quote " back \\ line \n', '\u2028', '\ud83d'.toWellFormed(), '/', '\u007f']
  const entry = {
    b: 1.5,
    a: -0,
    ä: true,
    Z: null,
    10: 'ten',
    9: 'nine',
    e: 1e21,
    list: ids.map((id) => ({ rev: '1-a', id })),
  }
  expect(sealLogEntry(entry, 'x').hash).toBe(canonicalHash({ ...entry, previousHash: 'x' }))
})

it('keeps a whole chain when a sender puts half a character into an id', async () => {
  const documents = [{ id: 'journal:\ud83d', reason: 'id \ud83d' }]
  await syncLog.append({ kind: 'documents-refused', database: 'sales-2026-11', origin: 's001-t01-1', documents })
  expect(await verifySyncLog(database(), store.uuid)).toMatchObject({ entries: 2, chainFaults: [] })
})
