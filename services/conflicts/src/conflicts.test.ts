import { pino } from 'pino'
import { Type } from 'typebox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Conflict, schemaProblems } from '@tidemark/contracts'
import {
  connectCouch,
  ensureDatabase,
  loadServiceConfig,
  openDatabase,
  readLiveLeaves,
  startService,
  type CouchClient,
  type RunningService,
} from '@tidemark/service-kit'
import {
  connectPublisher,
  sampleMovement,
  startCentral,
  startNatsServer,
  waitUntil,
  type Central,
  type NatsServer,
  type TestPublisher,
} from '@tidemark/service-kit/test-support'
import { conflictsService } from './app.ts'

let central: Central
let nats: NatsServer
let publisher: TestPublisher
let client: CouchClient
let service: RunningService

beforeAll(async () => {
  ;[central, nats] = await Promise.all([startCentral(), startNatsServer()])
  client = connectCouch(central.url)
  publisher = await connectPublisher(nats.url)
  for (const name of ['catalog', 'store-s001-inventory', 'store-s001-conflicts', 'store-s002-inventory']) {
    await ensureDatabase(client, name)
  }
  service = await start(300)
})

afterAll(async () => {
  await service?.stop()
  await publisher?.close()
  await Promise.all([central?.stop(), nats?.stop()])
})

async function start(reconcileEveryMs: number): Promise<RunningService> {
  const loaded = loadServiceConfig({ PORT: '0', COUCHDB_URL: central.url, NATS_URL: nats.url, AUTH: 'off' })
  if (!loaded.ok) throw new Error(loaded.problems.join('; '))
  const started = await startService(loaded.config, conflictsService, {
    logger: pino({ level: 'error' }),
    reconcileEveryMs,
  })
  await waitUntil('the service is ready', async () => (await fetch(`${started.address}/health/ready`)).ok)
  return started
}

interface Answer {
  readonly status: number
  readonly body: {
    readonly items: readonly Answer['body'][]
    readonly nextCursor: string | null
    readonly id: string
    readonly status: string
    readonly documentId: string
    readonly resolution: string | null
    readonly leaves: readonly { readonly rev: string; readonly body: Record<string, unknown> }[]
    readonly differences: readonly { readonly field: string }[]
    readonly problems: readonly { readonly field: string }[]
  }
}

async function ask(path: string): Promise<Answer> {
  const response = await fetch(service.address + path)
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}

async function casesOf(documentId: string, status?: string): Promise<readonly Answer['body'][]> {
  const query = status === undefined ? '' : `&status=${status}`
  const { body } = await ask(`/conflicts?limit=100${query}`)
  return body.items.filter((item) => item.documentId === documentId)
}

const rev = (generation: number, letter: string) => `${generation}-${letter.repeat(32)}`

/** Writes a revision as replication does, with its history. */
function replicate(database: string, document: Record<string, unknown>, ...history: readonly string[]): Promise<void> {
  return replicateAll(database, [[document, ...history]])
}

/** Writes revisions in one request: of one document, nobody sees one without the others. */
async function replicateAll(
  database: string,
  revisions: readonly (readonly [document: Record<string, unknown>, ...history: readonly string[]])[],
): Promise<void> {
  const docs = revisions.map(([document, ...history]) => {
    const [tip = ''] = history
    const start = Number(tip.split('-')[0])
    return { ...document, _rev: tip, _revisions: { start, ids: history.map((revision) => revision.split('-')[1]) } }
  })
  await client.request(Type.Unknown(), {
    method: 'POST',
    path: `${database}/_bulk_docs`,
    body: { docs, new_edits: false },
  })
}

function product(sku: string, node: string, priceMinor: number): Record<string, unknown> & { _id: string } {
  const at = `2026-11-22T09:00:00.000Z-0000-${node}`
  return {
    _id: `product:${sku}`,
    type: 'product',
    schemaVersion: 1,
    storeId: 'hq',
    at,
    by: { id: 'mara', role: 'manager' },
    sku,
    name: 'Milk',
    category: 'Dairy',
    barcodes: [],
    unit: 'piece',
    priceMinor,
    currency: 'EUR',
    taxCode: 'reduced',
    status: 'active',
    fieldTimes: { priceMinor: at },
  }
}

