/** Finds receipts by the customer's reference: one small document beside each entry that has one. */
import { soldEntryOf, type LedgerEntry } from './ledger-entry.ts'

export interface CustomerMark extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'customer-mark'
  readonly storeId: string
  readonly journalId: string
}

/** Everything of a customer lies in one range of ids, oldest entry first. */
export function customerPrefix(reference: string): string {
  return `customer:${reference.toLowerCase()}:`
}

export function customerMarkOf({ _id, storeId, at, entry }: LedgerEntry): CustomerMark | undefined {
  const reference = soldEntryOf(entry)?.customerReference
  if (reference === undefined) return undefined
  return { _id: `${customerPrefix(reference)}${at}:${_id}`, type: 'customer-mark', storeId, journalId: _id }
}
