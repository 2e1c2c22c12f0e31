import { DurableLevelDown } from './durable-leveldown.ts'
import { LevelPouch, PouchDB, findPlugin, httpPlugin, replicationPlugin } from './packages.js'
import { mapReducePlugin } from './map-reduce.ts'
import { fillIn } from './tidemark-adapter.ts'
import type { AdapterMembers, AdapterOptions, Callback } from './tidemark-adapter.ts'

type AdapterArguments = Parameters<typeof LevelPouch>

function DurableLevelPouch(this: unknown, options: AdapterArguments[0], callback: AdapterArguments[1]): void {
  LevelPouch.call(this, { ...options, db: DurableLevelDown }, callback)
}
DurableLevelPouch.valid = (): boolean => true

function TidemarkAdapter(this: AdapterMembers, options: AdapterOptions, ready: Callback<unknown>): void {
  fillIn(this, options, ready)
}
TidemarkAdapter.valid = (): boolean => true
TidemarkAdapter.use_prefix = false

// With PouchDB's default prefix, closing a database looks for its views under '_pouch_<folder>', finds none
// and leaves their LevelDB locks behind until the process ends.
PouchDB.prefix = ''

PouchDB.adapter('leveldb', DurableLevelPouch, true)
PouchDB.adapter('tidemark', TidemarkAdapter, false)
PouchDB.plugin(httpPlugin)
PouchDB.plugin(replicationPlugin)
PouchDB.plugin(findPlugin)
PouchDB.plugin(mapReducePlugin)

// Each database, replication and view registers with the constructor's own emitter.
PouchDB.setMaxListeners(0)

export { PouchDB }
