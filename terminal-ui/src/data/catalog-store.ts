/**
 * The catalogue in memory. Range reads of IndexedDB are slow (about 60 ms for 100 documents of 10,000), so the till reads one
 * snapshot document and what changed since:
 *
 *     catalog database ──changes since sequence──► maps in memory ◄──one read── `catalog-snapshot` in `device`
 *
 * The snapshot is only a shortcut: without it, or with one from another database, everything is read again. What a new till fetches is
 * taken in as it comes (`takeFirst`), and not read back.
 *
 * Prices are those of now: a price change that head office set for a time holds from then on, with the network or without it. Call `reprice`
 * when `nextChangeMs` has come.
 */
import {
  activePromotions,
  nextPriceChangeMs,
  nextPromotionChangeMs,
  priceAt,
  type ActivePromotion,
  type Cashier,
  type DatedPrice,
  type PriceChange,
  type Product,
  type Promotion,
  type Store,
  type TaxRate,
} from '@tidemark/contracts'
import type { StoredDocument } from './pouch-types.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

/** What a till needs of a product. */
export type TillProduct = Pick<
  Product,
  'sku' | 'name' | 'category' | 'barcodes' | 'unit' | 'priceMinor' | 'currency' | 'taxCode'
>

export interface CatalogSnapshot {
  /** Absent in those of the release that knew no dated prices. */
  readonly version?: number
  readonly sequence: number
  readonly products: readonly TillProduct[]
  readonly taxRates: readonly (readonly [code: string, rateBasisPoints: number])[]
  readonly store: Store | null
  /** Ids of documents with several live revisions; absent in snapshots of earlier versions. */
  readonly conflicted?: readonly string[]
  readonly listed?: readonly (readonly [sku: string, listed: ListedPrice])[]
  readonly priceChanges?: readonly (readonly [sku: string, changes: readonly DatedPrice[]])[]
  readonly promotions?: readonly Promotion[]
  readonly cashiers?: readonly (readonly [key: string, cashier: Cashier])[]
}

/** The price in a product's document, and the stamp under which it was set. */
interface ListedPrice {
  readonly priceMinor: number
  readonly pricedAt: string
}

/** A page of documents with one revision each, as they lie in the local database now. */
export interface FirstDocuments {
  readonly documents: readonly StoredDocument[]
  /** Local sequence before the first of them. */
  readonly after: number
  /** Local sequence of the last of them. */
  readonly upTo: number
}

const snapshotVersion = 3
const batchSize = 500
/** A snapshot is a megabyte: it is written again when this many changes have come in since the last one. */
const changesPerSnapshot = 250

export class CatalogStore {
  readonly products = new Map<string, TillProduct>()
  readonly taxRates = new Map<string, number>()
  /** Ids of documents with several live revisions. */
  readonly conflicted = new Set<string>()
  /** By the key of their document. */
  readonly cashiers = new Map<string, Cashier>()
  store: Store | undefined
  readonly #databases: TerminalDatabases
  readonly #storeId: string
  readonly #now: () => number
  readonly #listed = new Map<string, ListedPrice>()
  readonly #priceChanges = new Map<string, DatedPrice[]>()
  readonly #skuOfPriceChange = new Map<string, string>()
  readonly #promotions = new Map<string, Promotion>()
  #sequence = 0
  #unsavedChanges = 0
  /** Documents were taken in that nobody was told of. */
  #isTaken = false
  #refreshing: Promise<boolean> | undefined

  constructor(databases: TerminalDatabases, storeId: string, now: () => number = Date.now) {
    this.#databases = databases
    this.#storeId = storeId
    this.#now = now
  }

  /** Loads the snapshot and what came after it. */
  async load(): Promise<void> {
    const snapshot = await this.#databases.device.read('catalog-snapshot')
    const { update_seq: newest } = await this.#databases.catalog.info()
    const isUsable = snapshot?.version === snapshotVersion && snapshot.sequence <= Number(newest)
    if (isUsable) this.#restore(snapshot)
    await this.refresh()
    this.reprice()
  }

