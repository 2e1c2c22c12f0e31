import { documentHash, journalId, lineTotals, saleTotals, salesDatabaseOf, schemaVersion } from '@tidemark/contracts'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startShop, type Shop, type TillDocument } from '../support/index.ts'

declare const document: TillDocument

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

const customer = { name: 'Ada Fitzgerald-Probe', email: 'ada.probe@example.org', phone: '+353 1 555 0142' }
const card = { token: 'tok_probe_9f8e7d6c5b4a', authorisationCode: 'AUTHPROBE7' }
const secrets = [...Object.values(customer), ...Object.values(card)]

test('sensitive data is encrypted in IndexedDB, and the hub has it plain, with the same hash', async () => {
  const till = await shop.openTill()
  await till.untilReadyForOffline()
  await till.context.setOffline(true)
  const sold = await sell(till.page)
  await keepCart(till.page)

  const raw = await everythingIn(till.page)
  expect(raw).toContain(sold.hash)
  expect(raw).toContain('4242')
  for (const secret of secrets) expect(raw).not.toContain(secret)
  expect(await keysOf(till.page)).toEqual([
    { name: 'device', extractable: false },
    { name: 'sealing', extractable: false },
  ])

  // A key that was made again would open nothing.
  await till.context.setOffline(false)
  await till.page.reload()
  await till.waitUntilReady()
  await eventually('the receipt is at the hub', async () => {
    const { unsent, state } = await till.syncState()
    if (unsent !== 0 || state !== 'synced') throw new Error(`${state}, ${unsent} unsent`)
  })
  const stored = await readAtHub(till.page, sold._id)
  expect(stored).toMatchObject({ customer, hash: sold.hash, payments: [card] })
  expect(documentHash(stored)).toBe(sold.hash)
  expect(await everythingIn(till.page)).not.toContain(customer.email)
  await till.context.close()
})

/** A sale by card to a customer who wants the receipt by e-mail. */
async function sell(page: Page): Promise<{ readonly _id: string; readonly hash: string }> {
  const { sku, name, taxCode, unit, priceMinor, currency } =
    shop.products.find((product) => product.unit === 'piece') ?? fail('the catalogue has no piece')
  const pricing = {
    unitPriceMinor: priceMinor,
    quantity: 1,
    unit,
    discountMinor: 0,
    taxRateBasisPoints: 2300,
    taxIncluded: true,
  }
  const line = { lineNumber: 1, sku, name, taxCode, ...pricing, ...lineTotals(pricing) }
  const totals = saleTotals([line], 1)
  const entry = {
    type: 'sale',
    schemaVersion,
    businessDate: new Date().toISOString().slice(0, 10),
    by: { id: 'probe', role: 'cashier' },
    currency,
    lines: [line],
    totals,
    payments: [{ method: 'card', amountMinor: totals.dueMinor, lastFour: '4242', ...card }],
    customer,
  }
  return page.evaluate(
    async ({ template, idOfNumberOne }) => {
      const { till } = document.querySelector('tm-app')
      const { enrolment, journal } = till
      const recorded = await journal.append({
        enrolment,
        trace: null,
        build: ({ number, at }) => ({
          ...template,
          storeId: enrolment.storeId,
          terminalId: enrolment.terminalId,
          incarnation: enrolment.incarnation,
          _id: idOfNumberOne,
          number,
          at,
        }),
      })
      await till.noteLocalWrite(`sales-${template.businessDate.slice(0, 7)}`)
      return { _id: recorded._id, hash: recorded.hash }
    },
    { template: entry, idOfNumberOne: journalId(`${shop.storeId}-t01-1`, 1) },
  )
}

function keepCart(page: Page): Promise<void> {
  return page.evaluate(
    (buyer) =>
      document
        .querySelector('tm-app')
        .till.databases.device.write('cart', { lines: [], nextLineId: 1, trace: null, customer: buyer }),
    customer,
  )
}

async function readAtHub(page: Page, id: string): Promise<Record<string, unknown>> {
  const url = `/db/${salesDatabaseOf(new Date().toISOString())}/${encodeURIComponent(id)}`
  const text = await page.evaluate(
    async (address) => (await document.querySelector('tm-app').till.hubSession.fetch(address)).text(),
    url,
  )
  return JSON.parse(text) as Record<string, unknown>
}

// Below runs in the page, past the till's own code.
interface PageRequest<Result> {
  readonly result: Result
  addEventListener(type: 'success' | 'error', listener: () => void): void
}
interface PageStore {
  getAll(): PageRequest<unknown[]>
  getAllKeys(): PageRequest<string[]>
}
interface PageDatabase {
  readonly objectStoreNames: Iterable<string>
  transaction(store: string): { objectStore(name: string): PageStore }
  close(): void
}
declare const indexedDB: {
  databases(): Promise<{ name: string }[]>
  open(name: string): PageRequest<PageDatabase>
}

/** Every value of every database of the page's origin, as one text. */
function everythingIn(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const settled = <Result>(request: PageRequest<Result>) =>
      new Promise<Result>((resolve, reject) => {
        request.addEventListener('success', () => resolve(request.result))
        request.addEventListener('error', () => reject(new Error('IndexedDB refused')))
      })
    const texts: string[] = []
    for (const { name } of await indexedDB.databases()) {
      const database = await settled(indexedDB.open(name))
      for (const store of database.objectStoreNames) {
        texts.push(JSON.stringify(await settled(database.transaction(store).objectStore(store).getAll())))
      }
      database.close()
    }
    return texts.join('\n')
  })
}

function keysOf(page: Page): Promise<{ name: string; extractable: boolean }[]> {
  return page.evaluate(async () => {
    const settled = <Result>(request: PageRequest<Result>) =>
      new Promise<Result>((resolve) => request.addEventListener('success', () => resolve(request.result)))
    const database = await settled(indexedDB.open('tidemark-keys'))
    const store = database.transaction('keys').objectStore('keys')
    const [names, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())])
    database.close()
    return names.map((name, index) => {
      const value = values[index] as { key?: { extractable: boolean }; privateKey?: { extractable: boolean } }
      return { name, extractable: (value.key ?? value.privateKey)?.extractable ?? true }
    })
  })
}

function fail(message: string): never {
  throw new Error(message)
}
