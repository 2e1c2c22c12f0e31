/**
 * Taking a voided entry out of the day totals. The void and what it voids arrive in any order, so both write into one
 * document, `void:<journal id of the voided entry>`, and it counts once both halves are there:
 *
 *     void arrives ─► {voids: [id]} ──┐
 *                                     ├─► {voids: [id], voided: {amounts}} ─► subtracted
 *     sale arrives ─► {voided} ───────┘
 *
 * 1. Merging is commutative and idempotent: any order and any repetition give the same document.
 * 2. However many voids name one entry, it is taken out once, on its own business date and terminal.
 */
import type { JournalEntry } from '@tidemark/contracts'
import type { LedgerEntry } from './ledger-entry.ts'

export interface VoidedAmounts {
  readonly entryType: 'sale' | 'refund'
  readonly storeId: string
  readonly businessDate: string
  readonly terminalId: string
  readonly currency: string
  readonly grossMinor: number
  readonly netMinor: number
  readonly taxMinor: number
}

export interface VoidRecord extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'void-record'
  /** Journal ids of the voids, sorted. */
  readonly voids: readonly string[]
  /** Null until the voided entry is known. */
  readonly voided: VoidedAmounts | null
}

export function voidRecordId(voidedId: string): string {
  return `void:${voidedId}`
}

export function emptyVoidRecord(voidedId: string): VoidRecord {
  return { _id: voidRecordId(voidedId), type: 'void-record', voids: [], voided: null }
}

export function mergeVoid(record: VoidRecord, voidId: string): VoidRecord {
  return record.voids.includes(voidId) ? record : { ...record, voids: [...record.voids, voidId].sort() }
}

export function mergeVoided(record: VoidRecord, amounts: VoidedAmounts): VoidRecord {
  return record.voided === null ? { ...record, voided: amounts } : record
}

/** What a void of the entry takes out; undefined for entries that move no money of sales. */
export function voidedAmountsOf(entry: JournalEntry): VoidedAmounts | undefined {
  if (entry.type !== 'sale' && entry.type !== 'refund') return undefined
  const { grossMinor, netMinor, taxMinor } = entry.totals
  return {
    entryType: entry.type,
    storeId: entry.storeId,
    businessDate: entry.businessDate,
    terminalId: entry.terminalId,
    currency: entry.currency,
    grossMinor,
    netMinor,
    taxMinor,
  }
}

/** The id of the entry that a void names; undefined for other entries. */
export function voidedIdOf(entry: LedgerEntry): string | undefined {
  return entry.entry.type === 'void' ? entry.entry.voidOf : undefined
}
