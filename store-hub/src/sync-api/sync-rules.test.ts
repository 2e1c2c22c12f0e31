import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sequenceBefore, thinMarks, type ArrivalMark } from './arrival-marks.ts'
import { applyMergePatch } from './merge-patch.ts'
import { wavesOf } from './order-operations.ts'
import { formatToken, parseToken } from './sync-token.ts'

describe('a merge patch', () => {
  // RFC 7396, appendix A.
  it.each<[unknown, unknown, unknown]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, expected) => {
    expect(applyMergePatch(target, patch)).toEqual(expected)
  })

  it('keeps a member named __proto__ a member', () => {
    const patch: unknown = JSON.parse('{"__proto__": {"polluted": true}}')
    const result = applyMergePatch({}, patch) as object
    expect(Object.keys(result)).toEqual(['__proto__'])
    expect('polluted' in result).toBe(false)
  })
})

describe('the order of a push', () => {
  it('has sales first, and operations on one document one after the other', () => {
    const operation = (entityType: 'sale' | 'product', entityId: string, name: string) => ({
      item: { entityType, entityId },
      name,
    })
    const waves = wavesOf([
      operation('product', 'product:A', 'first of A'),
      operation('product', 'product:A', 'second of A'),
      operation('sale', 'journal:1', 'sale 1'),
      operation('product', 'product:B', 'first of B'),
      operation('sale', 'journal:2', 'sale 2'),
    ])
    expect(waves.map((wave) => wave.map(({ name }) => name))).toEqual([
      ['sale 1', 'sale 2'],
      ['first of A', 'first of B'],
      ['second of A'],
    ])
  })
})

describe('the position of a pull', () => {
  const epoch = '0123456789abcdef0123456789abcdef'

  it('comes back as it was given, and begins with the time', () => {
    const sequences = new Map([
      ['sales-2026-11', 812],
      ['catalog', 0],
    ])
    const token = formatToken(new Date('2026-11-22T09:00:00Z'), epoch, sequences)
    expect(token.startsWith('2026-11-22T09:00:00.000Z~')).toBe(true)
    expect(parseToken(token)).toEqual({ kind: 'sequences', epoch, sequences })
  })

  it.each([
    '',
    'yesterday',
    '2026-11-22',
    '2026-13-45T00:00:00Z',
    '2026-11-22T09:00:00Z~',
    '2026-11-22T09:00:00Z~e30',
    '2026-11-22T09:00:00Z~e30~e30',
  ])('is not read from %j', (text) => {
    expect(parseToken(text)).toBeUndefined()
  })
})

describe('marks of arrival', () => {
  it('miss nothing that came after the asked time, however they were thinned, as long as the clock goes forward', () => {
    const steps = fc.array(fc.record({ pauseMs: fc.integer({ min: 1, max: 7_200_000 }), writes: fc.nat(3) }), {
      minLength: 1,
      maxLength: 200,
    })
    fc.assert(
      fc.property(steps, fc.double({ min: 0, max: 1, noNaN: true }), (history, where) => {
        const arrivals: { atMs: number; sequence: number }[] = []
        let marks: ArrivalMark[] = []
        let nowMs = 1_700_000_000_000
        const beginMs = nowMs
        for (const { pauseMs, writes } of history) {
          nowMs += pauseMs
          for (let count = 0; count < writes; count += 1) arrivals.push({ atMs: nowMs, sequence: arrivals.length + 1 })
          nowMs += 1
          if (writes > 0) marks = thinMarks([...marks, [nowMs, arrivals.length]], nowMs)
        }
        const sinceMs = beginMs + where * (nowMs - beginMs)
        const from = sequenceBefore(marks, sinceMs)
        const missed = arrivals.filter(({ atMs, sequence }) => atMs > sinceMs && sequence <= from)
        expect(missed).toEqual([])
      }),
    )
  })

  it('begin before the repeated hour when the clock was set back', () => {
    const marks: ArrivalMark[] = [
      [100, 10],
      [200, 20],
      [120, 30],
      [220, 40],
    ]
    expect(sequenceBefore(marks, 150)).toBe(10)
    expect(sequenceBefore(marks, 250)).toBe(40)
    expect(sequenceBefore(marks, 50)).toBe(0)
  })

  it('stay few over three months of one a minute', () => {
    let marks: ArrivalMark[] = []
    const minuteMs = 60_000
    // Every 20th minute, to be quick.
    for (let minute = 0; minute < 90 * 24 * 60; minute += 20) {
      marks = thinMarks([...marks, [minute * minuteMs, minute]], minute * minuteMs)
    }
    expect(marks.length).toBeLessThan(500)
  })
})
