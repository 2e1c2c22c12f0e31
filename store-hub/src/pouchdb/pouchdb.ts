import { PouchDB, findPlugin, httpPlugin, replicationPlugin } from './packages.js'
import { mapReducePlugin } from './map-reduce.ts'
import { fillIn } from './tidemark-adapter.ts'
import type { AdapterMembers, AdapterOptions, Callback } from './tidemark-adapter.ts'

function TidemarkAdapter(this: AdapterMembers, options: AdapterOptions, ready: Callback<unknown>): void {
  fillIn(this, options, ready)
}
TidemarkAdapter.valid = (): boolean => true
TidemarkAdapter.use_prefix = false

PouchDB.adapter('tidemark', TidemarkAdapter, false)
PouchDB.plugin(httpPlugin)
PouchDB.plugin(replicationPlugin)
PouchDB.plugin(findPlugin)
PouchDB.plugin(mapReducePlugin)

// Each database, replication and view registers with the constructor's own emitter.
PouchDB.setMaxListeners(0)

export { PouchDB }
