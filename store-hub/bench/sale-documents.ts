// Sales as terminals send them, about 1.2 kB each, the same at every run.
import { createHash } from 'node:crypto'

export interface PreparedSale {
  readonly id: string
  /** JSON text without `_rev`: a document that is put for the first time */
  readonly text: string
  /** JSON text with the revision that the terminal gave it: a document that is replicated */
  readonly replicated: string
}

const products = [
  'Oranges, net of 2 kg',
  'Wholemeal bread',
  'Semi-skimmed milk 1 l',
  'Filter coffee 500 g',
  'Tea lights',
]

/** `count` sales of one terminal, beginning at `from`. */
export function prepareSales(count: number, from = 1): PreparedSale[] {
  return Array.from({ length: count }, (_, index) => prepareSale(from + index))
}

function prepareSale(number: number): PreparedSale {
  const id = `journal:s001-t03-2:${String(number).padStart(9, '0')}`
  const body = saleBody(number)
  const hash = createHash('md5').update(body).digest('hex')
  const revisions = `"_rev":"1-${hash}","_revisions":{"start":1,"ids":["${hash}"]}`
  return { id, text: `{"_id":"${id}",${body}}`, replicated: `{"_id":"${id}",${revisions},${body}}` }
}

/** The members of a sale without the braces around them. */
function saleBody(number: number): string {
  const at = new Date(Date.UTC(2026, 10, 1) + number * 61_000).toISOString()
  const lines = Array.from({ length: 4 }, (_, line) => {
    const priceMinor = 99 + ((number * 37 + line * 211) % 2_400)
    const quantity = 1 + ((number + line) % 3)
    return {
      sku: `sku-${String((number * 13 + line * 7) % 5_000).padStart(5, '0')}`,
      name: products[(number + line) % products.length],
      quantity,
      priceMinor,
      taxCode: line % 2 === 0 ? 'reduced' : 'standard',
      totalMinor: priceMinor * quantity,
    }
  })
  const totalMinor = lines.reduce((sum, line) => sum + line.totalMinor, 0)
  const sale = {
    type: 'sale',
    schemaVersion: 1,
    storeId: 's001',
    at: `${at}-0000-s001t03`,
    by: { id: `cashier:${number % 12}`, role: 'cashier' },
    trace: { traceparent: `00-${digest(number, 'trace').slice(0, 32)}-${digest(number, 'span').slice(0, 16)}-01` },
    businessDate: at.slice(0, 10),
    currency: 'EUR',
    lines,
    payments: [
      { method: 'card', amountMinor: totalMinor, lastFour: '4242', authorisation: digest(number, 'a').slice(0, 6) },
    ],
    totalMinor,
    previousHash: digest(number - 1, 'hash'),
    hash: digest(number, 'hash'),
  }
  return JSON.stringify(sale).slice(1, -1)
}

const digest = (number: number, salt: string): string => createHash('sha256').update(`${salt}${number}`).digest('hex')
