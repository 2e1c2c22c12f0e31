// A restore makes a data folder from a backup:
//
//   backup ──hashes──► copy to <data>.restoring ──new epoch──► (old folder moved aside) ──rename──► <data>
//
// 1. The data folder is the old one or the restored one, whole; when the power goes between the two renames there is none,
//    and no hub starts with an empty store then (`requireNoUnfinishedRestore`). The old one is never deleted.
// 2. The epoch is a new one before any hub runs on the folder: terminals and central would otherwise believe checkpoints
//    of changes that the backup has not got, and those changes would be lost without a word.
// 3. What the hub notes of the world (how far it replicated and published, that it has heard from central) names the epoch
//    in which it was true, so it is void after this. Enrolments made since the backup come back before it enrols anyone.
// 4. A folder that is replaced hands on its identity: it is the same hub, and has its store back at once.
// 5. A hub that runs on the folder is noticed by the store's own lock, not by a file that may be stale.
import { constants } from 'node:fs'
import { copyFile, mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { SyncLogEvent } from '@tidemark/contracts'
import { identityFile } from '../identity/index.ts'
import { makeFolder, openStore, readFileIfAny, StoreError, syncFolder, writeFileDurably } from '../store/index.ts'
import { BackupError, toBackupError } from './errors.ts'
import { findDamage, readManifest, type BackupManifest } from './manifest.ts'

export interface RestoreProgress {
  readonly step: 'checking' | 'copying'
  /** 0 to 1 */
  readonly share: number
}

export interface RestoreOptions {
  readonly backup: string
  readonly dataDirectory: string
  /** Move a data folder that is not empty aside instead of refusing. */
  readonly replace: boolean
  readonly now?: () => Date
  readonly onProgress?: (progress: RestoreProgress) => void
}

export interface RestoredStore {
  readonly dataDirectory: string
  readonly manifest: BackupManifest
  readonly epoch: string
  /** Where the old data folder is now; undefined when there was none. */
  readonly movedTo: string | undefined
}

/** Rejects with a BackupError; then the data folder is as it was. */
export async function restoreBackup(options: RestoreOptions): Promise<RestoredStore> {
  const { backup, replace, onProgress, now = () => new Date() } = options
  const dataDirectory = path.resolve(options.dataDirectory)
  const manifest = await readManifest(backup)
  const isEmpty = (await entriesOf(dataDirectory)).length === 0
  if (!isEmpty && !replace) {
    const advice = 'restore into another folder, or have it moved aside with --replace'
    throw new BackupError('data_folder_not_empty', `${dataDirectory} is not empty: ${advice}`)
  }
  if (!isEmpty) await requireUnused(dataDirectory)
  await requireSound(backup, manifest, onProgress)

  const staging = `${dataDirectory}.restoring`
  try {
    await rm(staging, { recursive: true, force: true })
    await makeFolder(staging)
    await copyFiles(backup, staging, manifest, onProgress)
    const epoch = await beginAnew(staging, manifest)
    const identity = await readFileIfAny(path.join(dataDirectory, identityFile))
    if (identity !== undefined) await writeFileDurably(path.join(staging, identityFile), identity)
    const movedTo = isEmpty ? undefined : await moveAside(dataDirectory, now())
    if (isEmpty) await rm(dataDirectory, { recursive: true, force: true })
    await rename(staging, dataDirectory)
    await syncFolder(path.dirname(dataDirectory))
    return { dataDirectory, manifest, epoch, movedTo }
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    throw toBackupError(error, path.dirname(dataDirectory))
  }
}

/** Rejects with BackupError `restore_unfinished` when a restore was cut short and has left no data folder. */
export async function requireNoUnfinishedRestore(dataDirectory: string): Promise<void> {
  const isThere = (await entriesOf(dataDirectory)).length > 0
  if (isThere || (await entriesOf(`${dataDirectory}.restoring`)).length === 0) return
  throw new BackupError('restore_unfinished', `The restore of ${dataDirectory} was cut short: restore it again`)
}

const noteName = 'restored.json'

/** At the first start after a restore: puts it into the sync log. */
export async function logRestore(dataDirectory: string, append: (event: SyncLogEvent) => Promise<void>): Promise<void> {
  const file = path.join(dataDirectory, noteName)
  const text = await readFileIfAny(file)
  if (text === undefined) return
  const note = JSON.parse(text) as { backupAt: string; backupEpoch: string }
  await append({ kind: 'store-restored', ...note })
  await rm(file, { force: true })
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw toBackupError(error, folder)
  }
}

/** A store that can't be opened for another reason may well be why someone restores. */
async function requireUnused(dataDirectory: string): Promise<void> {
  try {
    const store = await openStore({ directory: dataDirectory })
    await store.close()
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'store_in_use') return
    throw new BackupError('data_folder_in_use', `A hub runs on ${dataDirectory}: stop it first`, { cause: error })
  }
}

async function requireSound(
  backup: string,
  manifest: BackupManifest,
  onProgress: RestoreOptions['onProgress'],
): Promise<void> {
  const total = bytesOf(manifest)
  let read = 0
  const damage = await findDamage(backup, manifest, (bytes) => {
    read += bytes
    onProgress?.({ step: 'checking', share: Math.min(1, read / total) })
  })
  if (damage.length === 0) return
  throw new BackupError('backup_damaged', `${backup} is damaged: ${damage.slice(0, 5).join('; ')}`)
}

const bytesOf = ({ files }: BackupManifest): number => files.reduce((sum, { bytes }) => sum + bytes, 0)

async function copyFiles(
  backup: string,
  staging: string,
  manifest: BackupManifest,
  onProgress: RestoreOptions['onProgress'],
): Promise<void> {
  const total = bytesOf(manifest)
  let copied = 0
  const folders = new Set<string>()
  for (const { path: name, bytes } of manifest.files) {
    const file = path.join(staging, name)
    await mkdir(path.dirname(file), { recursive: true })
    folders.add(path.dirname(file))
    await copyFile(path.join(backup, name), file, constants.COPYFILE_FICLONE)
    await syncFile(file)
    copied += bytes
    onProgress?.({ step: 'copying', share: copied / total })
  }
  for (const folder of folders) await syncFolder(folder)
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  await handle.sync().finally(() => handle.close())
}

async function beginAnew(staging: string, { createdAt, epoch: backupEpoch }: BackupManifest): Promise<string> {
  const store = await openStore({ directory: staging })
  try {
    const epoch = await store.rotateEpoch(`restored from the backup of ${createdAt}`)
    await writeFileDurably(path.join(staging, noteName), `${JSON.stringify({ backupAt: createdAt, backupEpoch })}\n`)
    return epoch
  } finally {
    await store.close()
  }
}

async function moveAside(dataDirectory: string, now: Date): Promise<string> {
  const movedTo = `${dataDirectory}.replaced-${now.toISOString().replaceAll(/[:.]/g, '-')}`
  await rename(dataDirectory, movedTo)
  return movedTo
}
