/** PouchDB on the browser's IndexedDB. */
import PouchDB from 'pouchdb-core'
import idbAdapter from 'pouchdb-adapter-idb'
import type { Database } from './pouch-types.ts'

PouchDB.plugin(idbAdapter)

/** Opens (or makes) a database of this browser. */
export function openLocalDatabase(name: string): Database {
  // The till's own settings change at every scan; their history is worth nothing and would fill the disk.
  const history = name === 'device' ? { auto_compaction: true, revs_limit: 5 } : {}
  return new PouchDB(name, { adapter: 'idb', ...history })
}
