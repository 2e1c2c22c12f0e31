/** The lease of a store as it lies at central: document `lease` of the database `store-<id>-hub`. */
import { schemaProblems } from '@tidemark/contracts'
import { Type, type Static } from 'typebox'

export const leaseDocumentId = 'lease'

const Hexadecimal = Type.String({ pattern: '^[0-9a-f]{32}$' })

export const LeaseRecord = Type.Object({
  type: Type.Literal('hub-lease'),
  storeId: Type.String(),
  /** `instance` is the hub's data folder, `session` its process. */
  holder: Type.Object({ instance: Hexadecimal, session: Hexadecimal, host: Type.String() }),
  /** Grows with each taking; the greater one is right. */
  fencing: Type.Integer({ minimum: 1 }),
  /** Grows with each renewal, so that who watches sees that the holder lives. */
  renewals: Type.Integer({ minimum: 0 }),
  /** By the holder's clock, for people: nobody calculates with it. */
  renewedAt: Type.String(),
  takenAt: Type.String(),
  takenBecause: Type.Enum(['first', 'restart', 'silence', 'command']),
  /** The holder's epoch, and those that this store had before, newest first. */
  epoch: Hexadecimal,
  earlierEpochs: Type.Array(Hexadecimal),
  /** Update sequences of the holder's databases at the last renewal. */
  sequences: Type.Record(Type.String(), Type.Integer({ minimum: 0 })),
  /** Hubs that the lease was taken from, newest first: they don't take it back by themselves. */
  superseded: Type.Array(Hexadecimal),
})
export type LeaseRecord = Static<typeof LeaseRecord>
export type TakingReason = LeaseRecord['takenBecause']

/** Undefined for what is no lease, so that the next taking replaces it. */
export function parseLease(document: unknown): LeaseRecord | undefined {
  return schemaProblems(LeaseRecord, document).length === 0 ? (document as LeaseRecord) : undefined
}

export interface Claimant {
  readonly instance: string
  readonly session: string
  readonly host: string
}

/** What the claimant's store is like. */
export interface ClaimantStore {
  readonly epoch: string
  readonly sequences: Readonly<Record<string, number>>
}

const maxSuperseded = 20
const maxEpochs = 50

/** The record after a taking. */
export function takenLease(
  before: LeaseRecord | undefined,
  storeId: string,
  claimant: Claimant,
  store: ClaimantStore,
  reason: TakingReason,
  now: Date,
): LeaseRecord {
  const isOther = before !== undefined && before.holder.instance !== claimant.instance
  const superseded = [...(isOther ? [before.holder.instance] : []), ...(before?.superseded ?? [])]
  return {
    type: 'hub-lease',
    storeId,
    holder: { ...claimant },
    fencing: (before?.fencing ?? 0) + 1,
    renewals: 0,
    renewedAt: now.toISOString(),
    takenAt: now.toISOString(),
    takenBecause: reason,
    ...withStore(before, store),
    superseded: superseded.filter((instance) => instance !== claimant.instance).slice(0, maxSuperseded),
  }
}

/** The record after a renewal by its holder. */
export function renewedLease(before: LeaseRecord, store: ClaimantStore, now: Date): LeaseRecord {
  return { ...before, renewals: before.renewals + 1, renewedAt: now.toISOString(), ...withStore(before, store) }
}

function withStore(before: LeaseRecord | undefined, { epoch, sequences }: ClaimantStore) {
  const known = before === undefined ? [] : [before.epoch, ...before.earlierEpochs]
  const earlierEpochs = [...new Set(known)].filter((earlier) => earlier !== epoch).slice(0, maxEpochs)
  return { epoch, earlierEpochs, sequences: { ...sequences } }
}
