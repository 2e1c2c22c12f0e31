/**
 * Products as people write them, at head office and in a store. Every field carries the stamp of its last change, so that two
 * edits made at the same time merge field by field.
 */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { isValidBarcode } from '../barcode.ts'
import { Product } from '../documents/catalog-documents.ts'
import type { Problem } from '../documents/check-document.ts'
import { schemaVersion, type Author } from '../documents/document-header.ts'
import { isSameJson } from '../conflicts/same-json.ts'

const { name, description, category, barcodes, unit, currency, taxCode, status } = Product.properties

/** What people may say of a product. */
export const productFields = {
  name,
  description,
  category,
  barcodes,
  unit,
  priceMinor: Type.Integer({
    minimum: 0,
    maximum: 1_000_000_000_000,
    description: 'Minor units, of a piece or 1,000 g',
  }),
  currency,
  taxCode,
  status,
}

/** A product as it must be to be created. */
export const NewProduct = Type.Object(
  { ...productFields, barcodes: Type.Optional(barcodes), status: Type.Optional(status) },
  { additionalProperties: false },
)
export type NewProduct = Static<typeof NewProduct>

/** Some fields of a product. */
export const ProductChanges = Type.Object(
  {
    name: Type.Optional(productFields.name),
    description: productFields.description,
    category: Type.Optional(productFields.category),
    barcodes: Type.Optional(barcodes),
    unit: Type.Optional(unit),
    priceMinor: Type.Optional(productFields.priceMinor),
    currency: Type.Optional(currency),
    taxCode: Type.Optional(taxCode),
    status: Type.Optional(status),
  },
  { additionalProperties: false },
)
export type ProductChanges = Static<typeof ProductChanges>

export interface Signature {
  /** HLC stamp of whoever signs, later than every stamp of the product. */
  readonly at: string
  readonly by: Author
}

const editable = Object.keys(productFields) as (keyof ProductChanges)[]

/** A product of head office: stores change products, and add none. */
export function createProduct(sku: string, fields: NewProduct, { at, by }: Signature): Product {
  const given = { barcodes: [], status: 'active' as const, ...fields }
  const fieldTimes = Object.fromEntries(
    editable.filter((field) => given[field] !== undefined).map((field) => [field, at]),
  )
  return { _id: `product:${sku}`, type: 'product', schemaVersion, storeId: 'hq', at, by, sku, ...given, fieldTimes }
}

/** Undefined when nothing would change. Fields that are not named stay, those that this release does not know too. */
export function editProduct(current: Product, changes: ProductChanges, { at, by }: Signature): Product | undefined {
  const changed = editable.filter(
    (field) => changes[field] !== undefined && !isSameJson(changes[field], current[field]),
  )
  if (changed.length === 0) return undefined
  const fields = Object.fromEntries(changed.map((field) => [field, changes[field]]))
  const times = Object.fromEntries(changed.map((field) => [field, at]))
  const { trace: _trace, ...kept } = current
  return { ...kept, ...fields, at, by, fieldTimes: { ...current.fieldTimes, ...times } }
}

/** What is wrong with barcodes by themselves; fields are JSON pointers below the product. */
export function barcodeProblems(given: readonly string[] = []): readonly Problem[] {
  return given.flatMap((barcode, index) => {
    const field = `/barcodes/${index}`
    if (!isValidBarcode(barcode)) {
      return [{ field, message: `${barcode} is no EAN-8, UPC-A or EAN-13: its check digit is wrong` }]
    }
    return given.indexOf(barcode) === index ? [] : [{ field, message: `${barcode} is named twice` }]
  })
}
