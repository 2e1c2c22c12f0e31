// Verification in a thread of its own: a look at a whole file takes seconds to minutes, and nobody should wait for it.
//
// What must be true of a file:
// 1. SQLite finds its pages and its index in order.
// 2. A document's row says of its tree what the tree says: winner, deletion, number of leaves.
// 3. Every leaf has its body; every body belongs to exactly one revision, and its checksum is that of document, revision and text.
// 4. The counts and sequences that are kept are those that are counted.
import { Worker } from 'node:worker_threads'
import type { Verification } from './document-database.ts'
import { StoreError } from './errors.ts'

/** It reads page by page: without a limit its garbage alone would take hundreds of megabytes. */
const MEMORY = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 128 }

export interface VerificationTask {
  readonly file: string
}

/** Rejects with StoreError `database_unreadable` when the thread itself fails; what is wrong in the file is in the answer. */
export function verifyInThread(file: string, name: string): Promise<Verification> {
  return new Promise((resolve, reject) => {
    const workerData: VerificationTask = { file }
    const worker = new Worker(new URL('./verification-thread.ts', import.meta.url), {
      workerData,
      resourceLimits: MEMORY,
    })
    const fail = (reason: string, cause?: unknown): void => {
      const message = `The database '${name}' could not be verified: ${reason}`
      reject(new StoreError('database_unreadable', name, message, { cause }))
    }
    worker.once('message', (answer: Verification) => resolve(answer))
    worker.once('error', (error) => fail(error instanceof Error ? error.message : String(error), error))
    worker.once('exit', (code) => fail(`its thread ended with ${code}`))
  })
}
