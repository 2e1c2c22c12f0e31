import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startShop, type OpenTill, type Shop } from '../support/index.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

/** What the stock view of a till shows of a product; undefined while it shows nothing. */
async function shownOnHand(till: OpenTill, sku: string): Promise<number | undefined> {
  const row = till.page.locator(`[data-testid="stock-row"][data-sku="${sku}"]`)
  const shown = (await row.count()) === 0 ? '' : await row.getAttribute('data-on-hand')
  return shown === '' || shown === null ? undefined : Number(shown)
}

async function untilOnHand(till: OpenTill, sku: string, quantity: number): Promise<void> {
  await eventually(`${quantity} of ${sku} on hand`, async () => {
    const shown = await shownOnHand(till, sku)
    if (shown !== quantity) throw new Error(`the till shows ${shown}`)
  })
}

async function openStock(till: OpenTill, sku: string): Promise<void> {
  await till.page.getByTestId('stock').click()
  await till.page.getByTestId('stock-search').fill(sku)
  await till.page.locator(`[data-testid="stock-row"][data-sku="${sku}"]`).waitFor()
}

async function move(till: OpenTill, kind: string, sku: string, quantity: string, reason: string): Promise<void> {
  const { page } = till
  await page.getByTestId(`stock-${kind}`).click()
  await page.locator(`[data-testid="stock-row"][data-sku="${sku}"]`).click()
  await page.locator(`[data-testid="movement-line"][data-sku="${sku}"] input`).fill(quantity)
  await page.getByTestId('movement-reason').fill(reason)
  await page.getByTestId('save-movement').click()
  await page.getByTestId('stock-recent-list').waitFor()
}

test('scenario 2, a stock adjustment: counted here at once, queued, sent when the hub is back, and the same at every till', async () => {
  const [first, second] = [await shop.openTill({ lane: 1 }), await shop.openTill({ lane: 2 })]
  const item = shop.item(0)
  for (const till of [first, second]) await openStock(till, item.sku)
  const opening = await eventually('the hub has said what is on hand', async () => {
    const shown = await shownOnHand(first, item.sku)
    if (shown === undefined) throw new Error('nothing is shown')
    return shown
  })
  await move(first, 'delivery', item.sku, '10', 'note 4711')
  for (const till of [first, second]) await untilOnHand(till, item.sku, opening + 10)

  await first.context.setOffline(true)
  await move(first, 'adjustment', item.sku, '-3', 'broken')
  await untilOnHand(first, item.sku, opening + 7)
  const queued = first.page.getByTestId('stock-document').first()
  await eventually('it is queued, and the hub’s numbers have their age', async () => {
    expect(await queued.getAttribute('data-state')).not.toBe('synced')
    expect(await first.page.getByTestId('stock-age').getAttribute('data-as-of')).not.toBeNull()
  })
  await second.page.getByTestId('sell').click()
  await second.sell([item])
  await openStock(second, item.sku)
  await untilOnHand(second, item.sku, opening + 9)

  await first.context.setOffline(false)
  await eventually('the adjustment is at the hub', async () => {
    const state = await queued.getAttribute('data-state')
    if (state !== 'synced') throw new Error(`it is ${state}`)
  })
  for (const till of [first, second]) await untilOnHand(till, item.sku, opening + 6)
  for (const till of [first, second]) await till.context.close()
})

test('a count sheet goes on where it was after a reload with no network, and its numbers stand everywhere', async () => {
  const [till, other] = [await shop.openTill({ lane: 3 }), await shop.openTill({ lane: 4 })]
  const { page } = till
  const [first, second] = [shop.item(1), shop.item(2)]
  await openStock(till, first.sku)
  await till.untilReadyForOffline()
  await till.context.setOffline(true)
  await page.getByTestId('stock-sheets').click()
  await page.getByTestId('sheet-blind').check()
  await page.getByTestId('begin-sheet').click()
  await page.getByTestId('search').focus()
  // As a scanner does: at once, and without a look at the screen.
  for (let scanned = 0; scanned < 3; scanned += 1) {
    await page.keyboard.type(first.barcode)
    await page.keyboard.press('Enter')
  }
  await page.getByTestId('search').fill(second.sku)
  await page.locator(`[data-testid="search-result"][data-sku="${second.sku}"]`).first().click()
  const line = page.locator(`[data-testid="count-line"][data-sku="${second.sku}"]`)
  await line.locator('input').fill('25')
  await page.keyboard.press('Tab')
  await line.and(page.locator('[data-quantity="25"]')).waitFor()

  await till.reload()
  await openStock(till, first.sku)
  await page.getByTestId('stock-sheets').click()
  await page.getByTestId('open-sheet').click()
  await page.locator('[data-testid="count-progress"][data-counted="2"]').waitFor()
  expect(await line.locator('input').inputValue()).toBe('25')
  // A scan that meets the field of a number is a scan.
  await line.locator('input').focus()
  await page.keyboard.type(first.barcode)
  await page.keyboard.press('Enter')
  await page.locator(`[data-testid="count-line"][data-sku="${first.sku}"][data-quantity="4"]`).waitFor()
  // A number that is still in its field counts when the sheet is finished.
  await line.locator('input').fill('26')
  await page.getByTestId('finish-count').click()
  await page.getByTestId('stock-recent-list').waitFor()
  await untilOnHand(till, first.sku, 4)

  await till.context.setOffline(false)
  await openStock(other, second.sku)
  await untilOnHand(other, second.sku, 26)
  await openStock(other, first.sku)
  await untilOnHand(other, first.sku, 4)
  for (const each of [till, other]) await each.context.close()
})
