import type { DocumentDatabase } from '../store/index.ts'
import { PouchDB } from './pouchdb.ts'
import { NativeSource } from './tidemark-adapter.ts'
import type { PouchDatabase, PouchOptions } from './types.ts'

interface TidemarkOptions extends PouchOptions {
  readonly source: NativeSource
}

/** Views are brought up to date by this many changes at a time: a few milliseconds, then others have their turn. */
const VIEW_BATCH = 100

const pouches = new WeakMap<DocumentDatabase, PouchDatabase>()
const viewErrorListeners = new Set<ViewErrorListener>()

type ViewErrorListener = (database: string, error: unknown) => void

/**
 * The PouchDB object over a database of the store, one for each. Close or remove the database through the store, never
 * through this object.
 */
export function pouchOf(database: DocumentDatabase): PouchDatabase
export function pouchOf(database: DocumentDatabase | undefined): PouchDatabase | undefined
export function pouchOf(database: DocumentDatabase | undefined): PouchDatabase | undefined {
  if (database === undefined) return undefined
  return pouches.get(database) ?? makePouch(database)
}

function makePouch(database: DocumentDatabase): PouchDatabase {
  const options: TidemarkOptions = {
    adapter: 'tidemark',
    source: new NativeSource(database),
    view_update_changes_batch_size: VIEW_BATCH,
  }
  const pouch = new PouchDB(database.name, options)
  // One listener per running changes feed and replication: their number is bounded where they are started.
  pouch.setMaxListeners(0)
  pouch.on('error', (error) => viewErrorListeners.forEach((listener) => listener(database.name, error)))
  // The constructor keeps every object by its name, to tell all of one name when one is destroyed. These live as long
  // as their database, and another store in this process may have one of the same name.
  PouchDB.emit('unref', pouch)
  pouches.set(database, pouch)
  return pouch
}

/**
 * Tells when a view's function fails on a document of any database in this process; that document is left out of the
 * view, as CouchDB does. Returns the function that ends it.
 */
export function onViewError(listener: ViewErrorListener): () => void {
  viewErrorListeners.add(listener)
  return () => void viewErrorListeners.delete(listener)
}
