import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  advanceClock,
  createClock,
  defaultMaxAheadMs,
  formatStamp,
  initialClock,
  mergeClock,
  parseStamp,
} from './hlc.ts'

const day = 86_400_000
const start = Date.parse('2026-11-22T09:00:00.000Z')
/** Wall clocks that jump both ways by up to two days. */
const readings = fc.array(fc.integer({ min: start - 2 * day, max: start + 2 * day }), { minLength: 1, maxLength: 60 })

test('every stamp of a node sorts after the one before it, however its clock jumps', () => {
  fc.assert(
    fc.property(readings, (times) => {
      let reading = 0
      const clock = createClock('s001t03', () => times[reading++] ?? start)
      const stamps = times.map(() => clock.now())
      expect(stamps).toEqual([...new Set(stamps)].sort())
    }),
  )
})

test('a stamp issued after seeing another node’s stamp sorts after it', () => {
  fc.assert(
    fc.property(
      readings,
      fc.integer({ min: 0, max: 9999 }),
      fc.integer({ min: 0, max: day }),
      (times, counter, ahead) => {
        const nowMs = times[0] ?? start
        const clock = createClock('s001t03', () => nowMs)
        const remote = formatStamp({ wallMs: nowMs + ahead, counter }, 's001hub')
        clock.observe(remote)
        expect(clock.now() > remote).toBe(true)
      },
    ),
  )
})

test('stamps sort as text exactly as their clock states sort', () => {
  const state = fc.record({
    wallMs: fc.integer({ min: 0, max: 4_000_000_000_000 }),
    counter: fc.integer({ min: 0, max: 9999 }),
  })
  fc.assert(
    fc.property(state, state, (a, b) => {
      const byState = Math.sign(a.wallMs - b.wallMs || a.counter - b.counter)
      const [textA, textB] = [formatStamp(a, 'hq'), formatStamp(b, 'hq')]
      expect(textA < textB ? -1 : textA > textB ? 1 : 0).toBe(byState)
    }),
  )
})

test('a stamp written and read again is the same, and what is no stamp is refused', () => {
  expect(parseStamp('2026-11-22T09:00:00.000Z-0001-s001t03')).toEqual({ wallMs: start, counter: 1, node: 's001t03' })
  for (const text of [
    '',
    '2026-11-22T09:00:00Z-0001-s001t03',
    '2026-13-40T09:00:00.000Z-0001-s001t03',
    '2026-11-22T09:00:00.000Z-0001-x',
  ]) {
    expect(parseStamp(text)).toBeUndefined()
  }
})

test('one broken clock, years ahead, does not pull the others along', () => {
  const far = { wallMs: start + defaultMaxAheadMs + 1, counter: 0 }
  expect(mergeClock(initialClock, far, start)).toBe(initialClock)
})

test('a full counter goes on in the next millisecond', () => {
  expect(advanceClock({ wallMs: start, counter: 9999 }, start)).toEqual({ wallMs: start + 1, counter: 0 })
})

test('a restart on a clock that was set back goes on after the last stamp', () => {
  const before = createClock('s001t03', () => start).now()
  expect(createClock('s001t03', () => start - day, before).now() > before).toBe(true)
})
