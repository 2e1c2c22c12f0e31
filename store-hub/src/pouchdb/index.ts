export { onViewError, pouchOf } from './pouch-of.ts'
export { PouchDB } from './pouchdb.ts'
export type * from './types.ts'
export { compileFunction } from './view-functions.ts'
