import type { ActivePromotion, Refund, Sale } from '@tidemark/contracts'
import { beforeEach, expect, test } from 'vitest'
import type { CardAnswer, CardTerminal } from '../data/card-terminal.ts'
import { refundDraft } from '../data/correction-documents.ts'
import { planTillRefund } from '../data/correction-rules.ts'
import { readSeries } from '../data/journal-reader.ts'
import { Journal } from '../data/journal.ts'
import { memoryBrowser, memoryDatabases } from '../testing/memory-databases.ts'
import { cartOfOne, coffee, store } from '../testing/samples.ts'
import { addToCart, emptyCart, type Cart } from '../data/cart.ts'
import { Exchanges } from './exchanges.ts'
import { Payments } from './payments.ts'
import { Selling } from './selling.ts'
import type { TillHost } from './till-host.ts'

const enrolment = { storeId: 's001', terminalId: 's001-t03', incarnation: 's001-t03-1', publicKey: '' }
const author = { id: 'aoife', role: 'manager' as const }
const approved: CardAnswer = {
  kind: 'approved',
  approval: { token: 'tok', lastFour: '4242', authorisationCode: 'A1' },
}
const halfPrice: ActivePromotion = {
  id: 'promotion:half',
  name: 'Half price',
  skus: new Set(['COF-1']),
  percentOffBasisPoints: 5000,
  isCombinable: false,
}

let browser: ReturnType<typeof memoryBrowser>
let promotions: ActivePromotion[]
let answers: CardAnswer[]

beforeEach(() => {
  browser = memoryBrowser()
  promotions = []
  answers = []
})

/** A start of the page: everything but the disk is new. */
async function start({ diesAfterRefund = false } = {}) {
  const databases = memoryDatabases(browser)
  const journal = new Journal(databases)
  if (diesAfterRefund) journal.recordSale = () => new Promise(() => undefined)
  const till = {
    databases,
    journal,
    enrolment,
    author,
    catalog: { store, promotions: () => promotions },
    session: { askConsent: () => Promise.resolve(author) },
    settings: {},
    storage: { noteRoom: () => undefined },
    notices: { warn: (text: string) => warnings.push(text), tell: () => undefined, dismiss: () => undefined },
    noteLocalWrite: () => undefined,
    changed: () => undefined,
  } as unknown as TillHost
  const warnings: string[] = []
  const next = (): Promise<CardAnswer> => Promise.resolve(answers.shift() ?? { kind: 'unknown', reason: 'gone' })
  const terminal: Partial<CardTerminal> = { authorise: next, ask: next, refund: next }
  const selling = new Selling(till)
  const exchanges = new Exchanges(till, selling)
  const payments = new Payments(till, selling, exchanges, () => terminal as CardTerminal)
  selling.refreshRules()
  await selling.resume(enrolment as unknown as Parameters<Selling['resume']>[0])
  const entries = async () => (await readSeries(databases, enrolment.incarnation, 1)) as (Sale | Refund)[]
  return { journal, selling, exchanges, payments, entries, warnings }
}

const cartOf = (priceMinor: number): Cart =>
  addToCart({ ...emptyCart, trace: cartOfOne().trace }, { ...coffee, priceMinor }, 1, 2300)

/** Sells a piece for 12.00, by card where `byCard`, and puts it beside a cart of one for `takenMinor`. */
async function beginExchange(
  till: Awaited<ReturnType<typeof start>>,
  takenMinor: number,
  byCard = false,
): Promise<void> {
  const { selling, payments, exchanges } = till
  await selling.keep(cartOf(1200))
  if (byCard) {
    answers.push(approved)
    await payments.payCard(1200)
  } else await payments.payCash(1200)
  const sale = selling.receipt
  if (sale === undefined) throw new Error('the sale is finished')
  await selling.keep(cartOf(takenMinor))
  expect(await exchanges.begin(sale, { lines: [{ lineNumber: 1, quantity: 1 }], reason: 'too small' })).toBe(true)
  expect(await payments.begin()).toBe(true)
}

