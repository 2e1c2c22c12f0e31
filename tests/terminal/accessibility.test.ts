import { afterAll, beforeAll, expect, test } from 'vitest'
import { seriousFindings, smallTargets, startShop, type OpenTill, type Shop } from '../support/index.ts'

let shop: Shop
let till: OpenTill
beforeAll(async () => {
  shop = await startShop()
  till = await shop.openTill({ cashier: 'Aoife', browser: { bypassCSP: true } })
})
afterAll(() => shop.close())

/** What is on the screen now, on a light and on a dark one. */
async function look(): Promise<string[]> {
  const found: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await till.page.emulateMedia({ colorScheme })
    found.push(...(await seriousFindings(till.page)).map((finding) => `${colorScheme}: ${finding}`))
  }
  return [...found, ...(await smallTargets(till.page))]
}

async function sectionIds(): Promise<string[]> {
  const buttons = await till.page.locator('tm-navigation nav > button[data-testid]:not(.only-bar)').all()
  return Promise.all(buttons.map(async (button) => (await button.getAttribute('data-testid')) ?? ''))
}

async function openSection(id: string): Promise<void> {
  await till.page.locator(`tm-navigation nav > [data-testid="${id}"]`).click()
  await till.page.locator(`tm-navigation nav > [data-testid="${id}"][aria-current="page"]`).waitFor()
  await till.page.locator('main > :not(tm-message-view)').first().waitFor()
}

test('axe finds nothing serious on any section, light and dark, and every target is 44 px', async () => {
  await till.sell([shop.item(0), shop.item(1)])
  await till.addToCart([shop.item(0), shop.item(4)])
  const ids = await sectionIds()
  expect(ids.length).toBeGreaterThan(2)
  const found: string[] = []
  for (const id of ids) {
    await openSection(id)
    found.push(...(await look()).map((finding) => `${id}, ${finding}`))
  }
  expect(found).toEqual([])
})

test('nor in any dialog: payment, receipt, synchronisation, keys, lock, consent', async () => {
  const { page } = till
  const found: string[] = []
  const note = async (place: string) => found.push(...(await look()).map((finding) => `${place}, ${finding}`))
  await openSection('sell')
  await page.getByTestId('pay').click()
  await page.getByTestId('confirm-payment').waitFor()
  await note('payment')
  await page.keyboard.press('Escape')
  await till.pay()
  await note('receipt')
  await till.nextSale()
  await page.getByTestId('sync-state').click()
  await note('synchronisation')
  await page.keyboard.press('Escape')
  await page.keyboard.press('F1')
  await page.getByRole('heading', { name: 'Keys' }).waitFor()
  await note('keys')
  await page.keyboard.press('Escape')
  await till.lock()
  await note('lock')
  await till.signIn('Daniel')
  await openSection('settings')
  await page.getByTestId('lock-after').selectOption('5')
  await page.getByTestId('consent').waitFor()
  await note('consent')
  await till.consent()
  expect(found).toEqual([])
})

test('a whole sale goes by keyboard alone, and the total is announced', async () => {
  const { page } = till
  await page.reload()
  await openSection('sell')
  await page.keyboard.press('Alt+2')
  await page.getByTestId('receipts-list').waitFor()
  await page.keyboard.press('Alt+1')
  await till.waitUntilReady()
  await page.keyboard.press('F2')
  await page.keyboard.type(shop.item(2).barcode)
  await page.keyboard.press('Enter')
  await page.getByTestId('cart-line').waitFor()
  const announced = page.locator('tm-cart').locator('[aria-live], [role="status"]')
  expect(await announced.first().innerText()).toMatch(/\d/)
  await page.keyboard.press('F9')
  await page.getByTestId('amount-due').waitFor()
  const due = await page.getByTestId('amount-due').innerText()
  await page.keyboard.type(due.replaceAll(/\D/g, ''))
  await page.keyboard.press('Enter')
  await page.getByTestId('receipt').waitFor()
  await page.keyboard.press('Enter')
  await till.waitUntilReady()
})
