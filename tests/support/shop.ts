/**
 * A store for tests of the till: a real central, NATS and hub with a small catalogue, and a real browser that opens tills of the built
 * application.
 *
 *     const shop = await startShop()
 *     const till = await shop.openTill()          lane 1, set up, ready to sell, in a browser profile of its own
 *     await till.sell([shop.item(0)])
 *     await shop.close()                          fails when a page raised an error
 */
import { join } from 'node:path'
import type { Product } from '@tidemark/contracts'
import { demoProducts, type ServiceName, type System } from '@tidemark/demo'
import type { Browser, BrowserContext, BrowserContextOptions } from 'playwright-core'
import { launchBrowser } from './browser.ts'
import { loadConfig } from './config.ts'
import { startTemporarySystem, unknownStores } from './temporary-system.ts'
import { createTill, type CartItem, type Till } from './till.ts'

export interface ShopOptions {
  /** Head office's services that the story needs; none when absent, which starts quickest. */
  readonly services?: readonly ServiceName[]
  /** The catalogue; 60 products of all categories when absent. */
  readonly products?: readonly Product[]
  /** More of the hub's configuration. */
  readonly hub?: Readonly<Record<string, string>>
}

export interface TillOptions {
  readonly lane?: number
  readonly cashier?: string
  /** A manager's one-time code, where the hub wants one. */
  readonly code?: string
  /** 1366 × 768 when absent. */
  readonly viewport?: { readonly width: number; readonly height: number }
  /** A finger instead of a mouse. */
  readonly touch?: boolean
  /** More of the browser: `colorScheme`, `locale`, `permissions`, … */
  readonly browser?: BrowserContextOptions
}

export interface OpenTill extends Till {
  /** Its browser profile: closing it closes the till and loses its data. */
  readonly context: BrowserContext
}

export interface Shop {
  readonly system: System
  readonly storeId: string
  readonly hubUrl: string
  /** The hub's data folder. */
  readonly hubFolder: string
  readonly products: readonly Product[]
  /** Ports of the system's processes, for a link of the test's own. */
  readonly browser: Browser
  openTill(options?: TillOptions): Promise<OpenTill>
  /** The piece at this place of the catalogue, to be scanned. */
  item(index: number, by?: CartItem['by']): CartItem
  /** A hub that ended because the test killed it is no casualty. */
  close(): Promise<void>
}

const desktop = { width: 1366, height: 768 }
const smallCatalogue = 60

/** Throws when a process does not start; nothing is left running then. */
export async function startShop(options: ShopOptions = {}): Promise<Shop> {
  const loaded = loadConfig(process.env)
  if (!loaded.ok) throw new Error(loaded.problems.join('; '))
  const { config } = loaded
  const { products = everyNth(demoProducts(), smallCatalogue), services = [], hub = {} } = options
  const running = await startTemporarySystem({
    config: { ...config, machine: { ...config.machine, logLevel: 'warn' } },
    stores: unknownStores(1),
    products,
    services,
    hubEnvironment: hub,
    progress: (_title, work) => work(),
    signal: new AbortController().signal,
  })
  const { system } = running
  const browser = await launchBrowser(config.chromium).catch(async (error: unknown) => {
    await system.stop()
    running.removeFolder()
    throw error
  })
  const [store] = system.stores
  if (store === undefined) throw new Error('a shop without a store')
  const pageErrors: string[] = []
  const pieces = products.filter(({ unit }) => unit === 'piece')

  return {
    system,
    storeId: store.storeId,
    hubUrl: store.hubUrl,
    hubFolder: join(running.folder, `hub-${store.storeId}`),
    products,
    browser,
    async openTill(wanted = {}) {
      const { lane = 1, cashier = 'Aoife', code, viewport = desktop, touch = false, browser: more = {} } = wanted
      const context = await browser.newContext({ viewport, hasTouch: touch, ...more })
      const page = await context.newPage()
      page.on('pageerror', (error) => pageErrors.push(`lane ${lane}: ${error.stack ?? error.message}`))
      const till = createTill(page)
      await till.setUp(`${store.hubUrl}/`, lane, cashier, code).catch((error: unknown) => {
        throw new Error([String(error), ...pageErrors].join('\n'), { cause: error })
      })
      return { ...till, context }
    },
    item(index, by = 'barcode') {
      const product = pieces[index]
      if (product === undefined) throw new RangeError(`the catalogue has no piece ${index}`)
      return { sku: product.sku, barcode: product.barcodes[0] ?? '', by }
    },
    async close() {
      await browser.close()
      await system.stop()
      running.removeFolder()
      const problems = [...pageErrors, ...running.casualties]
      if (problems.length > 0) throw new Error(problems.join('\n'))
    },
  }
}

/** As many products as asked for, spread over the whole catalogue so that every category has some. */
function everyNth(products: readonly Product[], count: number): Product[] {
  const step = products.length / count
  return Array.from({ length: count }, (_, index) => products[Math.floor(index * step)]).filter(
    (product) => product !== undefined,
  )
}
