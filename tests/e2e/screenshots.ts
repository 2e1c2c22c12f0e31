/**
 * `make screenshots`: takes the pictures of the README into docs/images/. They are of the real system in the middle of an outage, so
 * they are made by playing one. `node tests/e2e/screenshots.ts console` takes those of head office's console alone.
 */
import { strict as assert } from 'node:assert'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { buildPage, demoProducts, demoStore, host, type System } from '@tidemark/demo'
import {
  createSteps,
  createTill,
  eventually,
  hubStatus,
  launchBrowser,
  loadConfig,
  startTemporarySystem,
  type CartItem,
  type EndToEndConfig,
  type Steps,
  type TemporarySystem,
  type Till,
} from '../support/index.ts'
import { takeConsolePictures } from './console-pictures.ts'
import { takeSectionPictures } from './till-pictures.ts'

const imageFolder = fileURLToPath(new URL('../../docs/images/', import.meta.url))
const size = { width: 1366, height: 768 }
/** Long enough for the page to call the sale late. */
const shownWaitMs = 8000
const cart = [3, 40, 41, 60, 83, 120]

const loaded = loadConfig(process.env)
if (!loaded.ok) {
  for (const problem of loaded.problems) process.stderr.write(`screenshots: ${problem}\n`)
  process.exit(1)
}
process.exit(await screenshots(loaded.config))

async function screenshots(config: EndToEndConfig): Promise<number> {
  const steps = createSteps((text) => void process.stdout.write(text))
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopped.abort())
  mkdirSync(imageFolder, { recursive: true })
  let running: TemporarySystem | undefined
  let browser: Browser | undefined
  try {
    const stores = [demoStore(0), demoStore(1)]
    running = await startTemporarySystem({ config, stores, progress: steps.act, signal: stopped.signal })
    browser = await launchBrowser(config.chromium)
    if (!process.argv.includes('console')) await play(running.system, browser, steps)
    await takeConsolePictures({ running, browser, steps, picture })
  } catch (error) {
    process.stderr.write(`screenshots: ${error instanceof Error ? error.message : String(error)}\n`)
  }
  await browser?.close()
  await running?.system.stop()
  running?.removeFolder()
  return steps.failed === 0 ? 0 : 1
}

async function play(system: System, browser: Browser, steps: Steps): Promise<void> {
  const demo = await buildPage({ system, addresses: addressesOf(system) })
  const demoUrl = await demo.listen({ port: 0, host })
  const [first, second] = system.stores
  assert.ok(first !== undefined && second !== undefined)
  const open = async (url: string): Promise<Till> => {
    const page = await browser.newPage({ viewport: size })
    const till = createTill(page)
    await till.setUp(url, 1, 'Aoife')
    return till
  }
  const till = await steps.act('till of the first store', () => open(`${first.hubUrl}/`))
  const other = await steps.act('till of the second store', () => open(`${second.hubUrl}/`))
  await steps.act('open a shift', async () => {
    await till.page.getByTestId('shift').click()
    await till.openShift('100')
    await till.page.getByTestId('shift-open').waitFor()
    await till.page.getByTestId('sell').click()
  })
  await steps.act('sell on a good line', async () => {
    await till.sell(items(0, 3))
    await till.sell(items(1, 2))
    await other.sell(items(2, 3))
  })
  await steps.act('picture: selling', async () => {
    await till.addToCart(items(0, 5))
    await picture(till.page, 'terminal-selling')
  })
  await steps.act('picture: receipt', async () => {
    await till.pay()
    await picture(till.page, 'terminal-receipt')
    await till.nextSale()
  })
  await steps.act('picture: offline', async () => {
    system.cutWan(first.storeId)
    await till.page.context().setOffline(true)
    await till.sell(items(1, 3))
    await eventually('the till says so', async () => assert.equal((await till.syncState()).state, 'offline'))
    await till.addToCart(items(2, 2))
    await picture(till.page, 'terminal-offline')
  })
  await steps.act('pictures: the other sections', () => takeSectionPictures(till, (name) => picture(till.page, name)))
  await steps.act('picture: demo page', async () => {
    await till.page.context().setOffline(false)
    await eventually('the hub holds the sale back', async () => assert.ok((await unsent(first.hubUrl)) > 0))
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await page.goto(demoUrl)
    await page.locator('.receipts li').nth(2).waitFor()
    await page.locator('td.number').filter({ hasText: /^\d+$/ }).nth(8).waitFor()
    await page.locator('.store[data-state="cut"] .behind').first().waitFor()
    await page.locator('.store[data-state="synced"]').first().waitFor()
    await picture(page, 'demo-page')
  })
  await steps.act('picture: trace of a sale that waited', async () => {
    await eventually('the sale has waited a while', async () => assert.ok((await waitedMs(first.hubUrl)) > shownWaitMs))
    system.restoreWan(first.storeId)
    const page = await browser.newPage({ viewport: { width: 1366, height: 560 } })
    await page.goto(demoUrl)
    const late = page.locator('.receipts li:has([data-late="true"]) a').first()
    const address = await late.getAttribute('href', { timeout: 60_000 })
    await eventually('the trace is whole', async () => {
      await page.goto(address ?? '')
      assert.ok((await page.getByText('stock.record').count()) > 0)
      assert.ok((await page.getByText('hub.publish').count()) > 0)
    })
    await picture(page, 'trace')
  })
  await demo.close()
}

function items(start: number, count: number): CartItem[] {
  const pieces = demoProducts().filter((product) => product.unit === 'piece')
  return cart.slice(start, start + count).map((index) => {
    const product = pieces[index]
    assert.ok(product !== undefined)
    return { sku: product.sku, barcode: product.barcodes[0] ?? '', by: 'barcode' }
  })
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${imageFolder}${name}.png` })
}

async function unsent(hubUrl: string): Promise<number> {
  const { databases } = await hubStatus(hubUrl)
  return databases.reduce(
    (total, { entityClass, push }) => total + (entityClass === 'sales' ? (push?.lagDocuments ?? 0) : 0),
    0,
  )
}

/** How long the oldest sale has waited at the hub. */
async function waitedMs(hubUrl: string): Promise<number> {
  const { databases, serverTime } = await hubStatus(hubUrl)
  const since = databases.map(({ entityClass, push }) => (entityClass === 'sales' ? push?.behindSince : null))
  const oldest = since.filter((time) => typeof time === 'string').sort()[0]
  return oldest === undefined ? 0 : Date.parse(serverTime) - Date.parse(oldest)
}

function addressesOf({ stores, urls }: System) {
  return [
    ...stores.map((store) => ({ name: `till of ${store.storeId} ${store.name}`, url: `${store.hubUrl}/` })),
    ...Object.entries(urls.services).map(([name, url]) => ({ name: `service ${name}`, url: `${url}/docs` })),
    { name: 'traces', url: `${urls.traces}/` },
  ]
}
