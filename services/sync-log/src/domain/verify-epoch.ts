/**
 * Whether the log of an epoch can be believed. It is read page by page in the order of numbers; what is kept between pages
 * grows with the databases of a hub, not with the length of its log.
 *
 * 1. Each entry has its own hash, and its place in the chain.
 * 2. Each entry is signed with the key of entry 1, which is the key pinned when entry 1 first came.
 * 3. Each entry has its place in the audit's own chain, with the content that it had when it came.
 * 4. The `documents-stored` entries of a database join: each begins where the one before it ended, the first at 0.
 */
import { findChainFaults, hasValidHash, schemaProblems, SyncLogEntry, type ChainLink } from '@tidemark/contracts'
import { signatureStatusOf } from './verify-signature.ts'

export const faultKinds = [
  'unreadable',
  'hash-mismatch',
  'gap',
  'broken-link',
  'fork',
  'wrong-signature',
  'no-key',
  'changed-key',
  'sequence-gap',
  'sequence-overlap',
  'altered',
  'removed',
  'unplaced',
] as const

export interface AuditFault {
  readonly kind: (typeof faultKinds)[number]
  /** The entry; for a gap the first one that is missing. */
  readonly number: number
  /** Of a gap: the last one that is missing. */
  readonly through?: number
  readonly message: string
}

/** One stored entry as a view gave it: `number` is its place, `entry` what is there. */
export interface StoredLogEntry {
  readonly number: number
  readonly entry: unknown
  /** Of the Merkle tree, for what is stored now; hex. */
  readonly leaf: string
  readonly recordedAt: string
}

/** A place in the audit's chain. */
export interface EntryPlace {
  readonly number: number
  readonly position: number
  /** For what was stored when the place was given; hex. */
  readonly leaf: string
}

export interface EpochScan {
  readonly epoch: string
  readonly entries: number
  /** The highest number that was looked at, readable or not. */
  readonly lastNumber: number
  /** The last entry. */
  readonly head: { readonly number: number; readonly hash: string } | undefined
  /** HLC stamp of the first entry that is there. */
  readonly firstAt: string | undefined
  readonly faultCount: number
  /** The first hundred. */
  readonly faults: readonly AuditFault[]
  readonly tail: ChainLink | undefined
  /** By database, the sequence up to which entries tell of it. */
  readonly coverage: ReadonlyMap<string, number>
}

export const maxFaults = 100

export function startScan(epoch: string): EpochScan {
  const nothing = {
    entries: 0,
    lastNumber: 0,
    head: undefined,
    firstAt: undefined,
    faultCount: 0,
    faults: [],
    tail: undefined,
  }
  return { epoch, ...nothing, coverage: new Map() }
}

/** Goes on with a scan. `page` follows what was scanned before, in the order of numbers. */
export function scanEntries(
  scan: EpochScan,
  page: readonly StoredLogEntry[],
  publicKey: string | undefined,
): EpochScan {
  const coverage = new Map(scan.coverage)
  const found: AuditFault[] = []
  const readable: SyncLogEntry[] = []
  for (const { number, entry } of page) {
    if (isEntryOf(scan.epoch, number, entry)) readable.push(entry)
    else found.push({ kind: 'unreadable', number, message: 'what is stored is not the entry of this number' })
  }
  found.push(...chainFaults(scan.tail, readable))
  for (const entry of readable) found.push(...signatureFaults(entry, publicKey), ...coverageFaults(coverage, entry))
  const last = readable.at(-1)
  const isWithoutKey = publicKey === undefined && scan.entries === 0 && page.length > 0
  if (isWithoutKey) found.push({ kind: 'no-key', number: 1, message: 'no key is known that entry 1 is signed with' })
  return addFaults(
    {
      ...scan,
      entries: scan.entries + page.length,
      lastNumber: page.at(-1)?.number ?? scan.lastNumber,
      firstAt: scan.firstAt ?? readable[0]?.at,
      head: last === undefined ? scan.head : { number: last.number, hash: last.hash },
      tail: last ?? scan.tail,
      coverage,
    },
    found,
  )
}

