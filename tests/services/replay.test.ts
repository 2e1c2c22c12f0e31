/**
 * Two weeks of three stores reach head office shuffled, repeated and late, while every service is killed again and again. What
 * head office says in the end is compared with what the documents say (expected.ts). REPLAY_SEED repeats a run.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { formatStamp } from '@tidemark/contracts'
import { sampleCount, waitUntil } from '@tidemark/service-kit/test-support'
import { deliver, type SourceDocument } from './delivery.ts'
import { editProducts, type EditedProduct } from './edits.ts'
import { faultyRefunds, shiftsOf, stockOf, sumsBy } from './expected.ts'
import { startHeadOffice, type Answer, type HeadOffice } from './head-office.ts'
import { seededRandom } from './random.ts'
import { serviceNames } from './service-process.ts'
import { dates, makeTrade, skus, stores } from './trade.ts'

const seed = Number(process.env['REPLAY_SEED'] ?? Math.floor(Math.random() * 2 ** 32))
const random = seededRandom(seed)
const trade = makeTrade(5000, random)
const documents: readonly SourceDocument[] = [...trade.entries, ...trade.movements, ...trade.logEntries]
const isLate = ({ _id }: SourceDocument): boolean => trade.late.has(_id)

const period = `from=${dates[0]}&to=${dates.at(-1)}`
const firstDates = dates.slice(0, 2)
let office: HeadOffice
let products: readonly EditedProduct[]

beforeAll(async () => {
  const { entries, movements, logEntries } = trade
  process.stdout.write(
    `seed ${seed}: ${entries.length} journal entries, ${movements.length} movements, ${logEntries.length} of logs\n`,
  )
  office = await startHeadOffice()
  const inTime = documents.filter((document) => !isLate(document))
  const editing = editProducts(office, 40, seededRandom(seed + 3))
  await Promise.all([deliver(office, inTime, random), editing, office.killAll(3, seededRandom(seed + 1))])
  products = await editing
  await closeDays()
  // Two weeks later, and with them much that has long been there.
  const again = documents.filter((document) => isLate(document) || random.chance(0.1))
  await Promise.all([deliver(office, again, random), office.killAll(2, seededRandom(seed + 2))])
  await settle()
}, 1_800_000)

afterAll(() => office?.stop())

/** Two days of each store are closed while not all of them has come. */
async function closeDays(): Promise<void> {
  for (const storeId of stores) {
    for (const date of firstDates) {
      await waitUntil(`${storeId} ${date} is closed`, async () => {
        return (await office.post('sales', `/stores/${storeId}/days/${date}/close`))['kind'] === 'close'
      })
    }
  }
}

/** What was on its way to a killed process comes again after half a minute; what was never published by reconciliation. */
async function settle(): Promise<void> {
  for (const name of serviceNames) {
    const isConsumed = async () => (await office.publisher.unacknowledged(name)) === 0
    await waitUntil(`${name} has acknowledged everything`, isConsumed, 600_000)
  }
  await waitUntil(
    'the ledger has every entry',
    async () => (await idsIn('sales-ledger', 'journal:')).length === trade.entries.length,
    60_000,
  )
  // The sums follow the entries in a write of their own.
  await waitUntil('every series counts them', async () => (await entriesOfSeries()) === trade.entries.length, 60_000)
  await waitUntil(
    'the audit has every entry',
    async () => (await idsIn('audit', 'log:')).length === trade.logEntries.length,
    60_000,
  )
  const withEffect = documents.filter(({ type }) => hasEffect(String(type))).length
  await waitUntil(
    'the stock has every movement',
    async () => (await idsIn('stock', 'effect:')).length === withEffect,
    60_000,
  )
}

async function entriesOfSeries(): Promise<number> {
  const series = await Promise.all(stores.map((storeId) => office.get('sales', `/stores/${storeId}/series`)))
  return series.flatMap(({ items }) => items as Answer[]).reduce((sum, { entries }) => sum + Number(entries), 0)
}

const hasEffect = (type: string): boolean => ['sale', 'refund', 'void', 'stock-movement', 'stock-count'].includes(type)

async function idsIn(database: string, prefix: string): Promise<readonly string[]> {
  const range = `startkey=${JSON.stringify(prefix)}&endkey=${JSON.stringify(`${prefix}\ufff0`)}`
  const { rows } = await office.central.request('GET', `/${database}/_all_docs?${encodeURI(range)}`)
  return (rows as readonly { readonly id: string }[]).map(({ id }) => id)
}

const ofStore = (storeId: string) => trade.entries.filter((entry) => entry.storeId === storeId)

