import { afterAll, beforeAll, expect, test } from 'vitest'
import type { JournalEntry } from '@tidemark/contracts'
import {
  entriesAtCentral,
  eventually,
  seriousFindings,
  smallTargets,
  startShop,
  type CartItem,
  type OpenTill,
  type Shop,
} from '../support/index.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startShop()
})
afterAll(() => shop.close())

const part = (till: OpenTill, testId: string) => till.page.getByTestId(testId)

async function openWithShift(lane: number): Promise<OpenTill> {
  const till = await shop.openTill({ lane })
  await part(till, 'shift').click()
  await till.openShift('100')
  await part(till, 'close-shift').waitFor()
  await part(till, 'sell').click()
  return till
}

async function sellByCard(till: OpenTill, items: readonly CartItem[]): Promise<void> {
  await till.addToCart(items)
  await part(till, 'pay').click()
  await part(till, 'method-card').click()
  await part(till, 'confirm-payment').click()
  await part(till, 'receipt-number').first().waitFor()
  await till.nextSale()
}

/** One piece of a product of the newest sale, given back as the dialog proposes. */
async function giveBack(till: OpenTill, sku: string, behaviour: string): Promise<void> {
  const dialog = till.page.locator('tm-refund-dialog')
  await part(till, 'refund').click()
  await dialog.locator(`[data-sku="${sku}"]`).getByTestId('refund-more').click()
  await dialog.getByTestId('card-behaviour').selectOption(behaviour)
  await dialog.getByTestId('refund-reason').fill('does not fit')
  await dialog.getByTestId('confirm-refund').click()
}

async function arrived(lane: number, types: readonly string[]): Promise<JournalEntry[]> {
  return eventually(`${types.join(', ')} at central`, async () => {
    const entries = await entriesAtCentral(shop.system, shop.storeId, lane)
    expect(entries.map(({ type }) => type)).toEqual(types)
    return entries
  })
}

test('a sale that was paid by card goes back to the card: declined it is not recorded, and an answer that is lost with the tab counts once', async () => {
  const till = await openWithShift(1)
  const [first, second] = [shop.item(0), shop.item(1)]
  await sellByCard(till, [first, second])
  await part(till, 'receipts').click()
  await giveBack(till, first.sku, 'decline')
  await till.page.getByText('Nothing was recorded').waitFor()
  await giveBack(till, first.sku, 'lose-answer')
  // Known everywhere, and nothing else is given back meanwhile.
  await part(till, 'ask-again-return').waitFor()
  await eventually('the answer is lost', async () => {
    expect(await part(till, 'ask-again-return').isEnabled()).toBe(true)
  })
  expect(await part(till, 'refund').isEnabled()).toBe(false)
  await till.page.reload()

  const [, sale, refund] = await arrived(1, ['shift-open', 'sale', 'refund'])
  expect(refund).toMatchObject({
    refundOf: sale?._id,
    lines: [{ sku: first.sku, quantity: 1 }],
    payments: [{ method: 'card', lastFour: '4242', reference: expect.any(String) }],
  })
  await part(till, 'ask-again-return').waitFor({ state: 'detached' })
  expect((refund as { payments: { token: string }[] }).payments[0]?.token).toBe(
    (sale as { payments: { token: string }[] }).payments[0]?.token,
  )
  await till.context.close()
})

test('a void of a card sale undoes the payment at the card terminal', async () => {
  const till = await openWithShift(2)
  await sellByCard(till, [shop.item(2)])
  await part(till, 'receipts').click()
  await part(till, 'void').click()
  await part(till, 'void-to-cards').waitFor()
  await part(till, 'void-reason').fill('typed wrong')
  await part(till, 'confirm-void').click()
  await till.page.getByText('went back to the card').waitFor()
  const [, sale, voided] = await arrived(2, ['shift-open', 'sale', 'void'])
  expect(voided).toMatchObject({ voidOf: sale?._id, approvedBy: expect.any(Object) })
  expect(await till.page.evaluate(cancelledAttempts)).toBe(1)
  await till.context.close()
})

