/**
 * Alarms: what contradicts the audit, or is missing from it. An alarm's id follows from what it is about, so that it is raised
 * once however often it is found. What it says is never changed; its state is.
 *
 *     open ──► acknowledged (a person has seen it and says what it was)
 *       ▲ └──► cleared (what was missing has come) ──► open again when it is gone again
 */
import { canonicalHash, HEAD_OFFICE } from '@tidemark/contracts'
import type { AuditEntry } from './audit-entry.ts'
import { faultKinds, type AuditFault } from './verify-epoch.ts'

export const alarmKinds = [
  ...faultKinds,
  /** The hub's log is shorter than it was, or an epoch goes on from an earlier entry than the audit has. */
  'truncation',
  /** An entry was deleted at central. */
  'deletion',
  /** An epoch does not name the one before it. */
  'unlinked-epoch',
  /** The audit's own blocks don't follow from one another. */
  'damaged-chain',
  /** A signed head is not the head of what is stored, or not signed by a key of the audit. */
  'head-mismatch',
] as const
export type AlarmKind = (typeof alarmKinds)[number]

export const alarmStates = ['open', 'acknowledged', 'cleared'] as const
export type AlarmState = (typeof alarmStates)[number]

export interface Alarm extends Readonly<Record<string, unknown>> {
  readonly _id: string
  readonly type: 'alarm'
  readonly kind: AlarmKind
  /** `hq` for the audit itself. */
  readonly storeId: string
  readonly epoch: string
  /** The entry; 0 when it is about none. */
  readonly number: number
  /** Of a gap: the last entry that is missing. */
  readonly through?: number
  readonly message: string
  readonly raisedAt: string
  /** Absent in alarms of an early release, which are open. */
  readonly state?: AlarmState
  readonly acknowledged?: { readonly at: string; readonly by: string; readonly note: string }
  readonly clearedAt?: string
  /** Of a fork: the content that does not stand, and the hashes of both. */
  readonly entry?: Readonly<Record<string, unknown>>
  readonly firstContentHash?: string
  readonly secondContentHash?: string
}

type Subject = Pick<Alarm, 'kind' | 'storeId' | 'epoch' | 'number' | 'message'> & { readonly through?: number }

export function alarmOf(subject: Subject, now: Date): Alarm {
  const { kind, storeId, epoch, number } = subject
  return {
    _id: `alarm:${kind}:${storeId}:${epoch}:${String(number).padStart(12, '0')}`,
    type: 'alarm',
    ...subject,
    raisedAt: now.toISOString(),
    state: 'open',
  }
}

export function faultAlarm(
  of: { readonly storeId: string; readonly epoch: string },
  fault: AuditFault,
  now: Date,
): Alarm {
  return alarmOf({ ...of, ...fault }, now)
}

/** Of the audit itself. `subject` is a position or the id of a head. */
export function ownAlarm(
  kind: 'damaged-chain' | 'head-mismatch' | 'removed',
  subject: string,
  message: string,
  now: Date,
): Alarm {
  return alarmOf({ kind, storeId: HEAD_OFFICE, epoch: subject, number: 0, message }, now)
}

/**
 * For an entry with the id of a stored one and other content: the stored one stands, the other is kept in the alarm. Undefined
 * when both are the same, signature included.
 */
export function forkAlarmOf(
  stored: AuditEntry,
  other: Readonly<Record<string, unknown>>,
  reporter: { readonly storeId: string },
  now: Date,
): Alarm | undefined {
  const firstContentHash = canonicalHash(stored.entry)
  const secondContentHash = canonicalHash(other)
  if (firstContentHash === secondContentHash) return undefined
  return {
    _id: `alarm:${stored._id}:${secondContentHash.slice(0, 12)}`,
    type: 'alarm',
    kind: 'fork',
    storeId: reporter.storeId,
    epoch: stored.epoch,
    number: stored.number,
    message: 'a second entry with this number has other content',
    entry: other,
    firstContentHash,
    secondContentHash,
    raisedAt: now.toISOString(),
    state: 'open',
  }
}
