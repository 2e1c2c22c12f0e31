/**
 * The till: what the views show and the actions they ask for. It puts `data/` and `sync/` together and owns nothing of its own that
 * is not on disk; a tab that is killed at any point comes back to the same cart, or to the receipt of its sale.
 *
 *     starting ──► elsewhere (another tab writes) ──take over──┐
 *        └──► setup (not enrolled) ──► loading (catalogue) ──► selling        broken: IndexedDB would not open
 */
import { formatTraceparent, newTraceContext, type Enrolment, type Sale } from '@tidemark/contracts'
import { CartKeeper } from '../data/cart-keeper.ts'
import {
  addToCart,
  clearCart,
  emptyCart,
  maxCartLines,
  removeLine,
  restoreLines,
  setQuantity,
  type Cart,
} from '../data/cart.ts'
import { authorOf, type CashierName } from '../data/cashier.ts'
import { CatalogStore, type TillProduct } from '../data/catalog-store.ts'
import { messageOf } from '../data/errors.ts'
import { StoreFormat } from '../data/format.ts'
import { Journal } from '../data/journal.ts'
import { openLocalDatabase } from '../data/pouch.ts'
import { ProductIndex } from '../data/product-index.ts'
import { listReceipts } from '../data/receipts.ts'
import { TerminalDatabases } from '../data/terminal-databases.ts'
import { HubClient } from '../sync/hub-client.ts'
import { SyncManager } from '../sync/sync-manager.ts'
import type { SyncStatus } from '../data/sync-status.ts'
import { playBeep } from './beep.ts'
import type { Notice } from './notice.ts'
import { holdWriterLock } from './writer-lock.ts'

export type TillPhase = 'starting' | 'elsewhere' | 'setup' | 'loading' | 'selling' | 'broken'

export class Till extends EventTarget {
  phase: TillPhase = 'starting'
  /** What went wrong, for the phase `broken`. */
  failure = ''
  enrolment: Enrolment | undefined
  cashier: CashierName = { name: '' }
  cart: Cart = emptyCart
  /** The sale whose receipt is on screen. */
  receipt: Sale | undefined
  paying = false
  sound = false
  notice: Notice | undefined
  catalog: CatalogStore | undefined
  index = new ProductIndex(new Map())
  format: StoreFormat | undefined
  sync: SyncManager | undefined
  syncStatus: SyncStatus | undefined
  readonly hub: HubClient
  readonly #baseUrl: string
  #databases: TerminalDatabases | undefined
  #journal: Journal | undefined
  #cartKeeper: CartKeeper | undefined
  #noticeId = 0

  constructor(baseUrl: string) {
    super()
    this.#baseUrl = baseUrl
    this.hub = new HubClient(baseUrl)
  }

