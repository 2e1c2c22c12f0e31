/** How the epochs of one store follow from one another, each naming the last entry of the one before it. */
import type { SyncLogEntry } from '@tidemark/contracts'
import { alarmOf, type Alarm } from './alarm.ts'

export interface EpochStart {
  readonly epoch: string
  /** Of entry 1. */
  readonly at: string
  readonly previous: { readonly epoch: string; readonly number: number } | undefined
  /** The highest number that the audit has. */
  readonly lastNumber: number
}

/** Undefined for an entry that begins no epoch. */
export function epochStartOf(entry: SyncLogEntry, lastNumber: number): EpochStart | undefined {
  const { event, epoch, at } = entry
  return event.kind === 'epoch-started' ? { epoch, at, previous: event.previous, lastNumber } : undefined
}

/**
 * Alarms about the epochs of a store: one that goes on from an earlier entry than the audit has (what came after it is in no
 * hub's log any more), two that go on from the same epoch, and one that names none although there are others before it.
 */
export function linkAlarms(storeId: string, starts: readonly EpochStart[], now: Date): readonly Alarm[] {
  const sorted = starts.toSorted((a, b) => (a.at < b.at ? -1 : 1))
  const known = new Map(sorted.map((start) => [start.epoch, start]))
  const followedBy = new Map<string, EpochStart>()
  const alarms: Alarm[] = []
  for (const start of sorted) {
    const { epoch, previous } = start
    if (previous === undefined) {
      if (start === sorted[0]) continue
      const message = 'the epoch does not say which one it follows, and it is not the first of the store'
      alarms.push(alarmOf({ kind: 'unlinked-epoch', storeId, epoch, number: 1, message }, now))
      continue
    }
    const before = known.get(previous.epoch)
    if (before !== undefined && before.lastNumber > previous.number) {
      const number = previous.number + 1
      const message = `epoch ${epoch} goes on from entry ${previous.number}, and the audit has ${before.lastNumber}: the hub has lost the rest`
      alarms.push(alarmOf({ kind: 'truncation', storeId, epoch: before.epoch, number, message }, now))
    }
    const sibling = followedBy.get(previous.epoch)
    if (sibling !== undefined) {
      const message = `epochs ${sibling.epoch} and ${epoch} both follow ${previous.epoch}: the hub has lost the former, or there are two hubs`
      alarms.push(alarmOf({ kind: 'truncation', storeId, epoch: sibling.epoch, number: 1, message }, now))
    }
    followedBy.set(previous.epoch, start)
  }
  return alarms
}
