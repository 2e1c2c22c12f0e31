/** The till as a cashier uses it: through the screen only. */
import type { Locator, Page } from 'playwright-core'
import { eventually } from './eventually.ts'

export interface CartItem {
  readonly sku: string
  readonly barcode: string
  /** How it gets into the cart: typed and picked, or scanned, which is a barcode typed fast with Enter behind it. */
  readonly by: 'search' | 'barcode'
}

export interface Till {
  readonly page: Page
  setUp(url: string, lane: number, cashier: string): Promise<void>
  /** Sells each item once, paid exactly in cash. Returns the receipt number that the screen shows. */
  sell(items: readonly CartItem[]): Promise<string>
  addToCart(items: readonly CartItem[]): Promise<void>
  /** Pays what is in the cart exactly in cash; the receipt stays on the screen. Returns its number. */
  pay(): Promise<string>
  /** From the receipt to the next sale. */
  nextSale(): Promise<void>
  /** The till stands ready to sell. */
  waitUntilReady(): Promise<void>
  syncState(): Promise<{ readonly state: string | null; readonly unsent: number }>
}

const patienceMs = 30_000

export function createTill(page: Page): Till {
  page.setDefaultTimeout(patienceMs)
  const part = (testId: string): Locator => page.getByTestId(testId)

  async function addItem(item: CartItem): Promise<void> {
    const line = page.locator(`[data-testid="cart-line"][data-sku="${item.sku}"]`)
    const before = (await line.count()) === 0 ? 0 : Number(await line.getAttribute('data-quantity'))
    const search = part('search')
    if (item.by === 'barcode') {
      await search.fill('')
      await search.pressSequentially(item.barcode)
      await search.press('Enter')
    } else {
      await search.fill(item.sku)
      await page.locator(`[data-testid="search-result"][data-sku="${item.sku}"]`).first().click()
    }
    await eventually(`${item.sku} in the cart`, async () => {
      const quantity = (await line.count()) === 0 ? 0 : Number(await line.getAttribute('data-quantity'))
      if (quantity !== before + 1) throw new Error(`its quantity is ${quantity}, not ${before + 1}`)
    })
  }

  async function addToCart(items: readonly CartItem[]): Promise<void> {
    for (const item of items) await addItem(item)
  }

  async function pay(): Promise<string> {
    await part('pay').click()
    await part('tender-exact').click()
    await part('confirm-payment').click()
    return (await part('receipt-number').first().innerText()).trim()
  }

  async function nextSale(): Promise<void> {
    await part('new-sale').click()
    await part('new-sale').waitFor({ state: 'detached' })
  }

  return {
    page,
    async setUp(url, lane, cashier) {
      await page.goto(url)
      await part(`lane-${lane}`).click()
      await part('cashier-name').fill(cashier)
      await part('start-selling').click()
      await part('search').waitFor()
    },
    addToCart,
    pay,
    nextSale,
    async sell(items) {
      await addToCart(items)
      const receipt = await pay()
      await nextSale()
      return receipt
    },
    waitUntilReady: () => part('search').waitFor(),
    async syncState() {
      const indicator = part('sync-state').first()
      return {
        state: await indicator.getAttribute('data-state'),
        unsent: Number(await indicator.getAttribute('data-unsent')),
      }
    },
  }
}
