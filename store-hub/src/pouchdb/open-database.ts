import path from 'node:path'
import { listLocalDocumentIds } from './durable-leveldown.ts'
import { PouchDB } from './pouchdb.ts'
import type {
  PouchAllDocsOptions,
  PouchDatabase,
  PouchError,
  PouchOptions,
  PouchWriteResult,
  RevisionTree,
} from './types.ts'

type Callback<T> = (error: PouchError | null, value: T) => void
type AllDocs = (options: PouchAllDocsOptions & { key?: string }, callback: Callback<unknown>) => unknown
type BulkDocs = (request: object, options: object, callback: Callback<PouchWriteResult[]>) => void

/** PouchDB's members that are not in its documentation; this file is the only one that touches them. */
interface PouchInternals extends PouchDatabase {
  on(event: 'error', listener: (error: unknown) => void): this
  _allDocs: AllDocs
  _bulkDocs: BulkDocs
  _cachedViews?: Record<string, Promise<{ db: PouchDatabase }>>
  _getRevisionTree(id: string, callback: Callback<RevisionTree>): void
  _get(id: string, options: object, callback: Callback<{ metadata: { seq: number } }>): void
}

const internals = (database: PouchDatabase): PouchInternals => database as PouchInternals

export interface DatabaseListeners {
  /** runs after each write that is on disk, whoever made it */
  onWrite(): void
  /** a view's function failed on a document, which is left out of the view as CouchDB does */
  onViewError(error: unknown): void
}

/** Views are written in batches of this many changes: each batch is one fsync. */
const VIEW_BATCH = 500

/**
 * Opens, or makes, the database kept in `folder`/`name`. Rejects when the folder can't be opened (damaged, or in use by another process).
 */
export async function openDatabase(folder: string, name: string, listeners: DatabaseListeners): Promise<PouchDatabase> {
  const options: PouchOptions = {
    adapter: 'leveldb',
    prefix: folder + path.sep,
    view_update_changes_batch_size: VIEW_BATCH,
  }
  const database = new PouchDB(name, options)
  // One listener per running changes feed and replication: their number is bounded where they are started.
  database.setMaxListeners(0)
  reachEveryId(internals(database))
  announceWrites(internals(database), listeners.onWrite)
  internals(database).on('error', listeners.onViewError)
  await database.info()
  return database
}

/** Greater than any document id. */
const LAST_ID = '\u{10ffff}'

// LevelDB keeps ids as UTF-8, and PouchDB ends an open range at 'ÿ': without an end of our own, `_all_docs` and every
// query that reads it leave out the documents whose ids begin with a letter beyond Latin-1.
function reachEveryId(database: PouchInternals): void {
  const allDocs = database._allDocs
  database._allDocs = (options, callback) => {
    const bound = options.descending === true ? 'startkey' : 'endkey'
    const isOpen = options.keys === undefined && options.key === undefined && !options[bound]
    const bounded = isOpen ? { ...options, [bound]: LAST_ID } : options
    return allDocs.call(database, bounded, answerOrGone(database, callback))
  }
}

const GONE: PouchError = { status: 404, name: 'not_found', reason: 'missing', message: 'missing' }

/** PouchDB never calls back for a range of a database that is closed or removed while it is read. */
function answerOrGone(database: PouchInternals, callback: Callback<unknown>): Callback<unknown> {
  const gone = (): void => answer(GONE, undefined)
  let isAnswered = false
  const answer: Callback<unknown> = (error, value) => {
    if (isAnswered) return
    isAnswered = true
    database.removeListener('destroyed', gone)
    database.removeListener('closed', gone)
    callback(error, value)
  }
  database.once('destroyed', gone)
  database.once('closed', gone)
  return answer
}

// PouchDB's own live feed would do as a wake-up, but reads every changed document again for each listener.
function announceWrites(database: PouchInternals, onWrite: () => void): void {
  const bulkDocs = database._bulkDocs
  database._bulkDocs = (request, options, callback) =>
    bulkDocs.call(database, request, options, (error, results) => {
      callback(error, results)
      if (error === null || error === undefined) onWrite()
    })
}

/** Closes a database and the views that it has opened, so that all of them can be opened again. */
export async function closeDatabase(database: PouchDatabase): Promise<void> {
  const views = await Promise.allSettled(Object.values(internals(database)._cachedViews ?? {}))
  for (const view of views) if (view.status === 'fulfilled') await view.value.db.close()
  await database.close()
}

/** The revision tree of a document, undefined when the database never had it. */
export function readRevisionTree(database: PouchDatabase, id: string): Promise<RevisionTree | undefined> {
  return new Promise((resolve, reject) => {
    internals(database)._getRevisionTree(id, (error, tree) => {
      if (error === null || error === undefined) resolve(tree)
      else if (error.status === 404) resolve(undefined)
      else reject(error)
    })
  })
}

/** The sequence of a document's last change; `rev` must be a revision that the database holds. */
export function readLocalSequence(database: PouchDatabase, id: string, rev: string): Promise<number> {
  return new Promise((resolve, reject) => {
    internals(database)._get(id, { rev }, (error, found) => (error ? reject(error) : resolve(found.metadata.seq)))
  })
}

/** Ids of the `_local/` documents, at most `limit`. */
export function readLocalDocumentIds(folder: string, database: PouchDatabase, limit: number): Promise<string[]> {
  return listLocalDocumentIds(folder + path.sep + database.name, limit)
}
