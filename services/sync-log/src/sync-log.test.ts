import { generateKeyPairSync } from 'node:crypto'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SyncLogEntry } from '@tidemark/contracts'
import { connectCouch, ensureDatabase, openDatabase, type CouchClient } from '@tidemark/service-kit'
import {
  connectPublisher,
  runInProcess,
  sampleLog,
  signed,
  startCentral,
  startNatsServer,
  waitUntil,
  type Central,
  type NatsServer,
  type SampleLog,
  type TestPublisher,
  type TestService,
} from '@tidemark/service-kit/test-support'
import { createSyncLogService } from './app.ts'
import { auditWithoutRules } from './testing/tamper.ts'

let central: Central
let nats: NatsServer
let publisher: TestPublisher
let client: CouchClient
let service: TestService

beforeAll(async () => {
  ;[central, nats] = await Promise.all([startCentral(), startNatsServer()])
  client = connectCouch(central.url)
  publisher = await connectPublisher(nats.url)
  service = await runInProcess(createSyncLogService(), central, nats)
})

afterAll(async () => {
  await service?.service.stop()
  await publisher?.close()
  await Promise.all([central?.stop(), nats?.stop()])
})

interface Answer {
  readonly items: readonly {
    readonly id: string
    readonly number: number
    readonly entry: SyncLogEntry
    readonly verification: { readonly hash: string; readonly signature: string }
  }[]
  readonly nextCursor: string | null
  readonly verified: boolean
  readonly epochs: readonly {
    readonly entries: number
    readonly head: { readonly number: number; readonly hash: string } | null
    readonly faults: readonly { readonly kind: string; readonly number: number }[]
  }[]
  readonly rejected: readonly { readonly documentId: string; readonly reason: string }[]
  readonly problems: readonly { readonly field: string }[]
}

async function ask(path: string): Promise<{ status: number; body: Answer }> {
  const { status, body } = await service.get(path)
  return { status, body: body as unknown as Answer }
}

const chainOf = async (storeId: string): Promise<Answer> => (await ask(`/stores/${storeId}/chain`)).body
const faultsOf = ({ epochs }: Answer): readonly string[] =>
  epochs.flatMap(({ faults }) => faults.map(({ kind, number }) => `${kind} ${number}`))

async function consumed(): Promise<void> {
  await waitUntil('all is acknowledged', async () => (await publisher.unacknowledged('sync-log')) === 0)
}

/** Waits, because a verdict is handed out for a moment after it was made. */
async function waitForFaults(storeId: string, expected: readonly string[]): Promise<void> {
  try {
    await waitUntil('the faults are found', async () => {
      return JSON.stringify(faultsOf(await chainOf(storeId))) === JSON.stringify(expected)
    })
  } catch {
    expect(faultsOf(await chainOf(storeId))).toEqual(expected)
  }
}

/** A log of five entries that the audit has. */
async function recordedLog(storeId: string, epochDigit: string): Promise<SampleLog> {
  const log = sampleLog(storeId, epochDigit)
  for (const sequence of [3, 7, 8, 12]) log.appendStored('inventory', sequence)
  for (const entry of log.entries) await publisher.publish(storeId, entry)
  await consumed()
  expect(await chainOf(storeId)).toMatchObject({ verified: true, epochs: [{ entries: 5, faults: [] }] })
  return log
}

test('entries that come in any order, ten times, verify once the first has come, and are answered newest first', async () => {
  const log = sampleLog('s001', '1')
  for (const sequence of [3, 7, 8, 12]) log.appendStored('inventory', sequence)
  const [first, ...others] = log.entries
  for (const entry of others.toReversed()) await publisher.publish('s001', entry)
  await consumed()
  expect(await chainOf('s001')).toMatchObject({ verified: false })
  expect(faultsOf(await chainOf('s001'))).toEqual(['gap 1', 'no-key 1'])
  const early = (await ask('/stores/s001/entries')).body.items
  expect(early.map(({ verification }) => verification.signature)).toEqual(others.map(() => 'unverified'))

  for (let copy = 0; copy < 10; copy += 1) {
    for (const entry of first === undefined ? others : [...others, first])
      await publisher.publish('s001', entry, { copy })
  }
  await consumed()
  await waitUntil('the chain verifies', async () => (await chainOf('s001')).verified)
  expect(await chainOf('s001')).toMatchObject({
    storeId: 's001',
    epochs: [{ epoch: log.epoch, entries: 5, head: { number: 5, hash: log.entries[4]?.hash }, faultCount: 0 }],
    rejected: [],
  })

  const entries = (await ask('/stores/s001/entries')).body.items
  expect(entries.map(({ number }) => number)).toEqual([5, 4, 3, 2, 1])
  expect(entries.map(({ entry }) => entry)).toEqual(log.entries.toReversed())
  expect(entries[0]?.verification).toEqual({ hash: 'valid', signature: 'verified', place: 'valid' })
  const started = (await ask('/stores/s001/entries?kind=epoch-started')).body.items
  expect(started.map(({ number }) => number)).toEqual([1])
  const page = (await ask('/stores/s001/entries?limit=2')).body
  const rest = (await ask(`/stores/s001/entries?limit=3&cursor=${page.nextCursor}`)).body
  expect([...page.items, ...rest.items].map(({ number }) => number)).toEqual([5, 4, 3, 2, 1])
  expect(rest.nextCursor).toBeNull()
})

