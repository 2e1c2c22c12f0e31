// What the hub did with data, as a signed chain.
//
//   class databases ──changes──► derive ──documents-stored──┐
//   refusals, enrolments, replication runs ─────────────────┴─► append queue ──put──► sync-log database
//
// 1. One queue appends; number and previous hash come from the last entry that is on disk.
// 2. The number is part of the id, so a second writer gets a 409 and the chain can't fork.
// 3. The cursor of a database is the `throughSequence` of its last entry in the log itself: after a crash each change
//    is in exactly one entry.
// 4. `_local/cursors` only shortens the reading at a start; what follows it in the log always wins.
import path from 'node:path'
import {
  classOfDatabase,
  genesisHash,
  schemaVersion,
  sealEntry,
  syncLogId,
  type HybridClock,
  type SyncLogEntry,
  type SyncLogEvent,
} from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'
import { isStatus } from '../hub-state/index.ts'
import { pouchOf } from '../pouchdb/index.ts'
import type { PouchDatabase } from '../pouchdb/index.ts'
import type { Store } from '../store/index.ts'
import { readChanges } from './read-changes.ts'
import { readCursors, saveCursors, type Cursors } from './log-cursors.ts'
import { openSigningKey, type SigningKey } from './signing-key.ts'

const logDatabase = 'sync-log'
const maxAppendAttempts = 5
/** How many entries a start has to read at most, beyond the saved cursors. */
const entriesPerCursorSave = 500
/** Lets writes of one moment share an entry. */
const gatherMs = 200
const retryMs = 2000

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
  /** Ends following; what was appended is on disk when it resolves. */
  close(): Promise<void>
}

interface Head {
  number: number
  hash: string
}

/**
 * Opens the log of the store's present epoch, and begins it with its public key when it is new.
 * Rejects when the key in the folder is not the one the epoch was begun with.
 */
export async function openSyncLog(options: SyncLogOptions): Promise<SyncLog> {
  const { store, storeId, clock, logger } = options
  const epoch = store.uuid
  const key = await openSigningKey(path.join(options.directory, 'sync-log.key'))
  const database = pouchOf(store.database(logDatabase) ?? (await store.create(logDatabase)))
  let head = await readHead(database, epoch)
  const cursors: Cursors = await readCursors(database, epoch)
  let queue: Promise<unknown> = Promise.resolve()

  const write = async (event: SyncLogEvent): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      const entry = makeEntry({ epoch, storeId, clock, key, head, event })
      try {
        await database.put({ ...entry })
        head = { number: entry.number, hash: entry.hash }
        break
      } catch (error) {
        if (!isStatus(error, 409) || attempt === maxAppendAttempts) throw error
        head = await readHead(database, epoch)
      }
    }
    if (event.kind === 'documents-stored') cursors[event.database] = event.throughSequence
    if (head.number % entriesPerCursorSave === 0) await saveCursors(database, epoch, head.number, cursors)
  }

  const append = (event: SyncLogEvent): Promise<void> => {
    const written = queue.then(() => write(event))
    queue = written.catch(() => undefined)
    return written
  }

  await beginEpoch(database, epoch, key, head.number, append)
  const follower = followStore(store, logger, async (name) => {
    const source = pouchOf(store.database(name))
    if (source !== undefined) await deriveStored(source, name, cursors, append)
  })

  return {
    append,
    start: follower.start,
    catchUp: follower.catchUp,
    async close() {
      await follower.stop()
      await queue
      await saveCursors(database, epoch, head.number, cursors)
    },
  }
}

/** One entry per 200 changes, until the end of the feed as it is now. */
async function deriveStored(
  source: PouchDatabase,
  name: string,
  cursors: Cursors,
  append: (event: SyncLogEvent) => Promise<void>,
): Promise<void> {
  for (;;) {
    const afterSequence = cursors[name] ?? 0
    const changes = await readChanges(source, afterSequence)
    if (changes.documents.length === 0) return
    await append({
      kind: 'documents-stored',
      database: name,
      afterSequence,
      throughSequence: changes.throughSequence,
      documents: changes.documents,
    })
  }
}

