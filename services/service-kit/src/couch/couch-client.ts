/**
 * The one way in which services talk to CouchDB: nano, with a time limit on each request and errors sorted into two kinds.
 *
 *     no answer, time-out, 401, 403, 408, 429, 5xx, a body cut short   → UnavailableError   the same request may work later
 *     404 of a whole database                                          → DatabaseMissingError, an UnavailableError too
 *     any other 4xx                                                    → CouchError         repeating it changes nothing
 *
 * nano goes through Node's own fetch, whose pool keeps connections alive. With credentials in the URL it signs in once, see
 * couch-session.ts.
 */
import type nano from 'nano'
import type { TSchema, Static } from 'typebox'
import { describeProblems, schemaProblems } from '@tidemark/contracts'
import { CouchError, DatabaseMissingError, UnavailableError } from '../errors.ts'
import { openCouchSession } from './couch-session.ts'

export interface CouchRequest {
  readonly method?: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** Encoded path below the server's root, such as `catalog/_all_docs`. */
  readonly path: string
  /** nano makes JSON of `key`, `startkey`, `endkey` and `keys`; other values are sent as they are. */
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
  readonly timeoutMs?: number
}

export interface CouchClient {
  /** The answer's JSON, checked against a schema. */
  request<Schema extends TSchema>(schema: Schema, request: CouchRequest): Promise<Static<Schema>>
}

const defaultTimeoutMs = 20_000
/** How CouchDB tells a missing database from a missing document: both are 404 `not_found`. */
const databaseMissingReason = 'Database does not exist.'
const retryableStatuses = new Set([403, 408, 429])

/** `url` may hold credentials; they go to the server and never into a message. */
export function connectCouch(url: string): CouchClient {
  const session = openCouchSession(url)

  async function sendSignedIn(request: CouchRequest): Promise<unknown> {
    const server = await session.server()
    try {
      return await send(server, request)
    } catch (error) {
      // Nothing was done, so anything may be sent again.
      if (!(error instanceof NotSignedInError) || !session.refused(server)) throw error
    }
    return send(await session.server(), request)
  }

  return {
    async request(schema, request) {
      const answer = await sendSignedIn(request)
      const problems = schemaProblems(schema, answer)
      // A connection that breaks within a body makes nano answer '' as if all were well.
      if (problems.length > 0) {
        throw new UnavailableError('couchdb', `unexpected answer to ${request.path}: ${describeProblems(problems)}`)
      }
      return answer as Static<typeof schema>
    },
  }
}

class NotSignedInError extends UnavailableError {}

async function send(server: nano.ServerScope, request: CouchRequest): Promise<unknown> {
  const signal = AbortSignal.timeout(request.timeoutMs ?? defaultTimeoutMs)
  const options = { method: request.method ?? 'GET', path: request.path, qs: request.query, body: request.body, signal }
  try {
    return (await server.request(options)) as unknown
  } catch (error) {
    throw sortError(error, request.path)
  }
}

// Only these fields are taken over: the error that nano throws also carries the whole request.
function sortError(error: unknown, path: string): UnavailableError | CouchError {
  const fields: Readonly<Record<string, unknown>> = error instanceof Error ? { ...error } : {}
  const status = fields['statusCode']
  const message = error instanceof Error ? error.message : String(error)
  if (typeof status !== 'number') return new UnavailableError('couchdb', `no answer to ${path}: ${message}`)
  if (status === 401) return new NotSignedInError('couchdb', `CouchDB answered 401 to ${path}: ${message}`)
  if (status >= 500 || retryableStatuses.has(status)) {
    return new UnavailableError('couchdb', `CouchDB answered ${status} to ${path}: ${message}`)
  }
  const reason = String(fields['reason'] ?? message)
  if (status === 404 && reason === databaseMissingReason)
    return new DatabaseMissingError('couchdb', `${path}: ${reason}`)
  return new CouchError(status, String(fields['error'] ?? ''), reason)
}
