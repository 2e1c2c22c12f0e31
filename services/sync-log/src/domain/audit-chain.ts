/**
 * The audit's own chain: every accepted entry gets a position, in the order of arrival, and a hash that covers all before it.
 *
 *     block 1                        block 2
 *     ┌ previousHash 000…            ┌ previousHash = hash of position 2
 *     │ 0  leaf  hash ◄─┐            │ 3  leaf  hash
 *     │ 1  leaf  hash ◄─┤            └ 4  leaf  hash
 *     └ 2  leaf  hash   ┘
 *
 * 1. The number of a block is its document's id, so the put itself allocates it: of two writers one is refused. There is no fork.
 * 2. A block is one document, so it is there as a whole or not at all. A crash leaves entries without a place, never half a block.
 * 3. `leaf` is the leaf of the Merkle tree: it covers the entry as the hub wrote it and the time at which it was recorded.
 * 4. A block names the roots of the tiles (256 leaves each) that it completes, so that nobody reads all leaves to know the root.
 */
import { hash } from 'node:crypto'
import { genesisHash } from '@tidemark/contracts'
import type { AuditEntry } from './audit-entry.ts'
import { canonicalJson } from './canonical-json.ts'
import { leafHashOf, rangeHash } from './merkle-tree.ts'

export const tileSize = 256

/** What of an entry is committed to. */
export type Leaf = Pick<AuditEntry, 'entry' | 'recordedAt'>

export interface PlacedEntry {
  readonly storeId: string
  readonly epoch: string
  readonly number: number
  /** Hex. */
  readonly leaf: string
  /** Hex; of this position and, by way of the one before, of all earlier ones. */
  readonly hash: string
}

export interface AuditBlock extends Readonly<Record<string, unknown>> {
  /** `block:<12 digits>`, from 1. */
  readonly _id: string
  readonly type: 'audit-block'
  readonly number: number
  /** Positions count from 0 and are the leaf indexes of the tree. */
  readonly firstPosition: number
  readonly lastPosition: number
  readonly previousHash: string
  readonly entries: readonly PlacedEntry[]
  readonly tiles: readonly { readonly tile: number; readonly root: string }[]
  readonly sealedAt: string
}

export interface ChainHead {
  /** Entries that have a place. */
  readonly size: number
  readonly blocks: number
  /** Hex, of the last position. */
  readonly hash: string
  /** Leaves of the tile that is not full yet. */
  readonly openTile: readonly Buffer[]
}

export const emptyChain: ChainHead = { size: 0, blocks: 0, hash: genesisHash, openTile: [] }

export function blockId(number: number): string {
  return `block:${String(number).padStart(12, '0')}`
}

/** The bytes that the leaf of an entry is the hash of. */
export function leafText({ entry, recordedAt }: Leaf): string {
  return canonicalJson({ entry, recordedAt })
}

export function leafOf(recorded: Leaf): Buffer {
  return leafHashOf(leafText(recorded))
}

/** Hex. `previousHash` and `leaf` are hex too. */
export function positionHash(previousHash: string, position: number, leaf: string): string {
  return hash('sha256', `${previousHash}\n${position}\n${leaf}\n`)
}

/** The block that puts entries at the end of the chain, and the chain with it. */
export function sealBlock(
  head: ChainHead,
  entries: readonly AuditEntry[],
  now: Date,
): { readonly block: AuditBlock; readonly head: ChainHead; readonly roots: readonly Buffer[] } {
  const placed: PlacedEntry[] = []
  const roots: Buffer[] = []
  let openTile = [...head.openTile]
  let previous = head.hash
  for (const recorded of entries) {
    const { storeId, epoch, number } = recorded
    const leaf = leafOf(recorded)
    const hex = leaf.toString('hex')
    previous = positionHash(previous, head.size + placed.length, hex)
    placed.push({ storeId, epoch, number, leaf: hex, hash: previous })
    openTile.push(leaf)
    if (openTile.length === tileSize) {
      roots.push(tileRoot(openTile))
      openTile = []
    }
  }
  const number = head.blocks + 1
  const firstTile = Math.floor(head.size / tileSize)
  const size = head.size + placed.length
  const block: AuditBlock = {
    _id: blockId(number),
    type: 'audit-block',
    number,
    firstPosition: head.size,
    lastPosition: size - 1,
    previousHash: head.hash,
    entries: placed,
    tiles: roots.map((root, index) => ({ tile: firstTile + index, root: root.toString('hex') })),
    sealedAt: now.toISOString(),
  }
  return { block, head: { size, blocks: number, hash: previous, openTile }, roots }
}

/** The root over the leaves of one tile, full or not. */
export function tileRoot(leaves: readonly Buffer[]): Buffer {
  return rangeHash({ from: 0, to: leaves.length }, ({ from, to }) => (to - from === 1 ? leaves[from] : undefined))
}
