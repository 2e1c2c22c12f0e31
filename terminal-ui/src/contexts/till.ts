/**
 * The till: puts `data/` and `sync/` together, and holds the controller of each feature (`till.selling`, `till.settings`, …). It owns
 * nothing that is not on disk.
 *
 *     starting ◄──► elsewhere (another tab writes; until it ends, or this one takes over)
 *        └──► setup (not enrolled) ──► loading (catalogue) ──► selling        broken: IndexedDB would not open
 *                                                                             newer: a newer version wrote the data
 */
import { msg, str } from '@lit/localize'
import { publicKeyOf, type Author, type Enrolment } from '@tidemark/contracts'
import { CatalogStore, type TillProduct } from '../data/catalog-store.ts'
import { prepareData } from '../data/data-version.ts'
import { messageOf } from '../data/errors.ts'
import { StoreFormat } from '../data/format.ts'
import { Journal } from '../data/journal.ts'
import type { Permission } from '../data/people.ts'
import { KeyStore } from '../data/key-store.ts'
import { localDatabases } from '../data/pouch.ts'
import { ProductIndex } from '../data/product-index.ts'
import type { StorageFailure } from '../data/storage-failures.ts'
import type { SyncStatus } from '../data/sync-status.ts'
import { TerminalDatabases } from '../data/terminal-databases.ts'
import { HubClient, type HubAnswer } from '../sync/hub-client.ts'
import { TillLog } from '../data/till-log.ts'
import { HubSession } from '../sync/hub-session.ts'
import type { SyncManager } from '../sync/sync-manager.ts'
import { Conflicts } from './conflicts.ts'
import { CardDesk } from './card-desk.ts'
import { CardReturns } from './card-returns.ts'
import { Favourites } from './favourites.ts'
import { HeldCarts } from './held-carts.ts'
import { AppUpdate, type UpdateHost } from './app-update.ts'
import { Exchanges } from './exchanges.ts'
import { Durability, type DurabilityHost } from './durability.ts'
import { LocalData, type LocalDataHost } from './local-data.ts'
import { AfterSale } from './after-sale.ts'
import { lockWhenIdle } from './idle-lock.ts'
import { Notices } from './notices.ts'
import { Payments } from './payments.ts'
import { Products } from './products.ts'
import { Selling } from './selling.ts'
import { Session } from './session.ts'
import { Settings } from './settings.ts'
import { Stock } from './stock.ts'
import { StorageWatch } from './storage-watch.ts'
import { Shifts } from './shifts.ts'
import type { TillHost } from './till-host.ts'
import { holdWriterLock } from './writer-lock.ts'

export type TillPhase = 'starting' | 'elsewhere' | 'setup' | 'loading' | 'selling' | 'broken' | 'newer'

/** A clock that is set anew must not leave yesterday's prices for long. */
const maxPriceWaitMs = 15 * 60_000

export class Till extends EventTarget implements TillHost, LocalDataHost, DurabilityHost, UpdateHost {
  phase: TillPhase = 'starting'
  /** What went wrong, for the phase `broken`. */
  failure = ''
  enrolment: Enrolment | undefined
  catalog: CatalogStore | undefined
  index = new ProductIndex(new Map())
  format: StoreFormat | undefined
  /** Requests to the hub as this till. */
  hubSession: HubSession | undefined
  sync: SyncManager | undefined
  syncStatus: SyncStatus | undefined
  readonly hub: HubClient
  readonly notices = new Notices(() => this.changed())
  readonly settings = new Settings(() => this.changed())
  readonly cards = new CardDesk(this)
  readonly session = new Session(this)
  readonly selling = new Selling(this)
  readonly stock = new Stock(this)
  readonly products = new Products(this)
  readonly conflicts = new Conflicts(this)
  readonly favourites = new Favourites(this)
  readonly heldCarts = new HeldCarts(this, this.selling)
  readonly exchanges = new Exchanges(this, this.selling)
  readonly payments = new Payments(this, this.selling, this.exchanges, () => this.cards.terminal)
  readonly update = new AppUpdate(this)
  readonly storage = new StorageWatch(() => this.changed())
  readonly localData = new LocalData(this)
  readonly durability = new Durability(this)
  readonly shifts = new Shifts(this)
  readonly cardReturns = new CardReturns(this, () => this.cards.terminal)
  readonly afterSale = new AfterSale(this, this.shifts, this.cardReturns)
  readonly #baseUrl: string
  #databases: TerminalDatabases | undefined
  #journal: Journal | undefined
  #keys: KeyStore | undefined
  /** Ended when this tab no longer waits for the tab that holds the lock. */
  #waiting = new AbortController()
  #priceTimer: ReturnType<typeof setTimeout> | undefined
  #log: TillLog | undefined

