// The untyped packages, seen through the declarations beside this file. Published types of PouchDB would replace Node's
// `Buffer` everywhere, and lean on `any`.
export { default as PouchDB } from 'pouchdb-core'
export { default as findPlugin } from 'pouchdb-find'
export { default as httpPlugin } from 'pouchdb-adapter-http'
export { default as createAbstractMapReduce } from 'pouchdb-abstract-mapreduce'
export { BuiltInError, NotFoundError } from 'pouchdb-mapreduce-utils'
export { default as replicationPlugin } from 'pouchdb-replication'
export {
  BAD_REQUEST,
  DOC_VALIDATION,
  FORBIDDEN,
  INVALID_REV,
  MISSING_DOC,
  NOT_OPEN,
  REV_CONFLICT,
  createError,
} from 'pouchdb-errors'
export { invalidIdError, uuid } from 'pouchdb-utils'
