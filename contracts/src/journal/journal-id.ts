/** Ids of numbered, chained series: receipts of a terminal and sync-log entries of a hub. */
import { parseIncarnation } from '../identity.ts'

export const maxJournalNumber = 999_999_999

/** `('s001-t03-2', 17)` → `journal:s001-t03-2:000000017`. The number is part of the id, so the put allocates it. */
export function journalId(incarnation: string, number: number): string {
  if (!Number.isInteger(number) || number < 1 || number > maxJournalNumber) {
    throw new RangeError(`journal number must be 1 to ${maxJournalNumber}, got ${number}`)
  }
  return `journal:${incarnation}:${String(number).padStart(9, '0')}`
}

export interface JournalKey {
  readonly incarnation: string
  readonly storeId: string
  readonly number: number
}

/** Undefined when the text is not the id of a journal entry. */
export function parseJournalId(id: string): JournalKey | undefined {
  const match = /^journal:([^:]+):([0-9]{9})$/.exec(id)
  const incarnation = match?.[1]
  const parsed = incarnation === undefined ? undefined : parseIncarnation(incarnation)
  const number = Number(match?.[2])
  if (incarnation === undefined || parsed === undefined || number < 1) return undefined
  return { incarnation, storeId: parsed.storeId, number }
}

/** The range of ids that holds a whole series, for `_all_docs`. */
export function journalIdRange(incarnation: string): { readonly startkey: string; readonly endkey: string } {
  return { startkey: `journal:${incarnation}:`, endkey: `journal:${incarnation}:\ufff0` }
}

/** What a cashier reads and types: `s001-t03-2` and 17 → `S001-T03-2-000017`. */
export function receiptNumberOf(incarnation: string, number: number): string {
  return `${incarnation}-${String(number).padStart(6, '0')}`.toUpperCase()
}

export function syncLogId(epoch: string, number: number): string {
  return `log:${epoch}:${String(number).padStart(12, '0')}`
}

/** Undefined when the text is not the id of a sync-log entry. */
export function parseSyncLogId(id: string): { readonly epoch: string; readonly number: number } | undefined {
  const match = /^log:([0-9a-f]{32}):([0-9]{12})$/.exec(id)
  const [, epoch] = match ?? []
  const number = Number(match?.[2])
  return epoch === undefined || number < 1 ? undefined : { epoch, number }
}
