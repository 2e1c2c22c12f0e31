import { expect, test } from 'vitest'
import { HubClock } from './hub-clock.ts'

test('the clock is measured by the quickest answer, and anew when the device’s clock was set', () => {
  const clock = new HubClock()
  expect(clock.skewMs).toBeNull()
  clock.note(1_000_000, 1_060_000, 1_062_000)
  clock.note(1_010_000, 1_070_000, 1_070_040)
  expect(clock.skewMs).toBe(60_020)
  clock.note(1_020_000, 1_020_000, 1_020_010)
  expect(clock.skewMs).toBe(5)
  clock.note(Number.NaN, 0, 1)
  clock.note(1_030_000, 1_040_000, 1_030_000)
  expect(clock.skewMs).toBe(5)
})
