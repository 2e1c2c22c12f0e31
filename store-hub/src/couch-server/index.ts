export { boundClosing } from './bounded-closing.ts'
export { couchServer, couchServerRouting } from './couch-server.ts'
export { CouchError } from './errors.ts'
export { StoreError, openStore } from '../store/index.ts'
export type { DocumentDatabase, Store } from '../store/index.ts'
export type {
  AcceptedDocument,
  ClientAhead,
  CouchAccess,
  CouchLimits,
  CouchPrincipal,
  CouchServerOptions,
  DocumentRefusal,
  DocumentToWrite,
  RefusedDocument,
} from './options.ts'
