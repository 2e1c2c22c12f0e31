/** PouchDB on the browser's IndexedDB. */
import PouchDB from 'pouchdb-core'
import idbAdapter from 'pouchdb-adapter-idb'
import { sealDatabase, type SealingKey } from './sealed-fields.ts'
import type { OpenDatabase } from './terminal-databases.ts'

PouchDB.plugin(idbAdapter)

/** These change at every scan and sale; their history is worth nothing and would fill the disk. */
const notes = new Set(['device', 'sync-positions'])

/** Opens (or makes) databases of this browser, whose sensitive fields are sealed with the key. */
export function localDatabases(key: SealingKey): OpenDatabase {
  return (name) => {
    const history = notes.has(name) ? { auto_compaction: true, revs_limit: 5 } : {}
    return sealDatabase(new PouchDB(name, { adapter: 'idb', ...history }), key)
  }
}