async function amounts(path: string, key: string, amount: string): Promise<Readonly<Record<string, unknown>>> {
  const items = (await office.get('sales', path))['items'] as readonly Answer[]
  return Object.fromEntries(items.map((item) => [String(item[key]), item[amount]]))
}

test('the ledger has every journal entry exactly once, and its totals are the sums of the entries', async () => {
  expect(await idsIn('sales-ledger', 'journal:')).toEqual(trade.entries.map(({ _id }) => _id).toSorted())
  for (const storeId of stores) {
    const own = ofStore(storeId)
    for (const [by, keyOf] of [
      ['day', (entry: (typeof own)[number]) => entry.businessDate],
      ['terminal', (entry: (typeof own)[number]) => entry.terminalId],
      ['cashier', (entry: (typeof own)[number]) => entry.by.id],
      ['hour', (entry: (typeof own)[number]) => entry.at.slice(0, 13)],
    ] as const) {
      const gross = await amounts(`/stores/${storeId}/totals?${period}&by=${by}`, 'key', 'grossMinor')
      // Who wrote nothing but openings and closings is in the answer with nothing.
      const expected = sumsBy(own, (entry) => [[keyOf(entry), entry.totals.grossMinor]])
      expect(withoutZeros(gross), `${storeId} by ${by}`).toEqual(withoutZeros(expected))
    }
    expect(await amounts(`/stores/${storeId}/totals/products?${period}`, 'sku', 'quantity')).toEqual(
      sumsBy(own, ({ lines }) => lines.map(({ sku, quantity }) => [sku, quantity])),
    )
    for (const date of dates) {
      const day = await office.get('sales', `/stores/${storeId}/days/${date}`)
      const ofDay = own.filter(({ businessDate }) => businessDate === date)
      const payments = (day['payments'] as readonly Answer[]).map(({ method, amountMinor }) => [method, amountMinor])
      expect(Object.fromEntries(payments), `${storeId} ${date}`).toEqual(
        sumsBy(own, ({ businessDate, payments: paid }) =>
          businessDate === date ? paid.map(({ method, amountMinor }) => [method, amountMinor]) : [],
        ),
      )
      expect(day).toMatchObject({
        entries: ofDay.length,
        voids: ofDay.filter(({ type }) => type === 'void').length,
        closed: firstDates.includes(date),
      })
    }
  }
}, 300_000)

function withoutZeros(sums: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(sums).filter(([, amount]) => amount !== 0))
}

test('every series is complete, and exactly the refunds that took too much are flagged', async () => {
  for (const storeId of stores) {
    const own = ofStore(storeId)
    const series = (await office.get('sales', `/stores/${storeId}/series`))['items'] as readonly Answer[]
    const expected = [...Map.groupBy(own, ({ incarnation }) => incarnation)].map(([incarnation, { length }]) => {
      return { incarnation, first: 1, last: length, entries: length, missing: [], faults: [] }
    })
    expect(series).toHaveLength(expected.length)
    expect(series).toMatchObject(expected.toSorted((a, b) => (a.incarnation < b.incarnation ? -1 : 1)))
    const flags = await office.list('sales', `/stores/${storeId}/flags?limit=500`)
    const active = flags.filter((flag) => flag['active'] === true)
    expect(active.map((flag) => String(flag['documentId'])).toSorted()).toEqual(faultyRefunds(own))
    expect(new Set(flags.map(({ kind }) => kind))).toEqual(new Set(['flag']))
  }
})

test('every drawer is counted, and what came two weeks late is an addendum to the certificate of its day', async () => {
  for (const storeId of stores) {
    for (const date of dates) {
      const { day } = (await office.get('sales', `/stores/${storeId}/days/${date}/report`)) as { day: Answer }
      const shifts = (day['shifts'] as readonly Answer[]).toSorted((a, b) =>
        String(a['incarnation']) < String(b['incarnation']) ? -1 : 1,
      )
      expect(shifts, `${storeId} ${date}`).toMatchObject(shiftsOf(ofStore(storeId), date))
      expect(day).toMatchObject({ complete: true })
    }
    for (const date of firstDates) {
      const addendum = await office.post('sales', `/stores/${storeId}/days/${date}/close`)
      const gross = sumsBy(ofStore(storeId), (entry) => [[entry.businessDate, entry.totals.grossMinor]])
      expect(addendum).toMatchObject({ kind: 'addendum', complete: true })
      expect((addendum['totals'] as readonly Answer[]).find(({ currency }) => currency === 'EUR')).toMatchObject({
        grossMinor: gross[date],
      })
    }
  }
}, 300_000)

