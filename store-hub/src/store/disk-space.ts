import { statfsSync } from 'node:fs'
import { StoreError } from './errors.ts'

const RESERVE_BYTES = 32 * 1024 * 1024
const LOOK_EVERY_MS = 1000

/**
 * Returns a check for writers: it throws StoreError `disk_full` while less than the reserve is free, so that the program
 * still has room for its own end and for compaction. It looks once a second, and each time while there is too little.
 */
export function createSpaceCheck(folder: string, database: string, reserveBytes = RESERVE_BYTES): () => void {
  let lookedAt = -Infinity
  return () => {
    const now = performance.now()
    if (now - lookedAt < LOOK_EVERY_MS) return
    const { bavail, bsize } = statfsSync(folder)
    if (bavail * bsize < reserveBytes) {
      const message = `Less than ${reserveBytes} bytes are free on the disk of the database '${database}'`
      throw new StoreError('disk_full', database, message)
    }
    lookedAt = now
  }
}
