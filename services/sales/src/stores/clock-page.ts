/**
 * A day's receipts in the order of their clock, without an index of its own: the numbers of each series on the day are known,
 * a series is in the order of its clock, so the series are merged as sorted lists are.
 */
import { soldEntryOf, type LedgerEntry } from '../domain/ledger-entry.ts'
import { eachNumber } from '../domain/number-ranges.ts'
import type { DaySums } from '../domain/sum-entries.ts'
import type { Ledger } from './ledger-store.ts'

/** By series, the last number that was given out. */
export type ClockPosition = Readonly<Record<string, number>>

export interface ClockPage {
  readonly entries: readonly LedgerEntry[]
  /** Undefined on the last page. */
  readonly next: ClockPosition | undefined
}

/** `days` are the sums of one date. Shifts and cash movements are left out: they are no receipts. */
export async function readClockPage(
  ledger: Pick<Ledger, 'entriesOf'>,
  days: readonly DaySums[],
  position: ClockPosition,
  limit: number,
): Promise<ClockPage> {
  const lanes = await Promise.all(
    days.map(async ({ incarnation, included }) => {
      const after = position[incarnation] ?? 0
      const entries = ledger.entriesOf(incarnation, later(eachNumber(included), after))
      return { incarnation, entries, head: await nextReceipt(entries), given: after }
    }),
  )
  const page: LedgerEntry[] = []
  for (;;) {
    const open = lanes.filter(({ head }) => head !== undefined)
    const [first] = open.sort((a, b) => compareClock(a.head, b.head))
    if (first?.head === undefined) return { entries: page, next: undefined }
    if (page.length === limit) break
    page.push(first.head)
    first.given = first.head.number
    first.head = await nextReceipt(first.entries)
  }
  return { entries: page, next: Object.fromEntries(lanes.map(({ incarnation, given }) => [incarnation, given])) }
}

function* later(numbers: Iterable<number>, after: number): Generator<number> {
  for (const number of numbers) if (number > after) yield number
}

async function nextReceipt(entries: AsyncGenerator<LedgerEntry>): Promise<LedgerEntry | undefined> {
  for (;;) {
    const { value, done } = await entries.next()
    if (done === true) return undefined
    if (soldEntryOf(value.entry) !== undefined || value.entry.type === 'void') return value
  }
}

function compareClock(a: LedgerEntry | undefined, b: LedgerEntry | undefined): number {
  const [one, other] = [`${a?.at}${a?._id}`, `${b?.at}${b?._id}`]
  return one < other ? -1 : one > other ? 1 : 0
}