/** The cheapest and the dearest piece of the catalogue. */
function cheapAndDear(): readonly [CartItem, CartItem] {
  const priceOf = ({ sku }: CartItem) => shop.products.find((product) => product.sku === sku)?.priceMinor ?? 0
  const pieces = shop.products.filter(({ unit }) => unit === 'piece').map((_, index) => shop.item(index))
  const sorted = pieces.sort((a, b) => priceOf(a) - priceOf(b))
  const [cheap, dear] = [sorted[0], sorted.at(-1)]
  if (cheap === undefined || dear === undefined) throw new RangeError('the catalogue has no pieces')
  return [cheap, dear]
}

async function beginExchange(till: OpenTill, sku: string): Promise<void> {
  await part(till, 'receipts').click()
  await part(till, 'exchange').click()
  await till.page.locator(`tm-refund-dialog [data-sku="${sku}"]`).getByTestId('refund-more').click()
  await part(till, 'refund-reason').fill('wrong size')
  expect([await seriousFindings(till.page), await smallTargets(till.page)]).toEqual([[], []])
  await part(till, 'confirm-refund').click()
  await part(till, 'cart-exchange').waitFor()
}

test('goods are exchanged in one go: dearer ones cost the difference, for cheaper ones it goes back, and refund and sale name each other', async () => {
  const [cheap, dear] = cheapAndDear()
  const till = await openWithShift(3)
  await till.sell([cheap])
  await beginExchange(till, cheap.sku)
  await till.addToCart([dear])
  // What comes back lies with the cart, and survives with it.
  await till.reload()
  await part(till, 'cart-exchange').waitFor()
  await till.pay()
  await till.nextSale()
  await sellByCard(till, [dear])
  await beginExchange(till, dear.sku)
  await till.addToCart([cheap])
  await part(till, 'pay').click()
  expect([await seriousFindings(till.page), await smallTargets(till.page)]).toEqual([[], []])
  await till.page.locator('tm-pay-dialog').getByTestId('card-behaviour').selectOption('lose-answer')
  await part(till, 'confirm-payment').click()
  await part(till, 'payment-message').getByText('not known').waitFor()
  await till.page.keyboard.press('Enter')
  await part(till, 'receipt-number').first().waitFor()

  const types = ['shift-open', 'sale', 'refund', 'sale', 'sale', 'refund', 'sale']
  const [, first, firstBack, second, third, secondBack, fourth] = await arrived(3, types)
  expect(firstBack).toMatchObject({ refundOf: first?._id, payments: [{ method: 'cash', exchange: true }] })
  expect(second).toMatchObject({
    exchange: { refund: firstBack?._id },
    payments: [{ exchange: true }, { method: 'cash', changeMinor: 0 }],
  })
  expect(secondBack).toMatchObject({ refundOf: third?._id, payments: [{ exchange: true }, { method: 'card' }] })
  expect(fourth).toMatchObject({ exchange: { refund: secondBack?._id }, payments: [{ exchange: true }] })
  await till.nextSale()
  // The drawer holds the float, the first goods and the difference: what the card gave went back to it.
  const coins = [first, second].flatMap((entry) => (entry as { payments: Coins[] }).payments)
  const inDrawerMinor = coins.reduce((sum, { amountMinor, exchange }) => sum + (exchange ? 0 : amountMinor), 10_000)
  await part(till, 'shift').click()
  await eventually('what is in the drawer', async () => {
    expect(await part(till, 'drawer').getAttribute('data-minor')).toBe(String(inDrawerMinor))
  })
  await till.context.close()
})

interface Coins {
  readonly amountMinor: number
  readonly exchange?: boolean
}

/** Runs in the page: how many attempts the card terminal has undone. */
const cancelledAttempts = `new Promise((resolve, reject) => {
  const opening = indexedDB.open('_pouch_simulated-card-terminal')
  opening.onerror = () => reject(opening.error)
  opening.onsuccess = () => {
    const reading = opening.result.transaction('by-sequence').objectStore('by-sequence').getAll()
    reading.onsuccess = () => {
      opening.result.close()
      resolve(reading.result.filter(({ state }) => state === 'cancelled').length)
    }
  }
})`
