export { loadServiceConfig, type ConfigResult, type LogLevel, type ServiceConfig } from './config.ts'
export { connectCouch, type CouchClient, type CouchRequest } from './couch/couch-client.ts'
export {
  openDatabase,
  type CouchDatabase,
  type NewDocument,
  type StoredDocument,
  type ViewKey,
  type ViewQuery,
  type ViewRow,
  type WriteOutcome,
} from './couch/couch-database.ts'
export { shareRequests } from './couch/share-requests.ts'
export { ensureDatabase, ensureDesignDocument, type DesignDocument } from './couch/prepare-database.ts'
export { readLiveLeaves } from './couch/read-leaves.ts'
export { findInCatalogue, listDatabases, storeExists } from './couch/store-existence.ts'
export {
  CouchError,
  DatabaseMissingError,
  forbidden,
  HttpProblem,
  invalidField,
  notFound,
  UnavailableError,
  type FieldProblem,
} from './errors.ts'
export type { HandleBatch, Outcome, SpanNames } from './feed/handle-batch.ts'
export {
  authoredBody,
  checkSource,
  checkSourceId,
  idOf,
  traceOriginOf,
  type SourceDocument,
} from './feed/source-document.ts'
export { decodeCursor, defaultPageSize, encodeCursor, pageOf, pageParameters } from './http/pagination.ts'
export type { ServiceApp } from './http/service-app.ts'
export { newUlid } from './new-ulid.ts'
export { openAllRoutes } from './sign-in/require-sign-in.ts'
export { hasRole, maySeeStore, requireStoreAccess, type Principal, type Role } from './sign-in/principal.ts'
export { runService } from './run-service.ts'
export { openSigningKey, type SigningKey } from './signing-key.ts'
export {
  startService,
  type RunningService,
  type ServiceDefinition,
  type ServiceParts,
  type StartOptions,
} from './service.ts'
