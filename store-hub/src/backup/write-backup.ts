// A backup is a folder:
//
//   <target>/backup.json               what it is, and the hash of every other file
//   <target>/databases/<name>.sqlite   every database of the store, all of one moment
//
// 1. It appears under its name only when it is whole, hashed and looked at; what was begun stands beside it as
//    `<target>.unfinished`, and the next attempt takes that away.
// 2. Everything that was acknowledged before the call is in it. The hub goes on writing meanwhile.
// 3. Secrets of the machine are not in it: not the sync log's signing key, not the administrator's token, not the hub's
//    instance id. After a restore a new epoch begins, with a key of its own.
import { chmod, mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { copyStore, syncFolder, writeFileDurably, type Store } from '../store/index.ts'
import { findDamagedDatabases } from './check-databases.ts'
import { BackupError, toBackupError } from './errors.ts'
import { backupFormat, backupVersion, describeFiles, manifestName, type BackupManifest } from './manifest.ts'

export interface BackupProgress {
  readonly step: 'copying' | 'checking'
  /** 0 to 1 */
  readonly share: number
}

export interface BackupOptions {
  readonly store: Store
  /** an absolute path that does not exist, or is an empty folder */
  readonly target: string
  readonly storeId: string | null
  readonly hubVersion: string
  readonly now?: () => Date
  readonly onProgress?: (progress: BackupProgress) => void
}

export interface WrittenBackup {
  readonly target: string
  readonly manifest: BackupManifest
  readonly bytes: number
}

/** Names of customers and hashes of tokens are in it. */
const ownerOnly = 0o700

/** Rejects with a BackupError; then nothing is left at the target. */
export async function writeBackup(options: BackupOptions): Promise<WrittenBackup> {
  const { target } = options
  const unfinished = `${target}.unfinished`
  await requireEmpty(target)
  try {
    await rm(unfinished, { recursive: true, force: true })
    await mkdir(path.dirname(target), { recursive: true })
    const manifest = await copyAndDescribe(options, unfinished)
    await chmod(unfinished, ownerOnly)
    await writeFileDurably(path.join(unfinished, manifestName), `${JSON.stringify(manifest, null, 2)}\n`)
    await rename(unfinished, target)
    await syncFolder(path.dirname(target))
    return { target, manifest, bytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0) }
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true })
    throw toBackupError(error, path.dirname(target))
  }
}

async function copyAndDescribe(options: BackupOptions, folder: string): Promise<BackupManifest> {
  const { store, storeId, hubVersion, now = () => new Date(), onProgress } = options
  const createdAt = now().toISOString()
  const { epoch, databases, bytes } = await copyStore(store, folder, ({ share }) =>
    onProgress?.({ step: 'copying', share }),
  )
  let checkedBytes = 0
  const files = await describeFiles(folder, (read) => {
    checkedBytes += read
    onProgress?.({ step: 'checking', share: Math.min(1, checkedBytes / bytes) })
  })
  const damage = await findDamagedDatabases(files.map(({ path: name }) => path.join(folder, name)).filter(isDatabase))
  if (damage.length > 0) throw new BackupError('backup_damaged', `What was written can't be read: ${damage.join('; ')}`)
  return {
    format: backupFormat,
    version: backupVersion,
    hubVersion,
    storeId,
    epoch,
    createdAt,
    databases: databases.map((database) => ({ ...database })),
    files,
  }
}

const isDatabase = (file: string): boolean => file.endsWith('.sqlite')

async function requireEmpty(target: string): Promise<void> {
  let entries: string[]
  try {
    entries = await readdir(target)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return
    throw toBackupError(error, target)
  }
  if (entries.length > 0)
    throw new BackupError('target_not_empty', `${target} is not empty: choose a folder that isn't there yet`)
}
