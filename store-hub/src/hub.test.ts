import { salesDatabaseOf, socketCloseCodes, type HubFrame } from '@tidemark/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pouchOf } from './pouchdb/index.ts'
import { connectTill, eventually, makeSale, makeSales, startStore, type StoreSystem } from './testing/index.ts'

const salesDatabase = salesDatabaseOf(new Date().toISOString())
const centralSales = `store-s001-${salesDatabase}`

describe('a hub between terminals, central and NATS', () => {
  let system: StoreSystem
  let hub: Awaited<ReturnType<StoreSystem['startHub']>>
  beforeAll(async () => {
    system = await startStore()
    hub = await system.startHub()
    await hub.enrolWhenReady(90)
  })
  afterAll(() => system.close())

  const centralIds = async (prefix: string): Promise<string[]> => {
    const database = pouchOf(system.central.store.database(centralSales))
    const found = await database?.allDocs({ startkey: prefix, endkey: `${prefix}\ufff0` })
    return found?.rows.map((row) => row.id) ?? []
  }

  it('gives each of five simultaneous requests for a lane at most one incarnation', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => hub.enrol(11)))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409])
    const replaced = await Promise.all(Array.from({ length: 5 }, () => hub.enrol(11, '?replace=true')))
    const incarnations = await Promise.all(
      replaced.map(async (answer) => ((await answer.json()) as { incarnation: string }).incarnation),
    )
    expect(incarnations.sort()).toEqual([2, 3, 4, 5, 6].map((ordinal) => `s001-t11-${ordinal}`))
  })

  it('gives a till an incarnation above every receipt that it knows of', async () => {
    const earlier = makeSale('s001-t12-7', 1)
    await pouchOf(system.central.store.database(centralSales))?.put({ ...earlier })
    await eventually('the receipt came down', async () => {
      const { databases } = await hub.status()
      return databases.some(({ database, documents }) => database === salesDatabase && documents > 0)
    })
    const enrolment = await hub.enrolWhenReady(12)
    expect(enrolment.incarnation).toBe('s001-t12-8')
  })

  it('stores, replicates and publishes each sale once, those of a cut line after it is back', async () => {
    const { incarnation, token } = await hub.enrolWhenReady(13)
    const till = connectTill(hub.url, token)
    const sales = makeSales(incarnation, 30)
    const sold = till.database(salesDatabase)
    for (const sale of sales.slice(0, 10)) await sold.put({ ...sale })
    system.centralLink.cut()
    system.natsLink.cut()
    for (const sale of sales.slice(10, 20)) await sold.put({ ...sale })
    const behind = await eventually('both lines are seen to be down', async () => {
      const status = await hub.status()
      return status.wan.central === 'down' && status.wan.nats === 'down' && status
    })
    const sale = behind.databases.find(({ database }) => database === salesDatabase)
    expect(sale?.push?.lagDocuments).toBeGreaterThanOrEqual(10)
    expect(sale?.push?.behindSince).not.toBeNull()
    system.centralLink.restore()
    system.natsLink.restore()
    for (const sale of sales.slice(20)) await sold.put({ ...sale })

    const expected = sales.map(({ _id }) => _id)
    await eventually('all sales are at central', async () => {
      const ids = await centralIds(`journal:${incarnation}:`)
      return ids.length === expected.length
    })
    expect(await centralIds(`journal:${incarnation}:`)).toEqual(expected)
    const messages = await eventually('all sales are published', async () => {
      const all = await system.nats.messages()
      const own = all.filter(
        ({ body }) => body.document['incarnation'] === incarnation && body.document['type'] === 'sale',
      )
      return own.length >= expected.length && own
    })
    expect(messages.map(({ body }) => String(body.document['_id'])).sort()).toEqual(expected)
    expect(messages[0]?.subject).toBe('pos.s001.sales.sale')
    const traces = messages.map(({ traceparent, body }) => [
      traceparent.slice(3, 35),
      (body.document['trace'] as { traceparent: string }).traceparent.slice(3, 35),
    ])
    expect(traces.every(([sent, made]) => sent === made)).toBe(true)
  })

  it('does not publish what came down from head office', async () => {
    const rate = {
      _id: 'tax-rate:standard',
      type: 'tax-rate',
      schemaVersion: 1,
      storeId: 'hq',
      at: '2026-11-01T00:00:00.000Z-0000-hq',
      by: { id: 'hq', role: 'head-office' },
      code: 'standard',
      name: 'Standard',
      rateBasisPoints: 1900,
    }
    await pouchOf(system.central.store.database('catalog'))?.put(rate)
    const { token } = await hub.enrolWhenReady(18)
    const catalog = connectTill(hub.url, token).database('catalog')
    await eventually('it is at the hub', () => catalog.get(rate._id).catch(() => undefined))
    await eventually('the publisher has passed it', async () => {
      const { databases } = await hub.status()
      return databases.some(({ database, publish }) => database === 'catalog' && publish.lagDocuments === 0)
    })
    const ids = (await system.nats.messages()).map(({ body }) => body.document['_id'])
    expect(ids).not.toContain('tax-rate:standard')
  })

  it('refuses a poison document by itself and keeps it; the rest of its batch lands', async () => {
    const { incarnation, token } = await hub.enrolWhenReady(14)
    const till = connectTill(hub.url, token)
    const [first, second, third] = makeSales(incarnation, 3)
    if (first === undefined || second === undefined || third === undefined) throw new Error('three sales')
    const poison = { ...second, totals: { ...second.totals, grossMinor: 1 } }
    const revision = { _rev: '1-0123456789abcdef0123456789abcdef' }
    const results = await till.replicate(
      salesDatabase,
      [first, poison, third].map((sale) => ({ ...sale, ...revision })),
    )
    expect(results.filter(({ error }) => error !== undefined)).toMatchObject([{ id: second._id, error: 'forbidden' }])
    expect(results.find(({ id }) => id === second._id)?.reason).toContain('/hash')
    expect((await till.database(salesDatabase).get(first._id))._id).toBe(first._id)
    expect((await till.database(salesDatabase).get(third._id))._id).toBe(third._id)
    const headers = { authorization: `Bearer ${token}` }
    const read = async (path: string): Promise<Record<string, unknown>> =>
      (await (await fetch(`${hub.url}/api/quarantine${path}`, { headers })).json()) as Record<string, unknown>
    const { items } = (await read('?limit=1')) as { items: { id: string }[] }
    expect(items[0]).toMatchObject({ documentId: second._id, origin: incarnation, database: salesDatabase })
    const { text } = await read(`/${items[0]?.id}`)
    expect(JSON.parse(String(text))).toMatchObject({ totals: { grossMinor: 1 } })
  })

  it('lets the first of two documents with one immutable id stand, and keeps the other', async () => {
    const { incarnation, token } = await hub.enrolWhenReady(15)
    const till = connectTill(hub.url, token)
    const sale = { ...makeSale(incarnation, 1), _rev: '1-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' }
    const other = { ...makeSale(incarnation, 1), _rev: '1-ffffffffffffffffffffffffffffffff' }
    const results = await till.replicate(salesDatabase, [sale, other])
    expect(results.find(({ error }) => error !== undefined)?.reason).toContain('integrity alarm')
    expect((await till.replicate(salesDatabase, [sale])).filter(({ error }) => error !== undefined)).toEqual([])
    expect((await till.database(salesDatabase).get(sale._id))['hash']).toBe(sale.hash)
  })

  it('lets a till write nothing but its own receipts, and nothing without a valid token', async () => {
    const { token } = await hub.enrolWhenReady(16)
    const till = connectTill(hub.url, token)
    await expect(till.database(salesDatabase).put({ ...makeSale('s001-t90-1', 1) })).rejects.toMatchObject({
      status: 403,
    })
    await expect(till.database('sync-log').info()).rejects.toBeDefined()
    await expect(till.database('hub-state').info()).rejects.toBeDefined()
    const headers = { authorization: `Bearer ${token}x` }
    expect((await fetch(`${hub.url}/db/${salesDatabase}`, { headers })).status).toBe(401)
    const foreign = await fetch(`${hub.url}/api/store`, { headers: { origin: 'http://elsewhere.example' } })
    expect(foreign.status).toBe(403)
    const foreignDatabase = await fetch(`${hub.url}/db/`, { headers: { origin: 'http://elsewhere.example' } })
    expect(foreignDatabase.status).toBe(403)
  })

  it('still takes what a till had sold when its lane was taken over, until head office revokes it', async () => {
    const { token, incarnation } = await hub.enrolWhenReady(21)
    expect((await hub.enrol(21, '?replace=true')).status).toBe(201)
    const till = connectTill(hub.url, token)
    const sale = makeSale(incarnation, 1)
    await till.database(salesDatabase).put({ ...sale })
    expect((await till.database(salesDatabase).get(sale._id))['hash']).toBe(sale.hash)
    const product = { _id: 'product:x', type: 'product' }
    await expect(till.database('catalog').put(product)).rejects.toMatchObject({ status: 403 })

    const catalog = pouchOf(system.central.store.database('catalog'))
    const enrolment = await eventually('central knows', async () => {
      const document = await catalog?.get(`terminal:${incarnation}`).catch(() => undefined)
      return document?.['status'] === 'replaced' && document
    })
    await catalog?.put({ ...enrolment, status: 'revoked' })
    const headers = { authorization: `Bearer ${token}` }
    await eventually('it is shut out', async () => {
      return (await fetch(`${hub.url}/db/${salesDatabase}`, { headers })).status === 401
    })
  })

  it('names the field of a request that is not valid', async () => {
    const answer = await hub.enrol(0)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ code: 'validation-failed', problems: [{ field: '/lane' }] })
  })

  it('wakes terminals over the WebSocket, and turns unknown ones away', async () => {
    const { incarnation, token } = await hub.enrolWhenReady(17)
    const frames: HubFrame[] = []
    const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/ws`)
    socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data)) as HubFrame))
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    socket.send(JSON.stringify({ type: 'hello', token }))
    await eventually('welcome', async () => frames.some(({ type }) => type === 'welcome'))
    await connectTill(hub.url, token)
      .database(salesDatabase)
      .put({ ...makeSale(incarnation, 1) })
    await eventually('wake', async () =>
      frames.some((frame) => frame.type === 'wake' && frame.database === salesDatabase),
    )
    socket.close()

    const stranger = new WebSocket(`${hub.url.replace('http', 'ws')}/ws`)
    const closed = new Promise<number>((resolve) => stranger.addEventListener('close', ({ code }) => resolve(code)))
    await new Promise((resolve) => stranger.addEventListener('open', resolve))
    stranger.send(JSON.stringify({ type: 'hello', token: 'x'.repeat(43) }))
    expect(await closed).toBe(socketCloseCodes.unauthorized)
  })
})
