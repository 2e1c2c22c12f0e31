/** Search over the catalogue, in memory: name, SKU, barcode and category as typed, barcodes and SKUs exactly. */
import type { TillProduct } from './catalog-store.ts'
import { TextIndex } from './text-index.ts'

export interface Category {
  readonly name: string
  readonly count: number
}

interface IndexedTexts {
  readonly index: TextIndex
  /** By the numbers of the texts. */
  readonly skus: readonly string[]
  readonly products: ReadonlyMap<string, TillProduct>
}

const maxResults = 60
const worths = { name: 80, sku: 60, barcode: 40, category: 20 }

export class ProductIndex {
  readonly #products: ReadonlyMap<string, TillProduct>
  readonly #byBarcode = new Map<string, TillProduct>()
  readonly #bySku = new Map<string, TillProduct>()
  readonly #byCategory = new Map<string, TillProduct[]>()
  readonly #sortedShelves = new Set<string>()
  readonly #collator = new Intl.Collator()
  #categories: Category[] | undefined
  #texts: IndexedTexts | undefined

  /** `previous`: its index of words is taken over when only prices have changed since. `products` may change later on. */
  constructor(products: ReadonlyMap<string, TillProduct>, previous?: ProductIndex) {
    this.#products = new Map(products)
    const known = previous === undefined ? undefined : previous.#texts
    if (known !== undefined && haveSameWords(known.products, this.#products)) this.#texts = known
    for (const product of products.values()) {
      this.#bySku.set(product.sku.toLowerCase(), product)
      for (const barcode of product.barcodes) this.#byBarcode.set(barcode, product)
      const shelf = this.#byCategory.get(product.category)
      if (shelf === undefined) this.#byCategory.set(product.category, [product])
      else shelf.push(product)
    }
  }

  get size(): number {
    return this.#products.size
  }

  categories(): Category[] {
    this.#categories ??= [...this.#byCategory]
      .map(([name, shelf]) => ({ name, count: shelf.length }))
      .sort((a, b) => this.#collator.compare(a.name, b.name))
    return this.#categories
  }

  inCategory(name: string): readonly TillProduct[] {
    const shelf = this.#byCategory.get(name) ?? []
    if (!this.#sortedShelves.has(name)) shelf.sort((a, b) => this.#collator.compare(a.name, b.name))
    this.#sortedShelves.add(name)
    return shelf
  }

  /** The products of these SKUs that are in the catalogue, in this order. */
  named(skus: readonly string[]): TillProduct[] {
    return skus.flatMap((sku) => this.#products.get(sku) ?? [])
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
    const { index, skus } = this.#openTexts()
    const found = this.named(index.search(trimmed, maxResults).map((number) => skus[number] ?? ''))
    return exact === undefined ? found : [exact, ...found.filter((product) => product !== exact)]
  }

  /** Makes the index of words ready, which the first search would do: for a moment in which nobody waits. */
  prepare(): void {
    this.#openTexts()
  }

  /** The catalogue loads in hundreds of steps; words are only indexed once somebody is about to search. */
  #openTexts(): IndexedTexts {
    if (this.#texts !== undefined) return this.#texts
    // Texts that match equally well come in this order.
    const products = [...this.#products.values()].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    const index = new TextIndex(
      products.map(({ name, sku, category, barcodes }) => [
        { text: name, worth: worths.name },
        { text: sku, worth: worths.sku },
        { text: barcodes.join(' '), worth: worths.barcode },
        { text: category, worth: worths.category },
      ]),
    )
    this.#texts = { index, skus: products.map(({ sku }) => sku), products: this.#products }
    return this.#texts
  }
}

function haveSameWords(before: ReadonlyMap<string, TillProduct>, now: ReadonlyMap<string, TillProduct>): boolean {
  if (before.size !== now.size) return false
  for (const [sku, product] of now) {
    const known = before.get(sku)
    if (known === product) continue
    if (known?.name !== product.name || known.category !== product.category) return false
    if (known.barcodes.join() !== product.barcodes.join()) return false
  }
  return true
}
