// What the hub did with data, as a signed chain.
//
//   class databases ──changes──► derive ──documents-stored, conflict-seen, conflict-settled──┐
//   refusals, enrolments, replication runs, decisions ───────────────────────────────────────┴─► chain ──► sync-log database
//
// 1. The cursor of a database is the `throughSequence` of its last entry in the log itself: after a crash each change is in
//    exactly one entry of its epoch. So is a conflict that was seen until it is settled.
// 2. `_local/cursors` only shortens the reading at a start; what follows it in the log always wins.
// 3. A new epoch begins a new chain while the hub runs; its first entry names the last one of the chain before. It tells of all
//    documents anew, because a new epoch means that nobody knows what was told.
import path from 'node:path'
import { type ConflictKey, type HybridClock, type SyncLogEvent } from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import type { DocumentDatabase, Store } from '../store/index.ts'
import { deriveEvents } from './derive-events.ts'
import { followStore, logDatabase } from './follow-store.ts'
import { EpochEndedError, openLogChain, type LogChain } from './log-chain.ts'
import { conflictsOf, lastEntry } from './log-state.ts'
import { openSigningKey } from './signing-key.ts'

/** Pages of changes that share a write. */
const pagesPerAppend = 10

export interface SyncLogOptions {
  readonly store: Store
  readonly storeId: string
  readonly clock: HybridClock
  /** Folder of the signing key. */
  readonly directory: string
  readonly logger: FastifyBaseLogger
}

export interface SyncLog {
  /** Resolves when the entry is on disk. */
  append(event: SyncLogEvent): Promise<void>
  /** Begins to follow the class databases. */
  start(): void
  /** Brings the log up to the present sequences of all class databases. */
  catchUp(): Promise<void>
  /** By database, the sequence up to which the log of the present epoch has told. */
  cursors(): ReadonlyMap<string, number>
  /** Documents of this hub with several live revisions, as far as the log has come. */
  conflicts(): ConflictKey[]
  /** Calls `listener` when a conflict was seen or settled. */
  onConflicts(listener: () => void): () => void
  /** Ends following; what was appended is on disk when it resolves. */
  close(): Promise<void>
}

/**
 * Opens the log of the store's present epoch, and begins it with its public key when it is new.
 * Rejects when the key in the folder is not the one the epoch was begun with.
 */
export async function openSyncLog(options: SyncLogOptions): Promise<SyncLog> {
  const { store, storeId, clock, logger } = options
  const key = await openSigningKey(path.join(options.directory, 'sync-log.key'))
  const database = store.database(logDatabase) ?? (await store.create(logDatabase))
  const chain = await openLogChain({ database, storeId, clock, key }, store.uuid, store.epoch.reason)
  const listeners = new Set<() => void>()
  const follower = followStore(store, logger, async (name) => {
    const source = store.database(name)
    if (source === undefined) return
    if (await tellChanges(storeId, chain, source)) listeners.forEach((listener) => listener())
  })
  const unsubscribe = store.onEpochChange(({ uuid, reason }) => {
    chain
      .enter(uuid, reason)
      .then(follower.catchUp)
      .catch((error: unknown) => logger.error({ err: error, epoch: uuid }, 'sync log could not begin the new epoch'))
  })

  return {
    append: (event) => chain.append([event]),
    start: follower.start,
    catchUp: follower.catchUp,
    cursors() {
      const { epoch, cursors } = chain.state()
      // Between a rotation and the first entry of the new chain nothing is told yet.
      return epoch === store.uuid ? cursors : new Map<string, number>()
    },
    conflicts: () => conflictsOf(chain.state()),
    onConflicts(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      unsubscribe()
      await follower.stop()
      await chain.close()
    },
  }
}

/** Until the end of the feed as it is now. True when a conflict was seen or settled. */
async function tellChanges(storeId: string, chain: LogChain, source: DocumentDatabase): Promise<boolean> {
  let sawConflict = false
  for (;;) {
    const { epoch, cursors, conflicts } = chain.state()
    const known = conflicts.get(source.name) ?? new Map<string, readonly string[]>()
    const events: SyncLogEvent[] = []
    let page = deriveEvents(storeId, source, cursors.get(source.name) ?? 0, known)
    for (let pages = 1; ; pages += 1) {
      events.push(...page.events)
      if (page.isLast || pages === pagesPerAppend) break
      page = deriveEvents(storeId, source, page.throughSequence, known)
    }
    try {
      await chain.append(events, epoch)
    } catch (error) {
      if (error instanceof EpochEndedError) continue
      throw error
    }
    sawConflict ||= events.some(({ kind }) => kind === 'conflict-seen' || kind === 'conflict-settled')
    if (page.isLast) return sawConflict
  }
}

/** The stamp of the newest entry of the present epoch, so that the hub's clock goes on after it. */
export function lastLogStamp(store: Store): string | undefined {
  const database = store.database(logDatabase)
  return database === undefined ? undefined : lastEntry(database, store.uuid)?.at
}
