import { expect, onTestFinished, test, vi } from 'vitest'
import { memoryBrowser } from '../testing/memory-databases.ts'
import { SimulatedCardTerminal, type SimulatedBehaviour } from './simulated-card-terminal.ts'

const request = { reference: 'r-1', amountMinor: 1299, currency: 'EUR' }

function terminal(open = memoryBrowser()) {
  const state = { behaviour: 'approve' as SimulatedBehaviour }
  const options = { database: open('simulated-card-terminal'), behaviour: () => state.behaviour, delayMs: 0 }
  return { state, card: new SimulatedCardTerminal(options) }
}

test('an attempt is charged once, however often it is asked for, also after a restart', async () => {
  const open = memoryBrowser()
  const first = await terminal(open).card.authorise(request)
  expect(first.kind).toBe('approved')
  const { card, state } = terminal(open)
  state.behaviour = 'decline'
  expect(await card.authorise(request)).toEqual(first)
  expect(await card.ask('r-1')).toEqual(first)
})

test('an answer that got lost is there when it is asked for again, and what was never heard of moved no money', async () => {
  const { card, state } = terminal()
  state.behaviour = 'lose-answer'
  expect((await card.authorise(request)).kind).toBe('unknown')
  expect((await card.ask('r-1')).kind).toBe('approved')
  state.behaviour = 'lose-declined'
  expect((await card.authorise({ ...request, reference: 'r-2' })).kind).toBe('unknown')
  expect((await card.ask('r-2')).kind).toBe('declined')
  state.behaviour = 'time-out'
  expect((await card.authorise({ ...request, reference: 'r-3' })).kind).toBe('timed-out')
  expect((await card.ask('r-3')).kind).toBe('timed-out')
  expect((await card.ask('r-9')).kind).toBe('not-found')
})

test('a cancelled attempt stays cancelled, and a refund has an answer of its own', async () => {
  const { card, state } = terminal()
  await card.authorise(request)
  expect(await card.cancel('r-1')).toEqual({ kind: 'cancelled' })
  expect(await card.cancel('r-1')).toEqual({ kind: 'cancelled' })
  expect((await card.ask('r-1')).kind).toBe('declined')
  expect(await card.cancel('r-9')).toEqual({ kind: 'not-found' })
  expect(await card.refund({ ...request, reference: 'r-4', token: 'T' })).toMatchObject({ approval: { token: 'T' } })
  state.behaviour = 'lose-answer'
  expect((await card.refund({ ...request, reference: 'r-5', token: 'T' })).kind).toBe('unknown')
  expect(await card.ask('r-5')).toMatchObject({ kind: 'approved', approval: { token: 'T' } })
})

test('a customer who is still at it is no answer yet, and the page that asked need not live to hear it', async () => {
  const open = memoryBrowser()
  const delayMs = 30_000
  const options = { database: open('simulated-card-terminal'), behaviour: () => 'approve' as const, delayMs }
  vi.useFakeTimers({ now: 0, toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  void new SimulatedCardTerminal(options).authorise(request)
  const { card } = terminal(open)
  await expect.poll(async () => (await card.ask('r-1')).kind).toBe('unknown')
  vi.setSystemTime(delayMs)
  expect((await card.ask('r-1')).kind).toBe('approved')
})
