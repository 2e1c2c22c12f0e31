// A store owns one folder:
//
//   <directory>/uuid                    the epoch: random, new with a new store
//   <directory>/databases/<name>/       one database each ('/' in a name is kept as %2F)
//   <directory>/databases/<name>-mrview-…/   its views: rebuilt from it, never listed
//   <directory>/<name>.destroying       a removal that has been decided and is not complete
//
// 1. The folder is the list of databases: nothing else has to agree with it after a crash.
// 2. A removal that was begun is completed at the next start; half a database is never opened.
// 3. Every database is open while the store is, so a damaged one is found at the start and named.
import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { closeDatabase, openDatabase, readLocalDocumentIds } from '../pouchdb/index.ts'
import type { DatabaseListeners, PouchDatabase } from '../pouchdb/index.ts'
import { fromFolderName, isDatabaseName, isViewFolderOf, toFolderName } from './database-name.ts'
import { makeFolder, readFileIfAny, syncFolder, writeFileDurably } from './durable-files.ts'
import { StoreError } from './errors.ts'

export interface StoreOptions {
  /** an absolute or relative folder; made when absent */
  readonly directory: string
  /** Told when a view's function fails on a document, which is then left out of the view. */
  readonly onViewError?: (database: string, error: unknown) => void
}

/** Runs after a write to `database` is on disk, whoever wrote it. It must not throw. */
export type WriteListener = (database: string) => void

export interface Store {
  /** the epoch: 32 hexadecimal digits, as CouchDB's `uuid` */
  readonly uuid: string
  /** The names of the databases, sorted. */
  names(): string[]
  /** The open database of this name, undefined when there is none. Don't close or destroy it: the store does. */
  database(name: string): PouchDatabase | undefined
  /** Makes a database. Rejects with StoreError `illegal_database_name` or `database_exists`. */
  create(name: string): Promise<PouchDatabase>
  /** Removes a database and its views. False when there was none. */
  destroy(name: string): Promise<boolean>
  /** Ids of a database's `_local/` documents, at most `limit`. */
  localDocumentIds(name: string, limit: number): Promise<string[]>
  /** Calls `listener` after every write that is on disk; returns the function that ends it. */
  onWrite(listener: WriteListener): () => void
  /** Closes every database. Their calls reject from then on. */
  close(): Promise<void>
}

const DESTROYING = '.destroying'

/**
 * Opens the store in a folder. Rejects with StoreError `database_unreadable` when a database in it is damaged
 * or held by another process.
 */
export async function openStore({ directory, onViewError }: StoreOptions): Promise<Store> {
  const root = path.resolve(directory)
  const folder = path.join(root, 'databases')
  await makeFolder(root)
  await makeFolder(folder)
  const uuid = await readOrMakeUuid(path.join(root, 'uuid'))
  await completeRemovals(root, folder)

  const listeners = new Set<WriteListener>()
  const announce = (name: string): void => listeners.forEach((listener) => listener(name))
  const open = (name: string): Promise<PouchDatabase> =>
    openNamed(folder, name, {
      onWrite: () => announce(name),
      onViewError: (error) => onViewError?.(name, error),
    })

  const databases = new Map<string, PouchDatabase>()
  const creating = new Map<string, Promise<PouchDatabase>>()
  await openAll(folder, databases, open)

  const create = async (name: string): Promise<PouchDatabase> => {
    const database = await open(name)
    await syncFolder(folder)
    databases.set(name, database)
    return database
  }

  return {
    uuid,
    names: () => [...databases.keys()].sort(),
    database: (name) => databases.get(name),
    async create(name) {
      if (!isDatabaseName(name)) {
        throw new StoreError('illegal_database_name', name, `Not a database name: '${name.slice(0, 200)}'`)
      }
      if (databases.has(name) || creating.has(name)) {
        throw new StoreError('database_exists', name, `The database '${name}' exists already`)
      }
      const made = create(name)
      creating.set(name, made)
      try {
        return await made
      } finally {
        creating.delete(name)
      }
    },
    async destroy(name) {
      const database = databases.get(name)
      if (database === undefined) return false
      databases.delete(name)
      await writeFileDurably(path.join(root, toFolderName(name) + DESTROYING), '')
      await database.destroy()
      await completeRemovals(root, folder)
      return true
    },
    async localDocumentIds(name, limit) {
      const database = databases.get(name)
      return database === undefined ? [] : readLocalDocumentIds(folder, database, limit)
    },
    onWrite(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async close() {
      await Promise.allSettled(creating.values())
      const open = [...databases.values()]
      databases.clear()
      await Promise.all(open.map(closeDatabase))
    },
  }
}

async function openNamed(folder: string, name: string, listeners: DatabaseListeners): Promise<PouchDatabase> {
  try {
    return await openDatabase(folder, toFolderName(name), listeners)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError('database_unreadable', name, `Can't open the database '${name}': ${reason}`, { cause })
  }
}

async function openAll(
  folder: string,
  databases: Map<string, PouchDatabase>,
  open: (name: string) => Promise<PouchDatabase>,
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => fromFolderName(entry.name))
  const opened = await Promise.allSettled(
    names.filter((name) => name !== undefined).map(async (name) => databases.set(name, await open(name))),
  )
  const failed = opened.find((result) => result.status === 'rejected')
  if (failed === undefined) return
  await Promise.all([...databases.values()].map(closeDatabase))
  throw failed.reason
}

async function readOrMakeUuid(file: string): Promise<string> {
  const kept = (await readFileIfAny(file))?.trim()
  if (kept !== undefined && /^[0-9a-f]{32}$/.test(kept)) return kept
  const uuid = randomBytes(16).toString('hex')
  await writeFileDurably(file, `${uuid}\n`)
  return uuid
}

async function completeRemovals(root: string, folder: string): Promise<void> {
  const marks = (await readdir(root)).filter((entry) => entry.endsWith(DESTROYING))
  for (const mark of marks) {
    const removed = mark.slice(0, -DESTROYING.length)
    const leftovers = (await readdir(folder)).filter((entry) => entry === removed || isViewFolderOf(removed, entry))
    for (const entry of leftovers) await rm(path.join(folder, entry), { recursive: true, force: true })
    await syncFolder(folder)
    await rm(path.join(root, mark), { force: true })
  }
}
