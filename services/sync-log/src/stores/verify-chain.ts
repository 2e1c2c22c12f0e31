/** The verdict on all that a store's hubs have logged. */
import { schemaProblems, SyncLogEntry } from '@tidemark/contracts'
import { pinnedKeyId } from '../domain/audit-entry.ts'
import {
  addFaults,
  placeFaults,
  scanEntries,
  startScan,
  type AuditFault,
  type EpochScan,
} from '../domain/verify-epoch.ts'
import type { AuditChainStore } from './audit-chain-store.ts'
import type { AuditStore, EpochOf, RejectedEntry } from './audit-store.ts'

export interface EpochVerdict {
  readonly epoch: string
  readonly entries: number
  readonly head: { readonly number: number; readonly hash: string } | null
  readonly verified: boolean
  readonly faultCount: number
  /** The first hundred. */
  readonly faults: readonly AuditFault[]
}

export interface ChainVerdict {
  readonly storeId: string
  /** True when there is something to verify and all of it verifies. */
  readonly verified: boolean
  readonly verifiedAt: string
  /** In the order in which they began. */
  readonly epochs: readonly EpochVerdict[]
  readonly rejected: readonly RejectedEntry[]
}

const pageSize = 200

/** Reads every entry of the store, a page at a time. */
export async function verifyChain(
  audit: AuditStore,
  chain: AuditChainStore,
  storeId: string,
  now: Date,
): Promise<ChainVerdict> {
  const scans: EpochScan[] = []
  for (const epoch of await audit.epochs(storeId)) scans.push(await scanEpoch(audit, chain, { storeId, epoch }, now))
  const epochs = scans.sort((a, b) => ((a.firstAt ?? '') < (b.firstAt ?? '') ? -1 : 1)).map(verdictOf)
  const rejected = await audit.rejections(storeId)
  const verified = epochs.length > 0 && rejected.length === 0 && epochs.every((epoch) => epoch.verified)
  return { storeId, verified, verifiedAt: now.toISOString(), epochs, rejected }
}

async function scanEpoch(audit: AuditStore, chain: AuditChainStore, of: EpochOf, now: Date): Promise<EpochScan> {
  let scan = startScan(of.epoch)
  for (;;) {
    const step = await scanPage(audit, chain, of, scan, now)
    scan = step.scan
    if (step.isLast) break
  }
  const alarms = await audit.alarms(of)
  const forks = alarms.numbers.map((number): AuditFault => ({ kind: 'fork', number, message: forkMessage }))
  const withForks = addFaults(scan, forks)
  return { ...withForks, faultCount: withForks.faultCount + alarms.count - forks.length }
}

/** Goes on with a scan by one page of an epoch's entries: the chain of the hub, and each entry's place in the audit. */
export async function scanPage(
  audit: AuditStore,
  chain: AuditChainStore,
  of: EpochOf,
  scan: EpochScan,
  now: Date,
): Promise<{ readonly scan: EpochScan; readonly isLast: boolean }> {
  const first = await firstNumberFrom(audit, chain, of, scan.lastNumber + 1)
  if (first === undefined) return { scan, isLast: true }
  const last = first + pageSize - 1
  // Places first: an entry comes before its place, so one that has a place now will be found, unless it was removed.
  const places = await chain.readPlacements(of, first, last, pageSize)
  const page = await audit.readEpoch(of, first, last, pageSize)
  const publicKey = (await audit.publicKeys([of])).get(pinnedKeyId(of.storeId, of.epoch))
  const tie = scan.lastNumber === 0 ? await tieFaults(audit, of.storeId, page[0]?.entry) : []
  const next = addFaults(scanEntries(scan, page, publicKey), [...tie, ...placeFaults(page, places, now)])
  const lastNumber = Math.max(next.lastNumber, places.at(-1)?.number ?? 0)
  return { scan: { ...next, lastNumber }, isLast: false }
}

/** Of an entry or of a place whose entry is gone. */
async function firstNumberFrom(
  audit: AuditStore,
  chain: AuditChainStore,
  of: EpochOf,
  from: number,
): Promise<number | undefined> {
  const [place] = await chain.readPlacements(of, from, undefined, 1)
  const [entry] = await audit.readEpoch(of, from, undefined, 1)
  const found = [place, entry].flatMap((row) => (row === undefined ? [] : [row.number]))
  return found.length === 0 ? undefined : Math.min(...found)
}

/** The first entry of an epoch names the last one of the epoch before: without it an end that was cut off would not be seen. */
async function tieFaults(audit: AuditStore, storeId: string, first: unknown): Promise<readonly AuditFault[]> {
  if (schemaProblems(SyncLogEntry, first).length > 0) return []
  const { event } = first as SyncLogEntry
  if (event.kind !== 'epoch-started' || event.previous === undefined) return []
  const { epoch, number, hash } = event.previous
  const [named] = await audit.readEpoch({ storeId, epoch }, number, number, 1)
  const isThere = named?.number === number && (named.entry as Partial<SyncLogEntry>).hash === hash
  const message = `names entry ${number} of epoch ${epoch} as the one before it, which is not stored so`
  return isThere ? [] : [{ kind: 'broken-link', number: 1, message }]
}

const forkMessage = 'a second entry with this number and other content is kept as an alarm'

function verdictOf({ epoch, entries, head, faultCount, faults }: EpochScan): EpochVerdict {
  return { epoch, entries, head: head ?? null, verified: faultCount === 0 && entries > 0, faultCount, faults }
}
