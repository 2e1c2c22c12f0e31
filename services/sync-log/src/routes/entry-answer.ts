/** An entry as it is shown: what the hub wrote, whether that can be believed, and its place in the audit. */
import { Type } from 'typebox'
import { hasValidHash, schemaProblems, SyncLogEntry } from '@tidemark/contracts'
import { leafOf } from '../domain/audit-chain.ts'
import { pinnedKeyId, type AuditEntry } from '../domain/audit-entry.ts'
import { signatureStatusOf } from '../domain/verify-signature.ts'
import { placementKey, type AuditChainStore, type Placement } from '../stores/audit-chain-store.ts'
import type { AuditStore } from '../stores/audit-store.ts'

export const EntryAnswer = Type.Object({
  id: Type.String(),
  storeId: Type.String(),
  epoch: Type.String(),
  number: Type.Integer(),
  kind: Type.String(),
  at: Type.String(),
  recordedAt: Type.String(),
  source: Type.Enum(['feed', 'reconciliation']),
  position: Type.Union([Type.Integer(), Type.Null()], {
    description: 'Place in the audit’s own chain, from 0; null for a moment after the entry came',
  }),
  entry: Type.Unknown({ description: 'The entry as the hub wrote it' }),
  verification: Type.Object({
    hash: Type.Enum(['valid', 'broken']),
    signature: Type.Enum(['verified', 'wrong', 'unverified'], {
      description: 'unverified: the entry with the public key has not come',
    }),
    place: Type.Enum(['valid', 'altered', 'none'], {
      description: 'altered: the entry is not what it was when it got its place',
    }),
  }),
})
export type EntryAnswer = Type.Static<typeof EntryAnswer>

/** At most 1,000. */
export async function entryAnswers(
  audit: AuditStore,
  chain: AuditChainStore,
  entries: readonly AuditEntry[],
): Promise<EntryAnswer[]> {
  const [keys, places] = await Promise.all([audit.publicKeys(entries), chain.placements(entries)])
  return entries.map((recorded) => {
    const { _id, storeId, epoch, number, kind, at, recordedAt, source, entry } = recorded
    const place = places.get(placementKey(recorded))
    const verification = {
      ...verificationOf(entry, keys.get(pinnedKeyId(storeId, epoch))),
      place: placeStatusOf(recorded, place),
    }
    const position = place?.position ?? null
    return { id: _id, storeId, epoch, number, kind, at, recordedAt, source, position, entry, verification }
  })
}

function placeStatusOf(recorded: AuditEntry, place: Placement | undefined): 'valid' | 'altered' | 'none' {
  if (place === undefined) return 'none'
  return leafOf(recorded).toString('hex') === place.leaf ? 'valid' : 'altered'
}

/** What is stored may have been changed to anything since. */
function verificationOf(entry: SyncLogEntry, publicKey: string | undefined) {
  if (schemaProblems(SyncLogEntry, entry).length > 0) return { hash: 'broken', signature: 'wrong' } as const
  const hash = hasValidHash(entry) ? ('valid' as const) : ('broken' as const)
  return { hash, signature: signatureStatusOf(entry, publicKey) }
}
