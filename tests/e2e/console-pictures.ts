/** Pictures of head office's console, and of the services' own documentation, for `screenshots.ts`. */
import { strict as assert } from 'node:assert'
import { buildPage, demoProducts, host, type System } from '@tidemark/demo'
import type { Browser, Page } from 'playwright-core'
import {
  editApart,
  enrolLane,
  openConsole,
  type HeadOfficeConsole,
  type LaneClient,
  type Steps,
  type TemporarySystem,
} from '../support/index.ts'

export interface ConsolePicturesOptions {
  readonly running: TemporarySystem
  readonly browser: Browser
  readonly steps: Steps
  readonly picture: (page: Page, name: string) => Promise<void>
}

const robotLane = 9
const salesOfLane = 7
const patienceMs = 180_000
const docsSize = { width: 1366, height: 860 }

export async function takeConsolePictures({ running, browser, steps, picture }: ConsolePicturesOptions): Promise<void> {
  const { system, ports } = running
  // It signs people in.
  const signIn = await buildPage({ system, addresses: [] })
  await signIn.listen({ port: ports.page, host })
  const desk = await openConsole({ browser, url: system.urls.console, account: 'manager' })
  const lanes = await steps.act('sales and contradicting edits of two stores', () => playStores(system))
  await steps.act('picture: console, a conflict', async () => {
    await desk.open('conflicts')
    await desk.page.locator('[data-document]').nth(1).waitFor({ timeout: patienceMs })
    await desk.page.locator(`[data-document="product:${productAt(30).sku}"]`).click()
    await desk.part('take-side-1').click()
    await desk.part('note').fill('the price on the shelf')
    await picture(desk.page, 'console-conflict')
  })
  await steps.act('picture: console, sales', async () => {
    await desk.open('sales')
    await desk.page.getByText('live', { exact: true }).waitFor()
    for (const lane of lanes) await lane.push([lane.sale(productAt(40)), lane.sale(productAt(52))])
    await desk.page.locator('[data-fresh]').nth(3).waitFor({ timeout: patienceMs })
    await picture(desk.page, 'console-sales')
  })
  await steps.act('picture: console, a proven entry', () => proofPicture(desk, picture))
  await steps.act('picture: console, an import', () => importPicture(desk, picture))
  await steps.act('picture: the services’ documentation', () => docsPicture(system, browser, picture))
  await steps.act('picture: console, a silent store', async () => {
    const [first] = system.stores
    system.cutWan(first?.storeId ?? '')
    await desk.open('stores')
    await desk.page.locator('[data-state="Silent"]').waitFor({ timeout: patienceMs })
    await picture(desk.page, 'console-stores')
    system.restoreWan(first?.storeId ?? '')
  })
  await desk.close()
  await signIn.close()
}

async function playStores(system: System): Promise<readonly LaneClient[]> {
  const date = new Date().toISOString().slice(0, 10)
  const lanes: LaneClient[] = []
  for (const [store, { hubUrl }] of system.stores.entries()) {
    const lane = await enrolLane(hubUrl, robotLane, date)
    await lane.push(Array.from({ length: salesOfLane }, (_, index) => lane.sale(productAt(20 + 7 * index + store))))
    lanes.push(lane)
  }
  const { priceMinor } = productAt(30)
  await editApart(system, lanes, [
    [productAt(30), [{ priceMinor: priceMinor + 20 }, { priceMinor: priceMinor - 30, category: 'Offers' }]],
    [productAt(61), [{ priceMinor: 199 }, { priceMinor: 189 }]],
  ])
  return lanes
}

async function proofPicture(desk: HeadOfficeConsole, picture: ConsolePicturesOptions['picture']): Promise<void> {
  await desk.open('audit/entries?kind=documents-stored')
  await desk.page.locator('[data-entry] a').first().click({ timeout: patienceMs })
  await desk.part('prove').click()
  await desk.page.locator('[data-verdict="verified"]').waitFor()
  await picture(desk.page, 'console-audit')
}

async function importPicture(desk: HeadOfficeConsole, picture: ConsolePicturesOptions['picture']): Promise<void> {
  const rows = Array.from({ length: 900 }, (_, index) => {
    const price = index % 300 === 7 ? 'to be agreed' : '2.50'
    return `TEA-${1000 + index},Kettle & Co Tea No. ${index + 1},Coffee & tea,piece,${price},EUR,standard`
  })
  const text = ['sku,name,category,unit,price,currency,taxCode', ...rows].join('\n')
  await desk.open('import')
  await desk
    .part('import-file')
    .setInputFiles({ name: 'spring-teas.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  await desk.part('dry-run').click()
  await desk.page.locator('[data-testid="job"][data-status="done"]').waitFor({ timeout: patienceMs })
  await desk.part('rows').waitFor()
  await picture(desk.page, 'console-import')
}

/** The four pages, each small, in one picture. */
async function docsPicture(
  { urls }: System,
  browser: Browser,
  picture: ConsolePicturesOptions['picture'],
): Promise<void> {
  const shots: string[] = []
  for (const url of Object.values(urls.services)) {
    const page = await browser.newPage({ viewport: docsSize })
    await page.goto(`${url}/docs`)
    await page.locator('.opblock').first().waitFor({ timeout: patienceMs })
    shots.push((await page.screenshot()).toString('base64'))
    await page.close()
  }
  assert.equal(shots.length, 4)
  const page = await browser.newPage({ viewport: docsSize })
  const images = shots.map((shot) => `<img src="data:image/png;base64,${shot}">`).join('')
  await page.setContent(
    `<style>body{margin:0;display:grid;grid-template-columns:1fr 1fr;gap:6px;background:#7d9196}img{width:100%;display:block}</style>${images}`,
  )
  await picture(page, 'services-docs')
  await page.close()
}

function productAt(index: number) {
  const product = demoProducts().filter(({ unit }) => unit === 'piece')[index]
  assert.ok(product !== undefined)
  return product
}
