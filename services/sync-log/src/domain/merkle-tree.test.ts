import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalHash } from '@tidemark/contracts'
import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'
import {
  consistencyRanges,
  emptyRoot,
  inclusionRanges,
  isConsistent,
  isIncluded,
  leafHashOf,
  rangeHash,
  type LeafRange,
} from './merkle-tree.ts'

/** The leaves and roots with which the implementations of Certificate Transparency check each other. */
const vectorLeaves = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
]
const vectorRoots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const vectorHashes = vectorLeaves.map((leaf) => leafHashOf(Buffer.from(leaf, 'hex')))

const knownOf =
  (leaves: readonly Buffer[]) =>
  ({ from, to }: LeafRange): Buffer | undefined =>
    to - from === 1 ? leaves[from] : undefined
const hashesOf = (ranges: readonly LeafRange[], leaves: readonly Buffer[]): Buffer[] =>
  ranges.map((range) => rangeHash(range, knownOf(leaves)))
const rootOf = (leaves: readonly Buffer[], size = leaves.length): Buffer =>
  rangeHash({ from: 0, to: size }, knownOf(leaves))

test('the published roots of trees of nought to eight leaves', () => {
  expect(emptyRoot.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  expect(vectorRoots.map((_, index) => rootOf(vectorHashes, index + 1).toString('hex'))).toEqual(vectorRoots)
})

test('the published proofs of inclusion and of consistency', () => {
  const hex = (hashes: readonly Buffer[]) => hashes.map((hashed) => hashed.toString('hex'))
  expect(hex(hashesOf(inclusionRanges(0, 8), vectorHashes))).toEqual([
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ])
  expect(hex(hashesOf(consistencyRanges(6, 8), vectorHashes))).toEqual([
    '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ])
  expect(hex(hashesOf(consistencyRanges(2, 5), vectorHashes))).toEqual([
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  ])
})

/** The example of RFC 9162, section 2.1.5, by the leaves that its nodes cover. */
test('the subtrees of the example of the RFC', () => {
  const name = (ranges: readonly LeafRange[]) => ranges.map(({ from, to }) => `${from}-${to - 1}`)
  expect(name(inclusionRanges(0, 7))).toEqual(['1-1', '2-3', '4-6'])
  expect(name(inclusionRanges(3, 7))).toEqual(['2-2', '0-1', '4-6'])
  expect(name(inclusionRanges(4, 7))).toEqual(['5-5', '6-6', '0-3'])
  expect(name(inclusionRanges(6, 7))).toEqual(['4-5', '0-3'])
  expect(name(consistencyRanges(3, 7))).toEqual(['2-2', '3-3', '0-1', '4-6'])
  expect(name(consistencyRanges(4, 7))).toEqual(['4-6'])
  expect(name(consistencyRanges(6, 7))).toEqual(['4-5', '6-6', '0-3'])
})

const sizes = fc
  .integer({ min: 1, max: 300 })
  .chain((size) => fc.record({ size: fc.constant(size), at: fc.nat(size - 1) }))
const leavesOf = (size: number) => Array.from({ length: size }, (_, index) => leafHashOf(`entry ${index}`))

test('any leaf of any tree is proven, and for no other place, leaf, size or root', () => {
  fc.assert(
    fc.property(sizes, fc.nat(10_000), ({ size, at }, choice) => {
      const leaves = leavesOf(size)
      const path = hashesOf(inclusionRanges(at, size), leaves)
      const [leaf, root] = [leaves[at] ?? emptyRoot, rootOf(leaves)]
      expect(isIncluded(leaf, at, size, path, root)).toBe(true)
      expect(isIncluded(leafHashOf('another'), at, size, path, root)).toBe(false)
      expect(isIncluded(leaf, at, size, path, leafHashOf('another'))).toBe(false)
      expect(isIncluded(leaf, at, size, [...path, leaf], root)).toBe(false)
      if (size > 1) expect(isIncluded(leaf, (at + 1) % size, size, path, root)).toBe(false)
      if (path.length > 0) {
        const broken = path.with(choice % path.length, leafHashOf('another'))
        expect(isIncluded(leaf, at, size, broken, root)).toBe(false)
      }
    }),
    { numRuns: 200 },
  )
})

test('any tree is proven to begin with any smaller one, and never with one of another history', () => {
  fc.assert(
    fc.property(sizes, fc.nat(10_000), ({ size, at }, choice) => {
      const leaves = leavesOf(size)
      const smaller = at + 1
      const path = hashesOf(consistencyRanges(smaller, size), leaves)
      const first = { size: smaller, root: rootOf(leaves, smaller) }
      const second = { size, root: rootOf(leaves) }
      expect(isConsistent(first, second, path)).toBe(true)
      const rewritten = leaves.with(choice % smaller, leafHashOf('rewritten'))
      const other = { size, root: rootOf(rewritten) }
      const otherPath = hashesOf(consistencyRanges(smaller, size), rewritten)
      expect(isConsistent(first, other, otherPath)).toBe(false)
      expect(isConsistent(first, other, path)).toBe(false)
    }),
    { numRuns: 200 },
  )
})

test('canonical text is what the contracts hash', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as unknown
      const text = canonicalJson(plain)
      fc.pre(text.isWellFormed())
      expect(createHash('sha256').update(text).digest('hex')).toBe(canonicalHash(plain))
    }),
    { numRuns: 200 },
  )
})
