import { expect, it } from 'vitest'
import { longestRetryAfterMs, retryAfterMs } from './central-error.ts'

const nowMs = Date.UTC(2026, 10, 22, 9)

it.each([
  ['7', 7000],
  ['0', 0],
  ['Sun, 22 Nov 2026 09:00:30 GMT', 30_000],
  ['Sun, 22 Nov 2026 08:00:00 GMT', 0],
  ['86400', longestRetryAfterMs],
  ['Mon, 23 Nov 2026 09:00:00 GMT', longestRetryAfterMs],
  ['soon', undefined],
  ['', undefined],
  [null, undefined],
])('reads Retry-After %j as %j ms', (header, expected) => {
  expect(retryAfterMs(header, nowMs)).toBe(expected)
})
