import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseReceiptCode } from '@tidemark/contracts'
import {
  changeCatalogue,
  eventually,
  readBrowserJournal,
  salesAtCentral,
  startShop,
  type OpenTill,
  type Shop,
} from '../support/index.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

const always = { validFrom: '2026-01-01T00:00:00Z', validTo: '2126-01-01T00:00:00Z' }
const part = (till: OpenTill, testId: string) => till.page.getByTestId(testId)
const lineOf = (till: OpenTill, sku: string) => till.page.locator(`[data-testid="cart-line"][data-sku="${sku}"]`)
const amountIn = (text: string | null) => Number((text ?? '').replaceAll(/[^0-9]/g, ''))

async function discountOf(till: OpenTill, sku: string): Promise<number> {
  return Number(await lineOf(till, sku).getAttribute('data-discount'))
}

/** Takes a percentage off the line, or off the whole cart. */
async function takeOff(till: OpenTill, percent: string, sku?: string): Promise<void> {
  if (sku === undefined) await part(till, 'cart-discount').click()
  else await lineOf(till, sku).getByTestId('change-line').click()
  await part(till, 'mode-percent').click()
  await till.page.keyboard.type(percent)
  await part(till, 'reason-0').click()
  await part(till, 'apply-change').click()
}

async function chargeCard(till: OpenTill, behaviour: string): Promise<void> {
  await part(till, 'method-card').click()
  await part(till, 'card-behaviour').selectOption(behaviour)
  await part(till, 'confirm-payment').click()
}

async function untilDue(till: OpenTill, dueMinor: number): Promise<void> {
  await eventually(`${dueMinor} left to pay`, async () => {
    expect(amountIn(await part(till, 'amount-due').textContent())).toBe(dueMinor)
  })
}

test('search, scan and weight: a promotion begins at its time, discounts come off, and the receipt adds up and carries its code', async () => {
  const [first, second] = [shop.item(0), shop.item(1)]
  const weighed = shop.products.find(({ unit }) => unit === 'gram')
  const price = shop.products.find(({ sku }) => sku === second.sku)?.priceMinor ?? 0
  const till = await shop.openTill({ lane: 1 })
  await till.addToCart([first, { ...second, by: 'search' }])
  expect(await discountOf(till, second.sku)).toBe(0)
  const promotion = { type: 'promotion', name: 'Week 48', receiptName: 'Fifth off', skus: [second.sku] }
  await changeCatalogue(shop.system, 'promotion:week', { ...promotion, percentOffBasisPoints: 2000, ...always })
  await eventually('the promotion in the open cart', async () => {
    expect(await discountOf(till, second.sku)).toBe(Math.round(price / 5))
  })
  await part(till, 'search').fill(weighed?.sku ?? '')
  await till.page.locator(`[data-testid="search-result"][data-sku="${weighed?.sku}"]`).click()
  await part(till, 'grams').fill('350')
  await part(till, 'add-weighed').click()
  await takeOff(till, '10', first.sku)
  await takeOff(till, '5')
  await part(till, 'cart-customer').click()
  await part(till, 'customer-email').fill('mara@example.org')
  await part(till, 'save-customer').click()
  const totalMinor = amountIn(await part(till, 'cart-total').textContent())
  const number = await till.pay()
  const receipt = till.page.locator('tm-receipt')
  await receipt.getByText('Fifth off').waitFor()
  expect(amountIn(await receipt.locator('.total .amount').textContent())).toBe(totalMinor)
  await till.page.getByText('mara@example.org').waitFor()
  const code = parseReceiptCode((await part(till, 'receipt-code').getAttribute('data-text')) ?? '')
  const [entry] = await readBrowserJournal(till.page)
  expect(code).toEqual({ number, hash: entry?.hash })
  await till.context.close()
})

test('a gift receipt has no prices, and what is printed is the receipt and nothing else', async () => {
  const till = await shop.openTill({ lane: 2 })
  await till.addToCart([shop.item(2)])
  await till.pay()
  const receipt = till.page.locator('tm-receipt')
  await part(till, 'receipt-code').waitFor()
  await till.page.emulateMedia({ media: 'print' })
  expect(await receipt.isVisible()).toBe(true)
  for (const hidden of ['new-sale', 'sell', 'sync-state']) expect(await part(till, hidden).isVisible()).toBe(false)
  await till.page.emulateMedia({ media: 'screen' })
  // Printing waits for a person; here it keeps what was to be printed.
  await till.page.evaluate(keepWhatIsPrinted)
  await part(till, 'print-gift').click()
  const printed = String(await (await till.page.waitForFunction('window.printed')).jsonValue())
  expect(printed).toMatch(/gift receipt/i)
  expect(printed).not.toContain('€')
  await receipt.locator('.total').waitFor()
  await till.context.close()
})

/** Runs in the page: true once the card terminal has heard of an attempt. */
const hasCardAttempt = `new Promise((resolve) => {
  const opening = indexedDB.open('_pouch_simulated-card-terminal')
  opening.onupgradeneeded = () => opening.transaction.abort()
  opening.onerror = () => resolve(false)
  opening.onsuccess = () => {
    const counting = opening.result.transaction('document-store').objectStore('document-store').count()
    counting.onsuccess = () => {
      opening.result.close()
      resolve(counting.result > 0)
    }
  }
})`

