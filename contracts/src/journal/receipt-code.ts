/**
 * What the QR code of a receipt says: its number and the hash of its entry, so that a scanner finds the receipt and anybody can tell that
 * the paper and the record are the same. Upper case and few characters keep the code small and easy to read from thermal paper.
 *
 *     TIDEMARK:S001-T03-2-000017:5F2C…(64 hex digits)
 */
import { receiptNumberOf } from './journal-id.ts'

export interface ReceiptCode {
  /** As on the receipt: `S001-T03-2-000017`. */
  readonly number: string
  readonly hash: string
}

export function receiptCodeOf(entry: {
  readonly incarnation: string
  readonly number: number
  readonly hash: string
}): string {
  return `TIDEMARK:${receiptNumberOf(entry.incarnation, entry.number)}:${entry.hash.toUpperCase()}`
}

/** Undefined when the text is no receipt's code. */
export function parseReceiptCode(text: string): ReceiptCode | undefined {
  const match = /^TIDEMARK:(S[0-9]{3,6}-T[0-9]{2}-[0-9]+-[0-9]{6,9}):([0-9A-F]{64})$/.exec(text.trim().toUpperCase())
  const [, number, hash] = match ?? []
  return number === undefined || hash === undefined ? undefined : { number, hash: hash.toLowerCase() }
}
