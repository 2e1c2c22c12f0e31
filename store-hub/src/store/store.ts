// A store owns one folder:
//
//   <directory>/lock                         held by the one process that has the store open
//   <directory>/uuid                         the epoch, and how it came to be
//   <directory>/databases/<name>.sqlite      one database each ('/' in a name is kept as '.'), with its -wal and -shm
//   <directory>/databases/<name>-mrview-….sqlite   its views: rebuilt from it, never listed
//   <directory>/<name>.destroying            a removal that has been decided and is not complete
//
// 1. The folder is the list of databases: nothing else has to agree with it after a crash.
// 2. A removal that was begun is completed at the next start; half a database is never opened.
// 3. Every database is open while the store is, so a damaged one is found at the start and named.
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { fromFileName, isDatabaseName, isFileOf, toFileName } from './database-name.ts'
import type { DocumentDatabase } from './document-database.ts'
import { makeFolder, syncFolder, writeFileDurably } from './durable-files.ts'
import { readOrMakeEpoch, writeEpoch, type Epoch } from './epoch.ts'
import { StoreError } from './errors.ts'
import { openDocumentDatabase, type OpenDocumentDatabase } from './open-document-database.ts'
import { lockStore } from './store-lock.ts'

export interface StoreOptions {
  /** an absolute or relative folder; made when absent */
  readonly directory: string
  /** bytes that stay free on the disk: writes get `disk_full` before it is full to the brim */
  readonly reserveBytes?: number
}

/** Runs after a write to `database` is on disk, whoever wrote it. It must not throw. */
export type WriteListener = (database: string) => void

/** Runs after a new epoch is on disk. It must not throw. */
export type EpochListener = (epoch: Epoch) => void

export interface Store {
  /** the folder, absolute */
  readonly directory: string
  /** the epoch: 32 hexadecimal digits, as CouchDB's `uuid`; changes when it is rotated */
  readonly uuid: string
  readonly epoch: Epoch
  /** The names of the databases, sorted. */
  names(): string[]
  /** The open database of this name, undefined when there is none. */
  database(name: string): DocumentDatabase | undefined
  /** Makes a database. Rejects with StoreError `illegal_database_name`, `database_exists` or `disk_full`. */
  create(name: string): Promise<DocumentDatabase>
  /** Removes a database and its views. False when there was none. */
  destroy(name: string): Promise<boolean>
  /** Calls `listener` after every write that is on disk; returns the function that ends it. */
  onWrite(listener: WriteListener): () => void
  /** Begins a new epoch, so that no checkpoint of the old one is believed. Resolves with it when it is on disk. */
  rotateEpoch(reason: string): Promise<string>
  onEpochChange(listener: EpochListener): () => void
  /** Writes what waits and closes every database. Their calls fail from then on. */
  close(): Promise<void>
}

const DESTROYING = '.destroying'

/**
 * Opens the store in a folder. Rejects with StoreError `store_in_use`, `database_unreadable`, `schema_too_new` or
 * `former_engine`; then nothing stays open.
 */
export async function openStore({ directory, reserveBytes }: StoreOptions): Promise<Store> {
  const root = path.resolve(directory)
  const folder = path.join(root, 'databases')
  await makeFolder(root)
  await makeFolder(folder)
  const unlock = lockStore(root)
  const databases = new Map<string, OpenDocumentDatabase>()
  const listeners = new Set<WriteListener>()

  const open = (name: string): OpenDocumentDatabase => {
    const database = openDocumentDatabase({
      file: path.join(folder, toFileName(name)),
      name,
      ...(reserveBytes === undefined ? {} : { reserveBytes }),
    })
    database.onWrite(() => listeners.forEach((listener) => listener(name)))
    databases.set(name, database)
    return database
  }
  const closeAll = async (): Promise<void> => {
    const all = [...databases.values()]
    databases.clear()
    await Promise.all(all.map((database) => database.close()))
    unlock()
  }

  try {
    await refuseFormerEngine(folder)
    await completeRemovals(root, folder)
    const names = (await readdir(folder)).map(fromFileName)
    for (const name of names) if (name !== undefined) open(name)
    const epoch = await readOrMakeEpoch(path.join(root, 'uuid'))
    return makeStore({ root, folder, databases, listeners, open, closeAll, epoch })
  } catch (error) {
    await closeAll()
    throw error
  }
}

interface OpenedFolder {
  readonly root: string
  readonly folder: string
  readonly databases: Map<string, OpenDocumentDatabase>
  readonly listeners: Set<WriteListener>
  readonly open: (name: string) => OpenDocumentDatabase
  readonly closeAll: () => Promise<void>
  readonly epoch: Epoch
}

function makeStore({ root, folder, databases, listeners, open, closeAll, ...opened }: OpenedFolder): Store {
  const epochListeners = new Set<EpochListener>()
  const removing = new Set<string>()
  let epoch = opened.epoch
  let rotation: Promise<unknown> = Promise.resolve()
  let isClosed = false

  const rotate = async (reason: string): Promise<string> => {
    epoch = await writeEpoch(path.join(root, 'uuid'), { previous: epoch.uuid, reason })
    for (const listener of epochListeners) listener(epoch)
    return epoch.uuid
  }

  return {
    directory: root,
    get uuid() {
      return epoch.uuid
    },
    get epoch() {
      return epoch
    },
    names: () => [...databases.keys()].sort(),
    database: (name) => databases.get(name),
    async create(name) {
      if (isClosed) throw new StoreError('store_closed', name, 'The store is closed')
      if (!isDatabaseName(name)) {
        throw new StoreError('illegal_database_name', name, `Not a database name: '${name.slice(0, 200)}'`)
      }
      if (databases.has(name) || removing.has(name)) {
        throw new StoreError('database_exists', name, `The database '${name}' exists already`)
      }
      return open(name)
    },
    async destroy(name) {
      const database = databases.get(name)
      if (database === undefined) return false
      databases.delete(name)
      // When this fails the name stays taken: the next start completes the removal, and would remove a new one too.
      removing.add(name)
      await writeFileDurably(path.join(root, toFileName(name) + DESTROYING), '')
      await database.close()
      await completeRemovals(root, folder)
      removing.delete(name)
      return true
    },
    onWrite(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    rotateEpoch(reason) {
      const rotated = rotation.then(() => rotate(reason))
      rotation = rotated.catch(() => undefined)
      return rotated
    },
    onEpochChange(listener) {
      epochListeners.add(listener)
      return () => void epochListeners.delete(listener)
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await rotation
      await closeAll()
    },
  }
}

/** A store must not look empty because its databases are in a form that this program doesn't read. */
async function refuseFormerEngine(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  const former = entries.find((entry) => entry.isDirectory())
  if (former === undefined) return
  const message =
    `The data folder was written by an earlier version, which kept its databases in LevelDB (${path.join(folder, former.name)}). ` +
    'Let that version deliver everything to central, then start this one with an empty folder.'
  throw new StoreError('former_engine', former.name, message)
}

async function completeRemovals(root: string, folder: string): Promise<void> {
  const marks = (await readdir(root)).filter((entry) => entry.endsWith(DESTROYING))
  for (const mark of marks) {
    const name = fromFileName(mark.slice(0, -DESTROYING.length))
    const leftovers = name === undefined ? [] : (await readdir(folder)).filter((file) => isFileOf(name, file))
    for (const file of leftovers) await rm(path.join(folder, file), { force: true })
    await syncFolder(folder)
    await rm(path.join(root, mark), { force: true })
    // A mark that a power cut brings back would remove a later database of that name.
    await syncFolder(root)
  }
}
