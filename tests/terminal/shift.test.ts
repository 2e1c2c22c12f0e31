import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, entriesAtCentral, startShop, type OpenTill, type Shop } from '../support/index.ts'

let shop: Shop
let till: OpenTill
beforeAll(async () => {
  shop = await startShop()
  till = await shop.openTill({ cashier: 'Daniel' })
})
afterAll(() => shop?.close())

const part = (testId: string) => till.page.getByTestId(testId)
/** Minor units of an amount on the screen. */
const minor = async (testId: string) => Number(await part(testId).getAttribute('data-minor'))
const openShiftSection = async () => {
  await part('shift').click()
  await part('shift-open').waitFor()
}
const untilInDrawer = (expectedMinor: number) =>
  eventually(`${expectedMinor} in the drawer`, async () => expect(await minor('drawer')).toBe(expectedMinor))

async function sellByCard(index: number): Promise<void> {
  await till.addToCart([shop.item(index)])
  await part('pay').click()
  await part('method-card').click()
  await part('confirm-payment').click()
  await part('receipt-number').first().waitFor()
  await till.nextSale()
}

/** Counts so much money into the dialog, in as few notes and coins as it takes. */
async function count(amountMinor: number): Promise<void> {
  let left = amountMinor
  for (const field of await till.page.locator('tm-count-dialog [data-testid^="count-"]').all()) {
    const valueMinor = Number((await field.getAttribute('data-testid'))?.slice('count-'.length))
    await field.fill(String(Math.floor(left / valueMinor)))
    left %= valueMinor
  }
  expect(left).toBe(0)
}

test('a shift from the float to the Z report: cash, card, cash out with a manager’s word, a count that is short, and head office has the same', async () => {
  await part('shift').click()
  await till.openShift('100')
  await part('shift-open').waitFor()
  await untilInDrawer(100_00)

  await part('sell').click()
  await till.sell([shop.item(0), shop.item(1)])
  await sellByCard(2)
  await till.sell([shop.item(3)])
  await openShiftSection()
  const beforeMinor = await eventually('the cash is in the drawer', async () => {
    const inDrawer = await minor('drawer')
    expect(inDrawer).toBeGreaterThan(100_00)
    return inDrawer
  })
  // More than a cashier may take out alone.
  await part('cash-out').click()
  await part('cash-amount').fill('60')
  await part('cash-reason').fill('To the bank')
  await part('confirm-cash').click()
  await till.consent()
  await untilInDrawer(beforeMinor - 60_00)

  await part('close-shift').click()
  await count(beforeMinor - 60_00 - 50)
  await part('confirm-close').click()
  await part('report-kind').getByText('Z report').waitFor()

  const entries = await eventually('the whole shift is at head office', async () => {
    const arrived = await entriesAtCentral(shop.system, shop.storeId, 1)
    const types = ['shift-open', 'sale', 'sale', 'sale', 'cash-movement', 'shift-close']
    expect(arrived.map(({ type }) => type)).toEqual(types)
    return arrived
  })
  const sales = entries.filter((entry) => entry.type === 'sale')
  const paidBy = (wanted: 'cash' | 'card') =>
    sales
      .flatMap(({ payments }) => payments)
      .filter(({ method }) => method === wanted)
      .reduce((total, { amountMinor }) => total + amountMinor, 0)
  const [cashMinor, cardMinor] = [paidBy('cash'), paidBy('card')]
  expect(Math.min(cashMinor, cardMinor)).toBeGreaterThan(0)
  expect({
    taken: await minor('report-taken'),
    cash: await minor('report-cash'),
    card: await minor('report-card'),
    expected: await minor('report-expected'),
    counted: await minor('report-counted'),
    difference: await minor('report-difference'),
  }).toEqual({
    taken: cashMinor + cardMinor,
    cash: cashMinor,
    card: cardMinor,
    expected: 100_00 + cashMinor - 60_00,
    counted: 100_00 + cashMinor - 60_00 - 50,
    difference: -50,
  })
  const [open, , , , movement, close] = entries
  expect(open).toMatchObject({ floatMinor: 100_00 })
  expect(movement).toMatchObject({ direction: 'out', amountMinor: 60_00, approvedBy: { id: 'aoife' } })
  expect(close).toMatchObject({
    shiftOpen: open?._id,
    expectedMinor: 100_00 + cashMinor - 60_00,
    countedMinor: 100_00 + cashMinor - 60_00 - 50,
    by: { id: 'daniel' },
  })

  // The drawer is closed, and what it came to is still there after a reload.
  await till.page.reload()
  await part('open-shift').waitFor()
  await part('earlier-shift').click()
  await part('report-kind').getByText('Z report').waitFor()
  expect(await minor('report-difference')).toBe(-50)
})
