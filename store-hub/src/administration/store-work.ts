/** What is done with a store, whether a hub runs on it or not. */
import { statfs } from 'node:fs/promises'
import path from 'node:path'
import { schemaProblems, type ChainFault } from '@tidemark/contracts'
import type { DocumentDatabase, Store, VerificationProblem } from '../store/index.ts'
import { readFileIfAny, writeFileDurably } from '../store/index.ts'
import type { WrittenBackup } from '../backup/index.ts'
import { verifySyncLog } from '../sync-log/index.ts'
import {
  LastBackup,
  type BackupReport,
  type CompactReport,
  type DatabaseRow,
  type ReportProgress,
  type VerifyReport,
} from './schemas.ts'

const logDatabase = 'sync-log'
const maxProblemsShown = 100

export function listDatabases(store: Store): DatabaseRow[] {
  return databasesOf(store).map((database) => {
    const { documentCount: documents, deletedCount: deleted, updateSequence: sequence } = database.info()
    return { name: database.name, documents, deleted, sequence, ...database.sizes() }
  })
}

/** Compacts the named databases, or all, one after the other. */
export async function compactStore(
  store: Store,
  names: readonly string[] | undefined,
  report: ReportProgress,
): Promise<CompactReport> {
  const chosen = databasesOf(store).filter(({ name }) => names === undefined || names.includes(name))
  const done: CompactReport['databases'] = []
  for (const [index, database] of chosen.entries()) {
    report({ step: `compacting ${database.name}`, share: index / chosen.length })
    const bytesBefore = database.sizes().fileBytes
    await database.compact()
    done.push({ name: database.name, bytesBefore, bytesAfter: database.sizes().fileBytes })
  }
  return { databases: done }
}

/** Looks at every file, tree, body and count, and at every epoch of the sync log. */
export async function verifyStore(store: Store, report: ReportProgress): Promise<VerifyReport> {
  const all = databasesOf(store)
  const databases: VerifyReport['databases'] = []
  for (const [index, database] of all.entries()) {
    report({ step: `verifying ${database.name}`, share: index / (all.length + 1) })
    const { documents, problems, problemCount } = await database.verify()
    const shown = problems.slice(0, maxProblemsShown).map(describeProblem)
    databases.push({ name: database.name, documents, problems: shown, problemCount })
  }
  report({ step: 'verifying the chain of the sync log', share: all.length / (all.length + 1) })
  const syncLog = await verifyLog(store.database(logDatabase))
  const ok = [...databases, ...syncLog].every(({ problemCount }) => problemCount === 0)
  return { ok, databases, syncLog }
}

async function verifyLog(log: DocumentDatabase | undefined): Promise<VerifyReport['syncLog']> {
  if (log === undefined) return []
  const verdicts: VerifyReport['syncLog'] = []
  for (const epoch of epochsOf(log)) {
    const { entries, chainFaults, badSignatures, coverageFaults } = await verifySyncLog(log, epoch)
    const problems = [
      ...chainFaults.map(describeChainFault),
      ...badSignatures.map((number) => `entry ${number}: not signed by the key of the epoch`),
      ...coverageFaults,
    ]
    verdicts.push({ epoch, entries, problems: problems.slice(0, maxProblemsShown), problemCount: problems.length })
  }
  return verdicts
}

function describeChainFault(fault: ChainFault): string {
  if (fault.kind === 'gap') return `after entry ${fault.after} comes ${fault.next}`
  const faults = {
    'hash-mismatch': 'was changed',
    fork: 'is there twice',
    'broken-link': 'does not go on from the one before',
  }
  return `entry ${fault.number} ${faults[fault.kind]}`
}

/** Jumps from epoch to epoch, so it reads one row of each. */
function epochsOf(log: DocumentDatabase): string[] {
  const epochs: string[] = []
  for (let startKey = 'log:'; ;) {
    const first = log.list({ startKey, endKey: 'log:g', limit: 1 })[0]
    const epoch = first?.id.split(':')[1]
    if (epoch === undefined) return epochs
    epochs.push(epoch)
    startKey = `log:${epoch};`
  }
}

/** The store that the sync log is of, null for a store without one. */
export function storeIdOf(store: Store): string | null {
  const body = store.database(logDatabase)?.list({ startKey: 'log:', endKey: 'log;', limit: 1, bodies: true })[0]?.body
  const { storeId } = JSON.parse(body ?? '{}') as { storeId?: unknown }
  return typeof storeId === 'string' ? storeId : null
}

export async function readDisk(directory: string): Promise<{ freeBytes: number; totalBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(directory)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}

const lastBackupFile = (directory: string): string => path.join(directory, 'last-backup.json')

export async function noteLastBackup(directory: string, backup: LastBackup): Promise<void> {
  await writeFileDurably(lastBackupFile(directory), `${JSON.stringify(backup)}\n`)
}

export async function readLastBackup(directory: string): Promise<LastBackup | null> {
  const text = await readFileIfAny(lastBackupFile(directory))
  if (text === undefined) return null
  const value = JSON.parse(text) as unknown
  return schemaProblems(LastBackup, value).length === 0 ? (value as LastBackup) : null
}

function databasesOf(store: Store): DocumentDatabase[] {
  return store.names().flatMap((name) => store.database(name) ?? [])
}

const describeProblem = ({ id, problem }: VerificationProblem): string =>
  id === undefined ? problem : `${id}: ${problem}`

export function backupReport({ target, bytes, manifest }: WrittenBackup): BackupReport {
  const documents = manifest.databases.reduce((sum, database) => sum + database.documents, 0)
  return { target, bytes, documents, createdAt: manifest.createdAt, epoch: manifest.epoch }
}
