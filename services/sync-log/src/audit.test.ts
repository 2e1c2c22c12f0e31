import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectCouch, ensureDatabase, openDatabase, type CouchClient } from '@tidemark/service-kit'
import {
  connectPublisher,
  runInProcess,
  sampleLog,
  sampleSeries,
  signToken,
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
let now = new Date('2026-11-22T23:00:00.000Z')
const folder = mkdtempSync(join(tmpdir(), 'tidemark-audit-'))
const keyFile = join(folder, 'keys', 'audit.pem')
const verifier = fileURLToPath(new URL('../verifier/verify-proof.mjs', import.meta.url))

const start = (): Promise<TestService> =>
  runInProcess(
    createSyncLogService({ keyFile, now: () => now, watch: { everyMs: 50, fullEveryMs: 100, graceMs: 0 } }),
    central,
    nats,
  )

beforeAll(async () => {
  ;[central, nats] = await Promise.all([startCentral(), startNatsServer()])
  client = connectCouch(central.url)
  publisher = await connectPublisher(nats.url)
  service = await start()
})

afterAll(async () => {
  await service?.service.stop()
  await publisher?.close()
  await Promise.all([central?.stop(), nats?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

type Body = Readonly<Record<string, unknown>>
const itemsOf = (body: Body): readonly Body[] => body['items'] as readonly Body[]
const ask = async (path: string): Promise<Body> => (await service.get(path)).body

async function publish(storeId: string, log: SampleLog, skipped: readonly number[] = []): Promise<void> {
  for (const entry of log.entries) if (!skipped.includes(entry.number)) await publisher.publish(storeId, entry)
  await waitUntil('all is acknowledged', async () => (await publisher.unacknowledged('sync-log')) === 0)
}

function logOf(storeId: string, digit: string, entries: number, previous?: SampleLog): SampleLog {
  const log = sampleLog(storeId, digit, previous)
  for (let sequence = 1; sequence < entries; sequence += 1) log.appendStored('inventory', sequence)
  return log
}

async function alarmsOf(storeId: string, state: string): Promise<readonly string[]> {
  const body = await ask(`/alarms?state=${state}&storeId=${storeId}`)
  return itemsOf(body)
    .map(({ kind, number }) => `${String(kind)} ${String(number)}`)
    .toSorted()
}

async function waitForAlarms(storeId: string, state: string, expected: readonly string[]): Promise<void> {
  const wanted = JSON.stringify(expected)
  const areThere = async () => JSON.stringify(await alarmsOf(storeId, state)) === wanted
  await waitUntil('the alarms are there', areThere).catch(async () =>
    expect(await alarmsOf(storeId, state)).toEqual(expected),
  )
}

/** A proof as a file, checked by the program that knows nothing of the service. */
function verify(proof: Body, key: string): { status: number | null; sentence: string } {
  const file = join(folder, 'proof.json')
  writeFileSync(file, JSON.stringify(proof))
  const { status, stdout } = spawnSync(process.execPath, [verifier, file, '--key', key], { encoding: 'utf8' })
  return { status, sentence: stdout }
}

test('every entry gets one place, and is proven by a head that a later one goes on from, over a restart and a midnight', async () => {
  // More than one tile of the tree.
  const log = logOf('s001', '1', 300)
  await publish('s001', log)
  await publish('s001', log)
  const { head: first, id: firstId } = (await service.send('POST', '/heads')).body as { head: Body; id: string }
  expect(first).toMatchObject({ kind: 'on-demand', size: 300 })
  expect(await ask('/chain')).toMatchObject({ verified: true, size: 300, rootHash: first['rootHash'] })

  await service.service.stop()
  service = await start()
  expect(statSync(keyFile).mode & 0o777).toBe(0o600)
  now = new Date('2026-11-23T00:00:05.000Z')
  const daily = 'head:2026-11-22'
  await waitUntil('the day is signed', async () => (await service.get(`/heads/${daily}`)).status === 200)
  expect(await ask(`/heads/${daily}`)).toMatchObject({ head: { day: '2026-11-22', size: 300, keyId: first['keyId'] } })

  for (let sequence = 300; sequence < 320; sequence += 1) log.appendStored('inventory', sequence)
  await publish('s001', log)
  const { id: lastId } = (await service.send('POST', '/heads')).body
  const key = String((await service.get('/key', '')).body['publicKey'])
  for (const { _id } of [log.entries[0], log.entries[255], log.entries[256], log.entries[319]].filter(
    (e) => e !== undefined,
  )) {
    const proof = await ask(`/entries/${_id}/proof`)
    expect(verify(proof, key)).toMatchObject({ status: 0, sentence: expect.stringContaining(_id) as string })
  }
  const late = await service.get(`/entries/${log.entries[310]?._id}/proof?head=${daily}`)
  expect(late).toMatchObject({ status: 409, body: { detail: expect.stringContaining('came later') as string } })
  for (const [from, to] of [
    [firstId, lastId],
    [daily, lastId],
    [firstId, daily],
  ]) {
    expect(verify(await ask(`/consistency?first=${from}&second=${to}`), key)).toMatchObject({ status: 0 })
  }
})

test('two services at once and redelivery leave one chain, with each entry in it once', async () => {
  const before = Number((await ask('/chain'))['size'])
  const other = await start()
  try {
    const logs = ['4', '5', '6'].map((digit) => logOf('s014', digit, 60))
    await Promise.all(logs.map((log) => publish('s014', log)))
    const database = await ensureDatabase(client, 'store-s014-sync-log')
    await database.bulkInsert(logs.flatMap(({ entries }) => entries))
    await waitUntil('all have a place', async () => Number((await ask('/chain'))['size']) >= before + 180)
  } finally {
    await other.service.stop()
  }
  await waitUntil('the chain is whole', async () => {
    const chain = await ask('/chain')
    return chain['verified'] === true && chain['size'] === before + 180
  })
})

test('a gap is an alarm until it is filled, and a person acknowledges what stays', async () => {
  const log = logOf('s002', '2', 6)
  await publish('s002', log, [3])
  await waitForAlarms('s002', 'open', ['gap 3', 'sequence-gap 4'])
  await publish('s002', log)
  await waitForAlarms('s002', 'open', [])
  await waitForAlarms('s002', 'cleared', ['gap 3', 'sequence-gap 4'])

  const third = log.entries[2]
  if (third === undefined) throw new Error('no third entry')
  await publisher.publish('s002', log.forge(third, { at: '2026-11-22T09:30:00.000Z-0000-s002hub' }), { rev: '1-fff' })
  await waitForAlarms('s002', 'open', ['fork 3'])
  const [alarm] = itemsOf(await ask('/alarms?state=open&storeId=s002'))
  const path = `/alarms/${encodeURIComponent(String(alarm?.['id']))}/acknowledgement`
  const auditor = await signToken({ roles: ['auditor'], subject: 'eve' })
  expect((await service.send('POST', path, { note: '' }, auditor)).body).toMatchObject({
    problems: [{ field: '/body/note' }],
  })
  expect((await service.send('POST', path, { note: 'x' }, await signToken({ roles: ['viewer'] }))).status).toBe(403)
  const answer = await service.send('POST', path, { note: 'a test of the hub' }, auditor)
  expect(answer.body).toMatchObject({ state: 'acknowledged', acknowledged: { by: 'eve', note: 'a test of the hub' } })
  expect((await service.send('POST', path, { note: 'again' }, auditor)).status).toBe(409)
  expect(await alarmsOf('s002', 'open')).toEqual([])
})

test('a log that got shorter is an alarm: at central, and by an epoch that goes on from earlier than the audit has', async () => {
  const log = logOf('s003', '3', 5)
  const database = await ensureDatabase(client, 'store-s003-sync-log')
  await database.bulkInsert(log.entries)
  const state = `watch:s003:${log.epoch}`
  await waitUntil('the watch has seen it at central', async () => {
    return (await openDatabase(client, 'audit').getLocal(state))?.['centralHighest'] === 5
  })
  const last = log.entries[4]?._id ?? ''
  await database.update(last, () => ({ _id: last, _deleted: true }))
  await waitForAlarms('s003', 'open', ['deletion 5', 'truncation 5'])

  const shorter = { ...log, entries: log.entries.slice(0, 3) }
  await publish('s003', logOf('s003', '7', 2, shorter))
  await waitForAlarms('s003', 'open', ['deletion 5', 'truncation 4', 'truncation 5'])
  await publish('s003', logOf('s003', '8', 2))
  await waitUntil('an epoch from nowhere is found', async () =>
    (await alarmsOf('s003', 'open')).includes('unlinked-epoch 1'),
  )
})

test('entries are found by store, terminal, document, kind and time, and by nobody who may not see them', async () => {
  const log = sampleLog('s004', 'c')
  const documents = [{ id: 'journal:s004-t02-1:000000007', rev: '1-a' }]
  log.append({ kind: 'documents-stored', database: 'sales-2026-11', afterSequence: 0, throughSequence: 1, documents })
  log.append({ kind: 'terminal-enrolled', incarnation: 's004-t02-1' })
  log.append({ kind: 'terminal-enrolled', incarnation: 's004-t03-1' })
  await publish('s004', log)
  const numbers = async (query: string): Promise<unknown[]> => itemsOf(await ask(query)).map(({ number }) => number)
  expect(await numbers('/entries?terminalId=s004-t02')).toEqual([3, 2])
  expect(await numbers('/entries?terminalId=s004-t02&kind=terminal-enrolled')).toEqual([3])
  expect(await numbers('/entries?documentId=journal:s004-t02-1:000000007')).toEqual([2])
  expect(await numbers('/entries?documentId=journal:s004-t02-1:000000007&kind=replication-run')).toEqual([])
  // The entries of a sample log are a second apart, from 09:00:01 on.
  expect(await numbers('/entries?storeId=s004&from=2026-11-22T09:00:02Z&until=2026-11-22T10:00:04%2B01:00')).toEqual([
    3, 2,
  ])
  expect(await numbers('/stores/s004/entries?from=2026-11-22T09:00:03Z')).toEqual([4, 3])

  const ofOther = await signToken({ roles: ['auditor'], stores: ['s001'] })
  for (const path of [
    '/entries',
    '/entries?storeId=s004',
    '/entries?terminalId=s004-t02',
    '/stores/s004/entries',
    `/entries/${log.entries[1]?._id}/proof`,
    '/receipts/S004-T02-1-000007/life',
    '/export?storeId=s004',
    '/alarms?storeId=s004',
  ]) {
    expect([path, (await service.get(path, ofOther)).status]).toEqual([path, 403])
  }
  const problem = await service.get('/entries?storeId=s004&from=2026-11-23T00:00:00Z&until=2026-11-22T00:00:00Z')
  expect(problem).toMatchObject({ status: 400, body: { problems: [{ field: '/query/until' }] } })
  expect((await service.get('/alarms?storeId=s777')).status).toBe(404)
  expect((await service.get('/export?from=yesterday')).body).toMatchObject({ problems: [{ field: '/query/from' }] })
})

test('an export is a line per entry, the oldest first, and says that it is whole', async () => {
  const response = await fetch(`${service.service.address}/export?storeId=s001`, {
    headers: { authorization: `Bearer ${await signToken({ roles: ['auditor'] })}` },
  })
  expect(response.headers.get('content-type')).toContain('application/x-ndjson')
  const lines = (await response.text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Body)
  expect(lines.slice(0, -1).map(({ number }) => number)).toEqual(Array.from({ length: 320 }, (_, index) => index + 1))
  expect(lines.at(-1)).toMatchObject({ end: true, entries: 320 })
})

test('the life of a receipt is told by terminal, hub, central, ledger, stock and audit in one line', async () => {
  const series = sampleSeries('s005-t01-1')
  const sale = series.sale([{ sku: 'tea', quantity: 1 }], { atMs: Date.parse('2026-11-22T08:59:00.000Z') })
  await (await ensureDatabase(client, 'store-s005-sales-2026-11')).bulkInsert([sale])
  await (
    await ensureDatabase(client, 'sales-ledger')
  ).bulkInsert([{ _id: sale._id, type: 'ledger-entry', recordedAt: '2026-11-22T09:00:05.000Z' }])
  const log = sampleLog('s005', 'd')
  const documents = [{ id: sale._id, rev: '1-a' }]
  const database = 'sales-2026-11'
  log.append({
    kind: 'documents-refused',
    database,
    origin: 's005-t01-1',
    documents: [{ id: sale._id, reason: 'no lease' }],
  })
  log.append({ kind: 'documents-stored', database, afterSequence: 0, throughSequence: 1, documents })
  log.append({ kind: 'replication-run', database, direction: 'push', documentsWritten: 1, documentsRefused: 0 })
  await publish('s005', log)
  const life = await ask('/receipts/s005-t01-1-000001/life')
  expect(life).toMatchObject({
    receipt: 'S005-T01-1-000001',
    storeId: 's005',
    notHeardOf: ['inventory'],
    document: sale,
  })
  expect((life['steps'] as Body[]).map(({ place, what }) => `${String(place)}: ${String(what)}`)).toEqual([
    expect.stringContaining('terminal: begun; it took 1200 ms'),
    'terminal: sale made by anna',
    'hub: refused from s005-t01-1: no lease',
    'hub: stored in sales-2026-11 as revision 1-a',
    'central: the hub replicated its database to central, 1 documents',
    'sales: recorded in the ledger',
    'audit: recorded what the hub said (documents-refused)',
    'audit: recorded what the hub said (documents-stored)',
  ])
  expect(life).toMatchObject({ voidedBy: [], refundedBy: [], corrects: null })
  expect((await service.get('/receipts/S005-T01-1-000002/life')).status).toBe(404)
  expect((await service.get('/receipts/party/life')).body).toMatchObject({ problems: [{ field: '/params/receipt' }] })
})

test('voids and refunds stand in the life of a receipt, and name it in their own', async () => {
  const series = sampleSeries('s006-t01-1')
  const at = (minute: number) => ({ atMs: Date.parse('2026-11-22T09:00:00.000Z') + minute * 60_000 })
  const sale = series.sale([{ sku: 'tea', quantity: 2 }], at(0))
  const refund = series.refund(sale, [{ sku: 'tea', quantity: 1 }], at(5))
  const voiding = series.void(sale, at(9))
  await (await ensureDatabase(client, 'store-s006-sales-2026-11')).bulkInsert([sale, refund, voiding])
  const recorded = [sale, refund, voiding].map((entry) => {
    return { _id: entry._id, type: 'ledger-entry', recordedAt: '2026-11-22T10:00:00.000Z', entry }
  })
  const records = [
    { _id: `void:${sale._id}`, type: 'void-record', voids: [voiding._id] },
    { _id: `refunds:${sale._id}`, type: 'refund-record', refunds: [{ id: refund._id }] },
  ]
  await (await ensureDatabase(client, 'sales-ledger')).bulkInsert([...recorded, ...records])
  const [refundReceipt, voidReceipt] = ['S006-T01-1-000002', 'S006-T01-1-000003']
  const life = await ask('/receipts/S006-T01-1-000001/life')
  expect(life).toMatchObject({ refundedBy: [refundReceipt], voidedBy: [voidReceipt], corrects: null })
  const steps = (life['steps'] as Body[]).filter(({ receipt }) => receipt !== undefined)
  expect(steps).toMatchObject([
    {
      place: 'terminal',
      receipt: refundReceipt,
      what: `refunded with ${refundReceipt} by anna, 250 EUR in minor units: does not fit`,
    },
    { place: 'terminal', receipt: voidReceipt, what: `voided with ${voidReceipt} by anna: typing error` },
  ])
  expect(await ask(`/receipts/${refundReceipt}/life`)).toMatchObject({ corrects: 'S006-T01-1-000001' })
  expect(await ask(`/receipts/${voidReceipt}/life`)).toMatchObject({ corrects: 'S006-T01-1-000001' })
})

test('a block that was changed in CouchDB contradicts the heads that were signed', async () => {
  await (
    await auditWithoutRules(client)
  ).update('block:000000000001', (current) => {
    const entries = current?.['entries'] as readonly Body[]
    return { ...current, _id: 'block:000000000001', entries: entries.with(0, { ...entries[0], leaf: 'a'.repeat(64) }) }
  })
  await waitUntil('it is found', async () => (await ask('/chain'))['verified'] === false)
  const { faults } = (await ask('/chain')) as { faults: readonly Body[] }
  expect(faults.map(({ kind, subject }) => `${String(kind)} ${String(subject)}`)).toEqual(
    expect.arrayContaining(['damaged-chain block:000000000001', 'head-mismatch head:2026-11-22']),
  )
  expect((await alarmsOf('hq', 'open')).length).toBeGreaterThan(1)

  // Whatever is made of it.
  await (
    await auditWithoutRules(client)
  ).update('block:000000000001', (current) => ({
    ...current,
    _id: 'block:000000000001',
    entries: 'none',
  }))
  await waitUntil('it is found', async () => JSON.stringify((await ask('/chain'))['faults']).includes('is no block'))
})
