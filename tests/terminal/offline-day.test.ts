import { findChainFaults, hasValidHash, receiptNumberOf, salesDatabaseOf } from '@tidemark/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, salesAtCentral, startShop, type OpenTill, type Shop, type TillDocument } from '../support/index.ts'

declare const document: TillDocument

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop?.close())

const untilUnsent = (till: OpenTill, state: string, unsent: number) =>
  eventually(`${state}, ${unsent} unsent`, async () => expect(await till.syncState()).toEqual({ state, unsent }))

/** Ids of a database of the hub in the order in which they came there, one for each change. */
async function feedOfHub(till: OpenTill, database: string): Promise<string[]> {
  const text = await till.page.evaluate(
    async (path) => (await document.querySelector('tm-app').till.hubSession.fetch(path)).text(),
    `/db/${database}/_changes`,
  )
  return (JSON.parse(text) as { results: { id: string }[] }).results.map(({ id }) => id)
}

test('a day with the hub away: it sells through reloads and a change of cashier, and then every receipt arrives once and in order', async () => {
  const till = await shop.openTill({ cashier: 'Daniel' })
  await till.untilReadyForOffline()
  const receipts = [await till.sell([shop.item(0)])]
  await untilUnsent(till, 'synced', 0)

  await till.context.setOffline(true)
  for (let hour = 1; hour <= 4; hour += 1) {
    receipts.push(await till.sell([shop.item(hour), shop.item(hour + 1, 'search')]))
    await till.addToCart([shop.item(hour)])
    await till.reload()
    await till.page.getByTestId('cart-line').waitFor()
    receipts.push(await till.pay())
    await till.nextSale()
    await untilUnsent(till, 'offline', 2 * hour)
    if (hour !== 2) continue
    await till.lock()
    await till.signIn('Ewa')
  }
  await till.reload()
  await till.waitUntilReady()
  await untilUnsent(till, 'offline', 8)

  await till.context.setOffline(false)
  await untilUnsent(till, 'synced', 0)
  const sales = await eventually('the day is at head office', async () => {
    const arrived = await salesAtCentral(shop.system, shop.storeId, 1)
    expect(arrived.map(({ incarnation, number }) => receiptNumberOf(incarnation, number))).toEqual(receipts)
    return arrived
  })
  expect(findChainFaults(sales, (sale) => hasValidHash({ ...sale }))).toEqual([])
  expect(sales.map(({ by }) => by.id)).toEqual([...Array(5).fill('daniel'), ...Array(4).fill('ewa')])
  const periods = new Set(sales.map(({ businessDate }) => salesDatabaseOf(businessDate)))
  const feeds = await Promise.all([...periods].map((period) => feedOfHub(till, period)))
  expect(feeds.flat()).toEqual(sales.map(({ _id }) => _id))
  await till.context.close()
})
