export { onViewError, pouchOf } from './pouch-of.ts'
export { PouchDB } from './pouchdb.ts'
export {
  closeDatabase,
  openDatabase,
  readLocalDocumentIds,
  readLocalSequence,
  readRevisionTree,
} from './open-database.ts'
export type { DatabaseListeners } from './open-database.ts'
export type * from './types.ts'
