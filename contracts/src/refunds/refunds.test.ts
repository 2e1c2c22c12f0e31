import fc from 'fast-check'
import { expect, test } from 'vitest'
import { checkDocument } from '../documents/check-document.ts'
import type { Payment, Refund, Sale, SaleLine } from '../documents/journal-documents.ts'
import { genesisHash, sealEntry } from '../journal/chain.ts'
import { journalId } from '../journal/journal-id.ts'
import { extendedPrice, lineTotals, saleTotals } from '../pricing/line-totals.ts'
import { judgeRefunds, notedRefundOf } from './judge-refunds.ts'
import { planRefund, type RefundOrder } from './plan-refund.ts'

const card: Extract<Payment, { method: 'card' }> = {
  method: 'card',
  amountMinor: 0,
  token: 'tok_1',
  lastFour: '4242',
  authorisationCode: 'A1',
}

function entryOf(type: string, number: number, fields: object): unknown {
  const body = {
    _id: journalId('s001-t03-1', number),
    type,
    schemaVersion: 1,
    storeId: 's001',
    at: `2026-11-22T09:00:00.000Z-${String(number).padStart(4, '0')}-s001t03`,
    by: { id: 'anna', role: 'cashier' },
    terminalId: 's001-t03',
    incarnation: 's001-t03-1',
    number,
    businessDate: '2026-11-22',
    ...fields,
  }
  return sealEntry(body, genesisHash)
}

function saleOf(lines: readonly SaleLine[], payments?: (dueMinor: number) => Payment[]): Sale {
  const totals = saleTotals(lines, 1)
  const amountMinor = totals.dueMinor
  const cash: Payment = { method: 'cash', amountMinor, tenderedMinor: amountMinor, changeMinor: 0 }
  return entryOf('sale', 1, { currency: 'EUR', lines, totals, payments: payments?.(amountMinor) ?? [cash] }) as Sale
}

function refundOf(sale: Sale, earlier: readonly Refund[], order: RefundOrder): Refund {
  const { balances } = judgeRefunds(sale, earlier.map(notedRefundOf), () => false)
  const plan = planRefund(sale, balances, order)
  if (!plan.ok) throw new Error(plan.problems.map(({ message }) => message).join('; '))
  const fields = { ...plan.sold, refundOf: sale._id, reason: 'does not fit' }
  return entryOf('refund', earlier.length + 2, fields) as Refund
}

const lines = fc
  .record({
    unit: fc.constantFrom('piece' as const, 'gram' as const),
    unitPriceMinor: fc.integer({ min: 0, max: 5000 }),
    quantity: fc.integer({ min: 1, max: 900 }),
    taxRateBasisPoints: fc.constantFrom(0, 700, 1900, 2300),
    taxIncluded: fc.boolean(),
    discountShare: fc.integer({ min: 0, max: 100 }),
  })
  .map(({ discountShare, ...pricing }): SaleLine => {
    const discountMinor = Math.floor((extendedPrice(pricing) * discountShare) / 100)
    const line = { lineNumber: 1, sku: 'A-1', name: 'Apples', taxCode: 'standard', ...pricing, discountMinor }
    return { ...line, ...lineTotals(line) }
  })

test('the parts of a line, however it is parted, add up to the line: net, tax, discount and gross', () => {
  fc.assert(
    fc.property(lines, fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 6 }), (line, cuts) => {
      const sale = saleOf([line])
      const refunds: Refund[] = []
      let left = line.quantity
      for (const cut of [...cuts, line.quantity]) {
        const quantity = Math.min(cut, left)
        if (quantity === 0) break
        const refund = refundOf(sale, refunds, { lines: [{ lineNumber: 1, quantity }] })
        expect(checkDocument('sales-2026-11', refund)).toEqual([])
        refunds.push(refund)
        left -= quantity
      }
      for (const field of ['quantity', 'netMinor', 'taxMinor', 'discountMinor', 'grossMinor'] as const) {
        expect(refunds.reduce((total, { lines: [part] }) => total + (part?.[field] ?? 0), 0)).toBe(line[field])
      }
      expect(judgeRefunds(sale, refunds.map(notedRefundOf), () => false).faulty).toEqual([])
    }),
  )
})

const coffee: SaleLine = (() => {
  const line = { unit: 'piece', unitPriceMinor: 1000, quantity: 3, discountMinor: 0 } as const
  const priced = { ...line, taxRateBasisPoints: 2300, taxIncluded: true }
  return { lineNumber: 1, sku: 'COF-1', name: 'Coffee', taxCode: 'standard', ...priced, ...lineTotals(priced) }
})()

test('a sale that was paid by card and in cash gives no card more than it paid', () => {
  const sale = saleOf([coffee], (dueMinor) => [
    { ...card, amountMinor: 1200 },
    { method: 'cash', amountMinor: dueMinor - 1200, tenderedMinor: 2000, changeMinor: 2000 - dueMinor + 1200 },
  ])
  const first = refundOf(sale, [], { lines: [{ lineNumber: 1, quantity: 1 }] })
  expect(first.payments).toMatchObject([{ method: 'card', amountMinor: 1000 }])
  const refundedToCards = new Map([['tok_1', 1000]])
  const second = refundOf(sale, [first], { lines: [{ lineNumber: 1, quantity: 1 }], refundedToCards })
  expect(second.payments).toMatchObject([
    { method: 'card', amountMinor: 200 },
    { method: 'cash', amountMinor: 800 },
  ])
  expect(refundOf(sale, [first, second], { method: 'cash' }).payments).toMatchObject([{ amountMinor: 1000 }])
})

test('cash goes back in coins of the store', () => {
  const priced = { ...coffee, quantity: 1, unitPriceMinor: 999 }
  const sale = saleOf([{ ...priced, ...lineTotals(priced) }])
  const refund = refundOf(sale, [], { coinMinor: 5 })
  expect(refund.totals).toMatchObject({ grossMinor: 999, roundingMinor: 1, dueMinor: 1000 })
  expect(checkDocument('sales-2026-11', refund)).toEqual([])
})

test('what is left beside a card and rounds away is paid back by nothing, and the refund is valid', () => {
  const priced = { ...coffee, quantity: 1, unitPriceMinor: 1002 }
  const sale = saleOf([{ ...priced, ...lineTotals(priced) }], () => [
    { ...card, amountMinor: 1000 },
    { method: 'cash', amountMinor: 2, tenderedMinor: 2, changeMinor: 0 },
  ])
  const refund = refundOf(sale, [], { method: 'card', coinMinor: 5 })
  expect(refund.totals).toMatchObject({ roundingMinor: -2, dueMinor: 1000 })
  expect(checkDocument('sales-2026-11', refund)).toEqual([])
})

test('a part that says another history than it was counted by is a problem, and so is a part in a sale', () => {
  const sale = saleOf([coffee])
  const first = refundOf(sale, [], { lines: [{ lineNumber: 1, quantity: 1 }] })
  const { hash: _hash, ...second } = refundOf(sale, [first], {})
  const untold = sealEntry(
    { ...second, lines: second.lines.map((line) => ({ ...line, discountMinor: 1 })) },
    genesisHash,
  )
  expect(checkDocument('sales-2026-11', untold)).toMatchObject([{ field: '/lines/0' }])
  const { hash: _other, ...sold } = sale
  const part = { ...coffee, alreadyRefunded: { quantity: 1, discountMinor: 0 } }
  const inSale = sealEntry({ ...sold, lines: [part] }, genesisHash)
  expect(checkDocument('sales-2026-11', inSale)).toMatchObject([{ field: '/lines/0/alreadyRefunded' }])
})
