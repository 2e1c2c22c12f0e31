/**
 * The Merkle tree of RFC 9162, section 2.1 (https://www.rfc-editor.org/rfc/rfc9162#section-2.1), over SHA-256.
 *
 *     leaf = H(0x00 ‖ data)    node = H(0x01 ‖ left ‖ right)    a tree of n leaves splits at the largest power of two below n
 *
 * 1. Leaves and nodes are hashed with different first bytes, so that a node can't be passed off as a leaf.
 * 2. A proof is a list of subtree hashes. Which subtrees they are depends on numbers alone (`inclusionRanges`,
 *    `consistencyRanges`), so whoever makes a proof reads only those.
 */
import { hash } from 'node:crypto'

/** Leaves `from` to `to`, without `to`. */
export interface LeafRange {
  readonly from: number
  readonly to: number
}

const leafPrefix = Buffer.from([0])
const nodePrefix = Buffer.from([1])

export function leafHashOf(data: string | Buffer): Buffer {
  return hash('sha256', Buffer.concat([leafPrefix, Buffer.from(data)]), 'buffer')
}

export function nodeHashOf(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([nodePrefix, left, right]), 'buffer')
}

/** The root of a tree without leaves. */
export const emptyRoot: Buffer = hash('sha256', '', 'buffer')

/** The hash of a subtree that is known without looking below it; undefined where one must look. Single leaves must be known. */
export type KnownSubtree = (range: LeafRange) => Buffer | undefined

/** The hash over a range of leaves. Throws a RangeError for a leaf that `known` does not have. */
export function rangeHash(range: LeafRange, known: KnownSubtree): Buffer {
  const { from, to } = range
  if (from === to) return emptyRoot
  const found = known(range)
  if (found !== undefined) return found
  if (to - from === 1) throw new RangeError(`leaf ${from} is not known`)
  const middle = from + largestPowerBelow(to - from)
  return nodeHashOf(rangeHash({ from, to: middle }, known), rangeHash({ from: middle, to }, known))
}

/** Subtrees that prove leaf `index` (from 0) in a tree of `size`, from the leaf up: PATH(m, D_n). */
export function inclusionRanges(index: number, size: number): readonly LeafRange[] {
  if (index < 0 || index >= size) throw new RangeError(`there is no leaf ${index} in a tree of ${size}`)
  const ranges: LeafRange[] = []
  let [from, to] = [0, size]
  while (to - from > 1) {
    const middle = from + largestPowerBelow(to - from)
    const isLeft = index < middle
    ranges.push(isLeft ? { from: middle, to } : { from, to: middle })
    if (isLeft) to = middle
    else from = middle
  }
  return ranges.reverse()
}

/** Subtrees that prove that a tree of `second` leaves begins with that of `first`: PROOF(m, D_n). */
export function consistencyRanges(first: number, second: number): readonly LeafRange[] {
  if (first < 1 || first > second) throw new RangeError(`no tree of ${second} begins with one of ${first}`)
  const ranges: LeafRange[] = []
  let [from, to] = [0, second]
  while (to !== first) {
    const middle = from + largestPowerBelow(to - from)
    const isLeft = first <= middle
    ranges.push(isLeft ? { from: middle, to } : { from, to: middle })
    if (isLeft) to = middle
    else from = middle
  }
  // The old tree's own root is known to whoever checks; a subtree of it is not.
  if (from > 0) ranges.push({ from, to })
  return ranges.reverse()
}

export function isIncluded(leaf: Buffer, index: number, size: number, path: readonly Buffer[], root: Buffer): boolean {
  if (index < 0 || index >= size) return false
  const ranges = inclusionRanges(index, size)
  if (ranges.length !== path.length) return false
  const reached = path.reduce(
    (below, hashed, step) =>
      (ranges[step]?.from ?? 0) > index ? nodeHashOf(below, hashed) : nodeHashOf(hashed, below),
    leaf,
  )
  return reached.equals(root)
}

/** `first` and `second`: sizes, with the roots of the trees. RFC 9162, section 2.1.4.2. */
export function isConsistent(
  first: { readonly size: number; readonly root: Buffer },
  second: { readonly size: number; readonly root: Buffer },
  path: readonly Buffer[],
): boolean {
  if (first.size < 1 || first.size > second.size) return false
  const ranges = consistencyRanges(first.size, second.size)
  if (ranges.length !== path.length) return false
  if (first.size === second.size) return first.root.equals(second.root)
  // Without a subtree of its own in the proof, the old tree is one whole subtree of the new one.
  const startsWithOwn = (ranges[0]?.to ?? 0) === first.size && (ranges[0]?.from ?? 0) > 0
  const seed = startsWithOwn ? path[0] : first.root
  if (seed === undefined) return false
  let [older, newer] = [seed, seed]
  for (let step = startsWithOwn ? 1 : 0; step < path.length; step += 1) {
    const hashed = path[step]
    if (hashed === undefined) return false
    if ((ranges[step]?.from ?? 0) >= first.size) {
      newer = nodeHashOf(newer, hashed)
    } else {
      older = nodeHashOf(hashed, older)
      newer = nodeHashOf(hashed, newer)
    }
  }
  return older.equals(first.root) && newer.equals(second.root)
}

function largestPowerBelow(size: number): number {
  let power = 1
  while (power * 2 < size) power *= 2
  return power
}
