/**
 * The tab's process is killed at a random moment while a sale is being paid, fifty times over. Whatever the moment, the receipt exists
 * entirely or not at all, the cart is there exactly when the receipt is not, and no number is lost or used twice.
 */
import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { findChainFaults, hasValidHash } from '@tidemark/contracts'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTill, eventually, readBrowserJournal, salesAtCentral, startShop, type Shop } from '../support/index.ts'

const kills = 50
const lane = 1
/** For a start of the till on a machine that has other work. */
const patienceMs = 60_000
/** By how much the span of the kills follows the last one: half of them shall come before the sale, whatever the machine's pace. */
const follow = { sold: 0.9, kept: 1.1 } as const

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

test(`a tab killed while paying at ${kills} random moments: the receipt exists entirely or not at all, and its number is not lost`, async () => {
  const first = await shop.openTill({ lane })
  await first.untilReadyForOffline()
  const { context } = first
  let page = first.page
  /** The kills lie between the key that pays and a little after the receipt. */
  const payments = [await measurePayment(page), await measurePayment(page), await measurePayment(page)]
  let spanMs = 1.5 * Math.min(...payments)
  let sold = payments.length
  let keptCarts = 0
  for (let round = 1; round <= kills; round += 1) {
    await prepareToPay(page)
    await killWhilePaying(context, page, randomInt(Math.ceil(spanMs)))
    page = await reopen(context)
    const journal = await readBrowserJournal(page)
    const isSold = journal.length > sold
    if (isSold) sold += 1
    else keptCarts += 1
    spanMs *= isSold ? follow.sold : follow.kept
    expect(
      journal.map(({ number }) => number),
      `round ${round}: the numbers`,
    ).toEqual(numbersTo(sold))
    expect(await page.getByTestId('cart-line').count(), `round ${round}: lines in the cart`).toBe(isSold ? 0 : 1)
  }
  // A run in which all kills came before, or all after the sale, has shown nothing.
  expect(sold - payments.length).toBeGreaterThan(3)
  expect(keptCarts).toBeGreaterThan(3)
  expect(findChainFaults(await readBrowserJournal(page))).toEqual([])
  const sales = await eventually('every receipt at central', async () => {
    const arrived = await salesAtCentral(shop.system, shop.storeId, lane)
    expect(arrived.map(({ number }) => number)).toEqual(numbersTo(sold))
    return arrived
  })
  expect(findChainFaults(sales, (sale) => hasValidHash({ ...sale }))).toEqual([])
  await context.close()
}, 900_000)

function numbersTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}

/** How long it takes from the key to the receipt, in milliseconds. */
async function measurePayment(page: Page): Promise<number> {
  await prepareToPay(page)
  const start = performance.now()
  await page.keyboard.press('Enter')
  await page.getByTestId('receipt').waitFor()
  return performance.now() - start
}

/** A cart of one product, the exact amount entered: Enter pays it. The cart of a killed round is paid in the next one. */
async function prepareToPay(page: Page): Promise<void> {
  if ((await page.getByTestId('receipt').count()) > 0) await createTill(page).nextSale()
  if ((await page.getByTestId('cart-line').count()) === 0) await createTill(page).addToCart([shop.item(0)])
  await createTill(page).untilOnDisk()
  if (!(await page.getByTestId('confirm-payment').isVisible())) await page.getByTestId('pay').click()
  await page.getByTestId('tender-exact').click()
  await page.getByTestId('confirm-payment').focus()
}

/** SIGKILL's likeness for one tab: its process ends without a word. */
async function killWhilePaying(context: BrowserContext, page: Page, afterMs: number): Promise<void> {
  const devtools = await context.newCDPSession(page)
  const died = new Promise<void>((resolve) => {
    page.once('crash', () => resolve())
  })
  const pressed = page.keyboard.press('Enter').catch(() => undefined)
  await sleep(afterMs)
  devtools.send('Page.crash').catch(() => undefined)
  await died
  await pressed
  await page.close()
}

async function reopen(context: BrowserContext): Promise<Page> {
  const page = await context.newPage()
  page.setDefaultTimeout(patienceMs)
  await page.goto(`${shop.hubUrl}/`, { waitUntil: 'commit' })
  // A sale that was recorded and not shown comes back as its receipt.
  await page.locator('[data-testid="search"], [data-testid="receipt"]').filter({ visible: true }).first().waitFor()
  return page
}
