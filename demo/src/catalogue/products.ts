/** The demo's 5,000 products. The same every time: the numbers come from a hash of the article, not from chance. */
import { createHash } from 'node:crypto'
import { gs1CheckDigit, type Product } from '@tidemark/contracts'
import { categories, type Category } from './categories.ts'
import { headOfficeDocument, seedStamp } from './head-office.ts'

export const productCount = 5000
export const currency = 'EUR'
/** The shops' own brand, found in every category. */
const ownBrand = 'Tidewater'

interface Article {
  readonly category: Category
  readonly name: string
  readonly priceMinor: number
  readonly unit: 'piece' | 'gram'
}

/** Throws a RangeError when the categories do not yield that many. */
export function demoProducts(count: number = productCount): Product[] {
  const perCategory = categories.map(articlesOf)
  const articles: Article[] = []
  // Round robin, so that each category has its share whatever the count.
  for (let round = 0; articles.length < count; round += 1) {
    const row = perCategory.map((list) => list[round]).filter((article) => article !== undefined)
    if (row.length === 0) throw new RangeError(`the categories yield only ${articles.length} products`)
    articles.push(...row.slice(0, count - articles.length))
  }
  return articles.map(productOf)
}

function articlesOf(category: Category): Article[] {
  const sizes = category.sizes ?? ([['loose', 1]] as const)
  const articles = sizes.flatMap(([size, factor]) =>
    [ownBrand, ...category.brands].flatMap((brand) =>
      category.articles.map((article): Article => {
        const [lowest, highest] = category.priceRange
        const spread = fraction(`${category.name}/${article}`) * 0.85 + fraction(`${brand}/${article}`) * 0.15
        const exact = (lowest + (highest - lowest) * spread) * factor
        const byWeight = category.sizes === null
        const name = byWeight ? `${article}, ${brand}` : `${brand} ${article} ${size}`
        return { category, name, priceMinor: shelfPrice(exact), unit: byWeight ? 'gram' : 'piece' }
      }),
    ),
  )
  // Mixed, so that a short catalogue is not all of one brand.
  return articles.sort((a, b) => fraction(a.name) - fraction(b.name))
}

/** Prices end in 9 or 5, as on a shelf. */
function shelfPrice(exact: number): number {
  const tens = Math.max(1, Math.round(exact / 10))
  return tens * 10 - (exact < 200 ? 5 : 1)
}

function productOf(article: Article, index: number): Product {
  const sku = String(100_001 + index)
  // 20 to 29 are the GS1 prefixes for numbers that a company gives out for itself.
  const digits = `200${String(index + 1).padStart(9, '0')}`
  return {
    ...headOfficeDocument('hq'),
    _id: `product:${sku}`,
    type: 'product',
    sku,
    name: article.name,
    category: article.category.name,
    barcodes: [`${digits}${gs1CheckDigit(digits)}`],
    unit: article.unit,
    priceMinor: article.priceMinor,
    currency,
    taxCode: article.category.taxCode,
    status: 'active',
    fieldTimes: {
      name: seedStamp,
      category: seedStamp,
      priceMinor: seedStamp,
      taxCode: seedStamp,
      barcodes: seedStamp,
    },
  }
}

/** 0 ≤ x < 1, always the same for a text. */
export function fraction(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32
}
