import { expect, test } from 'vitest'
import { judgeRefunds, planRefund, type Refund, type RefundOrder } from '@tidemark/contracts'
import { sampleTill, type TillLine } from '@tidemark/service-kit/test-support'
import { mergeRefund, type RefundRecord } from './merge-refund.ts'

const till = sampleTill('s001-t01-1')
const other = sampleTill('s001-t02-1')
const sale = till.sale([
  { sku: 'milk', quantity: 3 },
  { sku: 'bread', quantity: 2, unitPriceMinor: 300, discountMinor: 101 },
])

const at = (time: string): number => Date.parse(`2026-11-22T${time}:00.000Z`)
const gives = (lines: readonly TillLine[], time: string, currency = 'EUR'): Refund =>
  other.refund(sale, lines, { atMs: at(time), currency })
const record = (refunds: readonly Refund[]): RefundRecord | undefined =>
  refunds.reduce<RefundRecord | undefined>(mergeRefund, undefined)

const cases: readonly {
  readonly name: string
  readonly refunds: readonly Refund[]
  readonly voided?: (refunds: readonly Refund[]) => readonly string[]
  /** Indexes of the refunds that are flagged, with the fault. */
  readonly faulty: readonly (readonly [index: number, fault: string])[]
}[] = [
  { name: 'a part of a line', refunds: [gives([{ sku: 'milk', quantity: 1 }], '10:00')], faulty: [] },
  {
    name: 'two parts that are the whole line',
    refunds: [gives([{ sku: 'milk', quantity: 1 }], '10:00'), gives([{ sku: 'milk', quantity: 2 }], '11:00')],
    faulty: [],
  },
  {
    name: 'two tills that refund one line without knowing of each other: the second one',
    refunds: [gives([{ sku: 'milk', quantity: 3 }], '10:00'), gives([{ sku: 'milk', quantity: 3 }], '10:01')],
    faulty: [[1, 'over-refund']],
  },
  {
    name: 'the first of them is voided',
    refunds: [gives([{ sku: 'milk', quantity: 3 }], '10:00'), gives([{ sku: 'milk', quantity: 3 }], '10:01')],
    voided: ([first]) => [first?._id ?? ''],
    faulty: [],
  },
  {
    name: 'the product under another line number',
    refunds: [gives([{ sku: 'bread', quantity: 2, unitPriceMinor: 300, discountMinor: 101 }], '10:00')],
    faulty: [],
  },
  {
    name: 'a product that was not sold',
    refunds: [gives([{ sku: 'tea', quantity: 1 }], '10:00')],
    faulty: [[0, 'not-sold']],
  },
  {
    name: 'more money than was paid',
    refunds: [gives([{ sku: 'milk', quantity: 3, unitPriceMinor: 900 }], '10:00')],
    faulty: [[0, 'over-refund']],
  },
  {
    name: 'another currency',
    refunds: [gives([{ sku: 'milk', quantity: 1 }], '10:00', 'USD')],
    faulty: [[0, 'other-currency']],
  },
  {
    name: 'a sale that is voided',
    refunds: [gives([{ sku: 'milk', quantity: 1 }], '10:00')],
    voided: () => [sale._id],
    faulty: [[0, 'sale-voided']],
  },
]

test.each(cases)('refunds are judged together: $name', ({ refunds, voided, faulty }) => {
  const gone = new Set(voided?.(refunds) ?? [])
  const expected = faulty.map(([index, fault]) => [refunds[index]?._id, fault])
  for (const arrivals of [refunds, refunds.toReversed(), [...refunds, ...refunds.toReversed()]]) {
    const judgement = judgeRefunds(sale, record(arrivals)?.refunds ?? [], (id) => gone.has(id))
    expect(judgement.faulty.map(({ refund, fault }) => [refund.id, fault])).toEqual(expected)
  }
})

const open = (refunds: readonly Refund[] = []) =>
  judgeRefunds(sale, record(refunds)?.refunds ?? [], () => false).balances
const plan = (order: RefundOrder, refunds: readonly Refund[] = []) => planRefund(sale, open(refunds), order)

test('head office refunds no more of a line than is left, and says the numbers', () => {
  const before = [gives([{ sku: 'milk', quantity: 2 }], '12:00')]
  expect(plan({ lines: [{ lineNumber: 1, quantity: 2 }] }, before)).toEqual({
    ok: false,
    problems: [{ field: '/lines/0/quantity', message: 'line 1: sold 3, refunded 2 before, left 1, asked for 2' }],
  })
  expect(plan({ lines: [{ lineNumber: 7, quantity: 1 }] })).toMatchObject({
    problems: [{ field: '/lines/0/lineNumber' }],
  })
  const twice = [1, 1].map((lineNumber) => ({ lineNumber, quantity: 1 }))
  expect(plan({ lines: twice })).toMatchObject({ problems: [{ field: '/lines/1/lineNumber' }] })
  expect(plan({ method: 'card' })).toMatchObject({ problems: [{ field: '/method' }] })
})

test('the parts of a line add up to the line, its discount too', () => {
  const half = plan({ lines: [{ lineNumber: 2, quantity: 1 }] })
  if (!half.ok) throw new Error('not planned')
  expect(half.sold).toMatchObject({
    lines: [{ quantity: 1, discountMinor: 50, grossMinor: 250 }],
    payments: [{ method: 'cash', amountMinor: 250 }],
  })
  const first = other.refund(sale, [
    { sku: 'bread', quantity: 1, unitPriceMinor: 300, discountMinor: 50, lineNumber: 2 },
  ])
  const rest = plan({}, [first])
  if (!rest.ok) throw new Error('not planned')
  expect(rest.sold.lines).toMatchObject([
    { lineNumber: 1, quantity: 3, grossMinor: 750 },
    { lineNumber: 2, quantity: 1, discountMinor: 51, grossMinor: 249 },
  ])
  expect(rest.sold.totals.dueMinor + half.sold.totals.dueMinor).toBe(sale.totals.dueMinor)
})

test('a sale that was paid by card goes back to the card, unless told otherwise', () => {
  const paid = till.sale([{ sku: 'tea', quantity: 2 }], { card: true })
  const balances = judgeRefunds(paid, [], () => false).balances
  expect(planRefund(paid, balances, {})).toMatchObject({ sold: { payments: [{ method: 'card', amountMinor: 500 }] } })
  expect(planRefund(paid, balances, { method: 'cash' })).toMatchObject({ sold: { payments: [{ method: 'cash' }] } })
})
