/** Sets of receipt numbers as sorted, disjoint ranges that do not touch: a series without gaps is one range. Pure. */

/** First and last number, both included. */
export type NumberRange = readonly [from: number, to: number]
export type NumberRanges = readonly NumberRange[]

export function hasNumber(ranges: NumberRanges, number: number): boolean {
  const found = ranges[firstReaching(ranges, number)]
  return found !== undefined && found[0] <= number
}

/** The same ranges when the number is in them already. */
export function addNumber(ranges: NumberRanges, number: number): NumberRanges {
  const index = firstReaching(ranges, number)
  const [before, after] = [ranges[index - 1], ranges[index]]
  if (after !== undefined && after[0] <= number) return ranges
  const touchesBefore = before?.[1] === number - 1
  const touchesAfter = after?.[0] === number + 1
  const joined: NumberRange = [touchesBefore ? before[0] : number, touchesAfter ? after[1] : number]
  return ranges.toSpliced(index - (touchesBefore ? 1 : 0), Number(touchesBefore) + Number(touchesAfter), joined)
}

/** What is in the first and not in the second. */
export function subtractRanges(ranges: NumberRanges, others: NumberRanges): NumberRanges {
  return others.reduce<NumberRanges>((rest, [from, to]) => {
    return rest.flatMap((range): NumberRanges => {
      if (to < range[0] || from > range[1]) return [range]
      const parts: NumberRange[] = [
        [range[0], from - 1],
        [to + 1, range[1]],
      ]
      return parts.filter(([start, end]) => start <= end)
    })
  }, ranges)
}

export function countNumbers(ranges: NumberRanges): number {
  return ranges.reduce((total, [from, to]) => total + to - from + 1, 0)
}

export function* eachNumber(ranges: NumberRanges): Generator<number> {
  for (const [from, to] of ranges) for (let number = from; number <= to; number += 1) yield number
}

/** Index of the first range that ends at the number or after it. */
function firstReaching(ranges: NumberRanges, number: number): number {
  let low = 0
  let high = ranges.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ranges[middle]?.[1] ?? 0) < number) low = middle + 1
    else high = middle
  }
  return low
}