  /** Opens this browser's data; `takeOver` ends the tab that holds it. */
  async start(takeOver = false): Promise<void> {
    this.#become('starting')
    try {
      if (!(await holdWriterLock(takeOver, () => this.#loseTab()))) {
        this.#become('elsewhere')
        return
      }
      await this.#open()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Makes this browser the till of a lane. */
  async enrol(enrolment: Enrolment, cashier: CashierName): Promise<void> {
    const { device } = this.#opened()
    await device.write('cashier', cashier)
    await device.write('enrolment', enrolment)
    this.cashier = cashier
    await this.#begin(enrolment)
  }

  /** Leaves an enrolment that the hub has ended. Receipts stay, and go up under the next one. */
  async leaveEnrolment(): Promise<void> {
    await this.#opened().device.forget('enrolment')
    this.sync?.stop()
    this.sync = undefined
    this.syncStatus = undefined
    this.enrolment = undefined
    this.#become('setup')
  }

  async setCashier(cashier: CashierName): Promise<void> {
    await this.#opened().device.write('cashier', cashier)
    this.cashier = cashier
    this.#changed()
  }

  async setSound(sound: boolean): Promise<void> {
    await this.#opened().device.write('settings', { sound })
    this.sound = sound
    this.#changed()
  }

  /** Puts pieces or grams of a product into the cart. */
  add(product: TillProduct, quantity: number): void {
    const rate = this.catalog?.taxRateOf(product)
    if (rate === undefined) {
      this.warn(`${product.name} can’t be sold: the catalogue has no tax rate “${product.taxCode}”.`)
      return
    }
    if (this.catalog?.store?.currency !== product.currency) {
      this.warn(`${product.name} can’t be sold: its price is in ${product.currency}.`)
      return
    }
    if (this.cart.lines.length >= maxCartLines) {
      this.warn(`A sale holds at most ${maxCartLines} lines.`)
      return
    }
    const trace = this.cart.trace ?? newTrace()
    this.receipt = undefined
    this.#setCart(addToCart({ ...this.cart, trace }, product, quantity, rate))
    if (this.sound) playBeep('found')
  }

  changeQuantity(lineId: number, quantity: number): void {
    if (quantity < 1) this.remove(lineId)
    else this.#setCart(setQuantity(this.cart, lineId, quantity))
  }

  remove(lineId: number): void {
    const line = this.cart.lines.find((candidate) => candidate.lineId === lineId)
    if (line === undefined) return
    this.#removeWithUndo(removeLine(this.cart, lineId), `Removed ${line.name}`)
  }

  clear(): void {
    if (this.cart.lines.length > 0) this.#removeWithUndo(clearCart(this.cart), 'Cart cleared')
  }

  /** Records the sale of the cart, paid in cash. Calls while one is being recorded do nothing. */
  async pay(tenderedMinor: number): Promise<void> {
    const { enrolment, catalog } = this
    if (this.paying || enrolment === undefined || catalog?.store === undefined) return
    this.paying = true
    this.#changed()
    try {
      const by = authorOf(this.cashier)
      const sale = await this.#openJournal().recordSale({
        cart: this.cart,
        store: catalog.store,
        enrolment,
        by,
        tenderedMinor,
      })
      await this.#finishSale(sale)
    } catch (error) {
      this.warn(`The sale was not recorded, and the cart is kept: ${messageOf(error)}`)
    } finally {
      this.paying = false
      this.#changed()
    }
  }

  closeReceipt(): void {
    this.receipt = undefined
    this.#changed()
  }

  receipts(limit: number): Promise<Sale[]> {
    return listReceipts(this.#opened(), limit)
  }

  warn(text: string): void {
    this.#notify({ tone: 'warning', text })
  }

  /** A code was scanned that no product has. */
  warnNotFound(code: string): void {
    if (this.sound) playBeep('not-found')
    this.warn(`No product has the code ${code}.`)
  }

  dismissNotice(): void {
    this.notice = undefined
    this.#changed()
  }

  async #open(): Promise<void> {
    const databases = new TerminalDatabases(openLocalDatabase)
    this.#databases = databases
    this.#journal = new Journal(databases)
    this.#cartKeeper = new CartKeeper(databases.device)
    this.cashier = (await databases.device.read('cashier')) ?? this.cashier
    this.sound = (await databases.device.read('settings'))?.sound ?? false
    const enrolment = await databases.device.read('enrolment')
    // Without this a browser that runs short of disk may drop a till's unsent receipts.
    void navigator.storage?.persist?.().catch(() => false)
    if (enrolment === undefined) this.#become('setup')
    else await this.#begin(enrolment)
  }

  async #begin(enrolment: Enrolment): Promise<void> {
    const databases = this.#opened()
    this.enrolment = enrolment
    this.#become('loading')
    this.catalog = new CatalogStore(databases, enrolment.storeId)
    await this.catalog.load()
    await this.#restoreCart(enrolment)
    this.#showCatalog()
    this.sync = new SyncManager({
      databases,
      hub: this.hub,
      baseUrl: this.#baseUrl,
      enrolment,
      onStatus: (status) => this.#takeStatus(status),
      onCatalog: () => void this.#refreshCatalog(),
    })
    await this.sync.start()
  }

  /** The tab may have died between the put of a sale and the emptying of its cart: that cart is sold. */
  async #restoreCart(enrolment: Enrolment): Promise<void> {
    const saved = await this.#opened().device.read('cart')
    if (saved === undefined) return
    const head = await this.#openJournal().head(enrolment.incarnation)
    const isSold = saved.trace !== null && saved.trace.traceparent === head.traceparent
    if (isSold) await this.#finishSale(head.entry as unknown as Sale)
    else this.cart = saved
  }

