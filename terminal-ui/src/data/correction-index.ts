/**
 * Which refunds and voids name a receipt. They stand in any series of the store at any later time, and are looked up whenever a
 * receipt is to be refunded, so each leaves a hint under the receipt's id:
 *
 *     corrections:  journal:s001-t01-1:000000007/journal:s001-t02-1:000000031
 *
 * 1. A hint is written before its entry. An entry without a hint can't be; a hint without an entry is passed over.
 * 2. The hint says nothing but where to look: what counts is read from the entries.
 */
import type { JournalEntry, Refund, Sale, Void } from '@tidemark/contracts'
import { readEntry } from './journal-reader.ts'
import { isUpdateConflict } from './pouch-types.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

export type Correction = Refund | Void

/** The entry that a refund or void names; undefined for other entries. */
export function correctedIdOf(entry: Pick<JournalEntry, 'type'>): string | undefined {
  const { type, refundOf, voidOf } = entry as { type: string; refundOf?: string; voidOf?: string }
  if (type === 'refund') return refundOf
  return type === 'void' ? voidOf : undefined
}

/** To be called before the entry is stored. Does nothing for entries that correct none. */
export async function noteCorrection(
  databases: TerminalDatabases,
  entry: Pick<JournalEntry, 'type' | '_id'>,
): Promise<void> {
  const corrected = correctedIdOf(entry)
  if (corrected === undefined) return
  try {
    await databases.corrections.put({ _id: `${corrected}/${entry._id}` })
  } catch (error) {
    if (!isUpdateConflict(error)) throw error
  }
}

/** Refunds and voids of an entry that are on this till, in HLC order. */
export async function readCorrections(databases: TerminalDatabases, id: string): Promise<Correction[]> {
  const { rows } = await databases.corrections.allDocs({ startkey: `${id}/`, endkey: `${id}/\ufff0` })
  const entries = await Promise.all(rows.map((row) => readEntry(databases, row.id.slice(id.length + 1))))
  return entries
    .flatMap((entry) => (entry !== undefined && correctedIdOf(entry) === id ? [entry as Correction] : []))
    .sort((a, b) => (a.at < b.at ? -1 : 1))
}

/** A sale with what has become of it, as far as this till knows. */
export interface CorrectedSale {
  readonly sale: Sale
  readonly refunds: readonly Refund[]
  /** Ids of the entries, of the sale and its refunds, that are voided. */
  readonly voided: ReadonlySet<string>
}

export async function readCorrectedSale(databases: TerminalDatabases, sale: Sale): Promise<CorrectedSale> {
  const corrections = await readCorrections(databases, sale._id)
  const refunds = corrections.filter((entry) => entry.type === 'refund')
  const voided = new Set<string>()
  if (corrections.some(({ type }) => type === 'void')) voided.add(sale._id)
  for (const refund of refunds) {
    const ofRefund = await readCorrections(databases, refund._id)
    if (ofRefund.some(({ type }) => type === 'void')) voided.add(refund._id)
  }
  return { sale, refunds, voided }
}
