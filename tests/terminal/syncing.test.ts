import { readFile } from 'node:fs/promises'
import { openWanLink, type WanLink } from '@tidemark/demo'
import type { Locator } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTill, eventually, startShop, type Shop, type Till } from '../support/index.ts'

let shop: Shop
/** Between the first till and the hub. */
let lan: WanLink
let till: Till
beforeAll(async () => {
  shop = await startShop()
  const { hostname, port } = new URL(shop.hubUrl)
  lan = await openWanLink({ host: '127.0.0.1', port: 0, target: { host: hostname, port: Number(port) } })
  const context = await shop.browser.newContext({ viewport: { width: 1366, height: 768 }, acceptDownloads: true })
  till = createTill(await context.newPage())
  await till.setUp(`http://127.0.0.1:${lan.port}/`, 1, 'Aoife')
  await till.untilReadyForOffline()
})
afterAll(async () => {
  await lan?.close()
  await shop?.close()
})

const part = (testId: string) => till.page.getByTestId(testId)
const open = async (section: 'sync' | 'sell') => {
  await part(section).click()
  await part(section === 'sync' ? 'sync-word' : 'search').waitFor()
}
const untilCount = (found: Locator, count: number) =>
  eventually(`${count} of them`, async () => expect(await found.count()).toBe(count))
/** The button is gone while a try is under way, and once all is sent. */
const retryNow = () =>
  part('retry-now')
    .click({ timeout: 2000 })
    .catch(() => undefined)
/** A till that got no answer for a while waits up to half a minute before it asks again. */
const patienceMs = 90_000
const until = (state: string) =>
  eventually(
    `the indicator says ${state}`,
    async () => {
      const seen = await till.syncState()
      if (seen.state !== state) throw new Error(`${seen.state}, ${seen.unsent} unsent`)
    },
    patienceMs,
  )

test('a sale offline: saved at once, pending in the queue with its tries, sent when online, synced', async () => {
  await until('synced')
  lan.cut()
  await till.sell([shop.item(0)])
  await till.sell([shop.item(1)])
  await until('offline')
  await open('sync')
  await untilCount(part('queue-item'), 2)
  await eventually('a try has failed, and the next is announced', async () => {
    await retryNow()
    const first = part('queue-item').first()
    expect(Number(await first.getAttribute('data-retries'))).toBeGreaterThan(0)
    expect(await first.innerText()).toMatch(/no answer from the hub/)
  })
  lan.restore()
  await retryNow()
  await part('all-sent').waitFor()
  await until('synced')
  await part('sync-log').locator('li[data-kind="sent"]').first().waitFor()
  await part('sync-log').locator('li[data-kind="failed"]').first().waitFor()
  await till.page.locator('[data-filter="problems"]').click()
  await untilCount(part('sync-log').locator('li[data-kind="sent"]'), 0)
})

test('the badge of a receipt: on this till, at the hub, at head office, audited', async () => {
  await open('sell')
  lan.cut()
  await till.sell([shop.item(0)])
  await part('receipts').click()
  const badge = part('durability')
  await till.page.locator('[data-testid="durability"][data-stage="till"]').waitFor()
  lan.restore()
  await till.page.locator('[data-testid="durability"][data-stage="audited"]').waitFor({ timeout: patienceMs })
  expect(await badge.getAttribute('aria-label')).toBe('Audited: step 4 of 4')
})

test('the sync view shows the hub, its epoch, the line to head office and the clock', async () => {
  await open('sync')
  await eventually('all of it is known', async () => {
    expect(await part('epoch').innerText()).toMatch(/^[0-9a-f]{8}$/)
    expect(await part('wan').getAttribute('data-state')).toBe('up')
    expect(await part('clock').innerText()).toBe('Right')
    expect(await part('storage-level').getAttribute('data-level')).toBe('ok')
  })
  shop.system.cutWan(shop.storeId)
  await eventually('the line is seen to be cut', async () =>
    expect(await part('wan').getAttribute('data-state')).toBe('down'),
  )
  shop.system.restoreWan(shop.storeId)
})

test('clear local cache: refused while anything is unsent, offers a file first, keeps the series, and fetches the rest again', async () => {
  await open('sell')
  lan.cut()
  await till.sell([shop.item(2)])
  await open('sync')
  await part('clear-cache').click()
  await part('refused').waitFor()
  expect(await part('confirm-clear').isDisabled()).toBe(true)
  const download = till.page.waitForEvent('download')
  await part('export-first').click()
  await download
  await till.page.keyboard.press('Escape')
  lan.restore()
  await until('synced')
  await part('clear-cache').click()
  await part('confirm-clear').click()
  // Who may sell is in the catalogue, which has just been fetched again.
  await till.page.getByText('Who is selling?').waitFor()
  await till.signIn('Aoife')
  await open('sell')
  expect(await till.sell([shop.item(0)])).toMatch(/-000005$/)
  await until('synced')
})

test('what an unreachable till sold is carried to the hub as a file, and comes once however often it is brought', async () => {
  lan.cut()
  await till.sell([shop.item(0)])
  await till.sell([shop.item(1)])
  await open('sync')
  const download = till.page.waitForEvent('download')
  await part('export-unsent').click()
  const file = await (await download).path()
  expect((JSON.parse(await readFile(file, 'utf8')) as { documents: unknown[] }).documents).toHaveLength(2)

  const other = await shop.openTill({ lane: 2 })
  const bring = async () => {
    await other.page.getByTestId('import-file').setInputFiles(file)
    const outcome = other.page.getByTestId('file-outcome')
    await outcome.waitFor()
    return outcome.innerText()
  }
  await other.page.getByTestId('sync').click()
  expect(await bring()).toBe('New at the hub: 2. Already there: 0. Refused: 0.')
  lan.restore()
  await until('synced')
  await other.page.reload()
  expect(await bring()).toBe('New at the hub: 0. Already there: 2. Refused: 0.')
  await other.context.close()
})

test('selective sync: a till keeps the categories that were chosen for it', async () => {
  await open('sync')
  await till.page.locator('summary').click()
  const boxes = part('categories').locator('input')
  const count = await boxes.count()
  expect(count).toBeGreaterThan(2)
  const dropped = (await boxes.first().getAttribute('data-category')) ?? ''
  await boxes.first().uncheck()
  await open('sell')
  const gone = shop.products.find(({ category }) => category === dropped)
  const there = shop.products.find(({ category, unit }) => category !== dropped && unit === 'piece')
  await part('search').fill(there?.sku ?? '')
  await till.page.locator(`[data-testid="search-result"][data-sku="${there?.sku}"]`).waitFor()
  await part('search').fill(gone?.sku ?? '')
  await untilCount(till.page.locator(`[data-testid="search-result"][data-sku="${gone?.sku}"]`), 0)
  await part('search').fill('')
})