  async #finishSale(sale: Sale): Promise<void> {
    this.cart = emptyCart
    this.receipt = sale
    // An undo must not bring back what is sold.
    this.notice = undefined
    this.#changed()
    // The receipt is on disk. Whatever fails from here on is no failure of the sale.
    this.#saveCart()
    await this.sync?.noteLocalWrite(`sales-${sale.businessDate.slice(0, 7)}`).catch(() => undefined)
    await askForBackgroundSync()
  }

  async #refreshCatalog(): Promise<void> {
    try {
      if (await this.catalog?.refresh()) this.#showCatalog()
    } catch (error) {
      this.warn(`The catalogue could not be read: ${messageOf(error)}`)
    }
  }

  #showCatalog(): void {
    if (this.catalog === undefined) return
    this.index = new ProductIndex(this.catalog.products)
    if (this.catalog.store === undefined) {
      this.#changed()
      return
    }
    this.format = new StoreFormat(this.catalog.store)
    this.#become('selling')
  }

  #takeStatus(status: SyncStatus): void {
    this.syncStatus = status
    this.#changed()
  }

  #setCart(cart: Cart): void {
    this.cart = cart
    this.#saveCart()
    this.#changed()
  }

  #saveCart(): void {
    this.#cartKeeper?.save(this.cart).catch((error: unknown) => {
      this.warn(`The cart could not be saved on this till: ${messageOf(error)}`)
    })
  }

  #removeWithUndo(next: Cart, text: string): void {
    const earlier = this.cart
    this.#setCart(next)
    this.#notify({ tone: 'plain', text, undo: () => this.#undo(earlier) })
  }

  #undo(earlier: Cart): void {
    this.notice = undefined
    this.#setCart(restoreLines(this.cart, earlier))
  }

  #notify(notice: Omit<Notice, 'id'>): void {
    this.#noticeId += 1
    this.notice = { ...notice, id: this.#noticeId }
    this.#changed()
  }

  #loseTab(): void {
    this.sync?.stop()
    this.#become('elsewhere')
  }

  #fail(error: unknown): void {
    this.failure = messageOf(error)
    this.#become('broken')
  }

  #become(phase: TillPhase): void {
    this.phase = phase
    this.#changed()
  }

  #changed(): void {
    this.dispatchEvent(new Event('change'))
  }

  #opened(): TerminalDatabases {
    if (this.#databases === undefined) throw new Error('the till is not open')
    return this.#databases
  }

  #openJournal(): Journal {
    if (this.#journal === undefined) throw new Error('the till is not open')
    return this.#journal
  }
}

function newTrace(): NonNullable<Cart['trace']> {
  const context = newTraceContext((count) => crypto.getRandomValues(new Uint8Array(count)))
  return { traceparent: formatTraceparent(context), startTime: new Date().toISOString() }
}

/** Chromium wakes the service worker, and that wakes this page, when the network is back. Other browsers have the timer. */
async function askForBackgroundSync(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const registration = (await navigator.serviceWorker.getRegistration()) as
    (ServiceWorkerRegistration & { readonly sync?: { register(tag: string): Promise<void> } }) | undefined
  await registration?.sync?.register('sync-sales').catch(() => undefined)
}
