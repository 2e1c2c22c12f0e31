/** The verdict on all that a store's hubs have logged. */
import { schemaProblems, SyncLogEntry } from '@tidemark/contracts'
import type { AuditStore, RejectedEntry } from './audit-store.ts'
import { pinnedKeyId } from '../domain/audit-entry.ts'
import { addFaults, scanEntries, startScan, type AuditFault, type EpochScan } from '../domain/verify-epoch.ts'

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
export async function verifyChain(audit: AuditStore, storeId: string, now: Date): Promise<ChainVerdict> {
  const scans: EpochScan[] = []
  for (const epoch of await audit.epochs(storeId)) scans.push(await scanEpoch(audit, storeId, epoch))
  const epochs = scans.sort((a, b) => ((a.firstAt ?? '') < (b.firstAt ?? '') ? -1 : 1)).map(verdictOf)
  const rejected = await audit.rejections(storeId)
  const verified = epochs.length > 0 && rejected.length === 0 && epochs.every((epoch) => epoch.verified)
  return { storeId, verified, verifiedAt: now.toISOString(), epochs, rejected }
}

async function scanEpoch(audit: AuditStore, storeId: string, epoch: string): Promise<EpochScan> {
  const of = { storeId, epoch }
  const publicKey = (await audit.publicKeys([of])).get(pinnedKeyId(storeId, epoch))
  let scan = startScan(epoch)
  let tie: readonly AuditFault[] = []
  let from = 0
  for (;;) {
    const page = await audit.readEpoch(of, from, pageSize)
    if (from === 0) tie = await tieFaults(audit, storeId, page[0]?.entry)
    scan = scanEntries(scan, page, publicKey)
    const last = page.at(-1)
    if (last === undefined || page.length < pageSize) break
    from = last.number + 1
  }
  const alarms = await audit.alarms(of)
  const forks = alarms.numbers.map((number): AuditFault => ({ kind: 'fork', number, message: forkMessage }))
  const withForks = addFaults(scan, [...tie, ...forks])
  return { ...withForks, faultCount: withForks.faultCount + alarms.count - forks.length }
}

/** The first entry of an epoch names the last one of the epoch before: without it an end that was cut off would not be seen. */
async function tieFaults(audit: AuditStore, storeId: string, first: unknown): Promise<readonly AuditFault[]> {
  if (schemaProblems(SyncLogEntry, first).length > 0) return []
  const { event } = first as SyncLogEntry
  if (event.kind !== 'epoch-started' || event.previous === undefined) return []
  const { epoch, number, hash } = event.previous
  const [named] = await audit.readEpoch({ storeId, epoch }, number, 1)
  const isThere = named?.number === number && (named.entry as Partial<SyncLogEntry>).hash === hash
  const message = `names entry ${number} of epoch ${epoch} as the one before it, which is not stored so`
  return isThere ? [] : [{ kind: 'broken-link', number: 1, message }]
}

const forkMessage = 'a second entry with this number and other content is kept as an alarm'

function verdictOf({ epoch, entries, head, faultCount, faults }: EpochScan): EpochVerdict {
  return { epoch, entries, head: head ?? null, verified: faultCount === 0 && entries > 0, faultCount, faults }
}
