/** Fields of documents in the words of a shop. */
import { msg } from '@lit/localize'
import type { QuantityUnit } from '@tidemark/contracts'
import type { StoreFormat } from '../../data/format.ts'

export function fieldLabel(name: string): string {
  switch (name) {
    case 'priceMinor':
      return msg('Price')
    case 'name':
      return msg('Name')
    case 'category':
      return msg('Category')
    case 'description':
      return msg('Description')
    case 'status':
      return msg('Status')
    case 'barcodes':
      return msg('Barcodes')
    case 'taxCode':
      return msg('Tax code')
    case 'quantity':
      return msg('Quantity')
    default:
      return name
  }
}

/** The value of a field of a body; a price with its currency and unit. */
export function fieldText(name: string, body: Readonly<Record<string, unknown>>, format: StoreFormat): string {
  const value = body[name]
  if (value === undefined) return msg('nothing')
  if (name === 'priceMinor') return format.unitPrice(Number(value), (body['unit'] ?? 'piece') as QuantityUnit)
  if (name === 'status') return value === 'active' ? msg('for sale') : msg('discontinued')
  if (Array.isArray(value)) return value.length === 0 ? msg('nothing') : value.join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}
