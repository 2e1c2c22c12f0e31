import { expect, test } from 'vitest'
import { genesisHash } from '@tidemark/contracts'
import { emptySeries, mergeLink, summariseSeries, type Series, type SeriesLink } from './merge-series.ts'

const stamp = (minute: number): string => `2026-11-22T09:${String(minute).padStart(2, '0')}:00.000Z-0000-s001t01`
const links: SeriesLink[] = []
for (let number = 1; number <= 12; number += 1) {
  links.push({ number, previousHash: links.at(-1)?.hash ?? genesisHash, hash: `hash-${number}`, at: stamp(number) })
}
const link = (number: number): SeriesLink => links[number - 1] as SeriesLink
const now = new Date('2026-11-22T10:00:00.000Z')

function merged(arrivals: readonly SeriesLink[]): Series {
  const start = emptySeries('s001-t01-1')
  return arrivals.reduce((series, arrival) => mergeLink(series, arrival, '2026-11-22T09:30:00.000Z'), start)
}

/** The same shuffles each time. */
function shuffled(items: readonly SeriesLink[], seed: number): SeriesLink[] {
  let state = seed
  const random = (): number => (state = (state * 1103515245 + 12345) % 2 ** 31) / 2 ** 31
  return items
    .map((item) => ({ item, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item)
}

test('gaps, their age and broken links are the same in whatever order entries come, and however often', () => {
  const forged = { ...link(9), previousHash: 'another' }
  const arrived = [link(2), link(3), link(6), link(7), link(8), forged, link(10), link(12)]
  const expected = {
    incarnation: 's001-t01-1',
    first: 2,
    last: 12,
    entries: 8,
    missing: [
      { from: 1, to: 1, since: '2026-11-22T09:02:00.000Z' },
      { from: 4, to: 5, since: '2026-11-22T09:06:00.000Z' },
      { from: 11, to: 11, since: '2026-11-22T09:12:00.000Z' },
    ],
    oldestMissingSeconds: 58 * 60,
    faults: [{ kind: 'broken-link', number: 9 }],
    lastEntryAt: '2026-11-22T09:12:00.000Z',
    lastHeardAt: '2026-11-22T09:30:00.000Z',
  }
  for (let seed = 1; seed <= 50; seed += 1) {
    expect(summariseSeries(merged(shuffled([...arrived, ...arrived], seed)), now)).toEqual(expected)
  }
})

test('a series that has arrived is one run, whose first entry must begin the chain', () => {
  expect(merged(shuffled(links, 7)).runs).toMatchObject([{ from: 1, to: 12, lastHash: 'hash-12' }])
  expect(merged([{ ...link(1), previousHash: 'another' }]).faults).toEqual([{ kind: 'broken-link', number: 1 }])
})

test('an entry that is known leaves the series as it is', () => {
  const series = merged(links)
  expect(mergeLink(series, link(5), '2026-12-24T00:00:00.000Z')).toBe(series)
})
