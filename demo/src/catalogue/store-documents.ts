/** Tax rates, stores, and the deliveries with which each store's stock begins. */
import { createHash } from 'node:crypto'
import type { Product, StockMovement, Store, TaxRate } from '@tidemark/contracts'
import { headOfficeDocument } from './head-office.ts'
import { currency, fraction } from './products.ts'

export interface DemoStore {
  readonly storeId: string
  readonly name: string
}

const storeNames = [
  'Harbour Street',
  'Old Mill',
  'Station Square',
  'Castle Road',
  'Riverside',
  'North Gate',
  'Market Hall',
  'Lighthouse Point',
  'Abbey Lane',
]
const maxLinesPerMovement = 500

/** `0` → s001 Harbour Street. */
export function demoStore(index: number): DemoStore {
  const storeId = `s${String(index + 1).padStart(3, '0')}`
  return { storeId, name: storeNames[index] ?? `Store ${index + 1}` }
}

export function taxRates(): TaxRate[] {
  const rates = [
    { code: 'standard', name: 'Standard rate', rateBasisPoints: 2300 },
    { code: 'reduced', name: 'Reduced rate', rateBasisPoints: 1350 },
  ]
  return rates.map((rate) => ({ ...headOfficeDocument('hq'), _id: `tax-rate:${rate.code}`, type: 'tax-rate', ...rate }))
}

export function storeDocument(store: DemoStore): Store {
  return {
    ...headOfficeDocument('hq'),
    _id: `store:${store.storeId}`,
    type: 'store',
    store: store.storeId,
    name: store.name,
    address: `1 ${store.name}, Tidewater`,
    currency,
    locale: 'en-IE',
    timeZone: 'Europe/Dublin',
    pricesIncludeTax: true,
    cashIncrementMinor: 5,
  }
}

/** What is on the shelves on the first day: every product, in deliveries of at most 500 lines. */
export function openingDeliveries(store: DemoStore, products: readonly Product[]): StockMovement[] {
  const count = Math.ceil(products.length / maxLinesPerMovement)
  return Array.from({ length: count }, (_, index) => ({
    ...headOfficeDocument(store.storeId),
    _id: `movement:${fixedUlid(`${store.storeId}/opening/${index}`)}`,
    type: 'stock-movement',
    kind: 'delivery',
    reason: 'Opening stock',
    lines: products
      .slice(index * maxLinesPerMovement, (index + 1) * maxLinesPerMovement)
      .map((product) => ({ sku: product.sku, quantity: openingQuantity(store, product) })),
  }))
}

function openingQuantity(store: DemoStore, product: Product): number {
  const share = fraction(`${store.storeId}/${product.sku}`)
  return product.unit === 'gram' ? 5000 + Math.floor(share * 45) * 1000 : 20 + Math.floor(share * 180)
}

/** A ULID that is the same each time: its random part is a hash of the name. */
function fixedUlid(name: string): string {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  const bytes = createHash('sha256').update(name).digest()
  const random = Array.from({ length: 16 }, (_, index) => alphabet[(bytes[index] ?? 0) % 32]).join('')
  return `01KDYF0000${random}`
}
