/** What can go wrong between a service and its dependencies. Expected outcomes of single documents are returned, not thrown. */
import { serviceErrorCodes, type ServiceErrorCode } from '@tidemark/contracts'

/** `issuer`: whoever publishes the keys with which tokens are verified. A service may ask the others on behalf of the console. */
export type Dependency = 'couchdb' | 'nats' | 'issuer' | 'inventory' | 'conflicts' | 'sync-log'

/** A dependency is away, overloaded or refuses our credentials: the same work is worth doing again later. */
export class UnavailableError extends Error {
  override readonly name: string = 'UnavailableError'
  readonly dependency: Dependency
  constructor(dependency: Dependency, message: string) {
    super(message)
    this.dependency = dependency
  }
}

/** A database that should be there is gone: creating it again is part of trying again. */
export class DatabaseMissingError extends UnavailableError {
  override readonly name = 'DatabaseMissingError'
}

/** CouchDB answered a request as a whole with an error that repeating will not mend. */
export class CouchError extends Error {
  override readonly name = 'CouchError'
  readonly status: number
  /** CouchDB's error name, such as `not_found`. */
  readonly error: string
  readonly reason: string
  constructor(status: number, error: string, reason: string) {
    super(`CouchDB answered ${status} ${error}: ${reason}`)
    this.status = status
    this.error = error
    this.reason = reason
  }
}

export interface FieldProblem {
  /** JSON pointer into the request, such as `/query/date`. */
  readonly field: string
  readonly message: string
}

/** Thrown by a route to answer with RFC 9457 problem details. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem'
  readonly status: number
  readonly code: ServiceErrorCode
  readonly problems: readonly FieldProblem[]
  constructor(status: number, code: ServiceErrorCode, detail: string, problems: readonly FieldProblem[] = []) {
    super(detail)
    this.status = status
    this.code = code
    this.problems = problems
  }
}

export function notFound(detail: string): HttpProblem {
  return new HttpProblem(404, serviceErrorCodes.notFound, detail)
}

/** Nobody has signed in, or not with a token that is good. */
export function unauthorized(detail: string): HttpProblem {
  return new HttpProblem(401, serviceErrorCodes.unauthorized, detail)
}

/** Somebody has signed in, who may not do this. */
export function forbidden(detail: string): HttpProblem {
  return new HttpProblem(403, serviceErrorCodes.forbidden, detail)
}

export function invalidField(field: string, message: string): HttpProblem {
  return new HttpProblem(400, serviceErrorCodes.validationFailed, `${field} ${message}`, [{ field, message }])
}

export function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
