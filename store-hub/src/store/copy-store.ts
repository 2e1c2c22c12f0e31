// A copy of a whole store, while it is written to.
//
//   one turn:  BEGIN and a read on a fresh connection of each database ──► all are of one moment
//   then:      page by page from these connections into files beside each other, in SQLite's own thread
//
// Writers go on meanwhile; their write-ahead logs can't be emptied until the copy is done, so they grow for that long.
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { backup, DatabaseSync } from 'node:sqlite'
import { query, readNumber } from './connection.ts'
import { toFileName } from './database-name.ts'
import { syncFolder, writeFileDurably } from './durable-files.ts'
import { StoreError, toStoreError } from './errors.ts'
import type { Store } from './store.ts'

export interface CopyProgress {
  /** the database that is being copied */
  readonly database: string
  /** 0 to 1, of all databases */
  readonly share: number
}

export interface CopiedStore {
  readonly epoch: string
  /** bytes on disk */
  readonly bytes: number
  readonly databases: readonly CopiedDatabase[]
}

export interface CopiedDatabase {
  readonly name: string
  /** not deleted */
  readonly documents: number
  readonly deleted: number
  /** of its last change */
  readonly sequence: number
}

interface Source extends CopiedDatabase {
  readonly connection: DatabaseSync
  readonly pages: number
}

const PAGES_PER_STEP = 1000

/**
 * Copies every database and the epoch into the folder `target`, which must not exist; views are left out. The folder
 * appears when all of it is on disk. Rejects with StoreError `disk_full` or `database_unreadable`, or an error of the
 * file system; then nothing is left.
 */
export async function copyStore(
  store: Store,
  target: string,
  onProgress?: (progress: CopyProgress) => void,
): Promise<CopiedStore> {
  const { uuid } = store
  const sources = openSources(store)
  const draft = `${path.resolve(target)}.draft`
  try {
    await rm(draft, { recursive: true, force: true })
    await mkdir(path.join(draft, 'databases'), { recursive: true })
    const bytes = await copyAll(sources, path.join(draft, 'databases'), onProgress)
    await writeFileDurably(path.join(draft, 'uuid'), `${uuid}\n`)
    await syncFolder(path.join(draft, 'databases'))
    await rename(draft, target)
    await syncFolder(path.dirname(path.resolve(target)))
    return { epoch: uuid, bytes, databases: sources.map(toCopied) }
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    throw error
  } finally {
    for (const { connection } of sources) connection.close()
  }
}

function toCopied({ name, documents, deleted, sequence }: Source): CopiedDatabase {
  return { name, documents, deleted, sequence }
}

/** No `await` in here: no write comes between two of them. */
function openSources(store: Store): Source[] {
  const sources: Source[] = []
  try {
    for (const name of store.names()) sources.push(openSource(store, name))
    return sources
  } catch (error) {
    for (const { connection } of sources) connection.close()
    throw error
  }
}

function openSource(store: Store, name: string): Source {
  const file = path.join(store.directory, 'databases', toFileName(name))
  const connection = new DatabaseSync(file, { readOnly: true })
  try {
    connection.exec('BEGIN')
    const counts = query<Omit<CopiedDatabase, 'name'>>(
      connection,
      'SELECT documents, deleted, sequence FROM state',
    ).get()
    const pages = readNumber(connection, 'page_count')
    if (counts === undefined) throw new StoreError('database_unreadable', name, `The database '${name}' has no state`)
    return { name, ...counts, connection, pages }
  } catch (error) {
    connection.close()
    throw toStoreError(error, name)
  }
}

async function copyAll(
  sources: readonly Source[],
  folder: string,
  onProgress: ((progress: CopyProgress) => void) | undefined,
): Promise<number> {
  const allPages = sources.reduce((sum, { pages }) => sum + pages, 0)
  let pagesBefore = 0
  let bytes = 0
  for (const { name, connection, pages } of sources) {
    const file = path.join(folder, toFileName(name))
    const before = pagesBefore
    const progress = ({ totalPages, remainingPages }: { totalPages: number; remainingPages: number }): void =>
      onProgress?.({ database: name, share: (before + totalPages - remainingPages) / allPages })
    try {
      await backup(connection, file, { rate: PAGES_PER_STEP, progress })
    } catch (error) {
      throw toStoreError(error, name)
    }
    await syncFile(file)
    bytes += (await stat(file)).size
    pagesBefore += pages
    onProgress?.({ database: name, share: pagesBefore / allPages })
  }
  return bytes
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
