/** What a cashier remembers of a receipt: its number, its day, what it came to, something on it, the end of the card. Pure. */
import {
  parseReceiptCode,
  receiptNumberOf,
  type JournalEntry,
  type Refund,
  type Sale,
  type Void,
} from '@tidemark/contracts'
import { parseAmount } from './parse-amount.ts'

export type Receipt = Sale | Refund | Void

export interface ReceiptQuery {
  readonly text: string
  /** `2026-11-22`; empty for any day. */
  readonly date: string
  /** Digits after the point of the store's currency. */
  readonly decimals: number
}

export function isReceipt(entry: JournalEntry): entry is Receipt {
  return entry.type === 'sale' || entry.type === 'refund' || entry.type === 'void'
}

/** What was found with what has come since, newest first, at most `limit`. */
export function withNews(
  found: readonly Receipt[],
  news: readonly JournalEntry[],
  query: ReceiptQuery,
  limit: number,
): readonly Receipt[] {
  const known = new Set(found.map(({ _id }) => _id))
  const fresh = news.filter(isReceipt).filter((receipt) => !known.has(receipt._id) && matchesQuery(receipt, query))
  if (fresh.length === 0) return found
  return [...fresh, ...found].sort((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0)).slice(0, limit)
}

/** All words must fit, each in some way: a number with or without its zeros, an amount, a SKU or name, last four digits. */
export function matchesQuery(receipt: Receipt, { text, date, decimals }: ReceiptQuery): boolean {
  if (date !== '' && receipt.businessDate !== date) return false
  const scanned = parseReceiptCode(text)
  const words = (scanned?.number ?? text).trim().toUpperCase().split(/\s+/).filter(Boolean)
  return words.every((word) => matchesNumber(receipt, word) || matchesContent(receipt, word, decimals))
}

function matchesNumber({ incarnation, number }: Receipt, word: string): boolean {
  return /^[0-9]+$/.test(word) ? number === Number(word) : receiptNumberOf(incarnation, number).includes(word)
}

function matchesContent(receipt: Receipt, word: string, decimals: number): boolean {
  if (receipt.type === 'void') return false
  const amountMinor = parseAmount(word, decimals)
  const { lines, totals, payments } = receipt
  return (
    (amountMinor !== undefined && totals.dueMinor === amountMinor) ||
    payments.some((payment) => payment.method === 'card' && payment.lastFour === word) ||
    lines.some(({ sku, name }) => sku.toUpperCase() === word || name.toUpperCase().includes(word))
  )
}
