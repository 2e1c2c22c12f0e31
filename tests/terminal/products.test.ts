import { afterAll, beforeAll, expect, test } from 'vitest'
import { centralDocuments, eventually, startShop, type CartItem, type OpenTill, type Shop } from '../support/index.ts'

type Fields = Readonly<Record<string, unknown>>

let shop: Shop
let central: ReturnType<typeof centralDocuments>
beforeAll(async () => {
  // The desk finds conflicts at head office, and merges what a rule can merge.
  shop = await startShop({ services: ['conflicts'] })
  central = centralDocuments(shop.system)
})
afterAll(() => shop.close())

async function openProduct(till: OpenTill, sku: string): Promise<void> {
  await till.page.getByTestId('products').click()
  await till.page.getByTestId('product-search').fill(sku)
  await till.page.locator(`[data-testid="product-row"][data-sku="${sku}"]`).click()
  await till.page.locator(`[data-testid="product-form"][data-sku="${sku}"]`).waitFor()
}

async function edit(till: OpenTill, sku: string, field: string, value: string): Promise<void> {
  await openProduct(till, sku)
  await till.page.getByTestId(`product-${field}`).fill(value)
  await till.page.getByTestId('save-product').click()
  await till.page.getByTestId('notice').getByText('Saved').waitFor()
}

/** What the list of products of a till says of one. */
async function untilShown(till: OpenTill, sku: string, text: string): Promise<void> {
  await till.page
    .locator(`[data-testid="product-row"][data-sku="${sku}"]`, { hasText: text })
    .waitFor({ timeout: 60_000 })
}

async function untilAtCentral(sku: string, expected: Fields): Promise<void> {
  await eventually(`head office has ${JSON.stringify(expected)}`, async () => {
    const { _conflicts, ...product } = (await central.read('catalog', `product:${sku}`)) ?? {}
    expect([_conflicts, product]).toEqual([undefined, expect.objectContaining(expected)])
  })
}

const conflictRow = (till: OpenTill, sku: string) =>
  till.page.locator(`[data-testid="conflict-row"][data-document="product:${sku}"]`)

test('a product that a manager edits with the hub away is changed there at once, and at every till when the hub is back', async () => {
  const [till, other] = [await shop.openTill({ lane: 1, cashier: 'Aoife' }), await shop.openTill({ lane: 2 })]
  const { sku } = shop.item(0)
  await openProduct(till, sku)
  await till.context.setOffline(true)
  await edit(till, sku, 'price', '12.35')
  await untilShown(till, sku, '12.35')
  await till.page.getByTestId('sell').click()
  await till.addToCart([shop.item(0)])
  expect(await till.page.getByTestId('pay').innerText()).toContain('12.35')
  await till.context.setOffline(false)
  await openProduct(other, sku)
  await untilShown(other, sku, '12.35')
  await untilAtCentral(sku, { priceMinor: 1235, by: { id: 'aoife', role: 'manager', name: 'Aoife' } })
  for (const each of [till, other]) await each.context.close()
})

test('a manager who goes on to the next product while the last one is being saved stays there', async () => {
  const till = await shop.openTill({ lane: 6 })
  const { page } = till
  await page.getByTestId('products').click()
  const [first, second] = [shop.item(4), shop.item(5)]
  const rowOf = ({ sku }: CartItem) => page.locator(`[data-testid="product-row"][data-sku="${sku}"]`)
  await rowOf(first).click()
  await page.getByTestId('product-name').fill('Renamed')
  // One after the other, with no time in between.
  const buttons = [await page.getByTestId('save-product').elementHandle(), await rowOf(second).elementHandle()]
  await page.evaluate((both) => both.forEach((button) => (button as unknown as { click(): void }).click()), buttons)
  await page.getByTestId('notice').getByText('Saved').waitFor()
  await rowOf(first).getByText('Renamed').waitFor()
  expect(await page.getByTestId('product-form').getAttribute('data-sku')).toBe(second.sku)
  await till.context.close()
})

