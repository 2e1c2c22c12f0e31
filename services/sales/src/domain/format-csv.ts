/** One row for each line of a receipt, as spreadsheets and accounts take it. RFC 4180. */
import { receiptNumberOf } from '@tidemark/contracts'
import { soldEntryOf, type LedgerEntry } from './ledger-entry.ts'
import { timeOfStamp } from './merge-series.ts'

export const csvHeader = [
  'receipt',
  'type',
  'store',
  'terminal',
  'cashier',
  'business_date',
  'time',
  'refund_of',
  'voided',
  'currency',
  'line',
  'sku',
  'name',
  'quantity',
  'unit',
  'unit_price_minor',
  'discount_minor',
  'tax_code',
  'tax_rate_basis_points',
  'net_minor',
  'tax_minor',
  'gross_minor',
  'customer_reference',
].join(',')

/** Rows of a sale or a refund, each with its line end; none for other entries. Amounts and quantities of a refund are negative. */
export function csvRowsOf({ entry }: LedgerEntry, isVoided: boolean): string {
  const sold = soldEntryOf(entry)
  if (sold === undefined) return ''
  const sign = sold.type === 'refund' ? -1 : 1
  const common = [
    receiptNumberOf(entry.incarnation, entry.number),
    sold.type,
    entry.storeId,
    entry.terminalId,
    entry.by.id,
    entry.businessDate,
    timeOfStamp(entry.at),
    sold.type === 'refund' ? sold.refundOf : '',
    isVoided,
    sold.currency,
  ]
  return sold.lines
    .map((line) =>
      [
        ...common,
        line.lineNumber,
        line.sku,
        line.name,
        sign * line.quantity,
        line.unit,
        line.unitPriceMinor,
        line.discountMinor,
        line.taxCode,
        line.taxRateBasisPoints,
        sign * line.netMinor + 0,
        sign * line.taxMinor + 0,
        sign * line.grossMinor + 0,
        sold.customerReference ?? '',
      ].map(csvField),
    )
    .map((fields) => `${fields.join(',')}\r\n`)
    .join('')
}

/** A text that a spreadsheet would take for a formula is shown as text. */
function csvField(value: string | number | boolean): string {
  if (typeof value !== 'string') return String(value)
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
