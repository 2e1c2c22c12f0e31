import { findChainFaults, hasValidHash, parseStamp, type Sale } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { memoryBrowser, memoryDatabases } from '../testing/memory-databases.ts'
import { cartOfOne, cashSale } from '../testing/samples.ts'
import { emptyCart } from './cart.ts'
import { Journal } from './journal.ts'
import { cashMovementDraft, shiftCloseDraft, shiftOpenDraft } from './shift-documents.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

async function readSeries(databases: TerminalDatabases): Promise<Sale[]> {
  const series: Sale[] = []
  for (const name of await databases.salesDatabases()) {
    const { rows } = await databases
      .named(name)
      .allDocs({ startkey: 'journal:', endkey: 'journal:\ufff0', include_docs: true })
    series.push(...rows.map((row) => row.doc as unknown as Sale))
  }
  return series.sort((a, b) => a.number - b.number)
}

function clock(start: string, stepMs: number): () => Date {
  let ms = Date.parse(start)
  return () => {
    ms += stepMs
    return new Date(ms)
  }
}

test('fifty sales over the end of a month are one gap-free chain in two databases', async () => {
  const databases = memoryDatabases()
  const journal = new Journal(databases, clock('2026-11-30T22:00:00.000Z', 90_000))
  for (let count = 0; count < 50; count += 1) await journal.recordSale(cashSale())
  const series = await readSeries(databases)
  expect(await databases.salesDatabases()).toEqual(['sales-2026-12', 'sales-2026-11'])
  expect(series.map((sale) => sale.number)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  expect(findChainFaults(series, hasValidHash)).toEqual([])
})

test('entries of every kind stand in one chain, each once', async () => {
  const databases = memoryDatabases()
  const journal = new Journal(databases, clock('2026-11-22T08:00:00.000Z', 60_000))
  const act = () => ({ ...cashSale(), trace: cartOfOne().trace })
  const opening = shiftOpenDraft(act(), 10_000)
  const open = await journal.append(opening)
  expect((await journal.append(opening))._id).toBe(open._id)
  const sale = await journal.recordSale(cashSale())
  await journal.append(cashMovementDraft(act(), { direction: 'out', amountMinor: 500, reason: 'window cleaner' }))
  const count = { shiftOpen: open._id, expectedMinor: 10_800, countedMinor: 10_750 }
  await journal.append(shiftCloseDraft(act(), count))
  const series = await readSeries(databases)
  expect(series.map(({ type }) => type)).toEqual(['shift-open', 'sale', 'cash-movement', 'shift-close'])
  expect(sale.previousHash).toBe(open.hash)
  expect(findChainFaults(series, hasValidHash)).toEqual([])
})

test('two tabs that sell at the same time never share a number', async () => {
  const open = memoryBrowser()
  const [one, two] = [memoryDatabases(open), memoryDatabases(open)]
  // The list of periods is made first: what is under test is the race for numbers.
  await one.sales('sales-2026-11')
  const now = clock('2026-11-22T10:00:00.000Z', 1000)
  const [first, second] = [new Journal(one, now), new Journal(two, now)]
  await Promise.all(Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? first : second).recordSale(cashSale())))
  const series = await readSeries(one)
  expect(series).toHaveLength(12)
  expect(findChainFaults(series, hasValidHash)).toEqual([])
})

test('a cart is sold once, also when the tab died before it could be emptied', async () => {
  const open = memoryBrowser()
  const cart = cartOfOne()
  const first = await new Journal(memoryDatabases(open)).recordSale(cashSale(cart))
  const again = await new Journal(memoryDatabases(open)).recordSale(cashSale(cart))
  expect(again._id).toBe(first._id)
  expect(await readSeries(memoryDatabases(open))).toHaveLength(1)
})

test('a clock that is set back a month goes on after the last number and the last stamp', async () => {
  const open = memoryBrowser()
  const ahead = await new Journal(memoryDatabases(open), () => new Date('2026-12-05T10:00:00.000Z')).recordSale(
    cashSale(),
  )
  const databases = memoryDatabases(open)
  const behind = await new Journal(databases, () => new Date('2026-11-05T10:00:00.000Z')).recordSale(cashSale())
  expect(behind.number).toBe(2)
  expect(behind.previousHash).toBe(ahead.hash)
  expect(behind.at > ahead.at).toBe(true)
  expect(parseStamp(behind.at)?.node).toBe('s001t03')
})

test('nothing is recorded of a sale that is not a sale', async () => {
  const databases = memoryDatabases()
  const journal = new Journal(databases)
  await expect(journal.recordSale(cashSale(emptyCart))).rejects.toThrow('at least one line')
  await expect(journal.recordSale(cashSale(cartOfOne(), 100))).rejects.toThrow('less than the amount due')
  const invalid = cashSale()
  await expect(journal.recordSale({ ...invalid, by: { ...invalid.by, id: '' } })).rejects.toThrow('/by/id')
  expect(await readSeries(databases)).toEqual([])
  expect((await journal.recordSale(cashSale())).number).toBe(1)
})

test('the business date is the day in the store, not in UTC', async () => {
  const databases = memoryDatabases()
  const tokyo = cashSale()
  const sale = await new Journal(databases, () => new Date('2026-11-30T20:00:00.000Z')).recordSale({
    ...tokyo,
    store: { ...tokyo.store, timeZone: 'Asia/Tokyo' },
  })
  expect(sale.businessDate).toBe('2026-12-01')
})
