/** A receipt is asked for as it is printed, as a scanner reads it, or by the id of its journal entry. */
import { journalId, parseIncarnation, parseJournalId } from '@tidemark/contracts'

/** `S001-T03-2-000017` (in any case) or `journal:s001-t03-2:000000017` → the journal id; undefined for anything else. */
export function journalIdOfReceipt(receipt: string): string | undefined {
  const text = receipt.toLowerCase()
  if (parseJournalId(text) !== undefined) return text
  const [, incarnation = '', digits = ''] = /^(.+)-([0-9]{6,9})$/.exec(text) ?? []
  const number = Number(digits)
  return parseIncarnation(incarnation) !== undefined && number >= 1 ? journalId(incarnation, number) : undefined
}

/** What a scanner may send before the text: the AIM identifier of Code 128, QR or Data Matrix. */
const symbologyIdentifier = /^\](C[0-9]|Q[0-9]|d[0-9])/

/**
 * The journal id of a scanned code. The code on a receipt holds its number; a scanner that is set to another keyboard
 * types something else for the hyphen.
 */
export function journalIdOfCode(code: string): string | undefined {
  const text = code.trim().replace(symbologyIdentifier, '').trim()
  return journalIdOfReceipt(text) ?? journalIdOfReceipt(text.replaceAll(/[^A-Za-z0-9]/g, '-'))
}
