/** What is known of synchronisation, and the status that is made of it. Whoever learns something writes it here. */
import type { EntityClass, WanState } from '@tidemark/contracts'
import { classStateOf, indicatorOf, type ClassStatus, type SyncStatus, type UnsentItem } from '../data/sync-status.ts'
import type { TerminalDatabases } from '../data/terminal-databases.ts'
import { HubClock } from './hub-clock.ts'
import { exchangedClasses } from './exchanges/index.ts'
import { listUnsent, type Attempts } from './queue-view.ts'
import type { SyncState } from './state.ts'

interface ClassProgress {
  state: ClassStatus['state']
  lastError: string | null
  lastSuccessAt: string | null
}

export class StatusBoard {
  readonly hubAddress: string
  /** The hub answered last time it was asked. */
  online = false
  /** The hub did not know this till last time it was asked. */
  lockedOut = false
  /** Another device has the lane. */
  replaced = false
  epoch: string | null = null
  /** When the hub last said who it is; 0 when it is to be asked again. */
  askedAtMs = 0
  wan: WanState = 'unknown'
  /** The store whose hub answers here, when it is not this till's. */
  strangeHub: string | null = null
  readonly clock = new HubClock()
  /** Why the hub takes no writes; null while it does. */
  hubReadOnly: string | null = null
  /** When the next run begins by itself, ISO 8601; null during a run. */
  nextTryAt: string | null = null
  /** Failed runs in a row. */
  failures = 0
  lastError: string | null = null
  lastSyncAt: string | null = null
  openConflicts = 0
  readonly #databases: TerminalDatabases
  readonly #onChange: () => void
  /** How far months of other lanes' receipts have come down, by the hub's sequences; those that were looked at since the hub was asked. */
  readonly #received = new Map<string, string | number>()
  readonly #attempts = new Map<string, Attempts>()
  readonly #sending = new Set<string>()
  readonly #classes = new Map<EntityClass, ClassProgress>(
    exchangedClasses.map((entityClass) => [entityClass, { state: 'waiting', lastError: null, lastSuccessAt: null }]),
  )
  #unsent: readonly UnsentItem[] = []
  /** Looks at what is unsent, in the order in which they began. */
  #looks = 0
  #lookShown = 0
  #writesToCount = 0
  #loading: SyncStatus['loading'] = null

  constructor(databases: TerminalDatabases, hubAddress: string, onChange: () => void) {
    this.#databases = databases
    this.hubAddress = hubAddress
    this.#onChange = onChange
  }

  /** What an earlier session left on disk. */
  async load(): Promise<void> {
    this.lastSyncAt = (await this.#databases.positions.readLastSync()) ?? null
    await this.refreshUnsent()
  }

  status(phase: SyncState['phase']): SyncStatus {
    const status = {
      online: this.online,
      running: phase === 'running',
      lockedOut: this.lockedOut,
      replaced: this.replaced,
      unsent: this.#unsent,
      counting: this.#writesToCount > 0,
      unsentReceipts: this.#unsent.filter((item) => item.entityClass === 'sales').length,
      classes: exchangedClasses.map((entityClass) => this.#classStatus(entityClass)),
      openConflicts: this.openConflicts,
      loading: this.#loading,
      failures: this.failures,
      lastError: this.lastError,
      lastSyncAt: this.lastSyncAt,
      hubAddress: this.hubAddress,
      epoch: this.epoch,
      wan: this.wan,
      hubReadOnly: this.hubReadOnly,
      strangeHub: this.strangeHub,
      clockSkewMs: this.clock.skewMs,
      nextTryAt: this.nextTryAt,
    }
    return { ...status, indicator: indicatorOf(status) }
  }

  /** Something was written here: not all is sent from this moment, not only once it has been counted. */
  async countWrite(): Promise<void> {
    this.#writesToCount += 1
    this.#onChange()
    try {
      await this.refreshUnsent()
    } finally {
      this.#writesToCount -= 1
      this.#onChange()
    }
  }

  async refreshUnsent(): Promise<void> {
    this.#looks += 1
    const look = this.#looks
    const unsent = await listUnsent(this.#databases, this.epoch, this.#attempts, this.#sending)
    // A slow look must not hide what a later one found.
    if (look < this.#lookShown) return
    this.#lookShown = look
    this.#unsent = unsent
    const ids = new Set(this.#unsent.map((item) => item.documentId))
    for (const id of this.#attempts.keys()) if (!ids.has(id)) this.#attempts.delete(id)
    this.#onChange()
  }

  /** Items of a database show as syncing while `work` goes on, and for the rest of the run when it fails. */
  async whileSending(database: string, work: () => Promise<void>): Promise<void> {
    this.#sending.add(database)
    this.#unsent = this.#unsent.map((item) =>
      item.database === database && item.state === 'pending' ? { ...item, state: 'syncing' } : item,
    )
    this.#onChange()
    await work()
    this.#sending.delete(database)
  }

  /** The hub said who it is; what was looked at before is due again. */
  noteAsked(epoch: string, atMs: number): void {
    this.epoch = epoch
    this.askedAtMs = atMs
    this.#received.clear()
  }

  noteReceived(database: string, sequence: string | number): void {
    this.#received.set(database, sequence)
  }

  /** What has come down since the hub was asked; undefined for a database that was not looked at since. */
  receivedUpTo(database: string): string | number | undefined {
    return this.#received.get(database)
  }

  showLoading(loading: SyncStatus['loading']): void {
    this.#loading = loading
    this.#onChange()
  }

  noteClass(entityClass: EntityClass, change: Partial<ClassProgress>): void {
    Object.assign(this.#progressOf(entityClass), change)
    this.#onChange()
  }

  /** A try of the items that `applies` chooses went wrong. */
  countAttempt(reason: string, applies: (item: UnsentItem) => boolean): void {
    for (const item of this.#unsent.filter(applies)) {
      const retries = (this.#attempts.get(item.documentId)?.retries ?? 0) + 1
      this.#attempts.set(item.documentId, { retries, lastError: reason })
    }
  }

  noteFailedRun(reason: string): void {
    this.failures += 1
    this.lastError = reason
  }

  async noteGoodRun(now: string): Promise<void> {
    this.failures = 0
    this.lastError = null
    this.lockedOut = false
    this.lastSyncAt = now
    await this.#databases.positions.writeLastSync(now)
  }

  endRun(): void {
    this.#loading = null
    this.#sending.clear()
  }

  #progressOf(entityClass: EntityClass): ClassProgress {
    const progress = this.#classes.get(entityClass)
    if (progress === undefined) throw new RangeError(`${entityClass} is not exchanged with the hub`)
    return progress
  }

  #classStatus(entityClass: EntityClass): ClassStatus {
    const { state, lastError, lastSuccessAt } = this.#progressOf(entityClass)
    const items = this.#unsent.filter((item) => item.entityClass === entityClass)
    const shown = classStateOf(state, items)
    return { entityClass, state: shown, unsent: items.length, lastError, lastSuccessAt }
  }
}
