import path from 'node:path'
import {
  formatStamp,
  salesDatabaseOf,
  type SyncConflictsResponse,
  type SyncOperationResult,
  type SyncPullResponse,
} from '@tidemark/contracts'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../store/index.ts'
import { connectTill, makeProduct, makeSale, makeSales, startStore, type StoreSystem } from '../testing/index.ts'

const salesDatabase = salesDatabaseOf(new Date().toISOString())
const timestamp = new Date().toISOString()
type Fields = Record<string, unknown>
type Operation = Fields & { readonly id: string; readonly entityId: string }

let lastUlid = 0
const movementId = (): string => `movement:${String((lastUlid += 1)).padStart(26, '0')}`
const movement = (id = movementId()): Fields & { _id: string } => ({
  _id: id,
  type: 'stock-movement',
  schemaVersion: 1,
  storeId: 's001',
  at: formatStamp({ wallMs: Date.now(), counter: 0 }, 's001t01'),
  by: { id: 'c1', role: 'cashier' },
  kind: 'delivery',
  lines: [{ sku: 'A-1', quantity: 5 }],
})
const create = (
  entityType: string,
  document: object,
  id = `create ${String((document as Fields)['_id'])}`,
): Operation => ({
  id: id.replaceAll(' ', '-'),
  entityType,
  entityId: String((document as Fields)['_id']),
  action: 'create',
  timestamp,
  data: document,
})
const update = (id: string, sku: string, data: Fields, more: Fields = {}): Operation => ({
  id,
  entityType: 'product',
  entityId: `product:${sku}`,
  action: 'update',
  timestamp,
  data: { ...data, by: { id: 'm1', role: 'manager' } },
  ...more,
})

