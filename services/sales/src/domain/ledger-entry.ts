/** What the ledger keeps of a journal entry: the whole entry as it was written, how it came here, and what is wrong with it. */
import type { JournalEntry } from '@tidemark/contracts'
import { authoredBody, type SourceDocument } from '@tidemark/service-kit'
import { findingsOf, type Finding } from './verify-entry.ts'

export interface LedgerEntry extends Readonly<Record<string, unknown>> {
  /** The id of the journal entry, so that the put itself makes it unique. */
  readonly _id: string
  readonly type: 'ledger-entry'
  readonly storeId: string
  readonly terminalId: string
  readonly incarnation: string
  readonly number: number
  readonly businessDate: string
  /** HLC stamp of the entry. */
  readonly at: string
  readonly recordedAt: string
  readonly source: SourceDocument['source']
  readonly receivedTrace: string | null
  /** Checked before recording; whether the chain holds is asked when somebody reads. */
  readonly verification: {
    readonly schema: 'valid'
    readonly hash: 'valid' | 'wrong'
    readonly amounts: 'valid' | 'wrong'
    readonly findings: readonly Finding[]
  }
  readonly entry: JournalEntry
}

/** The source has passed `checkJournalSource`. */
export function ledgerEntryOf(source: SourceDocument, recordedAt: Date): LedgerEntry {
  const entry = authoredBody(source.document) as unknown as JournalEntry
  const findings = findingsOf(source)
  return {
    _id: entry._id,
    type: 'ledger-entry',
    storeId: entry.storeId,
    terminalId: entry.terminalId,
    incarnation: entry.incarnation,
    number: entry.number,
    businessDate: entry.businessDate,
    at: entry.at,
    recordedAt: recordedAt.toISOString(),
    source: source.source,
    receivedTrace: source.traceparent ?? null,
    verification: {
      schema: 'valid',
      hash: findings.some(({ rule }) => rule === 'hash') ? 'wrong' : 'valid',
      amounts: findings.some(({ rule }) => rule !== 'hash') ? 'wrong' : 'valid',
      findings,
    },
    entry,
  }
}

/** A sale or a refund; undefined for entries that move no goods. */
export function soldEntryOf(entry: JournalEntry) {
  return entry.type === 'sale' || entry.type === 'refund' ? entry : undefined
}

/** The id of the entry that a void names; undefined for other entries. */
export function voidedIdOf({ entry }: Pick<LedgerEntry, 'entry'>): string | undefined {
  return entry.type === 'void' ? entry.voidOf : undefined
}
