/** A receipt is asked for as it is printed, or by the id of its journal entry. */
import { journalId, parseIncarnation, parseJournalId } from '@tidemark/contracts'

/** `S001-T03-2-000017` (in any case) or `journal:s001-t03-2:000000017` → the journal id; undefined for anything else. */
export function journalIdOfReceipt(receipt: string): string | undefined {
  const text = receipt.toLowerCase()
  if (parseJournalId(text) !== undefined) return text
  const [, incarnation = '', digits = ''] = /^(.+)-([0-9]{6,9})$/.exec(text) ?? []
  const number = Number(digits)
  return parseIncarnation(incarnation) !== undefined && number >= 1 ? journalId(incarnation, number) : undefined
}
