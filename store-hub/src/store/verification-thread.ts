import { DatabaseSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import { verifyFile } from './verify-file.ts'
import type { VerificationTask } from './verification.ts'

const { file } = workerData as VerificationTask
const connection = new DatabaseSync(file, { readOnly: true })
try {
  // One read transaction: everything is of the moment at which it began, whatever is written meanwhile.
  connection.exec('BEGIN')
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort?.postMessage(verifyFile(connection))
} finally {
  connection.close()
}