test('a till that is killed between the two entries of an exchange goes on to the second, once', async () => {
  const dying = await start()
  await beginExchange(dying, 2000)
  const dead = await start({ diesAfterRefund: true })
  void dead.payments.payCash(1000)
  await expect.poll(async () => (await dead.entries()).length).toBe(2)

  // A promotion that began meanwhile changes nothing of what was paid.
  promotions = [halfPrice]
  const again = await start()
  expect(again.selling.isLocked).toBe(true)
  await again.payments.resume()
  const [, refund, taken, ...more] = await again.entries()
  expect(more).toEqual([])
  expect(refund).toMatchObject({ type: 'refund', payments: [{ exchange: true, amountMinor: 1200 }] })
  expect(taken).toMatchObject({
    type: 'sale',
    exchange: { refund: refund?._id },
    totals: { dueMinor: 2000 },
    payments: [
      { exchange: true, amountMinor: 1200 },
      { tenderedMinor: 1000, changeMinor: 200 },
    ],
  })
  expect([again.selling.refund?._id, again.selling.cart.lines]).toEqual([refund?._id, []])
})

test('what is left of the credit goes back to the card; declined it is given back another way, not known it is asked for again', async () => {
  const first = await start()
  await beginExchange(first, 500, true)
  expect(first.payments.payout).toMatchObject({ inCashMinor: 700, toCardsMinor: 700 })
  answers.push({ kind: 'declined', reason: 'expired' })
  await first.payments.payOut('card')
  expect([first.payments.message.slice(0, 8), first.selling.isLocked]).toEqual(['Declined', false])
  await first.payments.payOut('card')
  expect([first.selling.isLocked, (await first.entries()).length]).toEqual([true, 1])

  const second = await start()
  answers.push(approved)
  await second.payments.resume()
  const [, refund, taken] = await second.entries()
  expect(refund).toMatchObject({
    payments: [
      { exchange: true, amountMinor: 500 },
      { method: 'card', amountMinor: 700, token: 'tok' },
    ],
  })
  expect(taken).toMatchObject({ type: 'sale', payments: [{ exchange: true, amountMinor: 500 }] })
})

test('goods of equal worth change hands with no money, and goods that came back elsewhere do not come back again', async () => {
  const till = await start()
  await beginExchange(till, 1200)
  await till.payments.payOut('cash')
  const [sale, refund, taken] = await till.entries()
  expect([refund?.payments.length, taken?.payments.length]).toEqual([1, 1])
  await till.selling.keep(cartOf(1200))
  const wish = { lines: [{ lineNumber: 1, quantity: 1 }], reason: 'too small' }
  expect(await till.exchanges.begin(sale as Sale, wish)).toBe(false)
  expect(till.warnings[0]).toContain('left 0')
})

test('goods that were given back elsewhere stop an exchange that is not paid, and not one for which money is on its way', async () => {
  for (const isOnItsWay of [false, true]) {
    browser = memoryBrowser()
    const till = await start()
    await beginExchange(till, 500, true)
    if (isOnItsWay) await till.payments.payOut('card')
    await giveBackElsewhere(till)
    expect(await till.payments.begin()).toBe(isOnItsWay)
    expect(till.warnings.length).toBe(isOnItsWay ? 0 : 1)
  }
})

/** The piece of the first sale, refunded as another cashier would. */
async function giveBackElsewhere({ journal, entries }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const [sale] = await entries()
  if (sale?.type !== 'sale') throw new Error('the first entry is the sale')
  const plan = planTillRefund({ sale, refunds: [], voided: new Set() }, { method: 'cash' }, 5)
  if (!plan.ok) throw new Error('one piece can come back')
  const context = { store, enrolment, by: author, trace: null }
  await journal.append(refundDraft(context, { sale, sold: plan.sold, reason: 'faulty' }))
}

test('a promotion that begins or ends while a part is paid changes nothing of what is left, also after a reload', async () => {
  for (const [before, after, dueMinor] of [
    [[], [halfPrice], 2000],
    [[halfPrice], [], 1000],
  ] as const) {
    browser = memoryBrowser()
    promotions = [...before]
    const first = await start()
    await first.selling.keep(cartOf(2000))
    await first.payments.payCash(500)
    promotions = [...after]
    const { selling, payments, entries } = await start()
    selling.refreshRules()
    expect(payments.balance.remainingMinor).toBe(dueMinor - 500)
    await payments.payCash(dueMinor - 500)
    expect((await entries())[0]?.totals.dueMinor).toBe(dueMinor)
  }
})