describe('the sync API of a hub', () => {
  let system: StoreSystem
  let hub: Awaited<ReturnType<StoreSystem['startHub']>>
  let token: string
  let incarnation: string
  let number = 0
  beforeAll(async () => {
    system = await startStore()
    hub = await system.startHub()
    const enrolment = await hub.enrolWhenReady(1)
    token = enrolment.token
    incarnation = enrolment.incarnation
  })
  afterAll(() => system.close())

  const post = async (url: string, body: unknown): Promise<Response> =>
    fetch(`${hub.url}${url}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const answer = async <Answer>(url: string, body: unknown): Promise<Answer> => {
    const response = await post(url, body)
    const text = await response.text()
    if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`)
    return JSON.parse(text) as Answer
  }
  const push = async (operations: readonly unknown[]): Promise<SyncOperationResult[]> =>
    (await answer<{ results: SyncOperationResult[] }>('/api/sync/push', { operations })).results
  const pull = (body: object): Promise<SyncPullResponse> => answer('/api/sync/pull', body)
  const decide = (conflicts: object[] = []): Promise<SyncConflictsResponse> =>
    answer('/api/sync/conflicts', { conflicts })
  const document = (database: string, id: string) =>
    connectTill(hub.url, token).database(database).get(id, { conflicts: true })
  const statuses = (results: readonly SyncOperationResult[]): string[] => results.map(({ status }) => status)
  const revOf = (result: SyncOperationResult | undefined): string =>
    result?.status === 'synced' ? result.rev : `not synced: ${JSON.stringify(result)}`
  const nextSale = () => makeSale(incarnation, (number += 1))
  const withoutStore = async (change: (directory: string) => Promise<void>): Promise<void> => {
    await hub.close()
    await change(path.join(system.directory, 'hub'))
    hub = await system.startHub()
  }

  it('takes what is good, rejects the rest by its fields and keeps it, and answers in the order of the request', async () => {
    const sale = nextSale()
    const wrong = { ...nextSale(), currency: 'nothing' }
    const results = await push([
      update('no-such', 'NONE', { name: 'x' }),
      create('product', makeProduct('P-1')),
      { id: 'half', entityType: 'sale' },
      'no operation at all',
      create('sale', wrong),
      create('inventory', movement()),
      create('sale', sale),
      { ...create('sale', sale, 'of-another-type'), entityType: 'product' },
    ])
    expect(statuses(results)).toEqual([
      'rejected',
      'synced',
      'rejected',
      'rejected',
      'rejected',
      'synced',
      'synced',
      'rejected',
    ])
    expect(results[0]).toMatchObject({ problems: [{ field: '/entityId' }] })
    expect(results[3]).toMatchObject({ id: null })
    expect(results[4]).toMatchObject({ id: `create-${wrong._id}`, problems: [{ field: '/data/currency' }] })
    expect(results[7]).toMatchObject({ problems: [{ field: '/data/type' }] })
    expect((await document(salesDatabase, sale._id))['hash']).toBe(sale.hash)
    const headers = { authorization: `Bearer ${token}` }
    const kept = (await (await fetch(`${hub.url}/api/quarantine`, { headers })).json()) as { total: number }
    expect(kept.total).toBe(5)
    number -= 1
  })

  it('comes to the same documents whatever is repeated, reordered, split or sent twice at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        async (batches, atOnce) => {
          const skus = [0, 1].map((index) => `R-${(lastUlid += 1)}-${index}`)
          const bases = (await push(skus.map((sku) => create('product', makeProduct(sku))))).map(revOf)
          const operations = [
            ...Array.from({ length: 3 }, () => create('sale', nextSale())),
            ...Array.from({ length: 2 }, () => create('inventory', movement())),
            ...skus.map((sku, index) => update(`name-${sku}`, sku, { name: `Tea ${sku}` }, { baseRev: bases[index] })),
          ]
          const requests = batches.map((batch) => batch.map((pick) => operations[pick % operations.length]))
          const send = (request: readonly unknown[]) => push(request)
          if (atOnce) await Promise.all(requests.slice(0, 4).map(send))
          else for (const request of requests) await send(request)
          const first = await push(operations)
          const again = await push([...operations].reverse())
          expect(statuses(first)).toEqual(operations.map(() => 'synced'))
          expect(again.reverse()).toEqual(first)
          for (const [index, operation] of operations.entries()) {
            const database = ['sales', 'inventory', 'product'].indexOf(String(operation['entityType']))
            const name = [salesDatabase, 'inventory', 'catalog'][Math.max(database, 0)] ?? ''
            const stored = await document(name, operation.entityId)
            expect(stored._rev).toBe(revOf(first[index]))
            expect(stored._conflicts).toBeUndefined()
            expect(stored._rev?.startsWith(operation['action'] === 'update' ? '2-' : '1-')).toBe(true)
          }
        },
      ),
      { numRuns: 12 },
    )
  })

  it('writes an update once, also when its record is lost with the power', async () => {
    const [created] = await push([create('product', makeProduct('P-3'))])
    const patch = update('price-of-3', 'P-3', { priceMinor: 300 }, { baseRev: revOf(created) })
    const [first] = await push([patch])
    await withoutStore(async (directory) => {
      const store = await openStore({ directory })
      const records = store.database('sync-operations')
      for (const id of records?.listLocalIds(10_000) ?? []) await records?.writeLocal(id, undefined)
      await store.close()
    })
    expect(await push([patch])).toEqual([first])
    const stored = await document('catalog', 'product:P-3')
    expect(stored).toMatchObject({ _rev: revOf(first), priceMinor: 300 })
    expect(stored['fieldTimes']).toMatchObject({ priceMinor: `${timestamp}-0000-s001t01`, name: makeProduct('x').at })
  })

  it('does not bring back what was deleted since, unless it is asked to', async () => {
    const operation = create('product', makeProduct('P-9'))
    const rev = revOf((await push([operation]))[0])
    await withoutStore(async (directory) => {
      const store = await openStore({ directory })
      await store.database('catalog')?.write([{ kind: 'edit', id: 'product:P-9', rev, deleted: true, body: '{}' }])
      await store.close()
    })
    const [answered] = await push([{ ...operation, id: 'the-same-long-after' }])
    expect(answered).toMatchObject({ status: 'conflict', document: null, rev: expect.stringMatching(/^2-/) })
    const deletion = answered?.status === 'conflict' ? answered.rev : null
    expect(statuses(await push([{ ...operation, id: 'on-purpose', baseRev: deletion }]))).toEqual(['synced'])
    expect((await document('catalog', 'product:P-9'))._rev).toMatch(/^3-/)
  })

  it('answers a conflict with the present document when somebody else was first, and the same again', async () => {
    const base = revOf((await push([create('product', makeProduct('P-4'))]))[0])
    const [first, second] = [
      update('mine', 'P-4', { priceMinor: 300 }, { baseRev: base }),
      update('theirs', 'P-4', { priceMinor: 400 }, { baseRev: base }),
    ]
    const [mine, theirs] = await push([first, second])
    expect(mine?.status).toBe('synced')
    expect(theirs).toMatchObject({ status: 'conflict', rev: revOf(mine), document: { priceMinor: 300 } })
    expect(await push([second])).toEqual([theirs])
    const other = await push([{ ...second, data: { priceMinor: 500 } }])
    expect(other).toMatchObject([{ status: 'rejected', problems: [{ field: '/id' }] }])
    const late = update('late', 'P-4', { priceMinor: 500 }, { timestamp: '2026-10-01T09:00:00Z' })
    expect(await push([late])).toMatchObject([{ status: 'conflict', document: { priceMinor: 300 } }])
    expect((await document('catalog', 'product:P-4'))['priceMinor']).toBe(300)
  })

  it('lets what is immutable be, and raises the alarm for the same id with other content', async () => {
    const sale = nextSale()
    const results = await push([
      create('sale', sale),
      { ...create('sale', sale, 'change'), action: 'update' },
      { ...create('sale', sale, 'remove'), action: 'delete', data: null },
      create('sale', makeSale(incarnation, number, 'f'.repeat(64)), 'other-content'),
      create('sale', sale, 'the-same-by-another-name'),
    ])
    expect(statuses(results)).toEqual(['synced', 'rejected', 'rejected', 'rejected', 'synced'])
    expect(JSON.stringify(results[3])).toContain('integrity alarm')
    expect((await document(salesDatabase, sale._id))['hash']).toBe(sale.hash)
  })

  it('is no weaker than /db: nothing of another till, no poison, nothing without a token', async () => {
    const foreign = await push([create('sale', makeSale('s001-t99-1', 1))])
    expect(foreign).toMatchObject([{ status: 'rejected' }])
    const poison = JSON.stringify({
      operations: [create('inventory', movement()), create('product', makeProduct('P-5'))],
    })
    const text = poison.replace('"kind":"delivery"', '"__proto__":{"x":1},"kind":"delivery"')
    const { results } = await answer<{ results: SyncOperationResult[] }>('/api/sync/push', text)
    expect(statuses(results)).toEqual(['rejected', 'synced'])
    const half = JSON.stringify({ operations: [create('inventory', movement()), create('inventory', movement())] })
    for (const reason of [String.raw`"\ud83c"`, '1e999']) {
      const halved = half.replace('"kind":"delivery"', `"kind":"delivery","reason":${reason}`)
      expect(statuses((await answer<{ results: SyncOperationResult[] }>('/api/sync/push', halved)).results)).toEqual([
        'rejected',
        'synced',
      ])
    }
    const leap = { ...create('inventory', movement()), timestamp: '2026-12-31T23:59:60Z' }
    expect(await push([leap])).toMatchObject([{ status: 'rejected', problems: [{ field: '/timestamp' }] }])
    const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`
    const nested = `{"operations":[{"id":"deep","entityType":"product","entityId":"product:D","action":"create","timestamp":"${timestamp}","data":{"x":${deep}}}]}`
    expect(await answer('/api/sync/push', nested)).toMatchObject({ results: [{ status: 'rejected' }] })
    const stranger = await fetch(`${hub.url}/api/sync/pull`, { method: 'POST', body: '{}' })
    expect(stranger.status).toBe(401)
    expect(await stranger.json()).toMatchObject({ code: 'unauthorized' })
    const tooMany = await post('/api/sync/push', { operations: Array.from({ length: 501 }, () => ({})) })
    expect(await tooMany.json()).toMatchObject({ status: 400, problems: [{ field: '/operations' }] })
  })

  it('gives changes in pages that leave nothing out, and from then on only what is new', async () => {
    await push(makeSales(incarnation, 25, number + 1).map((sale) => create('sale', sale)))
    number += 25
    const seen = new Map<string, string>()
    let lastSyncTimestamp: string | null = null
    for (let pages = 0; ; pages += 1) {
      const page: SyncPullResponse = await pull({ lastSyncTimestamp, limit: 10 })
      expect(page.changes.length).toBeLessThanOrEqual(10)
      expect(page.resync).toBe(false)
      for (const { entityId, rev } of page.changes) seen.set(entityId, rev)
      lastSyncTimestamp = page.lastSyncTimestamp
      if (!page.hasMore) break
      if (pages > 200) throw new Error('it does not end')
    }
    expect([...seen.keys()].filter((id) => id.startsWith('journal:')).length).toBe(number)
    expect((await pull({ lastSyncTimestamp })).changes).toEqual([])
    const fresh = movement()
    await push([create('inventory', fresh)])
    const page = await pull({ lastSyncTimestamp })
    expect(page.changes).toMatchObject([{ entityId: fresh._id, action: 'create', data: fresh }])
    expect(Date.parse(lastSyncTimestamp.split('~')[0] ?? '')).toBeGreaterThan(Date.now() - 60_000)
    const wrong = await post('/api/sync/pull', { lastSyncTimestamp: 'yesterday' })
    expect(await wrong.json()).toMatchObject({ status: 400, problems: [{ field: '/lastSyncTimestamp' }] })
  })

  it('gives what it received since a time, over a restart too', async () => {
    await withoutStore(async () => undefined)
    const since = new Date().toISOString()
    const fresh = movement()
    await push([create('inventory', fresh)])
    const ids = async (lastSyncTimestamp: string) =>
      (await pull({ lastSyncTimestamp, entityTypes: ['inventory'], limit: 1000 })).changes.map(
        (change) => change.entityId,
      )
    expect(await ids(since)).toContain(fresh._id)
    expect((await ids(since)).length).toBeLessThan((await ids('2026-01-01T00:00:00Z')).length)
  })

  it('gives all again, and says so, when the store is another one', async () => {
    const { lastSyncTimestamp } = await pull({ limit: 1000 })
    await withoutStore(async (directory) => {
      const store = await openStore({ directory })
      await store.rotateEpoch('a test restored it')
      await store.close()
    })
    const again = await pull({ lastSyncTimestamp, limit: 1000 })
    expect(again.resync).toBe(true)
    expect(again.changes.length).toBeGreaterThan(number)
    expect(await pull({ lastSyncTimestamp: again.lastSyncTimestamp })).toMatchObject({ resync: false, changes: [] })
  })

  it('shows conflicts that need a person, and takes the decision once', async () => {
    const till = connectTill(hub.url, token)
    const leaf = (sku: string, hash: string, fields: Fields) => ({
      ...makeProduct(sku),
      ...fields,
      _rev: `1-${hash.repeat(32)}`,
    })
    await till.replicate('catalog', [
      leaf('C-1', 'a', { priceMinor: 300 }),
      leaf('C-1', 'b', { priceMinor: 400 }),
      leaf('C-2', 'a', { description: 'one' }),
      leaf('C-2', 'b', { description: 'two' }),
      leaf('C-3', 'a', { taxCode: 'food' }),
      leaf('C-3', 'b', { taxCode: 'standard' }),
    ])
    const open = async (): Promise<SyncConflictsResponse['conflicts']> => (await decide()).conflicts
    await expect.poll(async () => (await open()).length).toBe(2)
    const [price, tax] = await open()
    if (price === undefined || tax === undefined) throw new Error('two conflicts')
    expect(price).toMatchObject({ documentId: 'product:C-1', policy: 'field-merge', winningRev: `1-${'b'.repeat(32)}` })
    expect(price.differences.map(({ field }) => field)).toEqual(['/priceMinor'])
    const by = { id: 'm1', role: 'manager' }
    const rev = `1-${'a'.repeat(32)}`
    const choice = { id: price.id, resolution: { kind: 'choose', rev, by } }
    const notHis = { id: price.id, resolution: { kind: 'choose', rev, by: { id: 'c1', role: 'cashier' } } }
    expect((await decide([notHis])).results).toMatchObject([{ status: 'rejected' }])
    expect((await decide([choice])).results).toEqual([{ id: price.id, status: 'resolved', rev }])
    expect((await decide([choice])).results).toEqual([{ id: price.id, status: 'resolved', rev }])
    const other = { id: price.id, resolution: { kind: 'choose', rev: price.winningRev, by } }
    expect((await decide([other])).results).toMatchObject([{ status: 'superseded', current: null }])
    expect(await document('catalog', 'product:C-1')).toMatchObject({ _rev: rev, priceMinor: 300 })
    const merged = { ...makeProduct('C-3'), taxCode: 'reduced' }
    const merge = { id: tax.id, resolution: { kind: 'merge', body: merged, by } }
    const [done] = (await decide([merge])).results
    expect(done?.status).toBe('resolved')
    expect((await decide([merge])).results).toEqual([done])
    const stored = await document('catalog', 'product:C-3')
    expect(stored).toMatchObject({ _rev: done?.rev, taxCode: 'reduced', by })
    expect(stored._conflicts).toBeUndefined()
    expect(await document('conflicts', price.id)).toMatchObject({
      status: 'resolved',
      leaves: [{ body: { priceMinor: 400 } }, { body: { priceMinor: 300 } }],
    })
    expect(await open()).toEqual([])
  })

  it('notes in the log that a till has cleared its cache', async () => {
    expect((await post('/api/terminals/cleared-cache', { documents: 1200 })).status).toBe(204)
    const wrong = await post('/api/terminals/cleared-cache', { documents: -1 })
    expect(await wrong.json()).toMatchObject({ code: 'validation-failed', problems: [{ field: '/documents' }] })
  })

  it('describes itself as OpenAPI', async () => {
    const description = (await (await fetch(`${hub.url}/docs/json`)).json()) as { paths: Record<string, unknown> }
    const paths = Object.keys(description.paths)
    expect(paths).toEqual(
      expect.arrayContaining(['/api/sync/push', '/api/sync/pull', '/api/sync/conflicts', '/api/store']),
    )
    expect(paths.filter((one) => one.startsWith('/db'))).toEqual([])
    expect((await fetch(`${hub.url}/docs/`)).status).toBe(200)
  })
})
