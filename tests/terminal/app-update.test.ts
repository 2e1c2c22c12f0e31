import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTill, openSiteProxy, startShop, type Shop, type SiteProxy } from '../support/index.ts'

let shop: Shop
let site: SiteProxy
beforeAll(async () => {
  shop = await startShop()
  site = await openSiteProxy(shop.hubUrl)
})
afterAll(async () => {
  await site?.close()
  await shop?.close()
})

test('a new version waits while a cart is open, starts when the cashier agrees and keeps the cart; an idle till starts it by itself', async () => {
  const context = await shop.browser.newContext({ viewport: { width: 1366, height: 768 } })
  const page = await context.newPage()
  await page.clock.install()
  const till = createTill(page)
  await till.setUp(`${site.url}/`, 1, 'Aoife')
  await till.untilReadyForOffline()
  await till.addToCart([shop.item(0)])
  const version = () => page.evaluate(readVersion)
  const line = page.getByTestId('cart-line')
  const first = await version()

  site.release('2', 'settings-view')
  await page.evaluate(lookForUpdate)
  await page.getByTestId('update-waiting').waitFor()
  // Long enough for an idle till; this one has a customer.
  await page.clock.fastForward('05:00')
  // A view that was never opened: its file is gone from the hub, and the old version still has it.
  await page.getByTestId('settings').click()
  await page.getByTestId('language').waitFor()
  await page.getByTestId('sell').click()
  expect([await version(), await line.count()]).toEqual([first, 1])

  await page.getByTestId('update-now').click()
  await page.locator('meta[name="version"][content="2"]').waitFor({ state: 'attached' })
  await till.waitUntilReady()
  await line.waitFor()
  await till.pay()
  await till.nextSale()

  site.release('3')
  await page.evaluate(lookForUpdate)
  await page.getByTestId('update-waiting').waitFor()
  await page.clock.fastForward('02:00')
  await page.locator('meta[name="version"][content="3"]').waitFor({ state: 'attached' })
  await till.waitUntilReady()
  await context.close()
})

// These run in the page.
interface PageNavigator {
  readonly serviceWorker: { getRegistration(): Promise<{ update(): Promise<unknown> } | undefined> }
}
interface PageDocument {
  querySelector(selector: string): { getAttribute(name: string): string | null } | null
}
declare const document: PageDocument

function readVersion(): string | null {
  return document.querySelector('meta[name="version"]')?.getAttribute('content') ?? null
}

async function lookForUpdate(): Promise<void> {
  await (await (navigator as unknown as PageNavigator).serviceWorker.getRegistration())?.update()
}