  /** Takes in what changed since the last time; true when something did. Calls made meanwhile share the run. */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#readChanges().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  /**
   * Takes in documents that were just written, each with one revision, as the local sequences from `after` (exclusive) to `upTo`. When
   * they don't join on to what was taken in before, nothing happens: `refresh` reads them.
   */
  takeFirst({ documents, after, upTo }: FirstDocuments): void {
    if (this.#refreshing !== undefined || after !== this.#sequence) return
    for (const document of documents) this.#apply(document._id, document)
    this.#sequence = upTo
    this.#unsavedChanges += documents.length
    this.#isTaken ||= documents.length > 0
  }

  /** Basis points, or undefined when the catalogue does not have the rate. */
  taxRateOf(product: TillProduct): number | undefined {
    return this.taxRates.get(product.taxCode)
  }

  /** Promotions that hold here and now. */
  promotions(): ActivePromotion[] {
    if (this.store === undefined) return []
    const { currency } = this.store
    return activePromotions(this.#promotions.values(), { storeId: this.#storeId, currency, atMs: this.#now() })
  }

  /** Puts prices into effect whose time has come; true when one did. */
  reprice(): boolean {
    const before = [...this.#priceChanges.keys()].map((sku) => this.products.get(sku)?.priceMinor)
    for (const sku of this.#priceChanges.keys()) this.#price(sku)
    return [...this.#priceChanges.keys()].some((sku, index) => this.products.get(sku)?.priceMinor !== before[index])
  }

  /** The next time at which a price or a promotion changes by itself; undefined when none does. */
  nextChangeMs(): number | undefined {
    const nowMs = this.#now()
    const times = [
      nextPriceChangeMs([...this.#priceChanges.values()].flat(), nowMs),
      nextPromotionChangeMs(this.#promotions.values(), nowMs),
    ].filter((time) => time !== undefined)
    return times.length === 0 ? undefined : Math.min(...times)
  }

  async #readChanges(): Promise<boolean> {
    let changed = this.#isTaken
    this.#isTaken = false
    for (;;) {
      const page = await this.#databases.catalog.changes({
        since: this.#sequence,
        limit: batchSize,
        include_docs: true,
        conflicts: true,
      })
      page.results.forEach(({ id, deleted, doc }) => this.#apply(id, deleted === true ? undefined : doc))
      this.#sequence = Math.max(this.#sequence, page.last_seq)
      this.#unsavedChanges += page.results.length
      changed ||= page.results.length > 0
      if (page.results.length < batchSize) break
    }
    if (this.#unsavedChanges >= changesPerSnapshot) await this.#save()
    return changed
  }

  /** `document` is undefined for one that is deleted. */
  #apply(id: string, document: StoredDocument | undefined): void {
    const separator = id.indexOf(':')
    const [type, key] = [id.slice(0, separator), id.slice(separator + 1)]
    if (document?.['_conflicts'] === undefined) this.conflicted.delete(id)
    else this.conflicted.add(id)
    if (type === 'product') this.#applyProduct(key, document)
    if (type === 'price-change') this.#applyPriceChange(id, document)
    if (type === 'promotion') this.#applyPromotion(id, document)
    if (type === 'tax-rate') this.#applyTaxRate(key, document)
    if (type === 'cashier') this.#applyCashier(key, document)
    if (type === 'store' && key === this.#storeId && document !== undefined) this.store = document as unknown as Store
  }

  #applyProduct(sku: string, document: StoredDocument | undefined): void {
    if (document === undefined || document['status'] !== 'active') {
      this.products.delete(sku)
      this.#listed.delete(sku)
      return
    }
    // The hub let nothing in that breaks the schema of a product.
    const { name, category, barcodes, unit, priceMinor, currency, taxCode, fieldTimes } = document as unknown as Product
    this.products.set(sku, { sku, name, category, barcodes, unit, priceMinor, currency, taxCode })
    this.#listed.set(sku, { priceMinor, pricedAt: fieldTimes?.['priceMinor'] ?? '' })
    this.#price(sku)
  }

  #applyPriceChange(id: string, document: StoredDocument | undefined): void {
    const known = this.#skuOfPriceChange.get(id)
    if (known !== undefined) this.#setPriceChanges(known, (changes) => changes.filter((change) => change.id !== id))
    this.#skuOfPriceChange.delete(id)
    if (document === undefined) return
    const { sku, priceMinor, currency, effectiveFrom } = document as unknown as PriceChange
    this.#skuOfPriceChange.set(id, sku)
    this.#setPriceChanges(sku, (changes) => [...changes, { id, priceMinor, currency, effectiveFrom }])
  }

  #setPriceChanges(sku: string, change: (changes: readonly DatedPrice[]) => DatedPrice[]): void {
    const changes = change(this.#priceChanges.get(sku) ?? [])
    if (changes.length === 0) this.#priceChanges.delete(sku)
    else this.#priceChanges.set(sku, changes)
    this.#price(sku)
  }

  #applyPromotion(id: string, document: StoredDocument | undefined): void {
    if (document === undefined) this.#promotions.delete(id)
    else this.#promotions.set(id, document as unknown as Promotion)
  }

  /** Gives a product the price of now. */
  #price(sku: string): void {
    const product = this.products.get(sku)
    const listed = this.#listed.get(sku)
    if (product === undefined || listed === undefined) return
    const dated = { ...listed, currency: product.currency }
    const priceMinor = priceAt(dated, this.#priceChanges.get(sku) ?? [], this.#now())
    if (priceMinor !== product.priceMinor) this.products.set(sku, { ...product, priceMinor })
  }

  #applyTaxRate(code: string, document: StoredDocument | undefined): void {
    if (document === undefined) this.taxRates.delete(code)
    else this.taxRates.set(code, (document as unknown as TaxRate).rateBasisPoints)
  }

  #applyCashier(key: string, document: StoredDocument | undefined): void {
    if (document === undefined) this.cashiers.delete(key)
    else this.cashiers.set(key, document as unknown as Cashier)
  }

  #restore(snapshot: CatalogSnapshot): void {
    this.#sequence = snapshot.sequence
    for (const product of snapshot.products) this.products.set(product.sku, product)
    for (const [code, rate] of snapshot.taxRates) this.taxRates.set(code, rate)
    for (const [sku, listed] of snapshot.listed ?? []) this.#listed.set(sku, listed)
    for (const [sku, changes] of snapshot.priceChanges ?? []) {
      this.#priceChanges.set(sku, [...changes])
      for (const { id } of changes) this.#skuOfPriceChange.set(id, sku)
    }
    for (const promotion of snapshot.promotions ?? []) this.#promotions.set(promotion._id, promotion)
    for (const [key, cashier] of snapshot.cashiers ?? []) this.cashiers.set(key, cashier)
    this.store = snapshot.store ?? undefined
    for (const id of snapshot.conflicted ?? []) this.conflicted.add(id)
  }

  async #save(): Promise<void> {
    await this.#databases.device.write('catalog-snapshot', {
      version: snapshotVersion,
      sequence: this.#sequence,
      products: [...this.products.values()],
      taxRates: [...this.taxRates],
      cashiers: [...this.cashiers],
      store: this.store ?? null,
      conflicted: [...this.conflicted],
      listed: [...this.#listed],
      priceChanges: [...this.#priceChanges],
      promotions: [...this.#promotions.values()],
    })
    this.#unsavedChanges = 0
  }
}
