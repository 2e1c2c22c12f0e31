import { expect, it } from 'vitest'
import { renewedLease, takenLease, type Claimant, type LeaseRecord } from './lease-record.ts'
import { decideLease, rewindEvidence, sight, type LeaseDecision, type Sighting } from './lease-rules.ts'

const epoch = 'e'.repeat(32)
const hub = (instance: string, session = instance): Claimant => ({
  instance: instance.repeat(32),
  session: session.repeat(32),
  host: 'till-room',
})
const [first, second] = [hub('a'), hub('b')]
const store = { epoch, sequences: { inventory: 5 } }
const take = (before: LeaseRecord | undefined, claimant: Claimant): LeaseRecord =>
  takenLease(before, 's001', claimant, store, 'command', new Date(0))
const held = take(undefined, first)

const renewEveryMs = 30_000
const takeAfterMs = 600_000
/** What a watcher decides at the last of its looks, each at its time in ms, of a record that stays as it is. */
function watch(own: Claimant, record: LeaseRecord, looksMs: readonly number[], hasHeld = false): LeaseDecision {
  let sighting: Sighting | undefined
  let decision: LeaseDecision = { kind: 'keep' }
  for (const nowMs of looksMs) {
    sighting = sight(record, sighting, nowMs, 3 * renewEveryMs)
    decision = decideLease({ record, own, hasHeld, sighting, nowMs, takeAfterMs })
  }
  return decision
}
const steady = (untilMs: number): number[] =>
  Array.from({ length: untilMs / renewEveryMs + 1 }, (_, index) => index * renewEveryMs)

it('takes the lease of a hub that has been silent for long', () => {
  expect(watch(second, held, steady(takeAfterMs - renewEveryMs))).toEqual({ kind: 'stand-back', because: 'other-hub' })
  expect(watch(second, held, steady(takeAfterMs))).toEqual({ kind: 'take', because: 'silence' })
})

it('does not take its own lost line for the silence of the holder, whose line it is too', () => {
  expect(watch(second, held, [0, 30_000, takeAfterMs + 60_000])).toEqual({ kind: 'stand-back', because: 'other-hub' })
})

it('sees that a holder lives by its renewals, whatever the clocks say', () => {
  const before = sight(held, undefined, 0, 90_000)
  const renewed = renewedLease(held, store, new Date(0))
  expect(sight(renewed, before, 30_000, 90_000).sinceMs).toBe(30_000)
})

it('lets a hub restart, not come back after it was superseded, and not share its data with a second process', () => {
  expect(watch(hub('a', 'c'), held, [0])).toEqual({ kind: 'take', because: 'restart' })
  const superseded = take(held, second)
  expect(superseded).toMatchObject({ fencing: 2, superseded: [first.instance] })
  expect(watch(first, superseded, steady(10 * takeAfterMs))).toEqual({ kind: 'stand-back', because: 'taken-over' })
  expect(take(superseded, first).superseded).toEqual([second.instance])
  expect(watch(first, take(held, hub('a', 'c')), [0], true)).toEqual({ kind: 'stand-back', because: 'same-data' })
})

it('finds out that a store went back in time or is a copy, and lets a sound one be', () => {
  const reason = (claimant: Claimant, own: typeof store): string | undefined =>
    rewindEvidence(held, claimant, own)?.reason
  expect(reason(first, store)).toBeUndefined()
  expect(reason(first, { epoch, sequences: { inventory: 6 } })).toBeUndefined()
  expect(reason(first, { epoch, sequences: { inventory: 4 } })).toContain('sequence 5 of inventory')
  expect(reason(second, store)).toContain('copy')
  const later = renewedLease(held, { ...store, epoch: 'f'.repeat(32) }, new Date(0))
  expect(rewindEvidence(later, first, store)?.reason).toContain('later epoch')
  expect(rewindEvidence(later, first, { ...store, epoch: '0'.repeat(32) })).toBeUndefined()
})
