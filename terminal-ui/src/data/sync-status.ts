/** What the cashier sees of synchronisation. Pure: computed from what the runner knows. */
import type { EntityClass } from '@tidemark/contracts'

/** The five states of the indicator. */
export type Indicator = 'synced' | 'syncing' | 'conflict' | 'failed' | 'offline'
export type ItemState = 'pending' | 'syncing' | 'synced' | 'failed'

/** After this many failures in a row an item shows as failed and the cashier is told. It is still tried every 30 s. */
export const failuresBeforeAlert = 5

/** How far this device's clock may be from the hub's before the cashier is told. */
export const clockWarningMs = 60_000

/** A document of this till that the hub does not have. */
export interface UnsentItem {
  readonly documentId: string
  readonly database: string
  readonly entityClass: EntityClass
  readonly state: Exclude<ItemState, 'synced'>
  readonly retries: number
  /** True when the hub has it in hand and will not take it: more tries alone won't help. */
  readonly refused: boolean
  /** In words; null before the first failure. */
  readonly lastError: string | null
}

export interface ClassStatus {
  readonly entityClass: EntityClass
  readonly state: 'waiting' | 'syncing' | 'synced' | 'failed'
  readonly unsent: number
  readonly lastError: string | null
  /** ISO 8601; null when never in this session. */
  readonly lastSuccessAt: string | null
}

export interface SyncStatus {
  readonly indicator: Indicator
  readonly online: boolean
  readonly running: boolean
  /** The hub no longer knows this till's token. */
  readonly lockedOut: boolean
  /** Another device has taken the lane; the hub still takes this till's receipts. */
  readonly replaced: boolean
  /** Unsent receipts. */
  readonly unsentReceipts: number
  readonly unsent: readonly UnsentItem[]
  /** Something was written that `unsent` does not tell of yet. */
  readonly counting: boolean
  readonly classes: readonly ClassStatus[]
  readonly openConflicts: number
  /** Documents of the catalogue that came in so far, of how many; null when none are coming. */
  readonly loading: { readonly documents: number; readonly total: number | undefined } | null
  /** Failed runs in a row. */
  readonly failures: number
  readonly lastError: string | null
  readonly lastSyncAt: string | null
  readonly hubAddress: string
  readonly epoch: string | null
  /** The hub's own line to head office, as it last said. */
  readonly wan: 'up' | 'down' | 'unknown'
  /** Why the hub takes no writes, in words: another hub has the store. Null while it does. */
  readonly hubReadOnly: string | null
  /** The store whose hub answers at this address, when it is not this till's. */
  readonly strangeHub: string | null
  /** How far this device's clock is ahead of the hub's; null before it was measured. */
  readonly clockSkewMs: number | null
  /** When the next run begins by itself, ISO 8601; null during a run and when none will. */
  readonly nextTryAt: string | null
}

/** A class whose last run went well is not synced while something in it is unsent. */
export function classStateOf(lastRun: ClassStatus['state'], unsent: readonly UnsentItem[]): ClassStatus['state'] {
  if (unsent.some((item) => item.state === 'failed')) return 'failed'
  return lastRun === 'synced' && unsent.length > 0 ? 'waiting' : lastRun
}

export function indicatorOf(
  status: Pick<SyncStatus, 'online' | 'loading' | 'lockedOut' | 'unsent' | 'counting' | 'openConflicts' | 'classes'>,
): Indicator {
  if (status.lockedOut) return 'failed'
  // A hub that is away is the till's ordinary bad day; what waits for it is counted beside the word.
  if (!status.online) return 'offline'
  const broken =
    status.unsent.some((item) => item.state === 'failed') || status.classes.some((entry) => entry.state === 'failed')
  if (broken) return 'failed'
  // A look around that finds nothing to carry is no news for a cashier.
  if (status.loading !== null || status.unsent.length > 0 || status.counting) return 'syncing'
  return status.openConflicts > 0 ? 'conflict' : 'synced'
}