/** Runs in the page: `window.printed` becomes the text of the receipt at the moment of printing. */
const keepWhatIsPrinted = `{
  const find = (root) => {
    for (const element of root.querySelectorAll('*')) {
      const found = element.localName === 'tm-receipt' ? element : element.shadowRoot && find(element.shadowRoot)
      if (found) return found
    }
  }
  window.print = () => (window.printed = find(document).shadowRoot.textContent)
}`

test('carts wait for their customers through a reload, and come back one at a time', async () => {
  const till = await shop.openTill({ lane: 3 })
  await till.addToCart([shop.item(3), shop.item(3)])
  await part(till, 'hold-cart').click()
  await part(till, 'held-name').fill('Lady with the dog')
  await part(till, 'confirm-hold').click()
  await lineOf(till, shop.item(3).sku).waitFor({ state: 'detached' })
  await till.addToCart([shop.item(4)])
  await till.reload()
  await lineOf(till, shop.item(4).sku).waitFor()
  // Recalling puts the open one aside: nothing is mixed or lost.
  await till.page.locator('button[data-testid="held-cart"]').click()
  await part(till, 'recall').filter({ hasText: 'Lady with the dog' }).click()
  await eventually('the cart of two', async () => {
    expect(await lineOf(till, shop.item(3).sku).getAttribute('data-quantity')).toBe('2')
  })
  expect(await lineOf(till, shop.item(4).sku).count()).toBe(0)
  await till.pay()
  await till.nextSale()
  await till.page.locator('button[data-testid="held-cart"]').click()
  expect(await part(till, 'recall').count()).toBe(1)
  await part(till, 'recall').click()
  await lineOf(till, shop.item(4).sku).waitFor()
  await till.context.close()
})

test('paid in parts: cash, a declined card, a card whose answer is lost with the tab, and no money counted twice', async () => {
  const till = await shop.openTill({ lane: 4 })
  await till.addToCart([shop.item(5), shop.item(6)])
  await part(till, 'pay').click()
  await part(till, 'amount-due').waitFor()
  const dueMinor = amountIn(await part(till, 'amount-due').textContent())
  await till.page.keyboard.type('100')
  await part(till, 'confirm-payment').click()
  await part(till, 'tender').waitFor()
  await chargeCard(till, 'decline')
  await part(till, 'payment-message').getByText('Declined').waitFor()
  expect(await part(till, 'tender').count()).toBe(1)
  await chargeCard(till, 'time-out')
  await part(till, 'payment-message').getByText('No card was shown').waitFor()
  await chargeCard(till, 'lose-answer')
  await part(till, 'ask-again').waitFor()
  // What is not known is not asked for again as money.
  await untilDue(till, 0)
  await till.page.reload()
  await part(till, 'receipt').waitFor()
  const entry = await eventually('the sale at central', async () => {
    const [sale] = await salesAtCentral(shop.system, shop.storeId, 4)
    if (sale === undefined) throw new Error('not yet')
    return sale
  })
  const { payments, totals } = entry
  expect(payments.map(({ method }) => method)).toEqual(['cash', 'card'])
  expect(payments[1]).toMatchObject({ lastFour: '4242', token: expect.any(String), reference: expect.any(String) })
  expect(payments.reduce((total, { amountMinor }) => total + amountMinor, 0)).toBe(totals.dueMinor)
  expect(Math.abs(totals.dueMinor - dueMinor)).toBeLessThanOrEqual(2)
  await till.context.close()
})

test('a tab that dies while a card is charged comes back to it; the payment can be reversed, and the cart is free again', async () => {
  const till = await shop.openTill({ lane: 5 })
  await till.addToCart([shop.item(7), shop.item(7), shop.item(7)])
  await part(till, 'pay').click()
  await part(till, 'method-card').click()
  await till.page.keyboard.type('100')
  await part(till, 'confirm-payment').click()
  await eventually('the card terminal has heard of it', async () => {
    expect(await till.page.evaluate(hasCardAttempt)).toBe(true)
  })
  await till.page.reload()
  const tender = till.page.locator('[data-testid="tender"]')
  await eventually('the card approved after asking again', async () => {
    const again = part(till, 'ask-again')
    if ((await again.count()) > 0 && (await again.isEnabled({ timeout: 2000 }))) await again.click({ timeout: 2000 })
    expect(await tender.getAttribute('data-state')).toBe('approved')
  })
  await part(till, 'remove-tender').click()
  await tender.waitFor({ state: 'detached' })
  // Open until the reversal is on disk as well.
  await till.page.getByRole('button', { name: 'Back to the cart' }).click()
  await part(till, 'clear-cart').click()
  await lineOf(till, shop.item(7).sku).waitFor({ state: 'detached' })
  expect(await readBrowserJournal(till.page)).toEqual([])
  await till.context.close()
})
