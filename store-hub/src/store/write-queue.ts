// Group commit: everything that is asked for in one turn of the event loop, or a few, shares a transaction and its fsync.
//
//   run(a) ─┐                       ┌─ BEGIN IMMEDIATE
//   run(b) ─┼─► waiting ─► flush ───┤  a, b, c                ─► a, b and c resolve
//   run(c) ─┘   (next turns)        └─ COMMIT (fsync)            or are tried one by one
//
// 1. A promise resolves after the COMMIT of its job has been fsynced, and never before.
// 2. Jobs run in the order they came.
// 3. When a group fails, nothing of it is kept; then each job is tried in a transaction of its own, so that one job
//    that cannot be written does not take the others with it.
// 4. A group holds at most MAX_GROUP_BYTES (or one job), the queue at most MAX_WAITING_BYTES: beyond that a job is
//    rejected with StoreError `store_overloaded` and the caller has to come back.
import type { DatabaseSync } from 'node:sqlite'
import { StoreError, toStoreError } from './errors.ts'

const MAX_GROUP_BYTES = 4 * 1024 * 1024
/** Turns of the event loop that a group waits at most. */
const MAX_GATHERING_TURNS = 16
const MAX_WAITING_BYTES = 128 * 1024 * 1024

export interface WriteQueueOptions {
  readonly connection: DatabaseSync
  readonly name: string
  /** Called before a transaction that adds something; throws when there is no room for it. */
  readonly checkSpace: () => void
  /** Called inside a transaction, last. */
  readonly beforeCommit: () => void
  /** Called when a transaction was undone. */
  readonly undo: () => void
  /** Called when a transaction is on disk; what it returns is called when all jobs of the turn are settled. */
  readonly committed: (jobs: number) => () => void
}

interface Job {
  readonly bytes: number
  readonly work: () => unknown
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

export interface WriteQueue {
  /**
   * Runs `work` inside a transaction; resolves with its result once that is on disk. `bytes` is about what it adds: 0 for
   * what makes room, which goes on when the disk is nearly full.
   */
  run<Result>(bytes: number, work: () => Result): Promise<Result>
  /** Takes no more jobs; resolves when those that wait are done. */
  close(): Promise<void>
}

export function createWriteQueue(options: WriteQueueOptions): WriteQueue {
  const { connection, name } = options
  const begin = connection.prepare('BEGIN IMMEDIATE')
  const commit = connection.prepare('COMMIT')
  const waiting: Job[] = []
  const announcements: (() => void)[] = []
  let waitingBytes = 0
  let isScheduled = false
  let expected = 1
  let isClosed = false
  let onEmpty: (() => void) | undefined

  const schedule = (): void => {
    if (isScheduled) return
    isScheduled = true
    setImmediate(gather, 0, 0)
  }

  // Whoever was in the last group has its answer now and may be about to write again: as long as each turn brings more of
  // them, one fsync for all is worth the few microseconds of another turn. A lone writer is never kept waiting.
  const gather = (before: number, turns: number): void => {
    const count = waiting.length
    const mayCome = count < expected && count > before && turns < MAX_GATHERING_TURNS
    if (mayCome) setImmediate(gather, count, turns + 1)
    else flush()
  }

  const flush = (): void => {
    isScheduled = false
    const group = takeGroup()
    expected = group.length
    if (!commitGroup(group)) for (const job of group) commitAlone(job)
    if (waiting.length > 0) schedule()
    else onEmpty?.()
    for (const tell of announcements.splice(0)) tell()
  }

  const takeGroup = (): Job[] => {
    let bytes = 0
    let count = 0
    for (const job of waiting) {
      if (count > 0 && bytes + job.bytes > MAX_GROUP_BYTES) break
      bytes += job.bytes
      count += 1
    }
    waitingBytes -= bytes
    return waiting.splice(0, count)
  }

  const commitGroup = (group: readonly Job[]): boolean => {
    if (group.length === 1 && group[0] !== undefined) {
      commitAlone(group[0])
      return true
    }
    try {
      const results = transact(group)
      group.forEach((job, index) => job.resolve(results[index]))
      return true
    } catch {
      return false
    }
  }

  const commitAlone = (job: Job): void => {
    try {
      job.resolve(transact([job])[0])
    } catch (error) {
      job.reject(toStoreError(error, name))
    }
  }

  const transact = (jobs: readonly Job[]): unknown[] => {
    if (jobs.some((job) => job.bytes > 0)) options.checkSpace()
    try {
      begin.run()
      const results = jobs.map((job) => job.work())
      options.beforeCommit()
      commit.run()
      announcements.push(options.committed(jobs.length))
      return results
    } catch (error) {
      options.undo()
      // SQLite has undone it by itself after some errors, a full disk among them.
      if (connection.isOpen && connection.isTransaction) connection.exec('ROLLBACK')
      throw error
    }
  }

  return {
    run(bytes, work) {
      if (isClosed) return Promise.reject(new StoreError('store_closed', name, `The database '${name}' is closed`))
      if (waitingBytes > 0 && waitingBytes + bytes > MAX_WAITING_BYTES) {
        const message = `More is waiting to be written to '${name}' than its queue holds`
        return Promise.reject(new StoreError('store_overloaded', name, message))
      }
      return new Promise((resolve, reject) => {
        waiting.push({ bytes, work, resolve: resolve as (result: unknown) => void, reject })
        waitingBytes += bytes
        schedule()
      })
    },
    async close() {
      isClosed = true
      if (waiting.length > 0) await new Promise<void>((resolve) => (onEmpty = resolve))
    },
  }
}