  constructor(baseUrl: string) {
    super()
    this.#baseUrl = baseUrl
    this.hub = new HubClient(baseUrl)
    lockWhenIdle(window, {
      minutes: () => (this.payments.busy === undefined ? this.settings.lockAfterMinutes : 0),
      lock: () => {
        if (!this.session.isOpenToAll) void this.session.lock()
      },
    })
  }

  get databases(): TerminalDatabases {
    if (this.#databases === undefined) throw new Error('the till is not open')
    return this.#databases
  }

  get journal(): Journal {
    if (this.#journal === undefined) throw new Error('the till is not open')
    return this.#journal
  }

  /** What this till did to stay alike with its hub. Throws while this browser's data is not open. */
  get log(): TillLog {
    this.#log ??= new TillLog(() => this.databases.named('sync-log'))
    return this.#log
  }

  get personId(): string {
    return this.author.id
  }

  isIdle(): boolean {
    const { cart, receipt } = this.selling
    const isFree =
      cart.lines.length === 0 && cart.exchange === undefined && receipt === undefined && !this.isRecording()
    return this.phase === 'selling' && isFree
  }

  isRecording(): boolean {
    return this.payments.busy !== undefined || this.cardReturns.busy
  }

  holdsTill(): boolean {
    return this.phase !== 'starting' && this.phase !== 'elsewhere'
  }

  async countUnsent(): Promise<void> {
    await this.sync?.countUnsent()
  }

  async finishSync(): Promise<void> {
    await this.sync?.processQueue()
    this.sync?.stop()
  }

  resumeSync(): void {
    void this.sync?.start()
  }

  noteStorageFailure(database: string, failure: StorageFailure): void {
    this.#databases?.noteClosed(database)
    if (failure === 'no-room') this.storage.noteNoRoom()
  }

  get author(): Author {
    return this.session.author
  }

  /** Opens this browser's data once no other tab holds it; `takeOver` ends the tab that does. */
  async start(takeOver = false): Promise<void> {
    this.#become('starting')
    await this.#openWhenAlone(takeOver)
  }

  async #openWhenAlone(takeOver: boolean): Promise<void> {
    this.#waiting.abort()
    this.#waiting = new AbortController()
    try {
      const isHeld = await holdWriterLock({
        steal: takeOver,
        onWaiting: () => this.#become('elsewhere'),
        onLost: () => this.#loseTab(),
        signal: this.#waiting.signal,
      })
      if (!isHeld) return
      this.#become('starting')
      await this.#open()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Asks the hub for a lane; `code` is a manager's, where the hub wants one. */
  async requestEnrolment(
    wanted: { readonly lane: number; readonly code: string },
    replace: boolean,
  ): Promise<HubAnswer<Enrolment>> {
    const publicKey = await publicKeyOf(await this.#openKeys().deviceKey())
    const { lane, code } = wanted
    return this.hub.enrol({ lane, publicKey, ...(code !== '' && { code }) }, replace)
  }

  /** Makes this browser the till of a lane. */
  async enrol(enrolment: Enrolment): Promise<void> {
    performance.mark('tm-enrol')
    await this.databases.device.write('enrolment', enrolment)
    await this.#begin(enrolment)
  }

  /** Leaves an enrolment that the hub has ended. Receipts stay, and go up under the next one. */
  async leaveEnrolment(): Promise<void> {
    const { device } = this.databases
    // A file of what was never sent still has to name it.
    if (this.enrolment !== undefined) await device.write('last-enrolment', this.enrolment)
    await device.forget('enrolment')
    this.sync?.stop()
    this.sync = undefined
    this.syncStatus = undefined
    this.enrolment = undefined
    this.#become('setup')
  }

  /** Sells these categories only, all with undefined. What of them is missing is fetched. */
  async chooseCategories(categories: readonly string[] | undefined): Promise<void> {
    await this.settings.change({ categories })
    this.#showCatalog()
    await this.sync?.syncEntity('catalog')
  }

  noteLocalWrite(database: string): void {
    void this.sync?.noteLocalWrite(database).catch(() => undefined)
    if (this.sync?.isOnline() !== true) this.#wakeWhenOnline()
  }

  noteConflicts(open: number): void {
    this.sync?.noteConflicts(open)
  }

  /** A manager's word for what takes one; undefined when it was not given. */
  askManager(permission: Permission, reason: string): Promise<Author | undefined> {
    return this.session.askConsent({ permission, reason })
  }

  changed(): void {
    this.dispatchEvent(new Event('change'))
  }

  async #open(): Promise<void> {
    // First of all: what can't be sealed must not be sold.
    const keys = await KeyStore.open()
    this.#keys = keys
    const databases = new TerminalDatabases(localDatabases(await keys.sealingKey()))
    this.#databases = databases
    this.#journal = new Journal(databases)
    this.#log = undefined
    if ((await prepareData(databases)).outcome === 'newer') {
      this.#become('newer')
      return
    }
    await this.settings.open(databases.device)
    const enrolment = await databases.device.read('enrolment')
    void this.storage.start()
    if (enrolment === undefined) this.#become('setup')
    else await this.#begin(enrolment)
  }

  async #begin(enrolment: Enrolment): Promise<void> {
    const { databases } = this
    this.enrolment = enrolment
    this.#become('loading')
    this.catalog = new CatalogStore(databases, enrolment.storeId)
    await this.catalog.load()
    await this.session.resume()
    await this.selling.resume(enrolment)
    await this.stock.resume()
    await this.heldCarts.resume()
    await this.favourites.resume()
    await this.shifts.resume(enrolment)
    await this.cardReturns.resume()
    this.#showCatalog()
    this.hubSession = new HubSession({
      hub: this.hub,
      enrolment,
      key: await this.#openKeys().deviceKey(),
      onKeySet: () => this.#forgetBearerToken(enrolment),
    })
    const { SyncManager } = await import('../sync/sync-manager.ts')
    this.sync = new SyncManager({
      databases,
      hub: this.hub,
      baseUrl: this.#baseUrl,
      enrolment,
      session: this.hubSession,
      log: this.log,
      onStatus: (status) => this.#takeStatus(status),
      onFirstCatalog: (page) => this.catalog?.takeFirst(page),
      onCatalog: () => void this.refreshCatalog(),
      onConflicts: () => void this.conflicts.look(),
      takeStock: (ask) => this.stock.refresh(ask),
      conflicts: this.conflicts,
      onReceipts: (receipts) => this.dispatchEvent(new CustomEvent('receipts', { detail: receipts })),
    })
    await this.sync.start()
    await this.conflicts.look()
  }

  async #forgetBearerToken({ token: _ended, ...enrolment }: Enrolment): Promise<void> {
    await this.databases.device.write('enrolment', enrolment)
    this.enrolment = enrolment
  }

  #openKeys(): KeyStore {
    if (this.#keys === undefined) throw new Error('the till is not open')
    return this.#keys
  }

  async refreshCatalog(): Promise<void> {
    try {
      if (!(await this.catalog?.refresh())) return
      this.session.refresh()
      this.#showCatalog()
      await this.conflicts.look()
    } catch (error) {
      this.notices.warn(msg(str`The catalogue could not be read: ${messageOf(error)}`))
    }
  }

  #showCatalog(): void {
    if (this.catalog === undefined) return
    const products = productsKept(this.catalog.products, this.settings.categories)
    this.index = new ProductIndex(products, this.index)
    this.selling.refreshRules()
    this.#armPriceTimer()
    if (this.catalog.store === undefined) {
      this.changed()
      return
    }
    this.format = new StoreFormat(this.catalog.store)
    if (this.phase === 'loading') {
      void this.payments.resume()
      void this.cardReturns.askAgain()
    }
    this.#become('selling')
  }

