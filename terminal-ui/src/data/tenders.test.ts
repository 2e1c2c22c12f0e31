import { checkDocument, sealEntry, genesisHash } from '@tidemark/contracts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cartOfOne, cashSale, store } from '../testing/samples.ts'
import { priceCart, setTenders } from './cart.ts'
import { buildSale } from './sale-document.ts'
import { balanceOf, cashTender, type CardTender, type Tender } from './tenders.ts'

const approval = { token: 'T', lastFour: '4242', authorisationCode: 'A1' }
const card = (amountMinor: number, state: CardTender['state'] = 'approved'): CardTender => {
  return {
    id: `card-${amountMinor}`,
    method: 'card',
    amountMinor,
    state,
    ...(state === 'approved' ? { approval } : {}),
  }
}

test('any split of cash and card that pays a sale makes a document that adds up, rounded only by cash that finishes it', () => {
  const part = fc.record({
    method: fc.constantFrom('cash' as const, 'card' as const),
    share: fc.integer({ min: 1, max: 99 }),
  })
  fc.assert(
    fc.property(
      fc.array(part, { maxLength: 5 }),
      fc.constantFrom('cash' as const, 'card' as const),
      fc.nat(5000),
      (parts, last, extra) => {
        const cart = cartOfOne()
        const { grossMinor } = priceCart(cart, store)
        const balance = (tenders: readonly Tender[]) => balanceOf(grossMinor, tenders, store.cashIncrementMinor)
        let tenders: Tender[] = []
        for (const { method, share } of parts) {
          const left = balance(tenders)
          const amount = Math.floor((left.remainingMinor * share) / 100 / 5) * 5
          if (amount > 0) tenders = [...tenders, method === 'cash' ? cashTender('c', amount, left) : card(amount)]
        }
        const left = balance(tenders)
        if (!left.isPaid) {
          tenders = [
            ...tenders,
            last === 'cash' ? cashTender('c', left.remainingCashMinor + extra, left) : card(left.remainingMinor),
          ]
        }
        expect(balance(tenders).isPaid).toBe(true)
        const sale = buildSale({ ...cashSale(cart), cart: setTenders(cart, tenders) }, place)
        expect(checkDocument('sales-2026-11', sealEntry(sale, genesisHash))).toEqual([])
        expect(Math.abs(sale.totals.roundingMinor)).toBeLessThanOrEqual(2)
        if (tenders.at(-1)?.method === 'card') expect(sale.totals.roundingMinor).toBe(0)
      },
    ),
  )
})
const place = { number: 1, at: '2026-11-22T10:00:00.000Z-0000-s001t03', now: new Date('2026-11-22T10:00:00.000Z') }

test('what a card terminal has not answered is neither paid nor asked for again, and no sale is made of it', () => {
  const tenders = [card(1000, 'unknown')]
  expect(balanceOf(1299, tenders, 5)).toMatchObject({
    paidMinor: 0,
    openMinor: 1000,
    remainingMinor: 299,
    isPaid: false,
  })
  expect(balanceOf(1299, [card(1299, 'reversing')], 5)).toMatchObject({ remainingMinor: 0, isPaid: false })
  const cart = setTenders(cartOfOne(), [card(1299, 'asking')])
  expect(() => buildSale({ ...cashSale(cartOfOne()), cart }, place)).toThrow('less than the amount due')
})

test('the smallest coin: cash is rounded, the rest after a card too, and two cents that are left cost nothing', () => {
  expect(balanceOf(1299, [], 5).remainingCashMinor).toBe(1300)
  expect(balanceOf(1299, [card(1000)], 5).remainingCashMinor).toBe(300)
  const nearly = balanceOf(1299, [card(1297)], 5)
  expect([nearly.remainingMinor, nearly.remainingCashMinor]).toEqual([2, 0])
  expect(balanceOf(1299, [card(1297), cashTender('c', 0, nearly)], 5).isPaid).toBe(true)
})