test('two edits of a product make one case with both bodies, told ten times and found by reconciliation; a decision closes it', async () => {
  const mine = product('milk', 's001t01', 119)
  const theirs = product('milk', 's002t01', 129)
  await replicate('catalog', mine, rev(2, 'a'), rev(1, '0'))
  await replicate('catalog', theirs, rev(2, 'b'), rev(1, '0'))
  for (let copy = 0; copy < 10; copy += 1) {
    await publisher.publish('s001', theirs, { rev: rev(2, 'b'), conflicts: [rev(2, 'a')], copy })
  }
  await waitUntil('all is acknowledged', async () => (await publisher.unacknowledged('conflicts')) === 0)
  await waitUntil('the case is open', async () => (await casesOf('product:milk', 'open')).length > 0)

  const cases = await casesOf('product:milk')
  expect(cases).toHaveLength(1)
  const [found] = cases
  expect(found).toMatchObject({
    status: 'open',
    storeId: 'hq',
    stores: ['s001', 's002'],
    policy: 'field-merge',
    winningRev: rev(2, 'b'),
    leaves: [
      { rev: rev(2, 'b'), body: theirs },
      { rev: rev(2, 'a'), body: mine },
    ],
  })
  expect(found?.differences.map(({ field }) => field)).toEqual(['/at', '/fieldTimes/priceMinor', '/priceMinor'])
  expect((await ask(`/conflicts/${encodeURIComponent(found?.id ?? '')}`)).body).toEqual(found)
  for (const store of ['s001', 's002']) {
    const copy = await openDatabase(client, `store-${store}-conflicts`).get(found?.id ?? '')
    expect(copy).toMatchObject({ storeId: store, status: 'open', leaves: found?.leaves })
    expect(schemaProblems(Conflict, copy)).toEqual([])
  }

  await replicateAll('catalog', [
    [product('milk', 'hq', 125), rev(3, 'c'), rev(2, 'b'), rev(1, '0')],
    [{ _id: 'product:milk', _deleted: true }, rev(3, 'd'), rev(2, 'a'), rev(1, '0')],
  ])
  await waitUntil('the case is closed', async () => (await casesOf('product:milk', 'resolved')).length === 1)
  // A message from before the decision comes late.
  await publisher.publish('s001', theirs, { rev: rev(2, 'b'), conflicts: [rev(2, 'a')], copy: 99 })
  await waitUntil('it is acknowledged', async () => (await publisher.unacknowledged('conflicts')) === 0)
  expect(await casesOf('product:milk')).toMatchObject([
    { status: 'resolved', resolution: `revision ${rev(3, 'c')} stands`, leaves: found?.leaves },
  ])
  for (const store of ['s001', 's002']) {
    expect(await openDatabase(client, `store-${store}-conflicts`).get(found?.id ?? '')).toMatchObject({
      status: 'resolved',
      resolution: `revision ${rev(3, 'c')} stands`,
    })
  }
})

test('another leaf supersedes the case, and when it goes the first case is open again', async () => {
  const open = async (): Promise<readonly string[]> => (await casesOf('product:tea', 'open')).map(({ id }) => id)
  await replicate('catalog', product('tea', 's001t01', 100), rev(1, 'a'))
  await replicate('catalog', product('tea', 's001t02', 200), rev(1, 'b'))
  await waitUntil('the first case is open', async () => (await open()).length === 1)
  const [first] = await open()
  await replicate('catalog', product('tea', 's001t03', 300), rev(1, 'c'))
  await waitUntil('another case is open', async () => {
    const ids = await open()
    return ids.length === 1 && ids[0] !== first
  })
  const [second] = await open()
  expect((await ask(`/conflicts/${encodeURIComponent(first ?? '')}`)).body.resolution).toBe(`superseded by ${second}`)
  await replicate('catalog', { _id: 'product:tea', _deleted: true }, rev(2, 'd'), rev(1, 'c'))
  await waitUntil('the first case is open again', async () => {
    const ids = await open()
    return ids.length === 1 && ids[0] === first
  })
  expect(await casesOf('product:tea')).toHaveLength(2)
})

test('a conflict that only central has seen, in a database of a store, concerns that store alone', async () => {
  const movement = (quantity: number) => sampleMovement('s002', 1, [{ sku: 'milk', quantity }], Date.UTC(2026, 10, 22))
  await replicate('store-s002-inventory', movement(5), rev(1, 'a'))
  await replicate('store-s002-inventory', movement(6), rev(1, 'b'))
  await waitUntil('the case is open', async () => (await casesOf(movement(5)._id, 'open')).length === 1)
  expect(await casesOf(movement(5)._id)).toMatchObject([{ storeId: 's002', stores: ['s002'], policy: 'immutable' }])
  const ofOther = (await ask('/conflicts?storeId=s001')).body.items.map(({ documentId }) => documentId)
  expect(ofOther).not.toContain(movement(5)._id)
})

