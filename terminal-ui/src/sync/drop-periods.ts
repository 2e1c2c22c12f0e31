/**
 * Old periods of sales leave this till as whole databases, when nothing is lost by it: every receipt in them is at central by the hub's
 * word, and none of them is the last of this till's series, which names the next number.
 */
import {
  maxDurabilityReceipts,
  parseJournalId,
  salesPeriodOf,
  type DurabilityRequest,
  type ReceiptDurability,
} from '@tidemark/contracts'
import type { TerminalDatabases } from '../data/terminal-databases.ts'

/** Asks the hub; undefined when it can't say now. */
export type AskDurability = (
  receipts: DurabilityRequest['receipts'],
) => Promise<readonly ReceiptDurability[] | undefined>

export interface DroppedPeriod {
  readonly database: string
  readonly documents: number
}

/** Drops what is older than the newest `kept` periods and may go. `today` is a date like `2026-11-28`. */
export async function dropOldPeriods(
  databases: TerminalDatabases,
  ask: AskDurability,
  { kept, today }: { readonly kept: number; readonly today: string },
): Promise<DroppedPeriod[]> {
  const oldest = periodBefore(today, Math.max(kept, 1) - 1)
  const head = await periodOfHead(databases)
  const old = (await databases.salesDatabases()).filter(
    (name) => (salesPeriodOf(name) ?? oldest) < oldest && name !== head,
  )
  const dropped: DroppedPeriod[] = []
  for (const name of old) {
    const ids = await databases.idsIn(name)
    if (!(await areAtCentral(databases, ask, name, ids))) continue
    await databases.dropSales(name)
    dropped.push({ database: name, documents: ids.length })
  }
  return dropped
}

async function areAtCentral(databases: TerminalDatabases, ask: AskDurability, name: string, ids: readonly string[]) {
  const refusals = await databases.device.refusals()
  if (refusals.some(({ database }) => database === name)) return false
  for (let start = 0; start < ids.length; start += maxDurabilityReceipts) {
    const page = ids.slice(start, start + maxDurabilityReceipts)
    const answer = await ask(page.map((id) => ({ database: name, id })))
    if (answer === undefined || answer.length !== page.length) return false
    if (answer.some(({ stage }) => stage !== 'central' && stage !== 'audited')) return false
  }
  return true
}

/** The database with the newest receipt of this till's series: the number of the next one is read from it. */
export async function periodOfHead(databases: TerminalDatabases): Promise<string | undefined> {
  const incarnation = (await databases.device.read('enrolment'))?.incarnation
  let best = { number: 0, name: undefined as string | undefined }
  for (const name of await databases.salesDatabases()) {
    const [row] = (
      await databases.named(name).allDocs({
        startkey: `journal:${incarnation}:\ufff0`,
        endkey: `journal:${incarnation}:`,
        descending: true,
        limit: 1,
      })
    ).rows
    const number = parseJournalId(row?.id ?? '')?.number ?? 0
    if (number > best.number) best = { number, name }
  }
  return best.name
}

/** `('2026-01-15', 2)` → `2025-11`. */
function periodBefore(today: string, months: number): string {
  const [year = 0, month = 1] = today.split('-').map(Number)
  const count = year * 12 + (month - 1) - months
  return `${String(Math.floor(count / 12)).padStart(4, '0')}-${String((count % 12) + 1).padStart(2, '0')}`
}
