/**
 * The one writer of the audit chain, and its Merkle tree.
 *
 *     write: take turns ─► know the head ─► (insert entries) ─► which of them have a place? ─► put block n+1
 *                             ▲                                                                  │ refused: another process
 *                             └──────────────────────────── read the head again ◄───────────────┘ has put it
 *
 * 1. The head is known before an entry is inserted. So an entry that this writer has inserted itself is in no block that was
 *    put before, and a block that was put since makes this writer's put fail.
 * 2. Entries that were there already are looked up, and so is every entry after a refusal: none gets two places.
 * 3. After any failure the head is read anew, because a block may have been put without our having heard of it.
 */
import { Type } from 'typebox'
import { UnavailableError, type CouchDatabase, type ViewKey } from '@tidemark/service-kit'
import { emptyChain, sealBlock, tileSize, type AuditBlock, type ChainHead } from '../domain/audit-chain.ts'
import type { AuditEntry } from '../domain/audit-entry.ts'
import { rangeHash, type LeafRange } from '../domain/merkle-tree.ts'
import type { EpochOf } from './audit-store.ts'
import { checkedRow } from './checked-row.ts'
import { auditDesignName } from './design/audit-views.ts'

export interface Placement {
  readonly position: number
  /** Hex. */
  readonly leaf: string
}

export type EntryKey = Pick<AuditEntry, 'storeId' | 'epoch' | 'number'>

/** Gives a place to those entries that have none. `stored`: this writer has just inserted it. */
export type Place = (entries: readonly { readonly entry: AuditEntry; readonly stored: boolean }[]) => Promise<number>

export interface AuditChainStore {
  /** Runs `work` while nobody else of this process writes to the chain. */
  write<Result>(work: (place: Place) => Promise<Result>): Promise<Result>
  /** The size of the chain and the hash of its last position, as stored now. */
  head(): Promise<Pick<ChainHead, 'size' | 'hash'>>
  /** By `placementKey`. At most 1,000. */
  placements(keys: readonly EntryKey[]): Promise<ReadonlyMap<string, Placement>>
  /** Places of an epoch's entries from one number to another (or the end), in the order of the numbers. */
  readPlacements(
    of: EpochOf,
    from: number,
    to: number | undefined,
    limit: number,
  ): Promise<readonly (Placement & { readonly number: number })[]>
  countPlacements(of: EpochOf): Promise<number>
  /** Hashes of the tree over ranges of leaves; the root of a tree is the hash of `{from: 0, to: size}`. */
  hashes(ranges: readonly LeafRange[]): Promise<readonly Buffer[]>
  /** Blocks from the one that holds a position on. */
  readBlocks(fromPosition: number, limit: number): Promise<readonly AuditBlock[]>
}

interface Chain {
  head: ChainHead
  /** Of the full tiles. 32 bytes for 256 entries: 4 MB for 33 million. */
  readonly roots: Buffer[]
}

/** Sorts after every string and number in CouchDB's collation. */
const afterAll: ViewKey = {}
const maxEntriesPerBlock = 250
const maxAttempts = 20
const tilesPerPage = 5000
const maxBlocksPerRead = 100

const PlacementRow = Type.Object({
  key: Type.Tuple([Type.String(), Type.String(), Type.Integer()]),
  value: Type.Tuple([Type.Integer(), Type.String()]),
})
const TileRow = Type.Object({ key: Type.Integer(), value: Type.String() })
const CountRow = Type.Object({ value: Type.Integer() })

export function placementKey({ storeId, epoch, number }: EntryKey): string {
  return `${storeId}/${epoch}/${number}`
}

