/** The till as a cashier uses it: through the screen only. */
import { demoPeople } from '@tidemark/demo'
import type { Locator, Page } from 'playwright-core'
import { eventually } from './eventually.ts'
import type { TillDocument } from './page-till.ts'

export interface CartItem {
  readonly sku: string
  readonly barcode: string
  /** How it gets into the cart: typed and picked, or scanned, which is a barcode typed fast with Enter behind it. */
  readonly by: 'search' | 'barcode'
}

export interface Till {
  readonly page: Page
  /** Makes the page the till of a lane, with a person of the demo signed in. `code` is a manager's, where the hub wants one. */
  setUp(url: string, lane: number, cashier: string, code?: string): Promise<void>
  /** From the page that asks for the float, in units of the currency, to selling. */
  openShift(float?: string): Promise<void>
  /** Signs somebody in while the till asks for it. Another PIN than theirs is typed as given. */
  signIn(cashier: string, pin?: string): Promise<void>
  /** Hides the till, as a cashier who leaves it. */
  lock(): Promise<void>
  /** A manager of the demo agrees to what the till asks for. */
  consent(manager?: string): Promise<void>
  /** Sells each item once, paid exactly in cash. Returns the receipt number that the screen shows. */
  sell(items: readonly CartItem[]): Promise<string>
  addToCart(items: readonly CartItem[]): Promise<void>
  /** Pays what is in the cart exactly in cash; the receipt stays on the screen. Returns its number. */
  pay(): Promise<string>
  /** From the receipt to the next sale. */
  nextSale(): Promise<void>
  /** The cart's lines and the count sheets are on disk. */
  untilOnDisk(): Promise<void>
  /** Loads the page anew, once what is on the screen is on disk: no person is as quick as a script. */
  reload(): Promise<void>
  /** The till stands ready to sell. */
  waitUntilReady(): Promise<void>
  /** The service worker is in charge: a reload works with no network. */
  untilReadyForOffline(): Promise<void>
  syncState(): Promise<{ readonly state: string | null; readonly unsent: number }>
}

const patienceMs = 60_000

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

  /** With an empty drawer: 100.00 or another float is for stories of shifts. */
  async function openShift(float = ''): Promise<void> {
    await part('float').fill(float)
    await part('open-shift').click()
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

  async function typePin(place: Locator, name: string, pin = pinOf(name)): Promise<void> {
    await place.getByTestId('person').filter({ hasText: name }).click()
    for (const digit of pin) await place.getByTestId(`pin-${digit}`).click()
    await place.getByTestId('submit-pin').click()
  }

  async function signIn(cashier: string, pin?: string): Promise<void> {
    await typePin(part('lock'), cashier, pin)
    if (pin === undefined) await part('lock').waitFor({ state: 'detached' })
  }

  async function untilOnDisk(): Promise<void> {
    await eventually('what is on the screen is on disk', async () => {
      if (!(await page.evaluate(isOnDisk))) throw new Error('it is not yet')
    })
  }

  return {
    page,
    signIn,
    async lock() {
      await part('lock-till').click()
      await part('lock').waitFor()
    },
    async consent(manager = 'Aoife') {
      await typePin(part('consent'), manager)
      await part('consent').waitFor({ state: 'detached' })
    },
    async setUp(url, lane, cashier, code) {
      await page.goto(url)
      await part(`lane-${lane}`).click()
      if (code !== undefined) await part('enrolment-code').fill(code)
      await part('start-selling').click()
      await signIn(cashier)
      await part('search').waitFor()
    },
    openShift,
    addToCart,
    pay,
    nextSale,
    async sell(items) {
      await addToCart(items)
      const receipt = await pay()
      await nextSale()
      return receipt
    },
    untilOnDisk,
    async reload() {
      await untilOnDisk()
      await page.reload()
    },
    waitUntilReady: () => part('search').waitFor(),
    untilReadyForOffline: () => page.evaluate(untilServiceWorkerIsReady),
    async syncState() {
      const indicator = part('sync-state').first()
      return {
        state: await indicator.getAttribute('data-state'),
        unsent: Number(await indicator.getAttribute('data-unsent')),
      }
    },
  }
}

declare const document: TillDocument

/** Runs in the page. */
async function isOnDisk(): Promise<boolean> {
  const { databases, selling, stock } = document.querySelector('tm-app').till
  const cart = (await databases.device.read('cart')) as typeof selling.cart | undefined
  const sheets = (await databases.device.read('count-sheets')) as typeof stock.sheets | undefined
  return JSON.stringify([cart?.lines ?? [], sheets ?? []]) === JSON.stringify([selling.cart.lines, stock.sheets])
}

/** Runs in the page. */
async function untilServiceWorkerIsReady(): Promise<void> {
  const { serviceWorker } = navigator as unknown as { readonly serviceWorker: { readonly ready: Promise<unknown> } }
  await serviceWorker.ready
}

function pinOf(name: string): string {
  const person = demoPeople.find((candidate) => candidate.name === name)
  if (person === undefined) throw new RangeError(`the demo knows nobody called ${name}`)
  return person.pin
}
