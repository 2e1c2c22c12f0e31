/** Documents that tests start from. */
import type { Store } from '@tidemark/contracts'
import { addToCart, emptyCart, priceCart, setTenders, type Cart } from '../data/cart.ts'
import type { TillProduct } from '../data/catalog-store.ts'
import type { CartSale } from '../data/sale-document.ts'
import { balanceOf, cashTender } from '../data/tenders.ts'

export const store: Store = {
  _id: 'store:s001',
  type: 'store',
  schemaVersion: 1,
  storeId: 'hq',
  at: '2026-01-02T06:00:00.000Z-0000-hq',
  by: { id: 'hq', role: 'head-office' },
  store: 's001',
  name: 'Harbour Street',
  currency: 'EUR',
  locale: 'en-IE',
  timeZone: 'Europe/Dublin',
  pricesIncludeTax: true,
  cashIncrementMinor: 5,
}

export const coffee: TillProduct = {
  sku: 'COF-1',
  name: 'Coffee beans, dark',
  category: 'Coffee & tea',
  barcodes: ['4006381333931'],
  unit: 'piece',
  priceMinor: 1299,
  currency: 'EUR',
  taxCode: 'standard',
}

export const apples: TillProduct = {
  ...coffee,
  sku: 'APL-1',
  name: 'Apples Gala',
  category: 'Fruit',
  barcodes: ['96385074', '012345678905'],
  unit: 'gram',
  priceMinor: 349,
}

let carts = 0

/** A cart of one coffee, with a trace of its own. */
export function cartOfOne(): Cart {
  carts += 1
  const traceparent = `00-${String(carts).padStart(32, 'a')}-${'b'.repeat(16)}-01`
  return addToCart({ ...emptyCart, trace: { traceparent, startTime: '2026-11-22T09:00:00.000Z' } }, coffee, 1, 2300)
}

/** A cart that is paid in cash, 20.00 handed over. */
export function cashSale(cart: Cart = cartOfOne(), tenderedMinor = 2000): CartSale {
  const balance = balanceOf(priceCart(cart, store).grossMinor, [], store.cashIncrementMinor)
  return {
    cart: setTenders(cart, [cashTender('cash', tenderedMinor, balance)]),
    store,
    promotions: [],
    enrolment: { storeId: 's001', terminalId: 's001-t03', incarnation: 's001-t03-1' },
    by: { id: 'anna', role: 'cashier', name: 'Anna' },
  }
}
