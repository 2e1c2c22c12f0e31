// One process holds a store. The lock is a transaction in a file of its own, so the kernel lets go of it however the
// process ends. Never open that file otherwise: closing any handle of it would release the lock.
import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StoreError } from './errors.ts'

const SQLITE_BUSY = 5

/** Returns the function that lets go. Throws StoreError `store_in_use` when another process (or store) holds it. */
export function lockStore(folder: string): () => void {
  const connection = new DatabaseSync(path.join(folder, 'lock'), { timeout: 0 })
  try {
    connection.exec('BEGIN EXCLUSIVE')
  } catch (cause) {
    connection.close()
    if (!(cause instanceof Error && 'errcode' in cause && cause.errcode === SQLITE_BUSY)) throw cause
    const message = `Another process has the data folder open: ${folder}. Stop that one, or choose another folder.`
    throw new StoreError('store_in_use', '', message, { cause })
  }
  return () => connection.close()
}