test('a conflict that a hub has seen and central has not becomes a case once central has it', async () => {
  const own = product('salt', 's001t01', 50)
  await publisher.publish('s001', own, { rev: rev(1, 'a'), conflicts: [rev(1, 'b')] })
  await waitUntil('it is acknowledged', async () => (await publisher.unacknowledged('conflicts')) === 0)
  expect(await casesOf('product:salt')).toEqual([])
  await replicate('catalog', own, rev(1, 'a'))
  await replicate('catalog', product('salt', 'hq', 55), rev(1, 'b'))
  await waitUntil('the case is open', async () => (await casesOf('product:salt', 'open')).length === 1)
})

test('two processes, leaves that keep changing and a central that goes away in between end with just the right open cases', async () => {
  const other = await start(300)
  const skus = Array.from({ length: 12 }, (_, index) => `race-${index}`)
  const tips = new Map<string, string[]>(skus.map((sku) => [sku, []]))
  let revisions = 0
  const nextRev = (generation: number): string => {
    revisions += 1
    return `${generation}-${String(revisions).padStart(32, '0')}`
  }
  async function change(sku: string, round: number): Promise<void> {
    const leaves = tips.get(sku) ?? []
    const tip = round % 3 === 2 ? leaves.shift() : undefined
    if (tip === undefined) {
      const fresh = nextRev(1)
      leaves.push(fresh)
      return replicate('catalog', product(sku, 's001t01', revisions), fresh)
    }
    return replicate('catalog', { _id: `product:${sku}`, _deleted: true }, nextRev(2), tip)
  }
  for (let round = 0; round < 9; round += 1) {
    for (const [index, sku] of skus.entries()) await change(sku, round + index)
    if (round === 4) {
      await central.halt()
      await central.resume()
    }
  }
  await waitUntil('each open case has the leaves at central', async () => {
    for (const sku of skus) {
      const leaves = await readLiveLeaves(client, 'catalog', `product:${sku}`)
      const open = await casesOf(`product:${sku}`, 'open')
      const [expected, found] = [
        leaves.map(({ _rev }) => _rev).sort(),
        open
          .flatMap((item) => item.leaves)
          .map(({ rev }) => rev)
          .sort(),
      ]
      if (JSON.stringify(leaves.length > 1 ? expected : []) !== JSON.stringify(found)) return false
    }
    return true
  })
  await other.stop()
  const desk = await client.request(Type.Object({ rows: Type.Array(Type.Object({ doc: Type.Unknown() })) }), {
    path: 'conflict-desk/_all_docs',
    query: { include_docs: true, startkey: '"conflict:"', endkey: '"conflict;"' },
  })
  const copies = openDatabase(client, 'store-s001-conflicts')
  for (const { doc } of desk.rows) {
    const { _id, status, documentId } = doc as Conflict
    if (documentId.startsWith('product:race-')) expect(await copies.get(_id)).toMatchObject({ status })
  }
})

test('a faulty body that wins does not hide the good one that lost', async () => {
  await replicate('catalog', product('soap', 's001t01', 99), rev(1, 'a'))
  await replicate('catalog', { _id: 'product:soap', priceMinor: 'ninety' }, rev(1, 'b'))
  await waitUntil('the case is open', async () => (await casesOf('product:soap', 'open')).length === 1)
  expect(await casesOf('product:soap')).toMatchObject([
    { documentType: 'unknown', leaves: [{ rev: rev(1, 'b') }, { rev: rev(1, 'a'), body: { priceMinor: 99 } }] },
  ])
})

test('a list is read page by page, and a message that cannot be read goes to the dead letters', async () => {
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: Answer = await ask(`/conflicts?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`)
    seen.push(...page.body.items.map(({ id }) => id))
    cursor = page.body.nextCursor
  }
  expect(new Set(seen).size).toBe(seen.length)
  expect(seen).toHaveLength((await ask('/conflicts?limit=100')).body.items.length)

  await publisher.publishRaw('pos.s001.catalog.product', '{"storeId":')
  await waitUntil('it is buried', async () => (await publisher.deadLetters()).length === 1)
  expect(await publisher.deadLetters()).toMatchObject([
    { service: 'conflicts', reason: expect.stringMatching('not JSON') },
  ])
})

test('a request that is wrong is told which field', async () => {
  expect((await ask('/conflicts?status=party')).body.problems).toMatchObject([{ field: '/query/status' }])
  expect((await ask('/conflicts?limit=0')).body.problems).toMatchObject([{ field: '/query/limit' }])
  expect((await ask('/conflicts?cursor=abc')).body.problems).toMatchObject([{ field: '/query/cursor' }])
  expect((await ask('/conflicts?colour=red')).body.problems).toMatchObject([{ field: '/query/colour' }])
  expect((await ask('/conflicts?storeId=s999')).status).toBe(404)
  expect((await ask('/change-requests?storeId=s999')).status).toBe(404)
  expect((await ask('/conflicts/conflict:none')).status).toBe(404)
})