export function addFaults(scan: EpochScan, found: readonly AuditFault[]): EpochScan {
  if (found.length === 0) return scan
  const faults = [...scan.faults, ...found].sort((a, b) => a.number - b.number).slice(0, maxFaults)
  return { ...scan, faultCount: scan.faultCount + found.length, faults }
}

function isEntryOf(epoch: string, number: number, entry: unknown): entry is SyncLogEntry {
  if (schemaProblems(SyncLogEntry, entry).length > 0) return false
  const read = entry as SyncLogEntry
  return read.number === number && read.epoch === epoch
}

function chainFaults(tail: ChainLink | undefined, entries: readonly SyncLogEntry[]): AuditFault[] {
  const links = entries.map((entry) => ({
    number: entry.number,
    previousHash: entry.previousHash,
    hash: entry.hash,
    isIntact: hasValidHash(entry),
  }))
  const before = tail === undefined ? [] : [{ ...tail, isIntact: true }]
  return findChainFaults([...before, ...links], ({ isIntact }) => isIntact).flatMap((fault): AuditFault[] => {
    // What is said about the tail itself was said with the page that it ended.
    if (tail !== undefined && (fault.kind === 'gap' ? fault.next : fault.number) === tail.number) return []
    if (fault.kind !== 'gap') return [{ kind: fault.kind, number: fault.number, message: chainMessages[fault.kind] }]
    const [from, to] = [fault.after + 1, fault.next - 1]
    const message = from === to ? `entry ${from} is missing` : `entries ${from} to ${to} are missing`
    return [{ kind: 'gap', number: from, through: to, message }]
  })
}

const chainMessages = {
  'hash-mismatch': 'the content is not what its hash says',
  'broken-link': 'the entry does not follow from the one before it',
  fork: 'there are two entries with this number',
} as const

function signatureFaults(entry: SyncLogEntry, publicKey: string | undefined): AuditFault[] {
  const { event, number } = entry
  const faults: AuditFault[] = []
  if (signatureStatusOf(entry, publicKey) === 'wrong') {
    faults.push({ kind: 'wrong-signature', number, message: 'the signature is not of the key of the epoch' })
  }
  if (event.kind === 'epoch-started' && publicKey !== undefined && event.publicKey !== publicKey) {
    faults.push({ kind: 'changed-key', number, message: 'the entry names another key than the one that came first' })
  }
  return faults
}

/** Also moves `coverage` on. */
function coverageFaults(coverage: Map<string, number>, { event, number }: SyncLogEntry): AuditFault[] {
  if (event.kind !== 'documents-stored') return []
  const { database, afterSequence, throughSequence } = event
  const expected = coverage.get(database) ?? 0
  coverage.set(database, Math.max(expected, throughSequence))
  if (throughSequence < afterSequence) {
    const message = `${database}: ends at ${throughSequence} before it begins after ${afterSequence}`
    return [{ kind: 'sequence-overlap', number, message }]
  }
  if (afterSequence === expected) return []
  const kind = afterSequence > expected ? 'sequence-gap' : 'sequence-overlap'
  return [{ kind, number, message: `${database}: goes on after ${afterSequence}, expected ${expected}` }]
}

/** An entry gets its place right after it is stored; until then it is in work. */
const placingMs = 60_000

/** Compares stored entries with the places of the same numbers. */
export function placeFaults(
  entries: readonly StoredLogEntry[],
  places: readonly EntryPlace[],
  now: Date,
): readonly AuditFault[] {
  const placed = new Map(places.map((place) => [place.number, place]))
  const stored = new Set(entries.map(({ number }) => number))
  const faults: AuditFault[] = []
  for (const { number, leaf, recordedAt } of entries) {
    const place = placed.get(number)
    if (place !== undefined && place.leaf !== leaf) {
      const message = `is not what was stored at position ${place.position} of the audit`
      faults.push({ kind: 'altered', number, message })
    }
    // A time that can't be read is no excuse.
    const isFresh = now.getTime() - Date.parse(recordedAt) < placingMs
    if (place === undefined && !isFresh) faults.push({ kind: 'unplaced', number, message: 'has no place in the audit' })
  }
  for (const { number, position } of places) {
    if (stored.has(number)) continue
    faults.push({ kind: 'removed', number, message: `was at position ${position} of the audit and is gone` })
  }
  return faults
}