test('stock on hand of every SKU is its latest count and what is stamped later, and its history ends there', async () => {
  for (const storeId of stores) {
    for (const sku of skus) {
      const expected = stockOf(trade, storeId, sku)
      const level = await office.get('inventory', `/stores/${storeId}/stock/${sku}`)
      const history = await office.list('inventory', `/stores/${storeId}/stock/${sku}/history?limit=500`)
      const found = { onHand: level['onHand'], entries: history.length, balance: history[0]?.['balance'] }
      expect(found, `${storeId} ${sku}`).toEqual({ ...expected, balance: expected.onHand })
    }
  }
}, 300_000)

test('the audit has every entry of every hub once, and all chains verify', async () => {
  const items = await office.list('sync-log', '/entries?limit=500')
  expect(items.map(({ id }) => String(id)).toSorted()).toEqual(trade.logEntries.map(({ _id }) => _id).toSorted())
  const positions = items.map(({ position }) => Number(position)).toSorted((a, b) => a - b)
  expect(positions).toEqual(items.map((_, index) => index))
  expect(new Set(items.map(({ verification }) => JSON.stringify(verification)))).toEqual(
    new Set([JSON.stringify({ hash: 'valid', signature: 'verified', place: 'valid' })]),
  )
  for (const storeId of stores) {
    const chain = await office.get('sync-log', `/stores/${storeId}/chain`)
    expect(chain, storeId).toMatchObject({ verified: true, rejected: [] })
  }
  expect(await office.get('sync-log', '/chain')).toMatchObject({ verified: true, size: items.length, faults: [] })
  expect(await office.list('sync-log', '/alarms?state=open')).toEqual([])
}, 300_000)

test('every product that two stores edited is merged once, or waits for a person once', async () => {
  const cases = async (): Promise<readonly Answer[]> => office.list('conflicts', '/conflicts?limit=100')
  const statusOf = ({ merged }: EditedProduct): string => (merged === undefined ? 'open' : 'resolved')
  await waitUntil(
    'every edit has its case',
    async () => {
      const found = new Map((await cases()).map(({ documentId, status }) => [documentId, status]))
      return products.every((product) => found.get(product.id) === statusOf(product))
    },
    300_000,
  )
  expect((await cases()).map(({ documentId }) => documentId).toSorted()).toEqual(
    products.map(({ id }) => id).toSorted(),
  )
  for (const { id, merged } of products) {
    const { _conflicts: others, ...document } = await office.central.request('GET', `/catalog/${id}?conflicts=true`)
    if (merged === undefined) expect(others).toHaveLength(1)
    else expect({ others, ...document }).toMatchObject({ others: undefined, ...merged })
  }
}, 300_000)

test('two counts that contradict each other are decided at the desk, and the stock follows', async () => {
  const counts = [
    { node: 's001t01', quantity: 10, minute: 0 },
    { node: 's001t02', quantity: 7, minute: 10 },
  ].map(({ node, quantity, minute }, index) => ({
    ...sampleCount('s001', index, 'beer', quantity, 0),
    storeId: 's001',
    at: formatStamp({ wallMs: Date.UTC(2026, 10, 20, 9, minute), counter: 0 }, node),
  }))
  await deliver(office, counts, random)
  const caseOf = async (): Promise<Answer | undefined> =>
    (await office.list('conflicts', '/conflicts?limit=100&status=open')).find(
      ({ documentId }) => documentId === 'counts:beer',
    )
  await waitUntil('the desk has the case', async () => (await caseOf()) !== undefined, 300_000)
  const opened = (await caseOf()) ?? {}
  const [, first] = opened['leaves'] as readonly { readonly rev: string }[]
  const path = `/conflicts/${encodeURIComponent(String(opened['id']))}/resolve`
  expect(await office.post('conflicts', path, { kind: 'choose', rev: first?.rev })).toMatchObject({
    status: 'resolved',
  })
  const onHand = async () => (await office.get('inventory', '/stores/s001/stock/beer'))['onHand']
  await waitUntil('the stock has the number', async () => (await onHand()) === 10, 300_000)
  const exceptions = async (status: string) =>
    office.list('inventory', `/exceptions?storeId=s001&kind=overlapping-counts&status=${status}`)
  await waitUntil('nothing is left to look at', async () => (await exceptions('open')).length === 0, 300_000)
  expect(await exceptions('over')).toMatchObject([{ sku: 'beer', onHand: 10 }])
}, 300_000)

test('nothing was thought unreadable', async () => {
  expect(await office.publisher.deadLetters()).toEqual([])
})
