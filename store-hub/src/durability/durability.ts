// How far a receipt has come: on this hub's disk, at central, and there under the signature of the sync log.
//
//   sequence of the receipt ≤ what central has confirmed of its database ──► central
//   the log told of that sequence, and central has confirmed the log so far ──► audited
//
// 1. Each answer is from below: it may be a step behind for a moment, and is never ahead.
// 2. Nothing is kept but a few positions in memory; after a start they are found again from the log's own cursors.
import type { DurabilityRequest, DurabilityResponse, ReceiptDurability } from '@tidemark/contracts'
import type { CentralReplication } from '../central-replication/index.ts'
import type { Store } from '../store/index.ts'
import type { SyncLog } from '../sync-log/index.ts'

export interface DurabilityOptions {
  readonly store: Store
  readonly syncLog: Pick<SyncLog, 'cursors'>
  readonly replication: Pick<CentralReplication, 'confirmed'>
}

/** How far the log had told of each database when it had come to `logSequence`. */
interface LogPosition {
  readonly epoch: string
  readonly logSequence: number
  readonly cursors: ReadonlyMap<string, number>
}

const logDatabase = 'sync-log'
const maxPositions = 100

export function createDurability({ store, syncLog, replication }: DurabilityOptions) {
  /** Oldest first. */
  let positions: LogPosition[] = []

  const told = (): ReadonlyMap<string, number> => {
    const epoch = store.uuid
    // Cursors first: what they tell of is in the log by then.
    const cursors = new Map(syncLog.cursors())
    const logSequence = store.database(logDatabase)?.info().updateSequence ?? 0
    const newest = positions.at(-1)
    if (newest?.epoch !== epoch || newest.logSequence !== logSequence) positions.push({ epoch, logSequence, cursors })
    const confirmed = replication.confirmed(logDatabase)?.sequence ?? 0
    const reached = positions.findLast((one) => one.epoch === epoch && one.logSequence <= confirmed)
    // Those before it say less. Of too many that wait, every other one will do.
    positions = positions.filter((one) => one.epoch === epoch && one.logSequence >= (reached?.logSequence ?? 0))
    if (positions.length > maxPositions) positions = positions.filter((_, index) => index % 2 === 1)
    return reached?.cursors ?? new Map<string, number>()
  }

  return {
    read({ receipts }: DurabilityRequest): DurabilityResponse {
      const audited = told()
      return {
        epoch: store.uuid,
        receipts: receipts.map(({ database, id }): ReceiptDurability => {
          const head = store.database(database)?.head(id)
          if (head === undefined || head.deleted) return { id, stage: 'absent' }
          const central = replication.confirmed(database)
          const refusedByCentral = central?.refused.get(id)
          if (refusedByCentral !== undefined) return { id, stage: 'hub', refusedByCentral }
          if (head.sequence > (central?.sequence ?? 0)) return { id, stage: 'hub' }
          return { id, stage: head.sequence <= (audited.get(database) ?? 0) ? 'audited' : 'central' }
        }),
      }
    },
  }
}

export type Durability = ReturnType<typeof createDurability>
