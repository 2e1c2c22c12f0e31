// Who may have the lease. Pure.
//
// 1. Nobody's clock is compared with another's: a holder is taken for gone when its record has not changed for so long
//    by the watcher's own monotonic clock. Only time in which the watcher kept looking counts: when the line of the whole
//    store was down, the holder could not renew either.
// 2. A hub that the lease was taken from does not take it back by itself: the old machine in the corner must not win
//    the store again because the new one restarts.
// 3. Of two processes with one data folder's id the later start wins; the other notices at its next look.
import type { Claimant, ClaimantStore, LeaseRecord, TakingReason } from './lease-record.ts'

/** What a watcher saw: a record, since when it has been like that, and when it was last looked at (monotonic ms). */
export interface Sighting {
  readonly mark: string
  readonly sinceMs: number
  readonly lastMs: number
}

export type LeaseDecision =
  | { readonly kind: 'take'; readonly because: Exclude<TakingReason, 'command'> }
  | { readonly kind: 'keep' }
  | { readonly kind: 'stand-back'; readonly because: 'other-hub' | 'taken-over' | 'same-data' }

export interface LeaseQuestion {
  readonly record: LeaseRecord | undefined
  readonly own: Claimant
  /** This process has held the lease. */
  readonly hasHeld: boolean
  /** Of this record. */
  readonly sighting: Sighting
  readonly nowMs: number
  /** How long a record has to be unchanged before its holder counts as gone. */
  readonly takeAfterMs: number
}

export function decideLease({ record, own, hasHeld, sighting, nowMs, takeAfterMs }: LeaseQuestion): LeaseDecision {
  if (record === undefined) return { kind: 'take', because: 'first' }
  const { holder } = record
  if (holder.session === own.session) return { kind: 'keep' }
  if (holder.instance === own.instance) {
    return hasHeld ? { kind: 'stand-back', because: 'same-data' } : { kind: 'take', because: 'restart' }
  }
  if (record.superseded.includes(own.instance)) return { kind: 'stand-back', because: 'taken-over' }
  const isGone = nowMs - sighting.sinceMs >= takeAfterMs
  return isGone ? { kind: 'take', because: 'silence' } : { kind: 'stand-back', because: 'other-hub' }
}

/** The present sighting, given the one before; a pause longer than `maxGapMs` begins the watch anew. */
export function sight(
  record: LeaseRecord | undefined,
  before: Sighting | undefined,
  nowMs: number,
  maxGapMs: number,
): Sighting {
  const mark = record === undefined ? '' : `${record.fencing}/${record.renewals}/${record.holder.session}`
  const isWatched = before?.mark === mark && nowMs - before.lastMs <= maxGapMs
  return { mark, sinceMs: isWatched ? before.sinceMs : nowMs, lastMs: nowMs }
}

export interface RewindEvidence {
  /** The epoch that is proven stale. */
  readonly epoch: string
  readonly reason: string
}

/** What the record says of the claimant's store: that it went back in time, or is a copy. Undefined for a sound one. */
export function rewindEvidence(
  record: LeaseRecord | undefined,
  own: Claimant,
  { epoch, sequences }: ClaimantStore,
): RewindEvidence | undefined {
  if (record === undefined) return undefined
  if (record.epoch !== epoch) {
    if (!record.earlierEpochs.includes(epoch)) return undefined
    return { epoch, reason: 'central knows a later epoch of this store: the store went back in time' }
  }
  if (record.holder.instance !== own.instance) {
    return { epoch, reason: 'the store is a copy of the one of another hub' }
  }
  const behind = Object.entries(record.sequences).find(([database, sequence]) => sequence > (sequences[database] ?? 0))
  if (behind === undefined) return undefined
  const [database, remembered] = behind
  const reason = `central remembers sequence ${remembered} of ${database}, and the store has ${sequences[database] ?? 0}`
  return { epoch, reason }
}

/** For people: why this hub is read-only. */
export function standBackText(because: 'other-hub' | 'taken-over' | 'same-data', record: LeaseRecord): string {
  const holder = `${record.holder.host}, ${record.holder.instance.slice(0, 8)}`
  switch (because) {
    case 'other-hub':
      return `Another hub (${holder}) holds store ${record.storeId}. This one is read-only until that one is gone, or until it is told to take over`
    case 'taken-over':
      return `Store ${record.storeId} was taken over by another hub (${holder}). This one is read-only until it is told to take over`
    case 'same-data':
      return `Another process with this hub's data (${holder}) has taken store ${record.storeId}. This one is read-only`
  }
}