export function openAuditChain(database: CouchDatabase, now: () => Date): AuditChainStore {
  let known: Chain | undefined
  let turn: Promise<unknown> = Promise.resolve()

  async function newest(): Promise<AuditBlock | undefined> {
    const [row] = await database.view(auditDesignName, 'blocks', { descending: true, limit: 1, includeDocuments: true })
    return row?.doc as AuditBlock | undefined
  }

  /** Reads what was put since `known`, all of it at first. */
  async function current(): Promise<Chain> {
    if (known !== undefined) return known
    const block = await newest()
    if (block === undefined) return (known = { head: emptyChain, roots: [] })
    const size = block.lastPosition + 1
    const full = Math.floor(size / tileSize)
    const roots: Buffer[] = []
    while (roots.length < full) {
      const query = { startKey: roots.length, limit: Math.min(tilesPerPage, full - roots.length) }
      const rows = await database.view(auditDesignName, 'tiles', query)
      for (const row of rows) {
        const { key, value } = checkedRow(TileRow, row)
        if (key !== roots.length) break
        roots.push(Buffer.from(value, 'hex'))
      }
      // A tile that no block names (any more): its leaves tell.
      if (rows.length === 0 || checkedRow(TileRow, rows.at(-1)).key !== roots.length - 1) {
        roots.push(await rootFromLeaves(roots.length))
      }
    }
    const openTile = await readLeaves({ from: full * tileSize, to: size })
    const hash = block.entries.at(-1)?.hash ?? block.previousHash
    return (known = { head: { size, blocks: block.number, hash, openTile }, roots })
  }

  async function rootFromLeaves(tile: number): Promise<Buffer> {
    const leaves = await readLeaves({ from: tile * tileSize, to: (tile + 1) * tileSize })
    return rangeHash({ from: 0, to: leaves.length }, ({ from, to }) => (to - from === 1 ? leaves[from] : undefined))
  }

  async function readBlocks(fromPosition: number, limit: number): Promise<readonly AuditBlock[]> {
    const query = { startKey: fromPosition, limit, includeDocuments: true }
    return (await database.view(auditDesignName, 'blocks', query)).map(({ doc }) => doc as AuditBlock)
  }

  /** Throws an UnavailableError when the stored chain lacks one of them. */
  async function readLeaves({ from, to }: LeafRange): Promise<Buffer[]> {
    const leaves: Buffer[] = []
    // A tile is in two large blocks or in hundreds of small ones.
    for (let limit = 3; leaves.length < to - from; limit = Math.min(limit * 3, maxBlocksPerRead)) {
      const position = from + leaves.length
      const blocks = await readBlocks(position, limit)
      for (const { firstPosition, entries } of blocks) {
        const skipped = from + leaves.length - firstPosition
        if (skipped < 0) break
        const wanted = entries.slice(skipped, skipped + to - from - leaves.length)
        leaves.push(...wanted.map(({ leaf }) => Buffer.from(leaf, 'hex')))
      }
      // Entries are held back until somebody has looked: a chain that went on from here would be another one.
      if (from + leaves.length === position) {
        throw new UnavailableError('couchdb', `the audit chain is damaged: position ${position} is missing`)
      }
    }
    return leaves
  }

  async function placements(keys: readonly EntryKey[]): Promise<ReadonlyMap<string, Placement>> {
    if (keys.length === 0) return new Map()
    const wanted = keys.map(({ storeId, epoch, number }) => [storeId, epoch, number] as const)
    const rows = await database.view(auditDesignName, 'placements', { keys: wanted })
    return new Map(
      rows.map((row) => {
        const { key, value } = checkedRow(PlacementRow, row)
        const [storeId, epoch, number] = key
        return [placementKey({ storeId, epoch, number }), { position: value[0], leaf: value[1] }]
      }),
    )
  }

  const place: Place = async (entries) => {
    let placed = 0
    const mine = new Set(entries.filter(({ stored }) => stored).map(({ entry }) => placementKey(entry)))
    // A batch may hold one entry twice.
    let waiting = [...new Map(entries.map(({ entry }) => [placementKey(entry), entry])).values()]
    let suspects = waiting.filter((entry) => !mine.has(placementKey(entry)))
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      const taken = await placements(suspects)
      waiting = waiting.filter((entry) => !taken.has(placementKey(entry)))
      while (waiting.length > 0) {
        const part = waiting.slice(0, maxEntriesPerBlock)
        if (!(await putBlock(part))) break
        placed += part.length
        waiting = waiting.slice(part.length)
      }
      if (waiting.length === 0) return placed
      suspects = waiting
    }
    throw new UnavailableError('couchdb', `the audit chain was extended by others ${maxAttempts} times in a row`)
  }

  /** False when another process has put a block with this number. */
  async function putBlock(entries: readonly AuditEntry[]): Promise<boolean> {
    const chain = await current()
    const sealed = sealBlock(chain.head, entries, now())
    known = undefined
    const [result] = await database.bulkInsert([sealed.block])
    if (result?.kind === 'failed') throw new Error(`${sealed.block._id} could not be put: ${result.reason}`)
    if (result?.kind !== 'stored') return false
    chain.roots.push(...sealed.roots)
    known = { head: sealed.head, roots: chain.roots }
    return true
  }

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const before = turn
    const mine = Promise.withResolvers<undefined>()
    turn = mine.promise
    await before
    try {
      return await work()
    } catch (error) {
      known = undefined
      throw error
    } finally {
      mine.resolve(undefined)
    }
  }

  /** The chain as stored, which another process may have extended. */
  async function latest(): Promise<Chain> {
    const block = await newest()
    if (known !== undefined && known.head.blocks !== (block?.number ?? 0)) known = undefined
    return current()
  }

  return {
    write: (work) =>
      inTurn(async () => {
        await current()
        return work(place)
      }),
    head: () => inTurn(async () => (await latest()).head),
    placements,
    async readPlacements({ storeId, epoch }, from, to, limit) {
      const query = { startKey: [storeId, epoch, from], endKey: [storeId, epoch, to ?? afterAll], limit }
      const rows = await database.view(auditDesignName, 'placements', query)
      return rows.map((row) => {
        const { key, value } = checkedRow(PlacementRow, row)
        return { number: key[2], position: value[0], leaf: value[1] }
      })
    },
    async countPlacements({ storeId, epoch }) {
      const range = { startKey: [storeId, epoch], endKey: [storeId, epoch, afterAll] }
      const [row] = await database.view(auditDesignName, 'placements', { ...range, reduce: 'all' })
      return row === undefined ? 0 : checkedRow(CountRow, row).value
    },
    async hashes(ranges) {
      const largest = Math.max(0, ...ranges.map(({ to }) => to))
      const { head, roots } = await inTurn(async () => {
        const chain = await current()
        return chain.head.size >= largest ? chain : latest()
      })
      if (head.size < largest) throw new RangeError(`the audit has ${head.size} entries, not ${largest}`)
      const tiles = new Map<number, readonly Buffer[]>([[Math.floor(head.size / tileSize), head.openTile]])
      for (const tile of raggedTiles(ranges)) {
        if (!tiles.has(tile)) tiles.set(tile, await readLeaves({ from: tile * tileSize, to: (tile + 1) * tileSize }))
      }
      return ranges.map((range) =>
        rangeHash(range, ({ from, to }) => {
          const tile = Math.floor(from / tileSize)
          if (to - from === tileSize && from % tileSize === 0) return roots[tile]
          return to - from === 1 ? tiles.get(tile)?.[from % tileSize] : undefined
        }),
      )
    },
    readBlocks,
  }
}

/** Tiles of which a range has a part only. */
function raggedTiles(ranges: readonly LeafRange[]): ReadonlySet<number> {
  const tiles = new Set<number>()
  for (const { from, to } of ranges) {
    if (from % tileSize !== 0) tiles.add(Math.floor(from / tileSize))
    if (to % tileSize !== 0) tiles.add(Math.floor(to / tileSize))
  }
  return tiles
}
