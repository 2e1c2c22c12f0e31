import type { DocumentDatabase } from '../store/index.ts'
import { PouchDB } from './pouchdb.ts'
import { NativeSource } from './tidemark-adapter.ts'
import type { PouchDatabase, PouchOptions } from './types.ts'

interface TidemarkOptions extends PouchOptions {
  readonly source: NativeSource
}

/** Views are written in batches of this many changes: each batch is one fsync. */
const VIEW_BATCH = 500

const pouches = new WeakMap<DocumentDatabase, PouchDatabase>()
const viewErrorListeners = new WeakMap<DocumentDatabase, (error: unknown) => void>()

/**
 * The PouchDB object over a database of the store, one for each. Close or remove the database through the store, never
 * through this object.
 */
export function pouchOf(database: DocumentDatabase): PouchDatabase {
  const kept = pouches.get(database)
  if (kept !== undefined) return kept
  const options: TidemarkOptions = {
    adapter: 'tidemark',
    source: new NativeSource(database),
    view_update_changes_batch_size: VIEW_BATCH,
  }
  const pouch = new PouchDB(database.name, options)
  // One listener per running changes feed and replication: their number is bounded where they are started.
  pouch.setMaxListeners(0)
  pouch.on('error', (error) => viewErrorListeners.get(database)?.(error))
  // The constructor keeps every object by its name, to tell all of one name when one is destroyed. These live as long
  // as their database, and another store in this process may have one of the same name.
  PouchDB.emit('unref', pouch)
  pouches.set(database, pouch)
  return pouch
}

/** Told when a view's function fails on a document, which is then left out of the view as CouchDB does. */
export function onViewError(database: DocumentDatabase, listener: (error: unknown) => void): void {
  viewErrorListeners.set(database, listener)
}
