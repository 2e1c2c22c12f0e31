/**
 * When a hub was heard last. Its report carries the time of its own clock, which may be wrong; so whoever looks remembers when the
 * report changed before his own eyes, and believes that instead.
 */
import type { HubReport } from '@tidemark/contracts'

export interface HubContact {
  /** ISO 8601, by this service's clock where it saw the report come, else by the hub's. */
  readonly lastContactAt: string
  /** No report came when the next one was due: the line is cut, or the hub is down. */
  readonly isSilent: boolean
}

/** A report that is late by this many of its intervals is missing. */
const patienceIntervals = 3

export function createContactWatch(now: () => Date): (report: HubReport & { readonly _rev: string }) => HubContact {
  const seen = new Map<string, { readonly rev: string; readonly changedAt: Date | undefined }>()
  return ({ storeId, at, everySeconds, _rev: rev }) => {
    const before = seen.get(storeId)
    const present = before?.rev === rev ? before : { rev, changedAt: before === undefined ? undefined : now() }
    seen.set(storeId, present)
    const last = present.changedAt ?? new Date(at)
    const isSilent = now().getTime() - last.getTime() > patienceIntervals * everySeconds * 1000
    return { lastContactAt: last.toISOString(), isSilent }
  }
}
