import { expect, test } from 'vitest'
import { addNumber, countNumbers, eachNumber, hasNumber, subtractRanges, type NumberRanges } from './number-ranges.ts'

/** The same numbers each time. */
function randomSet(seed: number): Set<number> {
  let state = seed
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32
  return new Set(Array.from({ length: 40 }, () => 1 + Math.floor(next() * 60)))
}

const rangesOf = (numbers: Iterable<number>): NumberRanges => [...numbers].reduce<NumberRanges>(addNumber, [])
const sorted = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b)

test('ranges are sets of numbers, whatever the order in which numbers come', () => {
  for (let seed = 1; seed <= 200; seed += 1) {
    const [one, other] = [randomSet(seed), randomSet(seed + 1000)]
    const ranges = rangesOf(one)
    expect(ranges).toEqual(rangesOf([...one].toReversed()))
    expect([...eachNumber(ranges)]).toEqual(sorted(one))
    expect(countNumbers(ranges)).toBe(one.size)
    for (let number = 0; number <= 61; number += 1) expect(hasNumber(ranges, number)).toBe(one.has(number))
    expect([...eachNumber(subtractRanges(ranges, rangesOf(other)))]).toEqual(
      sorted([...one].filter((number) => !other.has(number))),
    )
    // Neighbours are always one range.
    expect(ranges.every(([from], index) => index === 0 || from > (ranges[index - 1]?.[1] ?? 0) + 1)).toBe(true)
  }
})

test('a number that is in the ranges leaves them as they are', () => {
  const ranges = rangesOf([1, 2, 5])
  expect(addNumber(ranges, 2)).toBe(ranges)
})
