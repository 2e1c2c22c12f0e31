/** Products that two stores edited without knowing of each other, brought to head office while it is being killed. */
import { formatStamp } from '@tidemark/contracts'
import type { HeadOffice } from './head-office.ts'
import type { Random } from './random.ts'

type Fields = Readonly<Record<string, unknown>>

export interface EditedProduct {
  readonly id: string
  /** What both edits make together; undefined where both changed the price, which takes a person. */
  readonly merged: Fields | undefined
}

const base = '1-'.padEnd(34, '0')
const storeA = '2-'.padEnd(34, 'a')
const storeB = '2-'.padEnd(34, 'b')

function productOf(sku: string, minute: number, node: string, changed: Fields): Fields & { readonly _id: string } {
  const at = formatStamp({ wallMs: Date.UTC(2026, 9, 25, 9, minute), counter: 0 }, node)
  return {
    _id: `product:${sku}`,
    type: 'product',
    schemaVersion: 1,
    storeId: 'hq',
    at,
    by: { id: node, role: 'manager' },
    sku,
    name: 'Milk',
    category: 'Dairy',
    barcodes: [],
    unit: 'piece',
    priceMinor: 100,
    currency: 'EUR',
    taxCode: 'reduced',
    status: 'active',
    ...changed,
    fieldTimes: Object.fromEntries(Object.keys(changed).map((field) => [field, at])),
  }
}

export async function editProducts(
  { central, publisher }: HeadOffice,
  count: number,
  random: Random,
): Promise<readonly EditedProduct[]> {
  await central.request('PUT', '/catalog')
  const edited = Array.from({ length: count }, (_, index) => {
    const sku = `edited-${index}`
    const isPrice = random.chance(0.4)
    const [a, b] = isPrice ? [{ priceMinor: 120 }, { priceMinor: 130 }] : [{ name: 'Milch' }, { category: 'Cheese' }]
    const leaves = [
      { leaf: productOf(sku, 1, 's001t01', a), revs: [storeA, base] },
      { leaf: productOf(sku, 2, 's002t01', b), revs: [storeB, base] },
    ]
    const first = { leaf: productOf(sku, 0, 'hq', {}), revs: [base] }
    return {
      id: `product:${sku}`,
      merged: isPrice ? undefined : { ...a, ...b },
      revisions: [first, ...random.shuffle(leaves)],
    }
  })
  for (const { revisions } of random.shuffle(edited)) {
    for (const { leaf, revs } of revisions) {
      const [tip = ''] = revs
      const ids = revs.map((rev) => rev.slice(2))
      const docs = [{ ...leaf, _rev: tip, _revisions: { start: revs.length, ids } }]
      await central.request('POST', '/catalog/_bulk_docs', { docs, new_edits: false })
      const storeId = tip === storeB ? 's002' : 's001'
      if (random.chance(0.7)) await publisher.publish(storeId, leaf, { rev: tip, database: 'catalog' })
    }
  }
  return edited.map(({ id, merged }) => ({ id, merged }))
}
