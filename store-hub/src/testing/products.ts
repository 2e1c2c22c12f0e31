import type { Product } from '@tidemark/contracts'

/** An active product for 2.50 in store s001, last edited on 2026-11-01. */
export function makeProduct(sku: string): Product {
  const at = '2026-11-01T09:00:00.000Z-0000-s001t01'
  const fields = ['name', 'category', 'barcodes', 'unit', 'priceMinor', 'currency', 'taxCode', 'status']
  return {
    _id: `product:${sku}`,
    type: 'product',
    schemaVersion: 1,
    storeId: 's001',
    at,
    by: { id: 'm1', role: 'manager' },
    sku,
    name: 'Coffee',
    category: 'Drinks',
    barcodes: [],
    unit: 'piece',
    priceMinor: 250,
    currency: 'EUR',
    taxCode: 'standard',
    status: 'active',
    fieldTimes: Object.fromEntries(fields.map((field) => [field, at])),
  }
}
