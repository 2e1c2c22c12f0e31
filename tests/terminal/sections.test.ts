import { afterAll, beforeAll, expect, test } from 'vitest'
import { startShop, type Shop } from '../support/index.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

test('a cashier goes from section to section, and a reload comes back to the one that was open', async () => {
  const till = await shop.openTill()
  const receipt = await till.sell([shop.item(0), shop.item(1, 'search')])
  await till.page.getByTestId('receipts').click()
  await till.page.getByTestId('receipt-number').getByText(receipt).waitFor()
  await till.reload()
  await till.page.getByTestId('receipt-number').getByText(receipt).waitFor()
  await till.page.getByTestId('sell').click()
  await till.waitUntilReady()
  await till.context.close()
})

test('a till speaks the language that was chosen for it, also after a reload and with no network', async () => {
  const till = await shop.openTill({ lane: 2, browser: { locale: 'de-DE' } })
  const settings = till.page.getByRole('button', { name: 'Einstellungen' })
  await settings.click()
  await till.page.getByTestId('language').selectOption('en')
  await till.page.getByRole('button', { name: 'Settings' }).waitFor()
  await till.page.getByTestId('language').selectOption('de')
  await settings.waitFor()
  expect(await till.page.locator('html').getAttribute('lang')).toBe('de')
  await till.untilReadyForOffline()
  await till.context.setOffline(true)
  await till.page.reload()
  await settings.waitFor()
  await till.context.close()
})

test('on a phone the sections are a bar at the bottom', async () => {
  const till = await shop.openTill({ lane: 3, viewport: { width: 390, height: 844 }, touch: true })
  const bar = await till.page.locator('tm-navigation').boundingBox()
  expect(bar?.y).toBeGreaterThan(700)
  await till.page.getByTestId('receipts').tap()
  await till.page.getByTestId('receipts-list').waitFor()
  await till.context.close()
})
