import { expect, test } from 'vitest'
import type { Payment } from '@tidemark/contracts'
import { plannedReturns, returnedPayments, settleReturns, type CardReturn } from './card-returns.ts'
import type { CardAnswer, CardTerminal } from './card-terminal.ts'

const approval = { token: 'other', lastFour: '4242', authorisationCode: 'R1' }
const approved: CardAnswer = { kind: 'approved', approval }
const card = (amountMinor: number, reference?: string): Payment => ({
  method: 'card',
  amountMinor,
  token: `tok-${amountMinor}`,
  lastFour: '4242',
  authorisationCode: 'A1',
  ...(reference === undefined ? {} : { reference }),
})

type Cancelled = Awaited<ReturnType<CardTerminal['cancel']>>

/** A terminal that answers as told, and says what it was asked. */
function terminalOf(answers: {
  refund?: CardAnswer[]
  ask?: (CardAnswer | { kind: 'not-found' })[]
  cancel?: Cancelled[]
}) {
  const asked: string[] = []
  const next = <Answer>(list: Answer[] | undefined, what: string): Promise<Answer> => {
    asked.push(what)
    const answer = list?.shift()
    return answer === undefined ? Promise.reject(new Error('the line is dead')) : Promise.resolve(answer)
  }
  const terminal: CardTerminal = {
    name: 'told',
    authorise: () => Promise.reject(new Error('nobody pays here')),
    refund: ({ token }) => next(answers.refund, `refund ${token}`),
    ask: () => next(answers.ask, 'ask'),
    cancel: (reference) => next(answers.cancel, `cancel ${reference}`),
  }
  return { terminal, asked }
}

/** Settles with a disk that remembers all that it was given. */
async function settle(parts: readonly CardReturn[], { terminal, asked }: ReturnType<typeof terminalOf>) {
  const disk: string[] = []
  const keep = (kept: readonly CardReturn[]): Promise<void> => {
    disk.push(`${kept.map(({ state }) => state).join()} after ${asked.length}`)
    return Promise.resolve()
  }
  return { ...(await settleReturns(parts, { terminal, currency: 'EUR', keep })), disk }
}

test('what is asked for is on disk before the card terminal hears of it, and the answer is before it counts', async () => {
  const { parts, trouble, disk } = await settle(
    plannedReturns([card(500)], 'refund'),
    terminalOf({ refund: [approved] }),
  )
  expect([disk, trouble]).toEqual([['asking after 0', 'approved after 1'], undefined])
  expect(returnedPayments(parts)).toMatchObject([{ amountMinor: 500, token: 'tok-500', authorisationCode: 'R1' }])
})

test('a card that is declined, or not shown, is gone: no money moved', async () => {
  for (const answer of [{ kind: 'declined', reason: 'expired' } as const, { kind: 'timed-out' } as const]) {
    const settled = await settle(plannedReturns([card(500)], 'refund'), terminalOf({ refund: [answer] }))
    expect(settled).toMatchObject({ parts: [], trouble: answer })
  }
})

test('an answer that got lost is asked for again, and the refund is sent once', async () => {
  const first = await settle(plannedReturns([card(500)], 'refund'), terminalOf({}))
  expect(first).toMatchObject({
    parts: [{ state: 'unknown' }],
    trouble: { kind: 'unknown', reason: 'the line is dead' },
  })
  const later = terminalOf({ ask: [approved] })
  expect(await settle(first.parts, later)).toMatchObject({ parts: [{ state: 'approved' }], trouble: undefined })
  expect(later.asked).toEqual(['ask'])
})

test('a terminal that never heard of what was asked is asked for it under the same reference', async () => {
  const [part] = plannedReturns([card(500)], 'refund')
  if (part === undefined) throw new Error('a part was planned')
  const deaf = terminalOf({ ask: [{ kind: 'not-found' }], refund: [approved] })
  const { parts } = await settle([{ ...part, state: 'asking' }], deaf)
  expect([deaf.asked, parts[0]?.reference]).toEqual([['ask', 'refund tok-500'], part.reference])
})

test('a void undoes the payment itself, and gives the money back where that can’t be done any more', async () => {
  const planned = plannedReturns([card(500, 'pay-1')], 'reversal')
  const kind = terminalOf({ cancel: [{ kind: 'cancelled' }] })
  expect((await settle(planned, kind)).parts).toMatchObject([{ state: 'approved', way: 'reversal' }])
  expect(kind.asked).toEqual(['cancel pay-1'])
  const late = terminalOf({ cancel: [{ kind: 'refused', reason: 'settled' }], refund: [approved] })
  expect((await settle(planned, late)).parts).toMatchObject([{ state: 'approved', way: 'refund' }])
  expect(late.asked).toEqual(['cancel pay-1', 'refund tok-500'])
  expect(plannedReturns([card(500)], 'reversal')).toMatchObject([{ way: 'refund' }])
})

test('of two cards the second waits while nobody knows what became of the first', async () => {
  const planned = plannedReturns([card(500), card(300)], 'refund')
  const { parts } = await settle(planned, terminalOf({ refund: [] }))
  expect(parts.map(({ state }) => state)).toEqual(['unknown', 'planned'])
  const again = await settle(parts, terminalOf({ ask: [{ kind: 'declined', reason: 'no' }], refund: [approved] }))
  expect(again).toMatchObject({ parts: [{ amountMinor: 300, state: 'approved' }], trouble: { kind: 'declined' } })
})