test('scenario 3, a change here and a later one at head office: different fields merge, and a person is told of two prices', async () => {
  const till = await shop.openTill({ lane: 3, cashier: 'Aoife' })
  const [merging, contested] = [shop.item(1).sku, shop.item(2).sku]
  await openProduct(till, merging)
  await till.context.setOffline(true)
  await edit(till, merging, 'name', 'Renamed in the store')
  await edit(till, contested, 'price', '11.11')
  await untilShown(till, contested, '11.11')
  await central.editProduct(merging, { category: 'Moved by head office' })
  await central.editProduct(contested, { priceMinor: 2222 })
  await till.context.setOffline(false)

  await untilAtCentral(merging, { name: 'Renamed in the store', category: 'Moved by head office' })
  await openProduct(till, merging)
  await untilShown(till, merging, 'Moved by head office')
  await untilShown(till, merging, 'Renamed in the store')
  await till.page.locator('[data-testid="sync-state"][data-state="conflict"]').waitFor()
  await openProduct(till, contested)
  await till.page.getByTestId('conflict-badge').waitFor()
  await till.page.getByTestId('conflicts').click()
  await conflictRow(till, contested).click()
  await till.page.locator('[data-testid="conflict-field"][data-field="priceMinor"]', { hasText: '22.22' }).waitFor()
  await till.context.close()
})

test('a manager resolves a conflict with the hub away; hub, head office and the other till come to it, and the other side is kept', async () => {
  const [till, other] = [await shop.openTill({ lane: 4, cashier: 'Aoife' }), await shop.openTill({ lane: 5 })]
  const { sku } = shop.item(3)
  const { page } = till
  await openProduct(till, sku)
  await till.context.setOffline(true)
  await edit(till, sku, 'price', '33.33')
  await untilShown(till, sku, '33.33')
  await central.editProduct(sku, { priceMinor: 4444 })
  await till.context.setOffline(false)
  await page.getByTestId('conflicts').click()
  await conflictRow(till, sku).waitFor({ timeout: 60_000 })

  await till.context.setOffline(true)
  await conflictRow(till, sku).click()
  const price = page.locator('[data-testid="conflict-field"][data-field="priceMinor"]')
  await price.locator('label', { hasText: '33.33' }).locator('input').check()
  await page.getByTestId('decision-note').fill('as on the shelf')
  await page.getByTestId('decide').click()
  await conflictRow(till, sku).waitFor({ state: 'detached' })
  await page.getByTestId('decided-conflicts').getByText('as on the shelf').waitFor()
  await openProduct(till, sku)
  await untilShown(till, sku, '33.33')
  await till.context.setOffline(false)

  await untilAtCentral(sku, { priceMinor: 3333 })
  await openProduct(other, sku)
  await untilShown(other, sku, '33.33')
  await other.page.getByTestId('conflicts').click()
  await conflictRow(other, sku).waitFor({ state: 'detached' })
  await eventually('the case with both sides is at head office', async () => {
    const found = await central.read(`store-${shop.storeId}-conflicts`, await caseOf(till, sku))
    const { status, decision, leaves } = found as {
      status: string
      decision: { by: { id: string }; note: string }
      leaves: readonly { body: { priceMinor: number } }[]
    }
    expect([status, decision.by.id, decision.note]).toEqual(['resolved', 'aoife', 'as on the shelf'])
    expect(leaves.map(({ body }) => body.priceMinor).sort()).toEqual([3333, 4444])
  })
  for (const each of [till, other]) await each.context.close()
})

/** Id of the decided case of a product, as the till lists it. */
async function caseOf(till: OpenTill, sku: string): Promise<string> {
  await till.page.getByTestId('conflicts').click()
  const row = till.page.locator(`[data-testid="decided-conflict"][data-document="product:${sku}"]`)
  return (await row.getAttribute('data-id')) ?? ''
}
