import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CDPSession } from 'playwright-core'
import { createTill, eventually, readBrowserJournal, startShop, type OpenTill, type Shop } from '../support/index.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop?.close())

const setQuota = (session: CDPSession, quotaSize?: number) =>
  session.send('Storage.overrideQuotaForOrigin', { origin: shop.hubUrl, ...(quotaSize !== undefined && { quotaSize }) })

const numbersIn = async (till: Pick<OpenTill, 'page'>) =>
  (await readBrowserJournal(till.page)).map(({ number }) => number)

test('quota exhausted: the till says so in plain words, keeps the cart and all that it has recorded, and with room again the same sale is finished', async () => {
  const till = await shop.openTill({ lane: 1 })
  const { page } = till
  const part = (testId: string) => page.getByTestId(testId).filter({ visible: true })
  const first = await till.sell([shop.item(0)])
  const session = await till.context.newCDPSession(page)
  const words = page.getByText('no room left on this device').filter({ visible: true })

  /** As far as it goes: the disk may be found full where the payment begins, or where the sale is recorded. */
  async function tryToPay(): Promise<'recorded' | 'refused'> {
    if (await part('new-sale').isVisible()) return 'recorded'
    if (!(await part('tender-exact').isVisible())) await part('pay').click()
    await part('tender-exact').or(part('notice')).first().waitFor()
    if (!(await part('tender-exact').isVisible())) return 'refused'
    await part('tender-exact').click()
    await part('confirm-payment').click()
    await part('new-sale').or(part('payment-message')).first().waitFor()
    return (await part('new-sale').isVisible()) ? 'recorded' : 'refused'
  }

  await setQuota(session, 1)
  // The browser goes on for half a minute with what it had found to be free before.
  await eventually(
    'the browser refuses a sale',
    async () => {
      if ((await part('cart-line').count()) === 0) await till.addToCart([shop.item(1)])
      if ((await tryToPay()) === 'refused') return
      await till.nextSale()
      throw new Error('it was recorded')
    },
    120_000,
  )
  await words.first().waitFor()
  const numbers = await numbersIn(till)
  expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  // Out of the dialog, where there is one.
  await page.keyboard.press('Escape')
  const line = page.locator(`[data-testid="cart-line"][data-sku="${shop.item(1).sku}"]`)
  expect(await line.getAttribute('data-quantity')).toBe('1')
  const download = page.waitForEvent('download')
  await part('save-all').click()
  expect((await download).suggestedFilename()).toMatch(/^tidemark-.*\.json$/)

  await setQuota(session)
  // It is one of the signs that the payment was refused.
  await part('notice').waitFor({ state: 'detached' })
  await eventually('there is room again', async () => expect(await tryToPay()).toBe('recorded'), 120_000)
  expect(await part('receipt-number').first().innerText()).not.toBe(first)
  await till.nextSale()
  expect(await numbersIn(till)).toEqual([...numbers, numbers.length + 1])
  await words.first().waitFor({ state: 'detached' })
  await till.context.close()
})

test('data of a newer version is left alone, with a page that says what to do and hands out the receipts', async () => {
  const till = await shop.openTill({ lane: 2 })
  await till.sell([shop.item(0)])
  await till.page.evaluate(pretendNewerData)
  await till.page.reload()
  await till.page.getByText('A newer version of the till was used here').waitFor()
  const download = till.page.waitForEvent('download')
  await till.page.getByTestId('second-action').click()
  expect((await download).suggestedFilename()).toMatch(/^tidemark-.*\.json$/)
  expect(await numbersIn(till)).toEqual([1])
  await till.context.close()
})

test('two tabs: one sells, the other says so, may take over and goes on when it is left alone, and together they give each number once', async () => {
  const first = await shop.openTill({ lane: 3 })
  await first.sell([shop.item(0)])
  await first.addToCart([shop.item(1)])
  const second = createTill(await first.context.newPage())
  await second.page.goto(`${shop.hubUrl}/`)
  await second.page.getByText('The till is open in another tab').waitFor()
  await second.page.getByRole('button', { name: 'Take over here' }).click()
  await second.waitUntilReady()
  await first.page.getByText('The till is open in another tab').waitFor()
  // The cart came along.
  await second.page.getByTestId('cart-line').waitFor()
  await second.pay()
  await second.nextSale()
  await first.page.getByRole('button', { name: 'Take over here' }).click()
  await first.waitUntilReady()
  await first.sell([shop.item(2)])
  expect(await numbersIn(first)).toEqual([1, 2, 3])
  await eventually('all three are at the hub', async () => {
    const { state, unsent } = await first.syncState()
    if (state !== 'synced' || unsent > 0) throw new Error(`${state}, ${unsent} unsent`)
  })
  await first.page.close()
  await second.waitUntilReady()
  await second.sell([shop.item(3)])
  expect(await numbersIn(second)).toEqual([1, 2, 3, 4])
  await first.context.close()
})

// These run in the page. The layout is that of pouchdb-adapter-idb.
interface PageRequest<Result> {
  readonly result: Result
  addEventListener(type: 'success' | 'error', listener: () => void): void
}
interface PageStore {
  getAll(): PageRequest<Record<string, unknown>[]>
  getAllKeys(): PageRequest<number[]>
  put(value: unknown, key: number): PageRequest<unknown>
}
declare const indexedDB: {
  open(name: string): PageRequest<{
    transaction(store: string, mode: string): { objectStore(name: string): PageStore }
  }>
}

/** Leaves the note of the version as a later release would. */
async function pretendNewerData(): Promise<void> {
  const settled = <Result>(request: PageRequest<Result>) =>
    new Promise<Result>((resolve, reject) => {
      request.addEventListener('success', () => resolve(request.result))
      request.addEventListener('error', () => reject(new Error('IndexedDB refuses')))
    })
  const database = await settled(indexedDB.open('_pouch_device'))
  const store = database.transaction('by-sequence', 'readwrite').objectStore('by-sequence')
  const [bodies, keys] = await Promise.all([settled(store.getAll()), settled(store.getAllKeys())])
  const index = bodies.findIndex((body) => String(body['_doc_id_rev']).startsWith('data-version::'))
  await settled(store.put({ ...bodies[index], value: { version: 99 } }, keys[index] ?? 0))
}
