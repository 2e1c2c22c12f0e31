import { expect, test } from 'vitest'
import { genesisHash, type ChainLink } from '@tidemark/contracts'
import { chainStatusOf, scanSeries, type SeriesScan } from './verify-chain.ts'

const links: ChainLink[] = []
for (let number = 1; number <= 12; number += 1) {
  links.push({ number, previousHash: links.at(-1)?.hash ?? genesisHash, hash: `hash-${number}` })
}
const link = (number: number): ChainLink => links[number - 1] as ChainLink

function scanInPages(series: readonly ChainLink[], size: number): Omit<SeriesScan, 'tail'> | undefined {
  let scan: SeriesScan | undefined
  for (let start = 0; start < series.length; start += size) {
    const [first, ...rest] = series.slice(start, start + size)
    if (first !== undefined) scan = scanSeries(scan, 's001-t01-1', [first, ...rest])
  }
  if (scan === undefined) return undefined
  const { tail: _tail, ...summary } = scan
  return summary
}

test('gaps and broken links of a series are the same however it is cut into pages', () => {
  const forged = { ...link(9), previousHash: 'another' }
  const series = [link(2), link(3), link(6), link(7), link(8), forged, link(10), link(12)]
  const whole = scanInPages(series, 100)
  expect(whole).toEqual({
    incarnation: 's001-t01-1',
    first: 2,
    last: 12,
    entries: 8,
    missing: [
      { from: 1, to: 1 },
      { from: 4, to: 5 },
      { from: 11, to: 11 },
    ],
    faults: [{ kind: 'broken-link', number: 9 }],
  })
  for (const size of [1, 2, 3, 4, 5]) expect(scanInPages(series, size)).toEqual(whole)
})

test('an entry is verified by its neighbours, waits for the one before it, and is broken when one contradicts it', () => {
  expect(chainStatusOf(link(1), undefined, undefined)).toBe('verified')
  expect(chainStatusOf(link(5), link(4), link(6))).toBe('verified')
  expect(chainStatusOf(link(5), undefined, link(6))).toBe('waiting')
  expect(chainStatusOf(link(5), { hash: 'another' }, undefined)).toBe('broken')
  expect(chainStatusOf(link(5), link(4), { previousHash: 'another' })).toBe('broken')
})
