import { expect, test } from 'vitest'
import type { JournalEntry, Payment } from '../documents/journal-documents.ts'
import { lineTotals, saleTotals } from '../pricing/line-totals.ts'
import { shiftFigures, shiftTakings } from './shift-figures.ts'

function sold(
  type: 'sale' | 'refund',
  grossMinor: number,
  payments: readonly Payment[],
  discountMinor = 0,
): JournalEntry {
  const pricing = {
    unit: 'piece',
    quantity: 1,
    unitPriceMinor: grossMinor + discountMinor,
    discountMinor,
    taxRateBasisPoints: 1900,
    taxIncluded: true,
  } as const
  const lines = [{ ...pricing, ...lineTotals(pricing) }]
  const paidMinor = payments.reduce((total, { amountMinor }) => total + amountMinor, 0)
  const totals = { ...saleTotals(lines, 1), roundingMinor: paidMinor - grossMinor, dueMinor: paidMinor }
  return { type, lines, totals, payments } as unknown as JournalEntry
}
const cash = (amountMinor: number, exchange?: true): Payment => ({
  method: 'cash',
  amountMinor,
  tenderedMinor: amountMinor,
  changeMinor: 0,
  ...(exchange === undefined ? {} : { exchange }),
})
const card = (amountMinor: number): Payment => ({
  method: 'card',
  amountMinor,
  token: 't',
  lastFour: '4242',
  authorisationCode: 'A',
})
const moved = (direction: 'in' | 'out', amountMinor: number) =>
  ({ type: 'cash-movement', direction, amountMinor }) as JournalEntry

const voided = sold('sale', 700, [cash(700)])
const entries = [
  { type: 'shift-open', floatMinor: 10_000 } as JournalEntry,
  sold('sale', 1999, [cash(2000)], 100),
  sold('sale', 3000, [card(2500), cash(500)]),
  sold('refund', 1000, [card(1000)]),
  voided,
  { type: 'void' } as JournalEntry,
  moved('in', 5000),
  moved('out', 250),
  // An exchange: goods for 1,200 come back, goods for 1,500 go out, and 300 is paid.
  sold('refund', 1200, [cash(1200)]),
  sold('sale', 1500, [cash(1200, true), cash(300)]),
]
const content = { floatMinor: 10_000, entries, takenBack: [voided] }

test('the drawer holds the float and every coin that came in and was not given out', () => {
  expect(shiftFigures(content)).toEqual({
    sales: 4,
    refunds: 2,
    voids: 1,
    grossMinor: 1999 + 3000 + 700 + 1500 - 1000 - 1200,
    floatMinor: 10_000,
    cashSalesMinor: 2000 + 500 + 700 + 1500,
    cashRefundsMinor: 1200,
    cashVoidsMinor: -700,
    cashInMinor: 5000,
    cashOutMinor: 250,
    expectedMinor: 10_000 + 2000 + 500 + 300 + 5000 - 250,
  })
})

test('takings leave out what was voided, and goods that were exchanged even out', () => {
  const takings = shiftTakings(content)
  expect(takings).toMatchObject({
    methods: [
      { method: 'cash', soldMinor: 4000, refundedMinor: 1200, netMinor: 2800 },
      { method: 'card', soldMinor: 2500, refundedMinor: 1000, netMinor: 1500 },
    ],
    taxes: [{ rateBasisPoints: 1900, grossMinor: 1999 + 3000 + 1500 - 1000 - 1200 }],
    soldMinor: 6499,
    refundedMinor: 2200,
    discountMinor: 100,
    roundingMinor: 1,
    voidedMinor: 700,
    exchangedMinor: 1200,
  })
  const takenMinor = takings.methods.reduce((total, { netMinor }) => total + netMinor, 0)
  expect(takenMinor).toBe(takings.soldMinor - takings.refundedMinor + takings.roundingMinor)
})
