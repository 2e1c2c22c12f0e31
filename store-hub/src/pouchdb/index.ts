export { onViewError, pouchOf } from './pouch-of.ts'
export { PouchDB } from './pouchdb.ts'
export { readLocalSequence, readRevisionTree } from './read-revisions.ts'
export type * from './types.ts'
