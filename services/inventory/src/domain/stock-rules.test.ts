import { check, constantFrom, integer, property, record, uniqueArray } from 'fast-check'
import { expect, test } from 'vitest'
import { judgeException, type StockException } from './judge-exception.ts'
import { overlapOf } from './overlapping-counts.ts'
import { inStockOrder, runBalance, type StockEntry } from './run-balance.ts'

const anyEntry = record({
  at: integer({ min: 0, max: 9 }).map((minute) => `2026-11-22T09:0${minute}:00.000Z-0000-s001hub`),
  sourceId: integer({ min: 0, max: 99_999 }).map(String),
  sourceType: constantFrom('sale', 'stock-count'),
  kind: constantFrom('change' as const, 'count' as const),
  quantity: integer({ min: -50, max: 50 }),
})

/** A document says one thing of a SKU. */
const anyEntries = uniqueArray(anyEntry, { selector: ({ sourceId }) => sourceId })

/** The rule of design section 3 word by word: the latest count of that SKU and everything after it. */
function naiveOnHand(entries: readonly StockEntry[]): number {
  const counts = entries.filter(({ kind }) => kind === 'count').sort(inStockOrder)
  const last = counts.at(-1)
  const later = entries.filter(({ kind, at }) => kind === 'change' && (last === undefined || at > last.at))
  return (last?.quantity ?? 0) + later.reduce((sum, { quantity }) => sum + quantity, 0)
}

test('the balance after the last entry is the stock on hand, in whatever order the entries came and wherever a page begins', () => {
  const result = check(
    property(anyEntries, integer({ min: 0, max: 20 }), (entries, cut) => {
      const ordered = entries.toSorted(inStockOrder)
      const whole = runBalance(0, ordered)
      expect(whole.at(-1)?.balance ?? 0).toBe(naiveOnHand(entries))
      const before = ordered.slice(0, cut)
      const rest = runBalance(runBalance(0, before).at(-1)?.balance ?? 0, ordered.slice(cut))
      expect(rest).toEqual(whole.slice(cut))
      expect(runBalance(0, entries.toReversed().sort(inStockOrder)).at(-1)?.balance).toBe(whole.at(-1)?.balance)
    }),
  )
  expect(result.failed, JSON.stringify(result.counterexample)).toBe(false)
})

const standing = (onHand: number, minimum?: number) => ({ storeId: 's001', sku: 'milk', onHand, minimum })
const open = judgeException('oversell', standing(-2), undefined, 'noon')
const acknowledged: StockException = {
  ...open!,
  status: 'acknowledged',
  acknowledgement: { by: 'eve', at: 'one', note: 'counted', onHand: -2 },
}
const over: StockException = { ...acknowledged, status: 'over', endedAt: 'two' }

test.each([
  ['nothing is the matter', 'oversell', standing(0), undefined, undefined],
  ['less than nothing is on hand', 'oversell', standing(-1), undefined, { status: 'open', onHand: -1, minimum: null }],
  ['it is as it was', 'oversell', standing(-2), open, undefined],
  [
    'it gets worse after it was acknowledged',
    'oversell',
    standing(-3),
    acknowledged,
    { status: 'acknowledged', onHand: -3 },
  ],
  ['it is mended', 'oversell', standing(4), acknowledged, { status: 'over', endedAt: 'now', onHand: 4 }],
  ['it is long over', 'oversell', standing(4), over, undefined],
  ['it begins again', 'oversell', standing(-1), over, { status: 'open', openedAt: 'now', acknowledgement: null }],
  ['stock is at its threshold', 'low-stock', standing(5, 5), undefined, { status: 'open', minimum: 5 }],
  ['stock is above its threshold', 'low-stock', standing(6, 5), undefined, undefined],
  ['nobody set a threshold', 'low-stock', standing(0), undefined, undefined],
] as const)('an exception when %s', (_name, kind, now, current, expected) => {
  const next = judgeException(kind, now, current, 'now')
  if (expected === undefined) expect(next).toBeUndefined()
  else expect(next).toMatchObject(expected)
})

const mark = (minute: string, node: string, quantity: number) => ({
  at: `2026-11-22T09:${minute}:00.000Z-0000-${node}`,
  sourceId: `count:milk:${minute}`,
  quantity,
})

test.each([
  ['by two tills that contradict each other', mark('00', 's001t01', 10), mark('10', 's001t02', 7), -2, 8],
  [
    'by two tills that agree, given what was sold in between',
    mark('00', 's001t01', 10),
    mark('10', 's001t02', 8),
    -2,
    undefined,
  ],
  ['by one till', mark('00', 's001t01', 10), mark('10', 's001t01', 7), 0, undefined],
  ['more than half an hour apart', mark('00', 's001t01', 10), mark('31', 's001t02', 7), 0, undefined],
  ['of which head office made the last', mark('00', 's001t01', 10), mark('10', 'hq', 7), 0, undefined],
])('two counts %s', (_name, first, second, between, expected) => {
  expect(overlapOf('s001', 'milk', first, second, between)?.expected).toBe(expected)
})