interface Follower {
  start(): void
  catchUp(): Promise<void>
  stop(): Promise<void>
}

/** Calls `derive` for each class database that was written to, one at a time; a failure is tried again. */
function followStore(store: Store, logger: FastifyBaseLogger, derive: (name: string) => Promise<void>): Follower {
  const dirty = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  let work: Promise<void> = Promise.resolve()
  let stopped = false
  const follows = (name: string): boolean => name !== logDatabase && classOfDatabase(name) !== undefined

  const drain = async (): Promise<void> => {
    for (const name of dirty) {
      dirty.delete(name)
      try {
        await derive(name)
      } catch (error) {
        dirty.add(name)
        throw error
      }
    }
  }
  const pass = (): Promise<void> => {
    const next = work.then(drain)
    work = next.catch(() => undefined)
    return next
  }
  const schedule = (delayMs: number): void => {
    if (stopped || timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      pass().catch((error: unknown) => {
        logger.error({ err: error }, 'sync log could not take in changes')
        schedule(retryMs)
      })
    }, delayMs)
  }
  const note = (name: string): void => {
    if (!follows(name)) return
    dirty.add(name)
    schedule(gatherMs)
  }
  const unsubscribe = store.onWrite(note)

  return {
    start: () => store.names().forEach(note),
    async catchUp() {
      store
        .names()
        .filter(follows)
        .forEach((name) => dirty.add(name))
      await pass()
    },
    async stop() {
      stopped = true
      unsubscribe()
      clearTimeout(timer)
      // What is still open is taken in at the next start.
      await pass().catch((error: unknown) => logger.warn({ err: error }, 'sync log closes behind its databases'))
    },
  }
}

interface EntryParts {
  readonly epoch: string
  readonly storeId: string
  readonly clock: HybridClock
  readonly key: SigningKey
  readonly head: Head
  readonly event: SyncLogEvent
}

function makeEntry({ epoch, storeId, clock, key, head, event }: EntryParts): SyncLogEntry {
  const number = head.number + 1
  const body = {
    _id: syncLogId(epoch, number),
    type: 'sync-log-entry' as const,
    schemaVersion,
    storeId,
    at: clock.now(),
    by: { id: 'hub', role: 'system' as const },
    epoch,
    number,
    event,
  }
  const sealed = sealEntry(body, head.hash)
  return { ...sealed, signature: key.signHash(sealed.hash) }
}

/** The stamp of the newest entry of the present epoch, so that the hub's clock goes on after it. */
export async function lastLogStamp(store: Store): Promise<string | undefined> {
  const database = pouchOf(store.database(logDatabase))
  return database === undefined ? undefined : (await readLastEntry(database, store.uuid))?.at
}

async function readHead(database: PouchDatabase, epoch: string): Promise<Head> {
  const entry = await readLastEntry(database, epoch)
  return entry === undefined ? { number: 0, hash: genesisHash } : { number: entry.number, hash: entry.hash }
}

async function readLastEntry(database: PouchDatabase, epoch: string): Promise<SyncLogEntry | undefined> {
  const last = await database.allDocs({
    startkey: `log:${epoch}:\ufff0`,
    endkey: `log:${epoch}:`,
    descending: true,
    limit: 1,
    include_docs: true,
  })
  return (last.rows[0]?.doc ?? undefined) as SyncLogEntry | undefined
}

async function beginEpoch(
  database: PouchDatabase,
  epoch: string,
  key: SigningKey,
  entries: number,
  append: (event: SyncLogEvent) => Promise<void>,
): Promise<void> {
  if (entries === 0) return append({ kind: 'epoch-started', publicKey: key.publicKey })
  const first = (await database.get(syncLogId(epoch, 1))) as unknown as SyncLogEntry
  if (first.event.kind !== 'epoch-started' || first.event.publicKey !== key.publicKey) {
    throw new Error('the sync-log key of the data folder is not the key that this epoch was begun with')
  }
}
