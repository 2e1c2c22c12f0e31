import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { salesDatabaseOf, type SyncLogEntry } from '@tidemark/contracts'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pouchOf } from './pouchdb/index.ts'
import {
  connectTill,
  eventually,
  freePort,
  makeSale,
  makeSales,
  startPickyCentral,
  startStore,
  type StoreSystem,
} from './testing/index.ts'
import { openStore } from './store/index.ts'
import { verifySyncLog } from './sync-log/index.ts'

const salesDatabase = salesDatabaseOf(new Date().toISOString())
const centralSales = `store-s001-${salesDatabase}`
const revision = '1-0123456789abcdef0123456789abcdef'

describe('a hub when things break', () => {
  let system: StoreSystem
  beforeEach(async () => {
    system = await startStore()
  })
  afterEach(() => system.close())

  const centralCount = async (incarnation: string): Promise<number> => {
    const range = { startkey: `journal:${incarnation}:`, endkey: `journal:${incarnation}:\ufff0` }
    return (await pouchOf(system.central.store.database(centralSales))?.allDocs(range))?.rows.length ?? 0
  }
  const publishedIds = async (incarnation: string): Promise<string[]> =>
    (await system.nats.messages())
      .filter(({ body }) => body.document['incarnation'] === incarnation && body.document['type'] === 'sale')
      .map(({ body }) => String(body.document['_id']))

  it('loses no acknowledged sale when it is killed under load, and its log covers each change once', async () => {
    const first = await system.startHub()
    const { incarnation, token } = await first.enrolWhenReady(1)
    await first.close()
    const port = await freePort()
    const till = connectTill(`http://127.0.0.1:${port}`, token)
    const sales = makeSales(incarnation, 100)
    const acknowledged = new Set<string>()
    for (const killAfter of [20, 55]) {
      const process = await startProcess(system, port)
      // Until the kernel has ended it, it holds the store.
      const ended = once(process, 'exit')
      const sold = till.database(salesDatabase)
      const load = sales.map(async (sale) => {
        await sold.put({ ...sale })
        acknowledged.add(sale._id)
        if (acknowledged.size === killAfter) process.kill('SIGKILL')
      })
      await Promise.allSettled(load)
      process.kill('SIGKILL')
      await ended
    }
    // What the first process stored and had no time to acknowledge, the second one refuses.
    expect(acknowledged.size).toBeGreaterThanOrEqual(20)

    const again = await system.startHub()
    const sold = connectTill(again.url, token).database(salesDatabase)
    const { rows } = await sold.allDocs({})
    expect([...acknowledged].filter((id) => !rows.some((row) => row.id === id))).toEqual([])
    for (const sale of sales) await sold.put({ ...sale }).catch(() => undefined)
    await eventually('all sales are at central', async () => (await centralCount(incarnation)) === 100)
    await eventually('all sales are published', async () => new Set(await publishedIds(incarnation)).size === 100)
    await again.close()
    await expectWholeLog(system)
  })

  it('moves the publisher on only behind acknowledgements when NATS is killed in the middle', async () => {
    const hub = await system.startHub()
    const { incarnation, token } = await hub.enrolWhenReady(1)
    const till = connectTill(hub.url, token)
    const sales = makeSales(incarnation, 400)
    const write = (from: number, to: number) =>
      till.replicate(
        salesDatabase,
        sales.slice(from, to).map((sale) => ({ ...sale, _rev: revision })),
      )
    await till.database(salesDatabase).info()
    await write(0, 400)
    await system.nats.kill()
    await eventually('the hub sees it', async () => (await hub.status()).wan.nats === 'down')
    const published = (await hub.status()).databases.find(({ database }) => database === salesDatabase)?.publish
    await system.nats.start()
    const held = (await publishedIds(incarnation)).length
    expect(held + (published?.lagDocuments ?? 0)).toBeGreaterThanOrEqual(400)
    await eventually('the rest is published', async () => new Set(await publishedIds(incarnation)).size === 400, 30_000)
    const done = (await hub.status()).databases.find(({ database }) => database === salesDatabase)
    await eventually('no lag is left', async () => {
      const status = (await hub.status()).databases.find(({ database }) => database === salesDatabase)
      return status?.publish.lagDocuments === 0
    })
    expect(done?.sequence).toBe(400)
  })

  it('starts and sells with neither central nor NATS, after it has heard from head office once', async () => {
    const first = await system.startHub()
    const { incarnation, token } = await first.enrolWhenReady(1)
    await first.close()
    system.centralLink.cut()
    system.natsLink.cut()
    const hub = await system.startHub()
    await connectTill(hub.url, token)
      .database(salesDatabase)
      .put({ ...makeSale(incarnation, 1) })
    expect((await hub.enrol(2)).status).toBe(201)
    expect((await fetch(`${hub.url}/health/ready`)).status).toBe(200)
    const status = await hub.status()
    const lag = status.databases.find(({ database }) => database === salesDatabase)?.push?.lagDocuments
    expect(lag).toBe(1)
  })

  it('does not enrol before it has heard from head office', async () => {
    system.centralLink.cut()
    const hub = await system.startHub()
    const refused = await hub.enrol(1)
    expect(refused.status).toBe(503)
    expect(await refused.json()).toMatchObject({ code: 'not-ready' })
    system.centralLink.restore()
    expect((await hub.enrolWhenReady(1)).incarnation).toBe('s001-t01-1')
  })

  it('gets out of a line that is dead without saying so', async () => {
    const hub = await system.startHub({ lineTimings: { requestMs: 500, questionMs: 500, probeMs: 500 } })
    const { incarnation, token } = await hub.enrolWhenReady(1)
    system.centralLink.freeze()
    await connectTill(hub.url, token)
      .database(salesDatabase)
      .put({ ...makeSale(incarnation, 1) })
    await eventually('the line is seen to be down', async () => (await hub.status()).wan.central === 'down')
    system.centralLink.restore()
    await eventually('the sale is at central', async () => (await centralCount(incarnation)) === 1)
  })

  it('records a document that central refuses, and brings it there once central takes it', async () => {
    const picky = await startPickyCentral(system.directory)
    const hub = await system.startHub({ offerAgainMs: 100, central: `http://127.0.0.1:${picky.port}` })
    const { incarnation, token } = await hub.enrolWhenReady(1)
    const sales = makeSales(incarnation, 3)
    picky.refuse(sales[1]?._id ?? '')
    const sold = connectTill(hub.url, token).database(salesDatabase)
    for (const sale of sales) await sold.put({ ...sale })
    const refused = await eventually('the refusal is recorded', async () => {
      const headers = { authorization: `Bearer ${token}` }
      const answer = await fetch(`${hub.url}/api/quarantine`, { headers })
      return ((await answer.json()) as { items: Record<string, unknown>[] }).items[0]
    })
    expect(refused).toMatchObject({ documentId: sales[1]?._id, origin: 'central', reason: 'not today' })
    await eventually('only that one is behind', async () => {
      const push = (await hub.status()).databases.find(({ database }) => database === salesDatabase)?.push
      return push?.lagDocuments === 1 && push.lastError?.includes('central refuses 1 document') === true
    })
    picky.refuse('')
    await eventually('nothing is refused any more', async () => {
      const push = (await hub.status()).databases.find(({ database }) => database === salesDatabase)?.push
      return push?.lagDocuments === 0 && push.lastError === null
    })
    const { rows } = (await pouchOf(picky.store.database(centralSales))?.allDocs()) ?? { rows: [] }
    expect(rows.map(({ id }) => id)).toEqual(sales.map(({ _id }) => _id))
    await hub.close()
    await picky.close()
  })

  it('gives a replaced, empty hub the old receipts before it enrols a terminal again', async () => {
    const lost = await system.startHub()
    const { incarnation, token } = await lost.enrolWhenReady(1)
    const lastYear = salesDatabaseOf(new Date(Date.now() - 200 * 86_400_000).toISOString())
    const sold = connectTill(lost.url, token).database(salesDatabase)
    await sold.put({ ...makeSale(incarnation, 1) })
    await system.central.store.create(`store-s001-${lastYear}`)
    await eventually('the sale is at central', async () => (await centralCount(incarnation)) === 1)
    await eventually(
      'the enrolment is at central',
      () =>
        pouchOf(system.central.store.database('catalog'))
          ?.get(`terminal:${incarnation}`)
          .catch(() => undefined) ?? Promise.resolve(undefined),
    )
    await lost.close()
    await rm(path.join(system.directory, 'hub'), { recursive: true })

    // Not while the hub of before may still be there.
    const replacement = await system.startHub({ leaseTimings: { renewEveryMs: 200, takeAfterMs: 10_000 } })
    await eventually('it waits for the store', async () => (await replacement.status()).lease?.state === 'read-only')
    expect(await (await replacement.enrol(1)).json()).toMatchObject({ status: 503, code: 'unavailable' })
    await eventually('the lane is known to be taken', async () => (await replacement.enrol(1)).status === 409)
    const answer = await replacement.enrol(1, '?replace=true')
    expect(await answer.json()).toMatchObject({ incarnation: 's001-t01-2' })
    const names = (await replacement.status()).databases.map(({ database }) => database)
    expect(names).toContain(lastYear)
  })

  it('closes a socket that falls silent', async () => {
    const hub = await system.startHub({ socketTimings: { heartbeatMs: 500, deadAfterMs: 6000, helloMs: 4000 } })
    const { token } = await hub.enrolWhenReady(1)
    const closeOf = async (greet: boolean): Promise<number> => {
      const socket = new WebSocket(`${hub.url.replace('http', 'ws')}/ws`)
      const closed = new Promise<number>((resolve) => socket.addEventListener('close', ({ code }) => resolve(code)))
      await new Promise((resolve) => socket.addEventListener('open', resolve))
      if (greet) socket.send(JSON.stringify({ type: 'hello', token }))
      return closed
    }
    expect(await closeOf(false)).toBe(4401)
    expect(await closeOf(true)).toBe(1006)
    expect((await hub.status()).terminals.connected).toBe(0)
  })
})

async function startProcess(system: StoreSystem, port: number): Promise<ChildProcess> {
  const server = path.join(import.meta.dirname, 'server.ts')
  const child = spawn(process.execPath, [server], {
    env: { ...process.env, ...system.environment(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}/health/ready`
  await eventually('the hub process is ready', () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
  return child
}

/** The chain verifies and, for each database, its entries cover every sequence once up to the last. */
async function expectWholeLog(system: StoreSystem): Promise<void> {
  const store = await openStore({ directory: path.join(system.directory, 'hub') })
  try {
    const log = store.database('sync-log')
    if (log === undefined) throw new Error('no sync log')
    const verdict = await verifySyncLog(log, store.uuid)
    expect(verdict).toMatchObject({ chainFaults: [], badSignatures: [], coverageFaults: [] })
    const { rows } = await pouchOf(log).allDocs({ include_docs: true })
    const entries = rows.map((row) => row.doc as unknown as SyncLogEntry)
    const logged = entries.flatMap(({ event }) =>
      event.kind === 'documents-stored' && event.database === salesDatabase ? event.documents.map(({ id }) => id) : [],
    )
    expect(logged.length).toBe(100)
    expect(new Set(logged).size).toBe(100)
  } finally {
    await store.close()
  }
}
