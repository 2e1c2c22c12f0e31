import { array, check, constantFrom, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { cutMarks, entriesPerMark, markBefore, maxMarks, noMarks, placeMarks } from './balance-marks.ts'
import { inStockOrder, runBalance, type StockEntry } from './run-balance.ts'

const stampOf = (second: number): string =>
  `${new Date(Date.UTC(2026, 10, 22) + second * 1000).toISOString()}-0000-s001hub`

const anyEntry = record({
  at: integer({ min: 0, max: 400 }).map(stampOf),
  sourceId: integer({ min: 0, max: 99_999 }).map(String),
  sourceType: constantFrom('sale'),
  kind: constantFrom('change' as const, 'change' as const, 'count' as const),
  quantity: integer({ min: -50, max: 50 }),
})

const balanceUpTo = (entries: readonly StockEntry[], at: string): number => {
  const before = entries.filter((entry) => entry.at <= at).toSorted(inStockOrder)
  return runBalance(0, before).at(-1)?.balance ?? 0
}

test('after entries came in any order, between any makings of marks, every mark says what its entries say', () => {
  const result = check(
    property(array(array(anyEntry, { maxLength: 500 }), { minLength: 1, maxLength: 5 }), (arrivals) => {
      let marks = noMarks('s001', 'milk')
      const known: StockEntry[] = []
      for (const arriving of arrivals) {
        for (const entry of arriving) {
          known.push(entry)
          marks = cutMarks(marks, entry.at) ?? marks
        }
        const last = markBefore(marks.marks)
        const rest = known.filter(({ at }) => last === undefined || at > last[0]).toSorted(inStockOrder)
        marks = placeMarks(marks, rest)
        for (const [at, onHand] of marks.marks) expect(onHand).toBe(balanceUpTo(known, at))
        expect(known.filter(({ at }) => at > (marks.marks.at(-1)?.[0] ?? '')).length).toBeLessThan(
          entriesPerMark + countOfLastStamp(known),
        )
      }
    }),
    { numRuns: 60 },
  )
  expect(result.failed, JSON.stringify(result.counterexample)).toBe(false)
})

function countOfLastStamp(entries: readonly StockEntry[]): number {
  const last = entries
    .map(({ at }) => at)
    .toSorted()
    .at(-1)
  return entries.filter(({ at }) => at === last).length
}

test('an entry that comes while marks over its stamp are being made stops their making, and one behind them does not', () => {
  const under = { ...noMarks('s001', 'milk'), marks: [[stampOf(10), 5]] as const, building: stampOf(60) }
  expect(cutMarks(under, stampOf(30))).toEqual({ ...under, building: null })
  expect(cutMarks(under, stampOf(5))).toEqual({ ...under, marks: [], building: null })
  expect(cutMarks(under, stampOf(61))).toBeUndefined()
  expect(cutMarks({ ...under, building: null }, stampOf(30))).toBeUndefined()
})

test('a SKU that is never counted has a bounded number of marks, the latest close together', () => {
  const rows = entriesPerMark * maxMarks * 3
  const entries = Array.from({ length: rows }, (_, second): StockEntry => {
    return { at: stampOf(second), sourceId: String(second), sourceType: 'sale', kind: 'change', quantity: -1 }
  })
  let marks = noMarks('s001', 'milk')
  for (let from = 0; from < rows; from += 20_000) {
    const last = marks.marks.at(-1)?.[0] ?? ''
    marks = placeMarks(
      marks,
      entries.slice(0, from + 20_000).filter(({ at }) => at > last),
    )
  }
  expect(marks.marks.length).toBeLessThanOrEqual(maxMarks)
  expect(marks.marks.at(-1)).toEqual([stampOf(rows - 1), -rows])
  expect(markBefore(marks.marks, stampOf(rows - 1))?.[1]).toBe(-rows + entriesPerMark)
})