test('an entry that was changed or removed in the audit itself is found', async () => {
  const log = await recordedLog('s002', '2')
  const third = log.entries[2]?._id ?? ''
  const guarded = openDatabase(client, 'audit').update(third, (current) => ({ ...current, _id: third, kind: 'x' }))
  await expect(guarded).rejects.toThrow('written once')
  const audit = await auditWithoutRules(client)
  await audit.update(third, (current) => {
    const entry = current?.['entry'] as SyncLogEntry
    return {
      ...current,
      _id: entry._id,
      entry: { ...entry, event: { ...entry.event, documents: [{ id: 'x', rev: '1-a' }] } },
    }
  })
  await waitForFaults('s002', ['hash-mismatch 3', 'altered 3'])
  const [, , changed] = (await ask('/stores/s002/entries')).body.items
  expect(changed?.verification).toEqual({ hash: 'broken', signature: 'verified', place: 'altered' })
  await audit.update(third, (current) => ({ _id: current?._id ?? '', _deleted: true }))
  await waitForFaults('s002', ['gap 3', 'removed 3', 'sequence-gap 4'])
})

test('an entry signed by a stranger is stored and found', async () => {
  const log = await recordedLog('s003', '3')
  const { privateKey } = generateKeyPairSync('ed25519')
  await publisher.publish('s003', signed(log.appendStored('inventory', 13), privateKey))
  await consumed()
  await waitForFaults('s003', ['wrong-signature 6'])
})

test('an end that was cut off an epoch is found by the epoch that follows it', async () => {
  const before = await recordedLog('s009', '8')
  const after = sampleLog('s009', '9', before)
  for (const entry of after.entries) await publisher.publish('s009', entry)
  await consumed()
  await waitForFaults('s009', [])
  const last = before.entries[4]?._id ?? ''
  await (await auditWithoutRules(client)).update(last, () => ({ _id: last, _deleted: true }))
  await waitForFaults('s009', ['removed 5', 'broken-link 1'])
})

test('a second entry with the number of another is found, and the first stands', async () => {
  const log = await recordedLog('s004', '4')
  const third = log.entries[2]
  if (third === undefined) throw new Error('no third entry')
  const fork = log.forge(third, { at: '2026-11-22T09:30:00.000Z-0000-s004hub' })
  for (let copy = 1; copy <= 3; copy += 1) await publisher.publish('s004', fork, { rev: '1-fff', copy })
  await consumed()
  await waitForFaults('s004', ['fork 3'])
  const items = (await ask('/stores/s004/entries')).body.items
  expect(items.find(({ number }) => number === 3)?.entry).toEqual(third)
})

test('a fork that replication brought to central is found in the leaf that CouchDB hides', async () => {
  const log = await recordedLog('s005', '5')
  const third = log.entries[2]
  if (third === undefined) throw new Error('no third entry')
  await ensureDatabase(client, 'store-s005-sync-log')
  const fork = log.forge(third, { at: '2026-11-22T09:30:00.000Z-0000-s005hub' })
  const docs = [
    { ...third, _rev: `1-${'f'.repeat(32)}` },
    { ...fork, _rev: `1-${'a'.repeat(32)}` },
  ]
  const body = { docs, new_edits: false }
  await client.request(Type.Unknown(), { method: 'POST', path: 'store-s005-sync-log/_bulk_docs', body })
  await waitForFaults('s005', ['fork 3'])
})

test('what the stream lost comes by reconciliation, and an entry whose hash is wrong is shown as rejected', async () => {
  const log = sampleLog('s006', '6')
  for (const sequence of [3, 7]) log.appendStored('inventory', sequence)
  const database = await ensureDatabase(client, 'store-s006-sync-log')
  await database.bulkInsert(log.entries)
  await waitUntil('the chain verifies', async () => (await chainOf('s006')).verified)
  const next = log.appendStored('inventory', 9)
  await database.bulkInsert([{ ...next, hash: '0'.repeat(64) }])
  await waitUntil('it is rejected', async () => (await chainOf('s006')).rejected.length > 0)
  expect(await chainOf('s006')).toMatchObject({
    verified: false,
    epochs: [{ entries: 3, verified: true }],
    rejected: [{ documentId: next._id, reason: expect.stringContaining('/hash') }],
  })
})

test('a message that cannot be read goes to the dead letters with its reason', async () => {
  await publisher.publishRaw('pos.s001.sync-log.sync-log-entry', 'not json')
  await waitUntil('it is buried', async () => (await publisher.deadLetters()).length === 1)
  expect(await publisher.deadLetters()).toMatchObject([
    { service: 'sync-log', reason: expect.stringContaining('not JSON') },
  ])
  await consumed()
})

test('a request that is wrong is told which field, and an unknown store is not found', async () => {
  expect((await ask('/stores/s001/entries?kind=party')).body.problems).toMatchObject([{ field: '/query/kind' }])
  expect((await ask('/stores/s001/entries?cursor=abc')).body.problems).toMatchObject([{ field: '/query/cursor' }])
  expect((await ask('/stores/s001/chain?deep=yes')).body.problems).toMatchObject([{ field: '/query/deep' }])
  expect((await ask('/stores/nowhere/chain')).body.problems).toMatchObject([{ field: '/params/storeId' }])
  expect((await ask('/stores/s999/chain')).status).toBe(404)
  expect((await ask('/stores/s999/entries')).status).toBe(404)
})
