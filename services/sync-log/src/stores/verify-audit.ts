/**
 * Whether the audit's own chain can be believed: every block is read, every hash and tile made again, and at the size of each
 * signed head the root and the chain must be what was signed then. What is stored as an entry is compared with its leaf by
 * `verifyChain`, store by store.
 */
import { Type } from 'typebox'
import { describeProblems, genesisHash, schemaProblems, Sha256Hex } from '@tidemark/contracts'
import { ownAlarm, type Alarm } from '../domain/alarm.ts'
import { positionHash, tileRoot, tileSize, type AuditBlock } from '../domain/audit-chain.ts'
import { rangeHash } from '../domain/merkle-tree.ts'
import { isSignedHead } from '../domain/signed-head.ts'
import type { AuditChainStore } from './audit-chain-store.ts'
import type { HeadStore, StoredHead } from './head-store.ts'

export interface AuditVerdict {
  readonly verified: boolean
  readonly verifiedAt: string
  readonly size: number
  /** Hex. */
  readonly rootHash: string
  readonly chainHash: string
  /** Signed heads that were compared. */
  readonly heads: number
  readonly faults: readonly Pick<Alarm, 'kind' | 'epoch' | 'message'>[]
}

const blocksPerPage = 50
const headsPerPage = 200
const maxFaults = 100

const Place = Type.Object({ leaf: Sha256Hex, hash: Sha256Hex })
/** What must be there for a block to be looked at; it may have been changed to anything. */
const Readable = Type.Object({
  number: Type.Integer(),
  firstPosition: Type.Integer(),
  lastPosition: Type.Integer(),
  previousHash: Sha256Hex,
  entries: Type.Array(Place, { minItems: 1 }),
  tiles: Type.Array(Type.Object({ tile: Type.Integer(), root: Type.String() })),
})

interface Walk {
  size: number
  blocks: number
  hash: string
  readonly roots: Buffer[]
  openTile: Buffer[]
}

/** Rejects with the signal's reason when it is called off: a verdict on a part would be none. */
export async function verifyAudit(
  chain: AuditChainStore,
  heads: HeadStore,
  now: Date,
  signal?: AbortSignal,
): Promise<{ readonly verdict: AuditVerdict; readonly alarms: readonly Alarm[] }> {
  const walk: Walk = { size: 0, blocks: 0, hash: genesisHash, roots: [], openTile: [] }
  const alarms: Alarm[] = []
  let compared = 0
  let waiting = await heads.ascending(0, headsPerPage)
  let lastRead = waiting.at(-1)

  async function compareHeads(): Promise<void> {
    for (let next = waiting[0]; next !== undefined && next.head.size <= walk.size; next = waiting[0]) {
      waiting = waiting.slice(1)
      compared += 1
      const fault = next.head.size < walk.size ? 'is of a size that was passed over' : await headFault(next)
      if (fault !== undefined) alarms.push(ownAlarm('head-mismatch', next._id, `${next._id} ${fault}`, now))
      if (waiting.length === 0 && lastRead !== undefined) {
        const already = lastRead
        waiting = (await heads.ascending(already.head.size, headsPerPage)).filter(({ head }) => head.size > walk.size)
        lastRead = waiting.at(-1)
      }
    }
  }

  async function headFault({ head }: StoredHead): Promise<string | undefined> {
    const key = await heads.publicKey(head.keyId)
    if (key === undefined) return `is signed with a key that is not known, ${head.keyId}`
    if (!isSignedHead(head, key)) return 'does not have the signature of its key'
    if (head.rootHash !== rootOf(walk)) return 'has another root than the entries that are stored'
    return head.chainHash === walk.hash ? undefined : 'has another chain than the one that is stored'
  }

  let from = 0
  for (;;) {
    signal?.throwIfAborted()
    const blocks = await chain.readBlocks(from, blocksPerPage)
    // Not the size: where a block is missing it lags behind.
    from = (blocks.at(-1)?.lastPosition ?? from) + 1
    for (const block of blocks) {
      const problems = schemaProblems(Readable, block)
      if (problems.length > 0) {
        const message = `${block._id} is no block: ${describeProblems(problems)}`
        alarms.push(ownAlarm('damaged-chain', block._id, message, now))
        continue
      }
      const faults = blockFaults(walk, block)
      alarms.push(...faults.map((message) => ownAlarm('damaged-chain', block._id, `${block._id} ${message}`, now)))
      for (const { leaf, hash } of block.entries) {
        walk.size += 1
        walk.hash = hash
        walk.openTile.push(Buffer.from(leaf, 'hex'))
        if (walk.openTile.length === tileSize) {
          walk.roots.push(tileRoot(walk.openTile))
          walk.openTile = []
        }
        if (waiting[0]?.head.size === walk.size) await compareHeads()
      }
      walk.blocks = block.number
    }
    if (blocks.length < blocksPerPage || alarms.length >= maxFaults) break
  }
  if (alarms.length < maxFaults) {
    for (const { _id, head } of waiting) {
      const message = `${_id} was signed over ${head.size} entries, and there are ${walk.size}`
      alarms.push(ownAlarm('head-mismatch', _id, message, now))
    }
  }
  const faults = alarms.slice(0, maxFaults).map(({ kind, epoch, message }) => ({ kind, epoch, message }))
  const verdict = {
    verified: alarms.length === 0,
    verifiedAt: now.toISOString(),
    size: walk.size,
    rootHash: rootOf(walk),
    chainHash: walk.hash,
    heads: compared,
    faults,
  }
  return { verdict, alarms: alarms.slice(0, maxFaults) }
}

function blockFaults(walk: Walk, block: AuditBlock): readonly string[] {
  const faults: string[] = []
  if (block.number !== walk.blocks + 1) faults.push(`follows block ${walk.blocks}`)
  if (block.firstPosition !== walk.size) faults.push(`begins at position ${block.firstPosition}, expected ${walk.size}`)
  if (block.lastPosition !== block.firstPosition + block.entries.length - 1)
    faults.push('has not as many entries as it says')
  if (block.previousHash !== walk.hash) faults.push('does not name the hash of the block before it')
  let hash = block.previousHash
  const broken = block.entries.findIndex((entry, index) => {
    hash = positionHash(hash, block.firstPosition + index, entry.leaf)
    return hash !== entry.hash
  })
  if (broken >= 0) faults.push(`has another hash at position ${block.firstPosition + broken} than its content`)
  const tiles = new Map(block.tiles.map(({ tile, root }) => [tile, root]))
  const leaves = [...walk.openTile, ...block.entries.map(({ leaf }) => Buffer.from(leaf, 'hex'))]
  for (let start = 0; start + tileSize <= leaves.length; start += tileSize) {
    const tile = walk.roots.length + start / tileSize
    const root = tileRoot(leaves.slice(start, start + tileSize)).toString('hex')
    if (tiles.get(tile) !== root) faults.push(`names another root of tile ${tile} than its leaves have`)
  }
  return faults
}

function rootOf({ size, roots, openTile }: Walk): string {
  return rangeHash({ from: 0, to: size }, ({ from, to }) => {
    if (to - from === tileSize && from % tileSize === 0) return roots[from / tileSize]
    return to - from === 1 ? openTile[from % tileSize] : undefined
  }).toString('hex')
}
