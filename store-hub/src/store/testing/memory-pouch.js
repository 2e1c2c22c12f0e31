import PouchDB from 'pouchdb-core'
import memoryAdapter from 'pouchdb-adapter-memory'

PouchDB.plugin(memoryAdapter)
PouchDB.setMaxListeners(0)

/** A PouchDB in memory, as far as the comparison needs it. */
export function openMemoryPouch(name, revsLimit) {
  return new PouchDB(name, { adapter: 'memory', revs_limit: revsLimit })
}
