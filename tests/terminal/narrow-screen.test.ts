import { afterAll, beforeAll, expect, test } from 'vitest'
import { startShop, type Shop } from '../support/index.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

test('on a narrow screen each section opens by a press of the mouse, and what is chosen of a list is in sight', async () => {
  const till = await shop.openTill({ viewport: { width: 390, height: 844 } })
  const { page } = till
  for (const section of ['receipts', 'stock', 'products', 'sell']) {
    await page.getByTestId(section).click()
    await page.locator(`[data-testid="${section}"][aria-current="page"]`).waitFor()
  }
  await page.getByTestId('products').click()
  await page.getByTestId('product-row').first().click()
  const form = await page.getByTestId('product-form').boundingBox()
  expect(form?.y).toBeLessThan(600)
  await page.getByTestId('stock').click()
  // The second line of tabs.
  await page.getByTestId('stock-recent').click()
  await page.locator('[data-testid="stock-recent"][aria-selected="true"]').waitFor()
  await till.context.close()
})
