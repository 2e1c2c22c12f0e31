import { spawn, type ChildProcess } from 'node:child_process'
import { copyFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  formatStamp,
  salesDatabaseOf,
  type StockAnswer,
  type StockChanges,
  type StockChangesRequest,
} from '@tidemark/contracts'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  connectTill,
  enrolTill,
  eventually,
  freePort,
  makeSales,
  startStore,
  type EnrolledTill,
  type StoreSystem,
} from '../testing/index.ts'

const salesDatabase = salesDatabaseOf(new Date().toISOString())
const serverFile = path.resolve(import.meta.dirname, '../server.ts')
const ulidOf = (number: number): string => String(number).padStart(26, '0')
const startMs = Date.now()

let system: StoreSystem
let port: number
let url: string
let child: ChildProcess
let enrolment: EnrolledTill
beforeEach(async () => {
  system = await startStore()
  port = await freePort()
  url = `http://127.0.0.1:${port}`
  await start()
  enrolment = await eventually('the hub enrols', enrol)
})
afterEach(async () => {
  await kill()
  await system.close()
})

it('knows exactly what is on hand, although the hub is killed while documents come in, and its stock file is an old one', async () => {
  const till = connectTill(url, enrolment.token)
  const inventory = [delivery(1, 'A-1', 500), delivery(2, 'TEA-1', 30), count(3, 'TEA-1', 12)]
  for (const document of inventory) await till.database('inventory').put({ ...document })
  expect(await levels('A-1,TEA-1,NONE')).toEqual({ 'A-1': 500, 'TEA-1': 12 })
  await copyFile(stockFile(), path.join(system.directory, 'old.sqlite'))

  const sales = makeSales(enrolment.incarnation, 120).map((sale) => ({ ...sale, _rev: `1-${'a'.repeat(32)}` }))
  for (let round = 0; round < 3; round += 1) {
    const sent = Promise.allSettled(
      [0, 1, 2, 3].map((part) => till.replicate(salesDatabase, sales.slice(round * 40, round * 40 + 10 * (part + 1)))),
    )
    await sleep(20 * round)
    await kill()
    await sent
    await start()
  }
  await till.replicate(salesDatabase, sales)
  // Late: made before the count, so it changes nothing.
  await till.database('inventory').put({ ...delivery(4, 'TEA-1', 99, startMs - 60_000) })
  const expected = { 'A-1': 380, 'TEA-1': 12 }
  expect(await levels('A-1,TEA-1')).toEqual(expected)

  await kill()
  for (const suffix of ['', '-wal', '-shm']) await rm(stockFile() + suffix, { force: true })
  await copyFile(path.join(system.directory, 'old.sqlite'), stockFile())
  await start()
  expect(await levels('A-1,TEA-1')).toEqual(expected)
})

it('tells a till what changed since it last asked, and which of its own documents are in it', async () => {
  const till = connectTill(url, enrolment.token)
  await till.database('inventory').put({ ...delivery(1, 'A-1', 5) })
  await till.database('inventory').put({ ...delivery(2, 'B-1', 7) })
  const first = await changes({ limit: 1 })
  expect([first.items.length, first.hasMore, first.isReset]).toEqual([1, true, false])
  const second = await changes({ since: first.next, documents: [`movement:${ulidOf(1)}`, `movement:${ulidOf(9)}`] })
  expect(second).toMatchObject({ hasMore: false, included: [`movement:${ulidOf(1)}`] })
  expect([...first.items, ...second.items].map(({ sku, onHand }) => [sku, onHand])).toEqual([
    ['A-1', 5],
    ['B-1', 7],
  ])
  await till.database('inventory').put({ ...delivery(3, 'A-1', -2) })
  const third = await changes({ since: second.next })
  expect(third.items).toMatchObject([{ sku: 'A-1', onHand: 3 }])

  await kill()
  await rm(stockFile())
  await start()
  const anew = await changes({ since: third.next })
  expect([anew.isReset, anew.items.length]).toEqual([true, 2])
  expect((await fetch(`${url}/api/stock?sku=A-1`)).status).toBe(401)
  expect((await ask('/api/stock?sku=A%201')).status).toBe(400)
})

function stockFile(): string {
  return path.join(system.directory, 'hub', 'stock.sqlite')
}

function header(madeMs: number) {
  const by = { id: 'm1', role: 'manager' }
  return { schemaVersion: 1, storeId: 's001', at: formatStamp({ wallMs: madeMs, counter: 0 }, 's001t01'), by }
}

function delivery(number: number, sku: string, quantity: number, madeMs = startMs + number) {
  const body = { type: 'stock-movement', kind: 'delivery', lines: [{ sku, quantity }] }
  return { _id: `movement:${ulidOf(number)}`, ...header(madeMs), ...body }
}

function count(number: number, sku: string, quantity: number) {
  return { _id: `count:${sku}:${ulidOf(number)}`, ...header(startMs + number), type: 'stock-count', sku, quantity }
}

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(url + path, {
    ...init,
    headers: { authorization: `Bearer ${enrolment.token}`, 'content-type': 'application/json' },
  })

/** On hand by SKU, when the hub says that it is all. */
async function levels(skus: string): Promise<Record<string, number>> {
  return eventually('stock is complete', async () => {
    const { isComplete, items } = (await (await ask(`/api/stock?sku=${skus}`)).json()) as StockAnswer
    return isComplete && Object.fromEntries(items.map(({ sku, onHand }) => [sku, onHand]))
  })
}

async function changes(request: StockChangesRequest): Promise<StockChanges> {
  const answer = await ask('/api/stock/changes', { method: 'POST', body: JSON.stringify(request) })
  return (await answer.json()) as StockChanges
}

async function enrol(): Promise<EnrolledTill | false> {
  const { response, till } = await enrolTill(url, 1)
  return response.status === 201 && till()
}

async function start(): Promise<void> {
  child = spawn(process.execPath, [serverFile], {
    env: { ...process.env, ...system.environment(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await eventually(
    'the hub process is ready',
    () =>
      fetch(`${url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      ),
    60_000,
  )
}

async function kill(): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}