  /** Prices and promotions begin and end by the clock, with nobody to say so. */
  #armPriceTimer(): void {
    clearTimeout(this.#priceTimer)
    const nextMs = this.catalog?.nextChangeMs()
    if (nextMs === undefined) return
    const waitMs = Math.min(Math.max(0, nextMs - Date.now()), maxPriceWaitMs)
    this.#priceTimer = setTimeout(() => {
      this.catalog?.reprice()
      this.#showCatalog()
    }, waitMs)
  }

  #takeStatus(status: SyncStatus): void {
    const wasOnline = this.syncStatus?.online === true
    this.syncStatus = status
    this.stock.takeStatus(status)
    if (!status.online && wasOnline && status.unsent.length > 0) this.#wakeWhenOnline()
    if (status.online && !wasOnline) {
      this.update.ask()
      // What is old and safe elsewhere goes when there is nothing better to do, and it may go another day.
      void this.localData.dropOldPeriods(new Date().toISOString().slice(0, 10)).catch(() => undefined)
    }
    this.changed()
  }

  #wakeWhenOnline(): void {
    void askForBackgroundSync().catch(() => undefined)
  }

  #loseTab(): void {
    this.sync?.stop()
    this.#become('elsewhere')
    void this.#openWhenAlone(false)
  }

  #fail(error: unknown): void {
    this.failure = messageOf(error)
    this.#become('broken')
  }

  #become(phase: TillPhase): void {
    this.phase = phase
    this.changed()
  }
}

function productsKept(products: ReadonlyMap<string, TillProduct>, categories: readonly string[] | undefined) {
  if (categories === undefined) return products
  return new Map([...products].filter(([, { category }]) => categories.includes(category)))
}

/** Chromium wakes the service worker, and that wakes this page, when the network is back. Other browsers have the timer. */
async function askForBackgroundSync(): Promise<void> {
  if (!('serviceWorker' in navigator)) return
  const registration = (await navigator.serviceWorker.getRegistration()) as
    (ServiceWorkerRegistration & { readonly sync?: { register(tag: string): Promise<void> } }) | undefined
  await registration?.sync?.register('sync-sales')
}
