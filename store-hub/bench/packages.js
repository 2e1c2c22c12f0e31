// The untyped packages of the benchmark, seen through the declarations beside this file. They are what anybody would
// install; nothing of the hub's own PouchDB is among them.
export { default as PouchDB } from 'pouchdb-core'
export { default as httpPlugin } from 'pouchdb-adapter-http'
export { default as memoryPlugin } from 'pouchdb-adapter-memory'
export { default as replicationPlugin } from 'pouchdb-replication'
export { default as LevelPouch } from 'pouchdb-adapter-leveldb-core'
export { default as leveldown } from 'leveldown'
