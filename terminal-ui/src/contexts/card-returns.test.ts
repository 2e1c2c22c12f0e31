import { lineTotals, type JournalEntry, type Payment, type Refund, type SaleLine } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { plannedReturns, type PendingReturn } from '../data/card-returns.ts'
import type { CardAnswer, CardTerminal } from '../data/card-terminal.ts'
import { readSeries } from '../data/journal-reader.ts'
import { Journal } from '../data/journal.ts'
import { memoryBrowser, memoryDatabases } from '../testing/memory-databases.ts'
import { store } from '../testing/samples.ts'
import { CardReturns } from './card-returns.ts'
import type { TillHost } from './till-host.ts'

const enrolment = { storeId: 's001', terminalId: 's001-t03', incarnation: 's001-t03-1' }
const by = { id: 'aoife', role: 'manager' as const }
const approval = { token: 'other', lastFour: '4242', authorisationCode: 'R1' }

/** A start of the page: everything but the disk is new. `refunds` is what the card terminal answers, one after the other. */
function start(browser: ReturnType<typeof memoryBrowser>, refunds: CardAnswer[]) {
  const databases = memoryDatabases(browser)
  const told: string[] = []
  const tell = (text: string): number => told.push(text)
  const till = {
    databases,
    enrolment,
    catalog: { store },
    journal: new Journal(databases),
    notices: { warn: tell, tell },
    noteLocalWrite: () => undefined,
    changed: () => undefined,
  }
  const terminal: Pick<CardTerminal, 'ask' | 'refund'> = {
    ask: () => Promise.resolve({ kind: 'not-found' }),
    refund: () => Promise.resolve(refunds.shift() ?? { kind: 'unknown', reason: 'gone' }),
  }
  const returns = new CardReturns(till as unknown as TillHost, () => terminal as CardTerminal)
  const entries = (): Promise<JournalEntry[]> => readSeries(databases, enrolment.incarnation, 1)
  return { returns, databases, told, entries }
}

const line: SaleLine = (() => {
  const priced = {
    unit: 'piece',
    unitPriceMinor: 801,
    quantity: 1,
    discountMinor: 0,
    taxRateBasisPoints: 2300,
  } as const
  const fields = { lineNumber: 1, sku: 'COF-1', name: 'Coffee', taxCode: 'standard', taxIncluded: true }
  return { ...fields, ...priced, ...lineTotals({ ...priced, taxIncluded: true }) }
})()
const card = (amountMinor: number): Payment => ({
  method: 'card',
  amountMinor,
  token: `tok-${amountMinor}`,
  lastFour: '4242',
  authorisationCode: 'A1',
})

function refundOrder(...cards: number[]): PendingReturn {
  return {
    trace: { traceparent: `00-${'c'.repeat(32)}-${'b'.repeat(16)}-01`, startTime: '2026-11-22T09:00:00.000Z' },
    by,
    approvedBy: by,
    reason: 'does not fit',
    kind: 'refund',
    sale: { _id: 'journal:s001-t03-1:000000009' },
    lines: [line],
    currency: 'EUR',
    dueMinor: 801,
    toCardsMinor: cards.reduce((total, amountMinor) => total + amountMinor, 0),
    parts: plannedReturns(cards.map(card), 'refund'),
  }
}

test('what one of two cards does not take is given back in cash, in coins of the store', async () => {
  const answers: CardAnswer[] = [
    { kind: 'approved', approval },
    { kind: 'declined', reason: 'expired' },
  ]
  const { returns, databases, told } = start(memoryBrowser(), answers)
  const refund = (await returns.begin(refundOrder(500, 301))) as Refund
  expect(refund.payments).toMatchObject([
    { method: 'card', amountMinor: 500, token: 'tok-500', authorisationCode: 'R1' },
    { method: 'cash', amountMinor: 300 },
  ])
  expect(refund.totals).toMatchObject({ grossMinor: 801, roundingMinor: -1, dueMinor: 800 })
  expect(told[0]).toContain('Declined: expired')
  expect(await databases.device.read('card-return')).toBeUndefined()
})

test('a void of which a card did not take its part is recorded as a refund of all, so that the drawer is right', async () => {
  const answers: CardAnswer[] = [{ kind: 'approved', approval }, { kind: 'timed-out' }]
  const { returns, told } = start(memoryBrowser(), answers)
  const entry = await returns.begin({ ...refundOrder(500, 301), kind: 'void' })
  expect(entry).toMatchObject({
    type: 'refund',
    payments: [{ amountMinor: 500 }, { method: 'cash', amountMinor: 300 }],
  })
  expect(told[0]).toContain('in cash')
  const whole = start(memoryBrowser(), [{ kind: 'approved', approval }])
  expect(await whole.returns.begin({ ...refundOrder(801), kind: 'void' })).toMatchObject({ type: 'void' })
})

test('where no card took anything nothing is recorded', async () => {
  const { returns, databases, entries } = start(memoryBrowser(), [{ kind: 'timed-out' }])
  expect(await returns.begin(refundOrder(801))).toBeUndefined()
  expect([await entries(), await databases.device.read('card-return')]).toEqual([[], undefined])
})

test('a till that is killed while nobody knows, and again behind the put, records the refund once', async () => {
  const browser = memoryBrowser()
  const first = start(browser, [])
  expect(await first.returns.begin(refundOrder(801))).toBeUndefined()
  const second = start(browser, [{ kind: 'approved', approval }])
  await second.returns.resume()
  const kept = second.returns.pending
  if (kept === undefined) throw new Error('what waits is on disk')
  await second.returns.askAgain()
  expect(second.returns.pending).toBeUndefined()
  // As a kill between the put and this would have left it.
  await second.databases.device.write('card-return', kept)
  const third = start(browser, [{ kind: 'approved', approval }])
  await third.returns.resume()
  await third.returns.askAgain()
  expect((await third.entries()).map(({ type }) => type)).toEqual(['refund'])
})
