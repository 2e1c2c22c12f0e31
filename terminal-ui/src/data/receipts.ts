/** The receipts of this till, newest first. */
import { receiptNumberOf, type Sale } from '@tidemark/contracts'
import type { TerminalDatabases } from './terminal-databases.ts'

export async function listReceipts(databases: TerminalDatabases, limit: number): Promise<Sale[]> {
  const receipts: Sale[] = []
  for (const name of await databases.salesDatabases()) {
    const { rows } = await databases.named(name).allDocs({
      startkey: 'journal:\ufff0',
      endkey: 'journal:',
      descending: true,
      limit,
      include_docs: true,
    })
    receipts.push(...rows.flatMap(({ doc }) => (doc?.['type'] === 'sale' ? [doc as unknown as Sale] : [])))
    if (receipts.length >= limit) break
  }
  // Text order is time order for stamps.
  return receipts.sort((a, b) => (a.at < b.at ? 1 : -1)).slice(0, limit)
}

/** True when what a cashier typed is part of the receipt's number, with or without its leading zeros. */
export function matchesReceipt(sale: Pick<Sale, 'incarnation' | 'number'>, query: string): boolean {
  const wanted = query.trim().toUpperCase()
  if (wanted === '') return true
  return /^[0-9]+$/.test(wanted)
    ? String(sale.number) === String(Number(wanted))
    : receiptNumberOf(sale.incarnation, sale.number).includes(wanted)
}
