import {
  checkDocument,
  shiftFigures,
  shiftTakings,
  type JournalEntry,
  type Payment,
  type Refund,
  type Sale,
} from '@tidemark/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryDatabases } from '../testing/memory-databases.ts'
import { cartOfOne, cashSale, coffee, store } from '../testing/samples.ts'
import { addToCart, priceCart, setExchange, setTenders } from './cart.ts'
import { refundDraft } from './correction-documents.ts'
import { planTillRefund } from './correction-rules.ts'
import { dueOfExchange, exchangeOf, exchangeRefund, payoutOf, payoutParts, stillComesBack } from './exchange.ts'
import { Journal } from './journal.ts'
import { balanceOf, cashTender } from './tenders.ts'

const cashSaleOf = cashSale()
const { enrolment, by } = cashSaleOf
const coinMinor = store.cashIncrementMinor
const trace = { traceparent: `00-${'e'.repeat(32)}-${'b'.repeat(16)}-01`, startTime: '2026-11-22T09:00:00.000Z' }
const approval = { token: 'tok', lastFour: '4242', authorisationCode: 'A1' }

/** Sells, exchanges for goods of another price, and gives the three entries. `cardMinor` of the first sale is paid by card. */
async function exchanged(soldMinor: number, takenMinor: number, cardMinor: number, method: Payment['method']) {
  const journal = new Journal(memoryDatabases())
  const first = setTenders(
    addToCart({ ...cartOfOne(), lines: [] }, { ...coffee, priceMinor: soldMinor }, 1, 2300),
    cardMinor === 0
      ? [cashTender('cash', 1_000_000, balanceOf(soldMinor, [], coinMinor))]
      : [
          { id: 'card', method: 'card', state: 'approved', amountMinor: cardMinor, approval },
          ...(cardMinor === soldMinor
            ? []
            : [cashTender('cash', 1_000_000, balanceOf(soldMinor - cardMinor, [], coinMinor))]),
        ],
  )
  const sale = await journal.recordSale({ ...cashSaleOf, cart: first })
  const corrected = { sale, refunds: [], voided: new Set<string>() }
  const lines = [{ lineNumber: 1, quantity: 1 }]
  const plan = planTillRefund(corrected, { lines, method: cardMinor === 0 ? 'cash' : 'card' }, 1)
  if (!plan.ok) throw new Error('one piece can come back')
  const begun = exchangeOf({ id: 'e'.repeat(32), sale, reason: 'too small', approvedBy: by, trace }, plan.sold)

  const goods = addToCart({ ...cartOfOne(), lines: [] }, { ...coffee, priceMinor: takenMinor }, 1, 2300)
  const { grossMinor } = priceCart(goods, store)
  const payout = payoutOf(begun, grossMinor, coinMinor)
  const parts = payout === undefined ? [] : payoutParts(payout, method)
  const exchange =
    payout === undefined
      ? begun
      : { ...begun, payout: { parts: parts.map((part) => ({ ...part, state: 'approved' as const })) } }
  const sold = exchangeRefund(exchange, grossMinor, { currency: 'EUR', coinMinor })
  const context = { store, enrolment, by, trace }
  const { reason, id } = exchange
  const refund = await journal.append<Refund>(
    refundDraft(context, { sale: exchange.sale, sold, reason, approvedBy: by, exchange: { id } }),
  )
  const leftMinor = grossMinor - Math.min(begun.creditMinor, grossMinor)
  const paid = leftMinor === 0 ? [] : [cashTender('rest', 1_000_000, balanceOf(leftMinor, [], coinMinor))]
  const cart = setExchange(setTenders(goods, paid), { ...exchange, refund: refund._id })
  const taken = await journal.recordSale({ ...cashSaleOf, cart })
  return { sale, refund, taken, due: dueOfExchange(begun, grossMinor, coinMinor), begun }
}

const coinsOf = ({ payments }: Sale | Refund): number =>
  payments.reduce((sum, each) => sum + (each.method === 'cash' && each.exchange !== true ? each.amountMinor : 0), 0)

const price = fc.integer({ min: 1, max: 9999 })

test('whatever goods are exchanged, both entries add up, and the drawer holds what coins moved', async () => {
  await fc.assert(
    fc.asyncProperty(
      price,
      price,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.constantFrom('cash' as const, 'card' as const),
      async (soldMinor, takenMinor, share, method) => {
        const cardMinor = Math.round(soldMinor * share)
        const { sale, refund, taken, due } = await exchanged(soldMinor, takenMinor, cardMinor, method)
        const entries: JournalEntry[] = [sale, refund, taken]
        for (const entry of entries) expect(checkDocument('sales-' + entry.businessDate.slice(0, 7), entry)).toEqual([])
        const { expectedMinor } = shiftFigures({ floatMinor: 0, entries, takenBack: [] })
        expect(expectedMinor).toBe(coinsOf(sale) - coinsOf(refund) + coinsOf(taken))
        const toCardsMinor = refund.payments.reduce(
          (sum, each) => sum + (each.method === 'card' ? each.amountMinor : 0),
          0,
        )
        if (toCardsMinor === 0) expect(coinsOf(taken) - coinsOf(refund)).toBe(due)
        expect(toCardsMinor).toBeLessThanOrEqual(cardMinor)
        expect(shiftTakings({ entries, takenBack: [] }).exchangedMinor).toBe(Math.min(soldMinor, takenMinor))
      },
    ),
    { numRuns: 60 },
  )
})

test('the sale names the refund, both carry the id, and goods that something else took do not come back', async () => {
  const { sale, refund, taken, begun } = await exchanged(1299, 2000, 0, 'cash')
  expect([refund.exchange, taken.exchange]).toEqual([{ id: begun.id }, { id: begun.id, refund: refund._id }])
  expect(refund).toMatchObject({ refundOf: sale._id, payments: [{ exchange: true, amountMinor: 1299 }] })
  expect(taken.payments).toMatchObject([{ exchange: true, amountMinor: 1299 }, { amountMinor: 700 }])
  const open = { lineNumber: 1, sku: 'COF-1', soldQuantity: 1, refundedQuantity: 0 }
  const balance = { ...open, refundedDiscountMinor: 0, refundedGrossMinor: 0 }
  expect(stillComesBack(begun, sale, [balance])).toBe(true)
  expect(stillComesBack(begun, sale, [{ ...balance, refundedQuantity: 1 }])).toBe(false)
})
