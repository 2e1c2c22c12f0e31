import { Worker } from 'node:worker_threads'

/**
 * Opens each SQLite file and has SQLite look at its pages: what is wrong, in words. In a thread, because a large file takes
 * seconds and a hub has to sell meanwhile.
 */
export function findDamagedDatabases(files: readonly string[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./check-databases-thread.ts', import.meta.url), { workerData: { files } })
    worker.once('message', (damage: string[]) => resolve(damage))
    worker.once('error', reject)
    worker.once('exit', (code) => reject(new Error(`the check of the databases ended with ${code}`)))
  })
}
