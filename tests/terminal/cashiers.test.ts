import { afterAll, beforeAll, expect, test } from 'vitest'
import { startShop, type Shop } from '../support/index.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

test('another cashier goes on with the cart of a locked till, with no network, and the receipt bears their name', async () => {
  const till = await shop.openTill({ cashier: 'Daniel' })
  await till.untilReadyForOffline()
  await till.context.setOffline(true)
  await till.addToCart([shop.item(0)])
  await till.lock()
  await till.reload()
  await till.page.getByTestId('lock').waitFor()
  // What a scanner or a key does while the till is locked stays outside.
  await till.page.keyboard.type('99')
  await till.signIn('Ewa')
  await till.page.getByTestId('cart-line').waitFor()
  expect(await till.page.getByTestId('search').inputValue()).toBe('')
  await till.pay()
  await till.page.locator('tm-receipt').getByText('Ewa', { exact: true }).waitFor()
  await till.context.close()
})

test('five wrong PINs make a cashier wait, and nobody else, also after a reload', async () => {
  const till = await shop.openTill({ lane: 2, cashier: 'Daniel' })
  await till.lock()
  // However long the test takes, the half minute that he has to wait is not over.
  await till.page.clock.setFixedTime(Date.now())
  const problem = till.page.getByTestId('lock').getByRole('alert')
  for (const said of ['4 tries', '3 tries', '2 tries', '1 try', 'Too many']) {
    await till.signIn('Daniel', '0000')
    await problem.filter({ hasText: said }).waitFor()
  }
  await till.page.reload()
  await till.signIn('Daniel', '1111')
  await problem.filter({ hasText: 'Too many' }).waitFor()
  await till.signIn('Marcus')
  await till.waitUntilReady()
  await till.context.close()
})

test('the PIN is typed on a keyboard as well, and nothing else of the till can be reached', async () => {
  const till = await shop.openTill({ lane: 3, cashier: 'Daniel' })
  await till.lock()
  await till.page.keyboard.press('Escape')
  await till.page.keyboard.press('Escape')
  await till.page.keyboard.press('F9')
  expect(await till.page.getByTestId('lock').isVisible()).toBe(true)
  await till.page.keyboard.type('1111')
  await till.page.keyboard.press('Enter')
  await till.page.getByTestId('lock').waitFor({ state: 'detached' })
  await till.context.close()
})
