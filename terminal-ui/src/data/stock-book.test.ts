import type { StockChanges, StockChangesRequest } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { memoryBrowser, memoryDatabases } from '../testing/memory-databases.ts'
import { StockBook } from './stock-book.ts'

const stamp = (minute: number): string => `2026-11-22T09:${String(minute).padStart(2, '0')}:00.000Z-0000-s001t03`
const incarnation = 's001-t03-1'

/** A hub that says these levels. */
function hubOf(levels: Readonly<Record<string, number>>, included: readonly string[] = []) {
  const asked: StockChangesRequest[] = []
  const ask = (request: StockChangesRequest): Promise<StockChanges> => {
    asked.push(request)
    const items = Object.entries(levels).map(([sku, onHand]) => ({ sku, onHand, countedAt: null }))
    const state = { asOf: '2026-11-22T09:30:00.000Z', isComplete: true, hasMore: false, isReset: false }
    return Promise.resolve({ ...state, items, next: '0123456789abcdef.7', included: [...included] })
  }
  return { ask, asked }
}

const sale = (number: number, minute: number, quantity: number) => ({
  _id: `journal:${incarnation}:${number}`,
  type: 'sale',
  incarnation,
  at: stamp(minute),
  lines: [{ sku: 'COF-1', quantity }],
})
const inSales = (documentId: string) => ({ database: 'sales-2026-11', documentId })

test('a sale counts from the moment it is on disk, and exactly once whatever becomes of it', async () => {
  const databases = memoryDatabases()
  const book = new StockBook(databases, incarnation)
  await book.load()
  expect([book.asOf, book.onHand('COF-1')]).toEqual([undefined, undefined])
  await book.refresh(hubOf({ 'COF-1': 10 }).ask)
  const sold = sale(1, 31, 2)
  await (await databases.sales('sales-2026-11')).put(sold)

  await book.takeUnsent([inSales(sold._id)])
  expect(book.onHand('COF-1')).toEqual({ quantity: 8, hasUnsent: true, countedAt: null })
  // The hub had it before it said so: its number holds the sale.
  const doubtful = hubOf({ 'COF-1': 8 }, [sold._id])
  await book.refresh(doubtful.ask)
  expect(doubtful.asked[0]).toMatchObject({ since: '0123456789abcdef.7', documents: [sold._id] })
  expect(book.onHand('COF-1')?.quantity).toBe(8)
})

/** The hub said ten, and two were sold since. */
async function bookWithUnsentSale() {
  const databases = memoryDatabases()
  const book = new StockBook(databases, incarnation)
  await book.refresh(hubOf({ 'COF-1': 10 }).ask)
  const sold = sale(1, 31, 2)
  await (await databases.sales('sales-2026-11')).put(sold)
  await book.takeUnsent([inSales(sold._id)])
  return { book, sold }
}

test('what was sent stays counted until the hub has answered a later question', async () => {
  const { book, sold } = await bookWithUnsentSale()
  await book.takeUnsent([])
  expect(book.onHand('COF-1')?.quantity).toBe(8)
  await book.refresh(hubOf({ 'COF-1': 8 }, [sold._id]).ask)
  expect(book.onHand('COF-1')).toMatchObject({ quantity: 8, hasUnsent: false })
})

test('news that is late counts nothing twice: what the hub’s number holds stays out', async () => {
  const { book, sold } = await bookWithUnsentSale()
  await book.refresh(hubOf({ 'COF-1': 8 }, [sold._id]).ask)
  // Synchronisation tells how far it is before it has looked at what is left.
  await book.takeUnsent([inSales(sold._id)])
  expect(book.onHand('COF-1')).toMatchObject({ quantity: 8, hasUnsent: false })
})

test('what is not told as unsent any more stays counted until the hub says that its number holds it', async () => {
  const databases = memoryDatabases()
  const book = new StockBook(databases, incarnation)
  await book.refresh(hubOf({ 'COF-1': 10 }).ask)
  const sales = await databases.sales('sales-2026-11')
  const [first, second] = [sale(1, 31, 2), sale(2, 32, 3)]
  for (const sold of [first, second]) await sales.put(sold)
  await book.takeUnsent([inSales(first._id)])
  await book.takeUnsent([inSales(second._id)])
  const slow = hubOf({ 'COF-1': 7 }, [second._id])
  await book.refresh(slow.ask)
  expect(slow.asked[0]?.documents).toEqual([first._id, second._id])
  expect(book.onHand('COF-1')?.quantity).toBe(5)
})

test('numbers and what this till did since survive a reload with no network', async () => {
  const browser = memoryBrowser()
  const databases = memoryDatabases(browser)
  const book = new StockBook(databases, incarnation)
  await book.refresh(hubOf({ 'COF-1': 10, 'APL-1': 5000 }).ask)
  const sales = await databases.sales('sales-2026-11')
  await sales.put(sale(1, 31, 2))
  await sales.put({ ...sale(1, 31, 3), _id: 'journal:s001-t04-1:000000001', incarnation: 's001-t04-1' })
  await databases.named('inventory').put({
    _id: 'count:APL-1:01ARZ3NDEKTSV4RRFFQ69G5FAV',
    type: 'stock-count',
    at: stamp(32),
    sku: 'APL-1',
    quantity: 4000,
  })

  const reloaded = new StockBook(memoryDatabases(browser), incarnation)
  await reloaded.load()
  expect(reloaded.asOf).toBe('2026-11-22T09:30:00.000Z')
  expect(reloaded.onHand('COF-1')?.quantity).toBe(8)
  expect(reloaded.onHand('APL-1')).toEqual({ quantity: 4000, hasUnsent: true, countedAt: stamp(32) })
})

test('a void puts back what its sale took', async () => {
  const databases = memoryDatabases()
  const book = new StockBook(databases, incarnation)
  await book.refresh(hubOf({ 'COF-1': 10 }).ask)
  const sales = await databases.sales('sales-2026-11')
  const sold = sale(1, 31, 2)
  const voided = { _id: `journal:${incarnation}:2`, type: 'void', incarnation, at: stamp(33), voidOf: sold._id }
  for (const entry of [sold, voided]) await sales.put(entry)
  await book.takeUnsent([inSales(sold._id), inSales(voided._id)])
  expect(book.onHand('COF-1')?.quantity).toBe(10)
})
