/**
 * The catalogue in memory. Range reads of IndexedDB are slow (about 60 ms for 100 documents of 10,000), so the till reads one
 * snapshot document and what changed since:
 *
 *     catalog database ──changes since sequence──► maps in memory ◄──one read── `catalog-snapshot` in `device`
 *
 * The snapshot is only a shortcut: without it, or with one from another database, everything is read again.
 */
import type { Product, Store, TaxRate } from '@tidemark/contracts'
import type { DocumentChange, StoredDocument } from './pouch-types.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

/** What a till needs of a product. */
export type TillProduct = Pick<
  Product,
  'sku' | 'name' | 'category' | 'barcodes' | 'unit' | 'priceMinor' | 'currency' | 'taxCode'
>

export interface CatalogSnapshot {
  readonly sequence: number
  readonly products: readonly TillProduct[]
  readonly taxRates: readonly (readonly [code: string, rateBasisPoints: number])[]
  readonly store: Store | null
}

const batchSize = 500
/** A snapshot is a megabyte: it is written again when this many changes have come in since the last one. */
const changesPerSnapshot = 250

export class CatalogStore {
  readonly products = new Map<string, TillProduct>()
  readonly taxRates = new Map<string, number>()
  store: Store | undefined
  readonly #databases: TerminalDatabases
  readonly #storeId: string
  #sequence = 0
  #unsavedChanges = 0
  #refreshing: Promise<boolean> | undefined

  constructor(databases: TerminalDatabases, storeId: string) {
    this.#databases = databases
    this.#storeId = storeId
  }

  /** Loads the snapshot and what came after it. */
  async load(): Promise<void> {
    const snapshot = await this.#databases.device.read('catalog-snapshot')
    const { update_seq: newest } = await this.#databases.catalog.info()
    if (snapshot !== undefined && snapshot.sequence <= Number(newest)) this.#restore(snapshot)
    await this.refresh()
  }

  /** Takes in what changed since the last time; true when something did. Calls made meanwhile share the run. */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#readChanges().finally(() => {
      this.#refreshing = undefined
    })
    return this.#refreshing
  }

  /** Basis points, or undefined when the catalogue does not have the rate. */
  taxRateOf(product: TillProduct): number | undefined {
    return this.taxRates.get(product.taxCode)
  }

  async #readChanges(): Promise<boolean> {
    let changed = false
    for (;;) {
      const page = await this.#databases.catalog.changes({
        since: this.#sequence,
        limit: batchSize,
        include_docs: true,
      })
      page.results.forEach((change) => this.#apply(change))
      this.#sequence = Math.max(this.#sequence, page.last_seq)
      this.#unsavedChanges += page.results.length
      changed ||= page.results.length > 0
      if (page.results.length < batchSize) break
    }
    if (this.#unsavedChanges >= changesPerSnapshot) await this.#save()
    return changed
  }

  #apply(change: DocumentChange): void {
    const separator = change.id.indexOf(':')
    const [type, key] = [change.id.slice(0, separator), change.id.slice(separator + 1)]
    const document = change.deleted === true ? undefined : change.doc
    if (type === 'product') this.#applyProduct(key, document)
    if (type === 'tax-rate') this.#applyTaxRate(key, document)
    if (type === 'store' && key === this.#storeId && document !== undefined) this.store = document as unknown as Store
  }

  #applyProduct(sku: string, document: StoredDocument | undefined): void {
    if (document === undefined || document['status'] !== 'active') {
      this.products.delete(sku)
      return
    }
    // The hub let nothing in that breaks the schema of a product.
    const { name, category, barcodes, unit, priceMinor, currency, taxCode } = document as unknown as Product
    this.products.set(sku, { sku, name, category, barcodes, unit, priceMinor, currency, taxCode })
  }

  #applyTaxRate(code: string, document: StoredDocument | undefined): void {
    if (document === undefined) this.taxRates.delete(code)
    else this.taxRates.set(code, (document as unknown as TaxRate).rateBasisPoints)
  }

  #restore(snapshot: CatalogSnapshot): void {
    this.#sequence = snapshot.sequence
    for (const product of snapshot.products) this.products.set(product.sku, product)
    for (const [code, rate] of snapshot.taxRates) this.taxRates.set(code, rate)
    this.store = snapshot.store ?? undefined
  }

  async #save(): Promise<void> {
    await this.#databases.device.write('catalog-snapshot', {
      sequence: this.#sequence,
      products: [...this.products.values()],
      taxRates: [...this.taxRates],
      store: this.store ?? null,
    })
    this.#unsavedChanges = 0
  }
}
