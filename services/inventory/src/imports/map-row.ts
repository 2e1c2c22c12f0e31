/** From a row of a file to a proposal: our own columns, and Shopify's product export. */
import { Sku, schemaProblems } from '@tidemark/contracts'
import type { ProductProposal } from '../domain/plan-products.ts'

export type MappedRow =
  | { readonly kind: 'proposal'; readonly proposal: ProductProposal }
  | { readonly kind: 'refused'; readonly sku: string; readonly problem: string }
  /** Has no product in it, such as a further picture in Shopify's export. */
  | { readonly kind: 'skipped'; readonly reason: string }

/** Cells of a row by the name of their column. */
export type Cells = ReadonlyMap<string, string>
export type MapRow = (cells: Cells) => MappedRow

export interface ImportDefaults {
  /** For columns that Shopify doesn't export. */
  readonly currency: string
  readonly taxCode: string
  /** Of products that Shopify says are not taxable. */
  readonly untaxedCode: string | undefined
}

/** Columns of our own format; `price` may stand in place of `priceMinor`. */
export const ownColumns = [
  'sku',
  'name',
  'description',
  'category',
  'barcodes',
  'unit',
  'priceMinor',
  'price',
  'currency',
  'taxCode',
  'status',
] as const

const plainColumns = ['name', 'description', 'category', 'unit', 'currency', 'taxCode', 'status'] as const

/** An empty cell says nothing about its field. Barcodes are separated by spaces, commas, semicolons or bars. */
export function mapOwnRow(defaults: Pick<ImportDefaults, 'currency'>): MapRow {
  return (cells) => {
    const sku = cells.get('sku') ?? ''
    const fields: Record<string, unknown> = {}
    for (const column of plainColumns) if (cells.get(column)) fields[column] = cells.get(column)
    const barcodes = cells.get('barcodes')
    if (barcodes) fields['barcodes'] = barcodes.split(/[\s,;|]+/).filter((barcode) => barcode !== '')
    const minor = cells.get('priceMinor')
    if (minor) {
      if (!/^\d{1,13}$/.test(minor)) return refused(sku, `/priceMinor ${minor} is no whole number of minor units`)
      fields['priceMinor'] = Number(minor)
    }
    const price = cells.get('price')
    if (price && !minor) {
      const amount = parsePrice(price, cells.get('currency') || defaults.currency)
      if (amount === undefined) return refused(sku, `/price ${price} is no amount such as 12.50`)
      fields['priceMinor'] = amount
    }
    return propose(sku, fields)
  }
}

/** An object of a JSON file: a product's own fields. */
export function mapObject(value: Readonly<Record<string, unknown>> | undefined): MappedRow {
  if (value === undefined) return refused('', 'is no JSON object')
  const { sku, ...fields } = value
  return propose(typeof sku === 'string' ? sku : '', fields)
}

/**
 * Shopify's export has a row for each variant, with the product's own fields in the first row of its handle only, so the mapper
 * remembers them until the next handle. Products that Shopify has archived, or has as drafts, are not for sale.
 */
export function mapShopifyRow(defaults: ImportDefaults): MapRow {
  let product = { handle: '', title: '', description: '', category: '', status: '', options: ['', '', ''] }
  return (cells) => {
    const read = (column: string): string => cells.get(column) ?? ''
    if (read('Handle') !== product.handle || read('Title') !== '') {
      product = {
        handle: read('Handle'),
        title: read('Title'),
        description: plainText(read('Body (HTML)')),
        category: (read('Type') || read('Product Category') || 'Uncategorised').slice(0, 100),
        status: read('Status'),
        options: [],
      }
    }
    const sku = read('Variant SKU').replace(/^'/, '')
    const price = read('Variant Price')
    if (sku === '' && price === '') return { kind: 'skipped', reason: 'no variant in this row' }
    if (sku === '') return refused('', `/Variant SKU is empty for the variant of ${product.handle}`)
    const priceMinor = parsePrice(price, defaults.currency)
    if (priceMinor === undefined) return refused(sku, `/Variant Price ${price} is no amount such as 12.50`)
    const isUntaxed = /^false$/i.test(read('Variant Taxable'))
    const taxCode = isUntaxed ? defaults.untaxedCode : defaults.taxCode
    if (taxCode === undefined)
      return refused(sku, '/Variant Taxable is false; say untaxedCode, the tax code of such products')
    const variant = ['Option1 Value', 'Option2 Value', 'Option3 Value'].map(read)
    const name = [product.title, ...variant.filter((value) => value !== '' && value !== 'Default Title')].join(' ')
    const barcode = read('Variant Barcode').replace(/^'/, '').trim()
    return propose(sku, {
      name: name.slice(0, 200),
      ...(product.description === '' ? {} : { description: product.description }),
      category: product.category,
      barcodes: barcode === '' ? [] : [barcode],
      unit: 'piece',
      priceMinor,
      currency: defaults.currency,
      taxCode,
      status: product.status === '' || product.status === 'active' ? 'active' : 'discontinued',
    })
  }
}

/** `12.5` euros → 1250; undefined when it is no amount, or finer than the currency. */
export function parsePrice(text: string, currency: string): number | undefined {
  const match = /^(\d{1,10})(?:[.,](\d{1,4}))?$/.exec(text)
  if (match === null) return undefined
  const [, whole = '', fraction = ''] = match
  const digits = fractionDigits(currency)
  if (digits === undefined || fraction.slice(digits).replaceAll('0', '') !== '') return undefined
  return Number(whole + fraction.slice(0, digits).padEnd(digits, '0'))
}

function fractionDigits(currency: string): number | undefined {
  if (!/^[A-Z]{3}$/.test(currency)) return undefined
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits
}

function plainText(html: string): string {
  const text = html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&amp;', '&')
    .replaceAll('&nbsp;', ' ')
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 2000).toWellFormed()
}

function propose(sku: string, fields: Readonly<Record<string, unknown>>): MappedRow {
  if (schemaProblems(Sku, sku).length > 0) {
    const problem = sku === '' ? '/sku is missing' : '/sku must be 1 to 64 letters, digits, dots, dashes or underscores'
    return refused(sku, problem)
  }
  if (JSON.stringify(fields).includes('\ufffd')) return refused(sku, 'holds a character that is not UTF-8')
  return { kind: 'proposal', proposal: { sku, fields } }
}

function refused(sku: string, problem: string): MappedRow {
  return { kind: 'refused', sku: sku.slice(0, 64), problem: problem.slice(0, 500) }
}
