/** Random trade of three stores, shuffled, repeated and interrupted, against sums that are worked out entry by entry here. */
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseIncarnation, type JournalEntry, type Refund, type Sale } from '@tidemark/contracts'
import {
  freePort,
  sampleTill,
  signInEnvironment,
  startProcess,
  waitUntil,
  type NodeProcess,
  type SampleTill,
} from '@tidemark/service-kit/test-support'
import { useHeadOffice } from '../test/head-office.ts'

const office = useHeadOffice()

const dates = ['2026-11-21', '2026-11-22']
const cashiers = ['anna', 'ben', 'carla']
const skus = ['milk', 'bread', 'tea', '__proto__', 'constructor']

function randomNumbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Trade of six tills. Some refunds take what is gone, some voids name what is voided. */
function trade(entries: number, random: (below: number) => number): JournalEntry[] {
  const tills = ['s001', 's002', 's003'].flatMap((storeId) =>
    [1, 2].map((lane): [string, SampleTill] => [storeId, sampleTill(`${storeId}-t0${lane}-1`)]),
  )
  const made: JournalEntry[] = []
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)] as Item
  for (let count = 0; count < entries; count += 1) {
    const [storeId, till] = pick(tills)
    const businessDate = dates[count < entries / 2 ? 0 : 1] ?? ''
    const atMs = Date.parse(`${businessDate}T08:00:00.000Z`) + count * 7000
    const options = { businessDate, atMs, cashier: pick(cashiers), card: random(3) === 0 }
    const sales = made.filter((entry): entry is Sale => entry.type === 'sale' && entry.storeId === storeId)
    const kind = sales.length === 0 ? 9 : random(10)
    if (kind === 0) made.push(till.void(pick(sales), options))
    else if (kind === 1) {
      const [line] = pick(sales).lines
      const sale = pick(sales.filter(({ lines }) => lines[0]?.sku === line?.sku))
      made.push(till.refund(sale, [{ sku: line?.sku ?? '', quantity: 1 + random(2) }], options))
    } else {
      const lines = Array.from({ length: 1 + random(3) }, () => ({ sku: pick(skus), quantity: 1 + random(4) }))
      made.push(till.sale(lines, options))
    }
  }
  return made
}

const isSold = (entry: JournalEntry): entry is Sale | Refund => entry.type === 'sale' || entry.type === 'refund'

/** Gross of a store's day by any key of its entries that are not voided. */
function grossBy(
  entries: readonly JournalEntry[],
  keys: (entry: Sale | Refund) => readonly (readonly [key: string, amountMinor: number])[],
): Record<string, number> {
  const voided = new Set(entries.flatMap((entry) => (entry.type === 'void' ? [entry.voidOf] : [])))
  const sums = new Map<string, number>()
  for (const entry of entries.filter(isSold)) {
    const sign = voided.has(entry._id) ? 0 : entry.type === 'sale' ? 1 : -1
    for (const [key, amountMinor] of keys(entry)) sums.set(key, (sums.get(key) ?? 0) + sign * amountMinor)
  }
  return Object.fromEntries([...sums].map(([key, sum]) => [key, sum + 0]))
}

/** Refunds that take more of their sale's first line than it had, in the order of their clocks; or of a voided sale. */
function faultyRefunds(entries: readonly JournalEntry[]): string[] {
  const voided = new Set(entries.flatMap((entry) => (entry.type === 'void' ? [entry.voidOf] : [])))
  return entries
    .filter((entry) => entry.type === 'sale')
    .flatMap((sale) => {
      let left = sale.lines[0]?.quantity ?? 0
      return entries
        .filter((entry) => entry.type === 'refund')
        .filter((refund) => refund.refundOf === sale._id && !voided.has(refund._id))
        .toSorted((one, other) => (one.at < other.at ? -1 : 1))
        .filter((refund) => {
          left -= refund.lines[0]?.quantity ?? 0
          return left < 0 || voided.has(sale._id)
        })
    })
    .map(({ _id }) => _id)
}

async function startWorker(): Promise<NodeProcess> {
  const port = await freePort()
  return startProcess({
    program: fileURLToPath(new URL('./server.ts', import.meta.url)),
    env: { PORT: String(port), COUCHDB_URL: office.central.url, NATS_URL: office.nats.url, ...signInEnvironment() },
    readyUrl: `http://127.0.0.1:${port}/health/live`,
  })
}

async function grossOf(path: string, key: string): Promise<Record<string, number>> {
  const { body } = await office.get(path)
  const items = body['items'] as readonly Readonly<Record<string, unknown>>[]
  return Object.fromEntries(items.map((item) => [String(item[key]), Number(item['grossMinor'] ?? item['amountMinor'])]))
}

test('random trade, shuffled and repeated, with a second process killed again and again, gives the sums of its entries', async () => {
  const random = randomNumbers(20_261_122)
  const entries = trade(1200, random)
  const shuffled = [...entries, ...entries.filter(() => random(3) === 0)]
    .map((entry) => ({ entry, rank: random(1_000_000) }))
    .toSorted((a, b) => a.rank - b.rank)
  // A copy has a number of its own, or the stream would drop it.
  const publishing = Promise.all(
    shuffled.map(({ entry }, copy) => office.publisher.publish(entry.storeId, { ...entry }, { copy })),
  )
  for (let kill = 0; kill < 3; kill += 1) {
    const worker = await startWorker()
    await new Promise((resolve) => setTimeout(resolve, 150))
    await worker.kill()
  }
  await publishing
  const isConsumed = async () => (await office.publisher.unacknowledged('sales')) === 0
  // What was on its way to a killed process comes again after half a minute.
  await waitUntil('everything is acknowledged', isConsumed, 150_000)

  for (const storeId of ['s001', 's002', 's003']) {
    const own = entries.filter((entry) => entry.storeId === storeId)
    const period = `from=${dates[0]}&to=${dates[1]}`
    const totals = (by: string) => grossOf(`/stores/${storeId}/totals?${period}&by=${by}`, 'key')
    expect(await totals('day')).toEqual(grossBy(own, (entry) => [[entry.businessDate, entry.totals.grossMinor]]))
    expect(await totals('cashier')).toEqual(grossBy(own, (entry) => [[entry.by.id, entry.totals.grossMinor]]))
    expect(await totals('hour')).toEqual(grossBy(own, (entry) => [[entry.at.slice(0, 13), entry.totals.grossMinor]]))
    expect(await grossOf(`/stores/${storeId}/totals/products?${period}`, 'sku')).toEqual(
      grossBy(own, (entry) => entry.lines.map((line) => [line.sku, line.grossMinor])),
    )
    expect(await grossOf(`/stores/${storeId}/totals/payments?${period}`, 'method')).toEqual(
      grossBy(own, (entry) => entry.payments.map((payment) => [payment.method, payment.amountMinor])),
    )
    const series = (await office.get(`/stores/${storeId}/series`)).body['items'] as Readonly<Record<string, unknown>>[]
    for (const { incarnation, entries: arrived, missing, faults } of series) {
      const count = own.filter((entry) => entry.incarnation === incarnation).length
      expect({ incarnation, arrived, missing, faults }).toEqual({
        incarnation,
        arrived: count,
        missing: [],
        faults: [],
      })
      expect(parseIncarnation(String(incarnation))?.storeId).toBe(storeId)
    }
    const flags = (await office.get(`/stores/${storeId}/flags?limit=500`)).body['items'] as Record<string, unknown>[]
    const active = flags.filter((flag) => flag['active'] === true).map((flag) => String(flag['documentId']))
    expect(active.toSorted()).toEqual(faultyRefunds(own).toSorted())
  }
})
