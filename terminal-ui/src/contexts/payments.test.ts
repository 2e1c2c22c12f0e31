import { expect, test } from 'vitest'
import type { CardTerminal } from '../data/card-terminal.ts'
import { setTenders, type Cart } from '../data/cart.ts'
import type { CardTender } from '../data/tenders.ts'
import { cartOfOne } from '../testing/samples.ts'
import type { Exchanges } from './exchanges.ts'
import { Payments } from './payments.ts'
import type { Selling } from './selling.ts'
import type { TillHost } from './till-host.ts'

const approval = { token: 'tok', lastFour: '4242', authorisationCode: 'A1' }
const approved: CardTender = { id: 'one', method: 'card', amountMinor: 500, state: 'approved', approval }
const unknown: CardTender = { id: 'one', method: 'card', amountMinor: 500, state: 'unknown' }

type CancelAnswer = Awaited<ReturnType<CardTerminal['cancel']>>

/** A cart with one card payment, a disk that may be full, and a card terminal that is asked to take the payment back. */
function paidBy(tender: CardTender, answer: CancelAnswer = { kind: 'cancelled' }) {
  const cart = setTenders(cartOfOne(), [tender])
  const disk = { cart, isFull: false }
  const onDiskWhenAsked: (Cart['tenders'] | 'never')[] = []
  const selling = {
    cart,
    rules: undefined,
    keep: (next: Cart) => {
      selling.cart = next
      if (!disk.isFull) disk.cart = next
      return Promise.resolve(!disk.isFull)
    },
  }
  const terminal = {
    cancel: () => {
      onDiskWhenAsked.push(disk.cart.tenders)
      return Promise.resolve(answer)
    },
  }
  const payments = new Payments(
    { changed: () => undefined } as unknown as TillHost,
    selling as unknown as Selling,
    {} as Exchanges,
    () => terminal as unknown as CardTerminal,
  )
  return { payments, disk, selling, onDiskWhenAsked }
}

test('a card is reversed when the disk knows of it, and leaves the cart', async () => {
  const { payments, disk, onDiskWhenAsked } = paidBy(approved)
  await payments.remove('one')
  expect(onDiskWhenAsked).toEqual([[{ ...approved, state: 'reversing' }]])
  expect(payments.tenders).toEqual([])
  expect(disk.cart.tenders).toBeUndefined()
})

test('while the disk takes nothing a card is not reversed and stays paid, and with room again it is', async () => {
  const { payments, disk, onDiskWhenAsked } = paidBy(approved)
  disk.isFull = true
  await payments.remove('one')
  expect(onDiskWhenAsked).toEqual([])
  expect(payments.tenders).toEqual([approved])
  expect(payments.message).not.toBe('')
  disk.isFull = false
  await payments.remove('one')
  expect(payments.tenders).toEqual([])
})

test.each([
  ['approved', approved, approved],
  ['not answered', unknown, unknown],
  ['being reversed when the tab died', { ...approved, state: 'reversing' as const }, approved],
  ['being reversed before its answer was known', { ...unknown, state: 'reversing' as const }, unknown],
])(
  'a reversal that is refused leaves a card that was %s as money that was or may have been taken',
  async (_what, before, after) => {
    const { payments, disk } = paidBy(before, { kind: 'refused', reason: 'the day is closed' })
    await payments.remove('one')
    expect(payments.tenders).toEqual([after])
    expect(disk.cart.tenders).toEqual([after])
    expect(payments.message).toContain('the day is closed')
  },
)

test('a reversal whose answer is lost is asked for again', async () => {
  const { payments, disk } = paidBy(approved, { kind: 'unknown', reason: 'no line' })
  await payments.remove('one')
  expect(disk.cart.tenders).toEqual([{ ...approved, state: 'reversing' }])
})
