import path from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { parentPort, workerData } from 'node:worker_threads'

function findDamage(file: string): string[] {
  const url = pathToFileURL(file)
  // The file must stay as it is: without this SQLite would put a write-ahead log beside it.
  url.searchParams.set('immutable', '1')
  try {
    const connection = new DatabaseSync(url, { readOnly: true })
    try {
      const rows = connection.prepare('PRAGMA quick_check(5)').all()
      return rows.map((row) => String(row['quick_check'])).filter((result) => result !== 'ok')
    } finally {
      connection.close()
    }
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)]
  }
}

const { files } = workerData as { files: readonly string[] }
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort?.postMessage(files.flatMap((file) => findDamage(file).map((damage) => `${path.basename(file)}: ${damage}`)))
