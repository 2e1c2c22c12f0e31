/** What the audit stores of a hub: entries and the key of each epoch. Both are written once and never changed. */
import type { SyncLogEntry } from '@tidemark/contracts'
import { authoredBody, type SourceDocument } from '@tidemark/service-kit'
import { signatureStatusOf, type SignatureStatus } from './verify-signature.ts'

type Body = Readonly<Record<string, unknown>>

export interface AuditEntry extends Body {
  /** The entry's own id, `log:<epoch>:<12 digits>`, so that it is stored once. */
  readonly _id: string
  readonly type: 'audit-entry'
  readonly storeId: string
  readonly epoch: string
  readonly number: number
  readonly kind: string
  readonly at: string
  /** Whole, as the hub wrote it. */
  readonly entry: SyncLogEntry
  readonly recordedAt: string
  readonly source: SourceDocument['source']
  /** At the time of recording. Readers verify anew, because the key may have come later. */
  readonly signature: SignatureStatus
}

/** The key of an epoch, trusted on first use. */
export interface PinnedKey extends Body {
  readonly _id: string
  readonly type: 'epoch-key'
  readonly storeId: string
  readonly epoch: string
  readonly publicKey: string
  readonly entryHash: string
  readonly pinnedAt: string
}

export function pinnedKeyId(storeId: string, epoch: string): string {
  return `key:${storeId}:${epoch}`
}

/** The entry of a source document whose schema and hash were checked. */
export function entryOf(source: SourceDocument): SyncLogEntry {
  return authoredBody(source.document) as unknown as SyncLogEntry
}

export function auditEntryOf(
  entry: SyncLogEntry,
  source: SourceDocument['source'],
  publicKey: string | undefined,
  now: Date,
): AuditEntry {
  const { _id, storeId, epoch, number, event, at } = entry
  return {
    _id,
    type: 'audit-entry',
    storeId,
    epoch,
    number,
    kind: event.kind,
    at,
    entry,
    recordedAt: now.toISOString(),
    source,
    signature: signatureStatusOf(entry, publicKey),
  }
}

/** The key that entry 1 of an epoch brings, if the entry is signed with it; undefined for any other entry. */
export function keyBroughtBy(entry: SyncLogEntry, now: Date): PinnedKey | undefined {
  const { event, number, storeId, epoch, hash } = entry
  if (number !== 1 || event.kind !== 'epoch-started') return undefined
  if (signatureStatusOf(entry, event.publicKey) !== 'verified') return undefined
  return {
    _id: pinnedKeyId(storeId, epoch),
    type: 'epoch-key',
    storeId,
    epoch,
    publicKey: event.publicKey,
    entryHash: hash,
    pinnedAt: now.toISOString(),
  }
}
