export { boundClosing } from './bounded-closing.ts'
export { couchServer, couchServerRouting } from './couch-server.ts'
export type {
  AcceptedDocument,
  Acceptances,
  CouchAccess,
  CouchLimits,
  CouchPrincipal,
  CouchServerOptions,
  DocumentRefusal,
  DocumentToWrite,
  Refusals,
  RefusedDocument,
} from './options.ts'
