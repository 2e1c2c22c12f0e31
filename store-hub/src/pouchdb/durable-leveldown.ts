// LevelDB acknowledges a write once the operating system has it; a power cut then loses sales that were acknowledged.
//
//   PouchDB ──put/del/batch──► levelup ──► DurableLevelDown ──{sync: true}──► leveldown ──fdatasync──► disk
//
// 1. Every mutating call reaches leveldown with `sync: true`, whatever the options of the caller.
// 2. PouchDB keeps open databases by the *name* of this function, so it must not be called `LevelDOWN` too.
import { leveldown } from './packages.js'
import type { LevelDown } from './packages.js'

const openByLocation = new Map<string, LevelDown>()

/** A LevelDB at `location` (an absolute folder) whose every write is on disk before its callback runs. */
export function DurableLevelDown(location: string): LevelDown {
  const level = leveldown(location)
  const { _put: put, _del: del, _batch: batch, _chainedBatch: chainedBatch, _close: close } = level

  level._put = (key, value, options, callback) => put.call(level, key, value, { ...options, sync: true }, callback)
  level._del = (key, options, callback) => del.call(level, key, { ...options, sync: true }, callback)
  level._batch = (operations, options, callback) => batch.call(level, operations, { ...options, sync: true }, callback)
  level._chainedBatch = () => {
    const chained = chainedBatch.call(level)
    const { _write: write } = chained
    chained._write = (options, callback) => write.call(chained, { ...options, sync: true }, callback)
    return chained
  }
  level._close = (callback) => {
    openByLocation.delete(location)
    close.call(level, callback)
  }

  openByLocation.set(location, level)
  return level
}

DurableLevelDown.destroy = leveldown.destroy

const LOCAL_STORE_PREFIX = '\xfflocal-store\xff'

/**
 * Ids of the `_local/` documents of the open database at `location`, at most `limit`, in order.
 * PouchDB has no call for it; the key layout is that of sublevel-pouchdb.
 */
export function listLocalDocumentIds(location: string, limit: number): Promise<string[]> {
  const level = openByLocation.get(location)
  if (level === undefined) return Promise.resolve([])
  const iterator = level.iterator({
    gte: LOCAL_STORE_PREFIX,
    lt: `${LOCAL_STORE_PREFIX}\u{10ffff}`,
    values: false,
    keyAsBuffer: false,
    limit,
  })
  const ids: string[] = []
  return new Promise((resolve, reject) => {
    const step = (): void =>
      iterator.next((error, key) => {
        if (key !== undefined && error == null) {
          ids.push(key.slice(LOCAL_STORE_PREFIX.length))
          step()
          return
        }
        iterator.end((endError) => ((error ?? endError) ? reject(error ?? endError) : resolve(ids)))
      })
    step()
  })
}
