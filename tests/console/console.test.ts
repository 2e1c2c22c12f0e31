/**
 * Head office's console in a real browser, on the whole system with two stores, their tills open in the same browser.
 *
 *     both lines are cut ──► each store changes the same product ──► lines are back ──► the console decides ──► both tills show it
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { buildPage, demoProducts, host, type System } from '@tidemark/demo'
import type { Product } from '@tidemark/contracts'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  createTill,
  editApart,
  enrolLane,
  eventually,
  launchBrowser,
  loadConfig,
  openConsole,
  startTemporarySystem,
  unknownStores,
  type HeadOfficeConsole,
  type LaneClient,
  type TemporarySystem,
  type Till,
} from '../support/index.ts'

const patienceMs = 60_000
const robotLane = 9
const products = demoProducts()
  .filter(({ unit }) => unit === 'piece')
  .slice(0, 60)

let running: TemporarySystem
let system: System
let browser: Browser
let closeSignIn: () => Promise<void>
let desk: HeadOfficeConsole
const tills: Till[] = []
const lanes: LaneClient[] = []
const errors: string[] = []

beforeAll(async () => {
  const loaded = loadConfig(process.env)
  if (!loaded.ok) throw new Error(loaded.problems.join('; '))
  const { config } = loaded
  running = await startTemporarySystem({
    config: { ...config, machine: { ...config.machine, logLevel: 'warn' } },
    stores: unknownStores(2),
    products,
    progress: (_title, work) => work(),
    signal: new AbortController().signal,
  })
  system = running.system
  // The demo page stands in for the identity provider.
  const signIn = await buildPage({ system, addresses: [] })
  await signIn.listen({ port: running.ports.page, host })
  closeSignIn = () => signIn.close()
  browser = await launchBrowser(config.chromium)
  const date = new Date().toISOString().slice(0, 10)
  for (const { hubUrl } of system.stores) {
    const page = await (await browser.newContext()).newPage()
    page.on('pageerror', (error) => errors.push(`till: ${error.message}`))
    const till = createTill(page)
    await till.setUp(`${hubUrl}/`, 1, 'Aoife')
    tills.push(till)
    lanes.push(await enrolLane(hubUrl, robotLane, date))
  }
  desk = await openConsole({
    browser,
    url: system.urls.console,
    account: 'manager',
    onError: (text) => errors.push(text),
  })
}, 300_000)

afterAll(async () => {
  await browser?.close()
  await closeSignIn?.()
  await system?.stop()
  running?.removeFolder()
  expect([...errors, ...(running?.casualties ?? [])]).toEqual([])
})

const productAt = (index: number): Product => {
  const product = products[index]
  if (product === undefined) throw new RangeError(`no product ${index}`)
  return product
}

async function openCase({ sku }: Product): Promise<void> {
  await desk.part('nav-conflicts').click()
  await desk.page.locator(`[data-document="product:${sku}"]`).click({ timeout: patienceMs })
  await desk.part('diff').waitFor()
}

async function decide(): Promise<void> {
  await desk.part('check-decision').click()
  await desk.part('decide').click()
  await desk.part('decision').waitFor()
}

async function priceAtTill(till: Till, { sku }: Product): Promise<string> {
  await till.page.getByTestId('search').fill(sku)
  const result = till.page.locator(`[data-testid="search-result"][data-sku="${sku}"] .price`)
  const text = (await result.innerText()).trim()
  await till.page.getByTestId('search').fill('')
  return text
}

async function everyTillShows(product: Product, price: string): Promise<void> {
  for (const [index, till] of tills.entries()) {
    await eventually(
      `till ${index + 1} shows ${price}`,
      async () => expect(await priceAtTill(till, product)).toBe(price),
      patienceMs,
    )
  }
}

test('two stores change one price while their lines are down; head office decides, and both tills show it, also when it is taken back', async () => {
  const [chosen, merged] = [productAt(3), productAt(4)]
  await editApart(system, lanes, [
    [chosen, [{ priceMinor: 111 }, { priceMinor: 222 }]],
    [merged, [{ priceMinor: 333 }, { priceMinor: 444, category: 'Tea & more' }]],
  ])

  await openCase(chosen)
  expect(await desk.part('explanation').innerText()).toMatch(/price needs a person/)
  const sides = await desk.page.locator('[data-field="priceMinor"] td').allInnerTexts()
  expect(sides.join(' ')).toMatch(/€1\.11/)
  expect(sides.join(' ')).toMatch(/€2\.22/)
  // The one of the first store, whichever of the two columns it is in.
  await desk.page.locator('[data-field="priceMinor"] label', { hasText: '€1.11' }).click()
  expect(await desk.part('result-priceMinor').innerText()).toBe('€1.11')
  expect(await desk.part('order').getAttribute('data-kind')).toBe('choose')
  await desk.part('note').fill('as on the shelf')
  await decide()
  expect(await desk.part('decision').innerText()).toMatch(/chosen by Demo manager \(as on the shelf\)/)
  await everyTillShows(chosen, '€1.11')

  await desk.part('undo').click()
  await desk.page.getByText('taken back', { exact: true }).waitFor()
  expect(await desk.part('decision').innerText()).toMatch(/Taken back by Demo manager/)
  await everyTillShows(chosen, '€2.22')

  await openCase(merged)
  await desk.part('edit-priceMinor').click()
  await desk.part('edit-value-priceMinor').fill('dear')
  await desk.part('edit-value-priceMinor').press('Enter')
  await desk.page.getByText('must be an amount').waitFor()
  await desk.part('edit-value-priceMinor').fill('1.75')
  await desk.part('edit-value-priceMinor').press('Enter')
  expect(await desk.part('order').getAttribute('data-kind')).toBe('merge')
  await desk.part('check-decision').click()
  expect(await desk.part('dry-run').innerText()).toMatch(/€1\.75/)
  await desk.part('decide').click()
  await desk.part('decision').waitFor()
  await everyTillShows(merged, '€1.75')
}, 300_000)

test('a sale is on the screen the moment it is recorded, with its receipt, its life and its entry in the audit', async () => {
  const [till] = tills
  const [store] = system.stores
  if (till === undefined || store === undefined) throw new Error('no till')
  await desk.part('nav-sales').click()
  await desk.page.getByText('live', { exact: true }).waitFor()
  const day = desk.part(`day-${store.storeId}`)
  const before = Number(await day.getAttribute('data-gross'))
  const { sku, barcodes } = productAt(10)
  const receipt = await till.sell([{ sku, barcode: barcodes[0] ?? '', by: 'barcode' }])
  const shown = desk.page.locator(`[data-receipt="${receipt}"][data-fresh]`)
  await shown.waitFor({ timeout: patienceMs })
  await eventually('the day counts it', async () =>
    expect(Number(await day.getAttribute('data-gross'))).toBe(before + productAt(10).priceMinor),
  )
  await shown.click()
  expect(await desk.part('receipt').innerText()).toContain(productAt(10).name)
  await desk.part('life').getByText('Hub', { exact: true }).first().waitFor({ timeout: patienceMs })

  // The hub's entry about it, proven in this browser.
  await desk.part('life').getByText('audit entry').first().click({ timeout: patienceMs })
  await desk.part('prove').click()
  await desk.part('proof').waitFor()
  expect(await desk.part('proof').getAttribute('data-verdict')).toBe('verified')

  await desk.open('audit/chains')
  for (const chain of ['own-chain', ...system.stores.map(({ storeId }) => `chain-${storeId}`)]) {
    await desk.page.locator(`[data-testid="${chain}"][data-verified="true"]`).waitFor()
  }
})

test('stock is found by words of a name, on hand in every store, with what moved it', async () => {
  const { sku, name } = productAt(10)
  await desk.part('nav-stock').click()
  await desk.part('stock-search').fill(name.toLowerCase().split(' ').slice(0, 2).join(' '))
  await desk.page.locator(`[data-sku="${sku}"] a`).click()
  const ofStore = (storeId: string) => desk.part('levels').locator(`[data-store="${storeId}"]`)
  const [sold, other] = system.stores
  if (sold === undefined || other === undefined) throw new Error('two stores')
  const onHand = async (storeId: string) => Number(await ofStore(storeId).getAttribute('data-on-hand'))
  await eventually('the other store’s stock', async () => expect(await onHand(other.storeId)).toBeGreaterThan(0))
  await ofStore(sold.storeId).click()
  await desk.part('history').getByText('Sale', { exact: true }).first().waitFor()
  expect(await desk.part('history').innerText()).toContain('-1')
})

test('every store shows that it was heard and all is sent, and which of its receipts have arrived', async () => {
  const [store] = system.stores
  if (store === undefined) throw new Error('no store')
  await desk.part('nav-stores').click()
  const row = desk.page.locator(`[data-store="${store.storeId}"]`)
  await row.getByText('All sent').waitFor({ timeout: patienceMs })
  await row.locator('a').first().click()
  await desk.page.getByText('complete').first().waitFor()
})

test('a file is tried first, then imported with its progress, and every row is answered for', async () => {
  const rows = 4000
  const lines = Array.from(
    { length: rows },
    (_, index) => `NEW-${index},Product ${index},Imported,piece,1.50,EUR,standard`,
  )
  lines[6] = 'NEW-6,Product 6,Imported,piece,free,EUR,standard'
  const text = ['sku,name,category,unit,price,currency,taxCode', ...lines].join('\n')
  await desk.part('nav-import').click()
  await desk.part('import-file').setInputFiles({ name: 'new.csv', mimeType: 'text/csv', buffer: Buffer.from(text) })
  await desk.part('dry-run').click()
  const job = (dryRun: boolean) =>
    desk.page.locator(`[data-testid="job"][data-dry-run="${dryRun}"][data-status="done"]`)
  await job(true).waitFor({ timeout: patienceMs })
  const counted = (outcome: string) => desk.page.locator(`[data-outcome="${outcome}"]`).getAttribute('data-count')
  expect([await counted('created'), await counted('refused')]).toEqual([String(rows - 1), '1'])
  // Row 1 is the header.
  expect(await desk.part('rows').innerText()).toMatch(/8\s+NEW-6\s+Refused/)

  await desk.part('import').click()
  await desk.page.locator('[data-testid="job"][data-dry-run="false"]').waitFor()
  await job(false).waitFor({ timeout: patienceMs })
  expect(await desk.part('progress').getAttribute('value')).toBe('100')
  expect(await counted('created')).toBe(String(rows - 1))
  await desk.part('nav-stock').click()
  await desk.part('stock-search').fill('product 3999')
  await desk.page.locator('[data-sku="NEW-3999"]').waitFor({ timeout: patienceMs })
})

test('a store asks for a change of what head office decides on; accepting it changes the document', async () => {
  const [store] = system.stores
  if (store === undefined) throw new Error('no store')
  const stamp = (minutesAgo: number, node: string) =>
    `${new Date(Date.now() - minutesAgo * 60_000).toISOString()}-0000-${node}`
  const rate = (name: string, at: string, id: string, role: string) => ({
    _id: 'tax-rate:console',
    type: 'tax-rate',
    schemaVersion: 1,
    storeId: 'hq',
    at,
    by: { id, role },
    code: 'console',
    name,
    rateBasisPoints: 900,
  })
  const revised = (document: object, hash: string) => ({
    ...document,
    _rev: `1-${hash}`,
    _revisions: { start: 1, ids: [hash] },
  })
  const ours = revised(rate('Reduced', stamp(2, 'hq'), 'office', 'head-office'), 'a'.repeat(32))
  const theirs = revised(rate('Lower', stamp(1, `${store.storeId}hub`), 'aoife', 'manager'), 'b'.repeat(32))
  const { username, password, origin } = new URL(system.urls.central)
  const credentials = Buffer.from(`${username}:${password}`).toString('base64')
  await fetch(`${origin}/catalog/_bulk_docs`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
    body: JSON.stringify({ docs: [ours, theirs], new_edits: false }),
  })
  await desk.open('conflicts/requests')
  const request = desk.page.locator('[data-testid="change-request"][data-document="tax-rate:console"]')
  await request.getByTestId('accept').click({ timeout: patienceMs })
  await desk.page.locator('[data-document="tax-rate:console"][data-status="accepted"]').waitFor()
})

test('who may only look sees the same, can press nothing that decides, and reads why not', async () => {
  const edited = productAt(5)
  await editApart(system, lanes, [[edited, [{ priceMinor: 150 }, { priceMinor: 160 }]]])
  const onError = (text: string) => errors.push(text)
  const viewer = await openConsole({
    browser,
    url: system.urls.console,
    account: 'viewer',
    viewport: { width: 390, height: 844 },
    onError,
  })
  await viewer.open('conflicts')
  await viewer.page.locator(`[data-document="product:${edited.sku}"]`).click({ timeout: patienceMs })
  await viewer.page.getByText('Deciding it takes the role manager').waitFor()
  expect(await viewer.part('take-side-0').isDisabled()).toBe(true)
  expect(await viewer.part('check-decision').count()).toBe(0)
  await viewer.open('audit')
  expect(await viewer.part('problem').innerText()).toMatch(
    /You may not do this: this needs the role auditor or manager/,
  )
  // Nothing is wider than a telephone.
  for (const route of ['stores', 'sales', 'stock', 'conflicts', 'audit/alarms', 'import']) {
    await viewer.open(route)
    await sleep(300)
    expect(
      await viewer.page.evaluate('document.querySelector("tm-app").shadowRoot.querySelector("main").scrollWidth'),
    ).toBeLessThanOrEqual(390)
  }
  await viewer.close()
})
