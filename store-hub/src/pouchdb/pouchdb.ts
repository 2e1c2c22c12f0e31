import PouchCore from 'pouchdb-core'
import LevelPouch from 'pouchdb-adapter-leveldb-core'
import find from 'pouchdb-find'
import http from 'pouchdb-adapter-http'
import mapreduce from 'pouchdb-mapreduce'
import replication from 'pouchdb-replication'
import { DurableLevelDown } from './durable-leveldown.ts'
import type { PouchStatic } from './types.ts'

// The package has published types where a browser package asks for them, and none otherwise: ours hold in both cases.
const PouchDB = PouchCore as unknown as PouchStatic

type AdapterArguments = Parameters<typeof LevelPouch>

function DurableLevelPouch(this: unknown, options: AdapterArguments[0], callback: AdapterArguments[1]): void {
  LevelPouch.call(this, { ...options, db: DurableLevelDown }, callback)
}
DurableLevelPouch.valid = (): boolean => true

// With PouchDB's default prefix, closing a database looks for its views under '_pouch_<folder>', finds none
// and leaves their LevelDB locks behind until the process ends.
PouchDB.prefix = ''

PouchDB.adapter('leveldb', DurableLevelPouch, true)
PouchDB.plugin(http)
PouchDB.plugin(replication)
PouchDB.plugin(find)
PouchDB.plugin(mapreduce)

// Each database, replication and view registers with the constructor's own emitter.
PouchDB.setMaxListeners(0)

export { PouchDB }
