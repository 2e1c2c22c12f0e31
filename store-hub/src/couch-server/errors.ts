import type { PouchError } from '../pouchdb/index.ts'
import { StoreError } from '../store/index.ts'

/** An answer that is an error in CouchDB's shape: an HTTP status, its error name, and a reason for a person. */
export class CouchError extends Error {
  readonly status: number
  readonly error: string
  readonly reason: string
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, error: string, reason: string, headers: Readonly<Record<string, string>> = {}) {
    super(`${error}: ${reason}`)
    this.name = 'CouchError'
    this.status = status
    this.error = error
    this.reason = reason
    this.headers = headers
  }
}

export const badRequest = (reason: string): CouchError => new CouchError(400, 'bad_request', reason)
export const forbidden = (reason: string): CouchError => new CouchError(403, 'forbidden', reason)
export const notFound = (reason: string): CouchError => new CouchError(404, 'not_found', reason)
export const conflict = (): CouchError => new CouchError(409, 'conflict', 'Document update conflict.')
export const notImplemented = (reason: string): CouchError => new CouchError(501, 'not_implemented', reason)
export const queryParseError = (reason: string): CouchError => new CouchError(400, 'query_parse_error', reason)

/** The error as CouchDB would answer it; undefined for one that nobody expected. */
export function toCouchError(error: unknown): CouchError | undefined {
  if (error instanceof CouchError) return error
  if (error instanceof StoreError) return fromStoreError(error)
  if (!(error instanceof Error)) return undefined
  const { code } = error as { code?: unknown }
  if (typeof code === 'string' && code.startsWith('FST_')) return fromFastifyError(error, code)
  return fromPouchError(error)
}

function fromStoreError(error: StoreError): CouchError | undefined {
  switch (error.code) {
    case 'illegal_database_name':
      return illegalDatabaseName(error.database)
    case 'database_exists':
      return new CouchError(412, 'file_exists', 'The database could not be created, the file already exists.')
    case 'disk_full':
      return new CouchError(507, 'insufficient_storage', 'There is no room on the disk; nothing was written.')
    case 'store_overloaded':
      return new CouchError(503, 'service_unavailable', 'Too much is waiting to be written.', { 'retry-after': '1' })
    case 'store_closed':
      return notFound('Database does not exist.')
    default:
      return undefined
  }
}

export function illegalDatabaseName(name: string): CouchError {
  return new CouchError(
    400,
    'illegal_database_name',
    `Name: '${name.slice(0, 200)}'. Only lowercase characters (a-z), digits (0-9), and any of the characters ` +
      '_, $, (, ), +, -, and / are allowed. Must begin with a letter.',
  )
}

function fromFastifyError(error: Error, code: string): CouchError | undefined {
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new CouchError(413, 'too_large', 'the request entity is too large')
  const { statusCode } = error as { statusCode?: unknown }
  if (typeof statusCode !== 'number' || statusCode >= 500) return undefined
  if (statusCode === 415) return new CouchError(415, 'bad_content_type', error.message)
  return new CouchError(statusCode, 'bad_request', error.message)
}

function fromPouchError(error: PouchError & Error): CouchError | undefined {
  if (typeof error.status !== 'number' || error.status >= 500) return undefined
  if (error.status === 409) return conflict()
  return new CouchError(error.status, error.name, error.reason ?? error.message)
}
