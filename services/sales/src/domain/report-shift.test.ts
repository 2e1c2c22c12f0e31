import { expect, test } from 'vitest'
import type { JournalEntry } from '@tidemark/contracts'
import { sampleTill } from '@tidemark/service-kit/test-support'
import { ledgerEntryOf, type LedgerEntry } from './ledger-entry.ts'
import { findShifts, reportShift } from './report-shift.ts'
import { emptyDaySums, postToDay, type DaySums } from './sum-entries.ts'

function recorded(entry: JournalEntry): LedgerEntry {
  const source = { storeId: 's001', database: 'sales-2026-11', rev: '1-a', conflicts: [], deleted: false } as const
  return ledgerEntryOf({ ...source, document: { ...entry }, source: 'feed' }, new Date(0))
}

function daysOf(entries: readonly LedgerEntry[]): DaySums[] {
  const dates = [...new Set(entries.map(({ businessDate }) => businessDate))]
  return dates.map((date) => {
    const ofDay = entries.filter(({ businessDate }) => businessDate === date)
    const [first] = ofDay
    if (first === undefined) throw new Error('a day without entries')
    return postToDay(
      emptyDaySums(first),
      ofDay.map((entry) => ({ entry, isVoided: false })),
    )
  })
}

test('a shift ends at its closing after midnight, before the next opening, or where the series was last heard', () => {
  const till = sampleTill('s001-t01-1')
  const first = till.shiftOpen(100)
  till.sale([{ sku: 'milk', quantity: 1 }])
  const second = till.shiftOpen(200)
  till.sale([{ sku: 'milk', quantity: 1 }])
  const nextDay = { businessDate: '2026-11-23' }
  const close = till.shiftClose(second, { expectedMinor: 450, countedMinor: 450 }, nextDay)
  const third = till.shiftOpen(300, nextDay)
  const [day, later] = daysOf([first, second, close, third].map(recorded))
  if (day === undefined || later === undefined) throw new Error('two days')
  const shifts = findShifts([day], [later], () => 9)
  expect(shifts.map(({ from, to, close: closing }) => [from, to, closing?.number])).toEqual([
    [1, 2, undefined],
    [3, 5, 5],
  ])
  expect(findShifts([later], [], () => 9).map(({ from, to }) => [from, to])).toEqual([[6, 9]])
})

test('a void takes cash out of the drawer of the shift in which it was made, and a refund gives it back', () => {
  const till = sampleTill('s001-t01-1')
  const earlier = till.sale([{ sku: 'milk', quantity: 2 }])
  const byCard = till.sale([{ sku: 'milk', quantity: 4 }], { card: true })
  const earlierRefund = till.refund(earlier, [{ sku: 'milk', quantity: 1 }])
  const open = till.shiftOpen(1000)
  const voids = [earlier, byCard, earlierRefund].map((entry) => [till.void(entry), entry] as const)
  const entries = [open, ...voids.map(([voiding]) => voiding)].map(recorded)
  const [range] = findShifts(daysOf(entries), [], () => 7)
  if (range === undefined) throw new Error('no shift')
  const takenBack = new Map(voids.map(([voiding, entry]) => [voiding._id, recorded(entry)]))
  expect(reportShift(range, { entries, takenBack })).toMatchObject({
    from: 4,
    to: 7,
    missing: 0,
    voids: 3,
    cashVoidsMinor: -500 + 250,
    expectedMinor: 750,
    countedMinor: null,
    differenceMinor: null,
  })
})
