import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import { findChainFaults, hasValidHash, type ChainFault, type SyncLogEntry } from '@tidemark/contracts'
import type { PouchDatabase } from '../pouchdb/index.ts'

export interface SyncLogVerdict {
  readonly entries: number
  readonly chainFaults: readonly ChainFault[]
  /** Numbers of entries whose signature is not of the epoch's key. */
  readonly badSignatures: readonly number[]
  /** Places where a database's entries leave out or repeat sequences, in words. */
  readonly coverageFaults: readonly string[]
}

/** Checks one epoch of a hub's log: hashes, links, signatures, and that each sequence is in exactly one entry. */
export async function verifySyncLog(database: PouchDatabase, epoch: string): Promise<SyncLogVerdict> {
  const all = await database.allDocs({ startkey: `log:${epoch}:`, endkey: `log:${epoch}:\ufff0`, include_docs: true })
  const entries = all.rows.map((row) => row.doc as unknown as SyncLogEntry)
  const key = epochKey(entries[0])
  return {
    entries: entries.length,
    chainFaults: findChainFaults(entries, hasValidHash),
    badSignatures: entries.filter((entry) => key === undefined || !isSigned(entry, key)).map((entry) => entry.number),
    coverageFaults: coverageFaults(entries),
  }
}

function epochKey(first: SyncLogEntry | undefined): KeyObject | undefined {
  if (first?.event.kind !== 'epoch-started') return undefined
  const x = Buffer.from(first.event.publicKey, 'base64').toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}

function isSigned(entry: SyncLogEntry, key: KeyObject): boolean {
  return verify(null, Buffer.from(entry.hash, 'hex'), key, Buffer.from(entry.signature, 'base64'))
}

function coverageFaults(entries: readonly SyncLogEntry[]): string[] {
  const through = new Map<string, number>()
  const faults: string[] = []
  for (const { event, number } of entries) {
    if (event.kind !== 'documents-stored') continue
    const expected = through.get(event.database) ?? 0
    if (event.afterSequence !== expected) {
      faults.push(`entry ${number}: ${event.database} goes on after ${event.afterSequence}, expected ${expected}`)
    }
    through.set(event.database, event.throughSequence)
  }
  return faults
}
