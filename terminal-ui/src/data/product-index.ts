/** Search over the catalogue, in memory: name, SKU, barcode and category as typed, barcodes and SKUs exactly. */
import MiniSearch from 'minisearch'
import type { TillProduct } from './catalog-store.ts'

export interface Category {
  readonly name: string
  readonly count: number
}

const maxResults = 60
/** Below this length a mistyped letter changes the word too much for a useful guess. */
const fuzzyFromLength = 5

export class ProductIndex {
  readonly #products: ReadonlyMap<string, TillProduct>
  readonly #byBarcode = new Map<string, TillProduct>()
  readonly #bySku = new Map<string, TillProduct>()
  readonly #byCategory = new Map<string, TillProduct[]>()
  readonly #search = new MiniSearch<TillProduct>({
    idField: 'sku',
    fields: ['name', 'sku', 'category', 'barcodes'],
    extractField: (product, field) => {
      const value = product[field as keyof TillProduct]
      return Array.isArray(value) ? value.join(' ') : String(value)
    },
    searchOptions: {
      combineWith: 'AND',
      prefix: true,
      fuzzy: (term) => (term.length >= fuzzyFromLength && !/^[0-9]/.test(term) ? 0.2 : false),
      boost: { name: 3, sku: 2 },
    },
  })

  constructor(products: ReadonlyMap<string, TillProduct>) {
    this.#products = products
    for (const product of products.values()) {
      this.#bySku.set(product.sku.toLowerCase(), product)
      for (const barcode of product.barcodes) this.#byBarcode.set(barcode, product)
      const shelf = this.#byCategory.get(product.category)
      if (shelf === undefined) this.#byCategory.set(product.category, [product])
      else shelf.push(product)
    }
    for (const shelf of this.#byCategory.values()) shelf.sort((a, b) => a.name.localeCompare(b.name))
    this.#search.addAll([...products.values()])
  }

  get size(): number {
    return this.#products.size
  }

  categories(): Category[] {
    return [...this.#byCategory]
      .map(([name, shelf]) => ({ name, count: shelf.length }))
      .sort((a, b) => a.name.localeCompare(b.name))
  }

  inCategory(name: string): readonly TillProduct[] {
    return this.#byCategory.get(name) ?? []
  }

  /** The product of a barcode, or of a SKU in any case; undefined for neither. A 12-digit UPC-A is an EAN-13 without its zero. */
  exact(code: string): TillProduct | undefined {
    const trimmed = code.trim()
    return (
      this.#byBarcode.get(trimmed) ??
      (/^[0-9]{12}$/.test(trimmed) ? this.#byBarcode.get(`0${trimmed}`) : undefined) ??
      (/^0[0-9]{12}$/.test(trimmed) ? this.#byBarcode.get(trimmed.slice(1)) : undefined) ??
      this.#bySku.get(trimmed.toLowerCase())
    )
  }

  /** The best matches, best first; an exact barcode or SKU comes before all. At most 60. */
  find(query: string): TillProduct[] {
    const trimmed = query.trim()
    if (trimmed === '') return []
    const exact = this.exact(trimmed)
    const found = this.#search
      .search(trimmed)
      .slice(0, maxResults)
      .flatMap((result) => this.#products.get(String(result.id)) ?? [])
    return exact === undefined ? found : [exact, ...found.filter((product) => product !== exact)]
  }
}
