import type { Cashier } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { authorOfName, authorOfPerson, isGrantOver, peopleOf } from './people.ts'
import { afterFailure, waitMs, type PinAttempts } from './pin-attempts.ts'

const header = {
  schemaVersion: 1,
  storeId: 'hq',
  at: '2026-01-02T06:00:00.000Z-0000-hq',
  by: { id: 'hq', role: 'head-office' as const },
  type: 'cashier' as const,
}
const anna: Cashier = {
  ...header,
  _id: 'cashier:anna',
  name: 'Anna',
  role: 'cashier',
  status: 'active',
  pinVerifier: 'x',
}

test('only active people of the store who have a PIN may sign in', () => {
  const { pinVerifier: _none, ...withoutPin } = anna
  const cashiers = new Map<string, Cashier>([
    ['zoe', { ...anna, name: 'Zoe', stores: ['s001', 's002'] }],
    ['anna', anna],
    ['gone', { ...anna, status: 'suspended' }],
    ['elsewhere', { ...anna, stores: ['s002'] }],
    ['no-pin', withoutPin],
  ])
  expect(peopleOf(cashiers, 's001').map(({ id }) => id)).toEqual(['anna', 'zoe'])
})

test('a grant ends at its time, and one without a time does not', () => {
  const now = new Date('2026-11-22T09:00:00Z')
  expect(isGrantOver({ grantExpiresAt: '2026-11-22T09:00:00Z' }, now)).toBe(true)
  expect(isGrantOver({ grantExpiresAt: '2026-11-22T09:00:01Z' }, now)).toBe(false)
  expect(isGrantOver({ grantExpiresAt: undefined }, now)).toBe(false)
})

test('who is unknown to head office writes under the name that was typed', () => {
  expect(authorOfName(' Zoë  O’Brien ')).toEqual({ id: 'zoe-o-brien', role: 'cashier', name: 'Zoë  O’Brien' })
  expect(authorOfName('')).toEqual({ id: 'cashier', role: 'cashier', name: 'Cashier' })
  expect(authorOfPerson({ id: 'anna', name: 'Anna', role: 'manager' })).toEqual({
    id: 'anna',
    name: 'Anna',
    role: 'manager',
  })
})

test('five tries are free, then each failure doubles the wait up to a quarter of an hour', () => {
  const now = new Date('2026-11-22T09:00:00Z')
  const waits: number[] = []
  let attempts: PinAttempts | undefined
  for (let failure = 1; failure <= 12; failure += 1) {
    attempts = afterFailure(attempts, now)
    waits.push(waitMs(attempts, now) / 1000)
  }
  expect(waits).toEqual([0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900])
  expect(waitMs(attempts, new Date('2026-11-22T09:10:00Z'))).toBe(300_000)
  expect(waitMs(attempts, new Date('2026-11-22T09:15:00Z'))).toBe(0)
  // Set back by a day: the whole wait, and no more.
  expect(waitMs(attempts, new Date('2026-11-21T09:00:00Z'))).toBe(900_000)
})
