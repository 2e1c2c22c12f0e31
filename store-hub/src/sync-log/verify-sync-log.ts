import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { setImmediate as yieldTurn } from 'node:timers/promises'
import { findChainFaults, hasValidHash, type ChainFault, type ChainLink, type SyncLogEntry } from '@tidemark/contracts'
import type { DocumentDatabase } from '../store/index.ts'
import { lastEntry, readEntries } from './log-state.ts'

export interface SyncLogVerdict {
  readonly entries: number
  readonly chainFaults: readonly ChainFault[]
  /** Numbers of entries whose signature is not of the epoch's key. */
  readonly badSignatures: readonly number[]
  /** Places where a database's entries leave out or repeat sequences, in words. */
  readonly coverageFaults: readonly string[]
}

interface Scan {
  entries: number
  tail: ChainLink | undefined
  key: KeyObject | undefined
  readonly chainFaults: ChainFault[]
  readonly badSignatures: number[]
  readonly coverageFaults: string[]
  readonly through: Map<string, number>
}

/** Faults of each kind that are listed; a chain with more is no better known by reading them. */
const maxFaults = 1000
const entriesPerTurn = 200

/**
 * Checks one epoch of a hub's log: hashes, links, signatures, that each sequence is in exactly one entry, and that it is tied
 * to the chain before it as far as that is here. Reads it once, a page in memory at a time.
 */
export async function verifySyncLog(database: DocumentDatabase, epoch: string): Promise<SyncLogVerdict> {
  const scan: Scan = {
    entries: 0,
    tail: undefined,
    key: undefined,
    chainFaults: [],
    badSignatures: [],
    coverageFaults: [],
    through: new Map(),
  }
  for (const entry of readEntries(database, epoch)) {
    scanEntry(scan, entry, database)
    if (scan.entries % entriesPerTurn === 0) await yieldTurn()
  }
  const { entries, chainFaults, badSignatures, coverageFaults } = scan
  return { entries, chainFaults, badSignatures, coverageFaults }
}

function scanEntry(scan: Scan, entry: SyncLogEntry, database: DocumentDatabase): void {
  if (scan.entries === 0) scan.key = epochKey(entry)
  scan.entries += 1
  const links = scan.tail === undefined ? [entry] : [scan.tail, entry]
  const isIntact = (link: ChainLink): boolean => link !== entry || hasValidHash(entry)
  // What is said about the tail itself was said when it came.
  const found = findChainFaults(links, isIntact).filter(
    (fault) => scan.tail === undefined || (fault.kind === 'gap' ? fault.next : fault.number) !== scan.tail.number,
  )
  note(scan.chainFaults, found)
  if (scan.key === undefined || !isSigned(entry, scan.key)) note(scan.badSignatures, [entry.number])
  note(scan.coverageFaults, [...coverageFault(scan.through, entry), ...linkFault(entry, database)])
  scan.tail = entry
}

function note<Fault>(faults: Fault[], found: readonly Fault[]): void {
  faults.push(...found.slice(0, maxFaults - faults.length))
}

function epochKey(first: SyncLogEntry): KeyObject | undefined {
  if (first.event.kind !== 'epoch-started') return undefined
  const x = Buffer.from(first.event.publicKey, 'base64').toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

function isSigned(entry: SyncLogEntry, key: KeyObject): boolean {
  return verify(null, Buffer.from(entry.hash, 'hex'), key, Buffer.from(entry.signature, 'base64'))
}

function coverageFault(through: Map<string, number>, { event, number }: SyncLogEntry): string[] {
  if (event.kind !== 'documents-stored') return []
  const expected = through.get(event.database) ?? 0
  through.set(event.database, event.throughSequence)
  if (event.afterSequence === expected) return []
  return [`entry ${number}: ${event.database} goes on after ${event.afterSequence}, expected ${expected}`]
}

/** Entries of the epoch before that were made after a backup are not here; one that is here must be the one that is named. */
function linkFault({ event, number }: SyncLogEntry, database: DocumentDatabase): string[] {
  if (event.kind !== 'epoch-started' || event.previous === undefined) return []
  const { epoch, hash, number: last } = event.previous
  const named = readEntries(database, epoch, last).next().value
  const present = lastEntry(database, epoch)
  if (named?.number === last && named.hash === hash && present?.number === last) return []
  return [`entry ${number}: names entry ${last} of epoch ${epoch}, which is not the last one here`]
}
