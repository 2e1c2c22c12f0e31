import type { StockCount } from '@tidemark/contracts'
import { beforeEach, expect, test } from 'vitest'
import { Journal } from '../data/journal.ts'
import type { TerminalDatabases } from '../data/terminal-databases.ts'
import { memoryBrowser, memoryDatabases } from '../testing/memory-databases.ts'
import { Stock } from './stock.ts'
import type { TillHost } from './till-host.ts'

const enrolment = { storeId: 's001', terminalId: 's001-t03', incarnation: 's001-t03-1', publicKey: '' }

let browser: ReturnType<typeof memoryBrowser>
let warnings: string[]

beforeEach(() => {
  browser = memoryBrowser()
  warnings = []
})

/** A start of the page: everything but the disk is new. */
async function start(): Promise<{ stock: Stock; databases: TerminalDatabases }> {
  const databases = memoryDatabases(browser)
  const till = {
    databases,
    enrolment,
    journal: new Journal(databases),
    author: { id: 'anna', role: 'cashier' },
    notices: { warn: (text: string) => warnings.push(text) },
    noteLocalWrite: () => undefined,
    changed: () => undefined,
  }
  const stock = new Stock(till as unknown as TillHost)
  await stock.resume()
  return { stock, databases }
}

async function recorded(stock: Stock): Promise<Record<string, number>> {
  const documents = (await stock.recent(10)) as readonly StockCount[]
  return Object.fromEntries(documents.map(({ sku, quantity }) => [sku, quantity]))
}

test('pieces that are scanned faster than the disk writes are all counted', async () => {
  const { stock } = await start()
  const { id } = await stock.beginSheet('Free count', [], true)
  for (let scanned = 0; scanned < 3; scanned += 1) void stock.countOneMore(id, 'COF-1')
  await stock.finishSheet(id)
  expect(await recorded(stock)).toEqual({ 'COF-1': 3 })
})

test('a number that is typed just before the sheet is finished is the one that is recorded', async () => {
  const { stock } = await start()
  const { id } = await stock.beginSheet('Free count', [], true)
  await stock.countOneMore(id, 'COF-1')
  void stock.count(id, 'COF-1', 25)
  await stock.finishSheet(id)
  expect(await recorded(stock)).toEqual({ 'COF-1': 25 })
  expect(stock.sheets).toEqual([])
})

test('what is shown as counted is on disk', async () => {
  const { stock } = await start()
  const { id } = await stock.beginSheet('Free count', [], true)
  const counting = stock.count(id, 'COF-1', 25)
  expect(stock.sheets[0]?.entries).toEqual({})
  await counting
  expect((await start()).stock.sheets).toEqual(stock.sheets)
  expect(stock.sheets[0]?.entries['COF-1']?.quantity).toBe(25)
})

test('an entry that the disk does not take is not shown as counted, and the next one is', async () => {
  const { stock, databases } = await start()
  const { id } = await stock.beginSheet('Free count', [], true)
  const write = databases.device.write
  databases.device.write = () => Promise.reject(new Error('disk full'))
  await stock.count(id, 'COF-1', 25)
  expect([stock.sheets[0]?.entries, warnings.length]).toEqual([{}, 1])
  databases.device.write = write
  await stock.count(id, 'COF-1', 26)
  expect(stock.sheets[0]?.entries['COF-1']?.quantity).toBe(26)
})

test('weighed goods that were scanned and not weighed are on the sheet, and not counted', async () => {
  const { stock } = await start()
  const { id } = await stock.beginSheet('Free count', [], true)
  await stock.count(id, 'APL-1', undefined)
  expect(stock.sheets[0]).toMatchObject({ skus: ['APL-1'], entries: {} })
})
