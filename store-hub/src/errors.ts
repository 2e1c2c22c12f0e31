/** Errors of the hub's own API: RFC 9457 problem details with a stable code. `/db/` answers in CouchDB's form instead. */
import { errorCodes, schemaProblems, type ErrorCode, type Problem, type ProblemDetails } from '@tidemark/contracts'
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Static, TSchema } from 'typebox'
import { StoreError } from './store/index.ts'

const statusOfCode: Readonly<Record<ErrorCode, number>> = {
  [errorCodes.validationFailed]: 400,
  [errorCodes.notFound]: 404,
  [errorCodes.unauthorized]: 401,
  [errorCodes.forbidden]: 403,
  [errorCodes.conflict]: 409,
  [errorCodes.tooLarge]: 413,
  [errorCodes.laneTaken]: 409,
  [errorCodes.codeRefused]: 403,
  [errorCodes.tooManyRequests]: 429,
  [errorCodes.notReady]: 503,
  [errorCodes.unavailable]: 503,
  [errorCodes.internal]: 500,
}

const titleOfCode: Readonly<Record<ErrorCode, string>> = {
  [errorCodes.validationFailed]: 'The request is not valid',
  [errorCodes.notFound]: 'Not found',
  [errorCodes.unauthorized]: 'Not signed in',
  [errorCodes.forbidden]: 'Not allowed',
  [errorCodes.conflict]: 'Conflict',
  [errorCodes.tooLarge]: 'Too large',
  [errorCodes.laneTaken]: 'The lane is taken',
  [errorCodes.codeRefused]: 'The code does not work',
  [errorCodes.tooManyRequests]: 'Too many requests',
  [errorCodes.notReady]: 'Not ready',
  [errorCodes.unavailable]: 'Not available',
  [errorCodes.internal]: 'Internal error',
}

/** A request that can't be done, as the client is told. `fields` are added to the problem document. */
export class HubError extends Error {
  readonly code: ErrorCode
  readonly problems: readonly Problem[]
  readonly fields: Readonly<Record<string, unknown>>
  /** For Fastify, and for routes that answer errors in a form of their own. */
  readonly statusCode: number

  constructor(
    code: ErrorCode,
    detail: string,
    more: { problems?: readonly Problem[]; fields?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(detail, { cause: more.cause })
    this.name = 'HubError'
    this.code = code
    this.statusCode = statusOfCode[code]
    this.problems = more.problems ?? []
    this.fields = more.fields ?? {}
  }
}

/** Takes in what crosses the process's border. Throws a HubError `validation-failed` that names each field. */
export function parseInput<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  const problems = schemaProblems(schema, value)
  if (problems.length > 0) throw new HubError(errorCodes.validationFailed, 'Fields are missing or wrong', { problems })
  return value as Static<Schema>
}

/** What the client sees of an error. An unexpected one shows nothing of the inside. */
export function problemOf(error: unknown, instance: string): ProblemDetails & Record<string, unknown> {
  const known = error instanceof HubError ? error : fromFastify(error)
  return {
    type: 'about:blank',
    title: titleOfCode[known.code],
    status: statusOfCode[known.code],
    code: known.code,
    detail: known.message,
    instance,
    ...(known.problems.length > 0 && { problems: [...known.problems] }),
    ...known.fields,
  }
}

export function sendProblem(reply: FastifyReply, problem: ProblemDetails): FastifyReply {
  return reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem))
}

/** Installs the problem form for every route that doesn't bring its own (the CouchDB routes do). */
export function useProblemDetails(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, request.url.split('?')[0] ?? '')
    if (!(error instanceof HubError)) request.log.error({ err: error }, 'request failed')
    return sendProblem(reply, problem)
  })
}

/** The store takes no more at the moment, and has kept nothing of the request: the client may come again. */
const passingStoreErrors = new Set<StoreError['code']>(['disk_full', 'store_overloaded', 'store_closed'])

function fromFastify(error: unknown): HubError {
  if (error instanceof StoreError && passingStoreErrors.has(error.code)) {
    return new HubError(errorCodes.unavailable, error.message, { cause: error })
  }
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  const detail = error instanceof Error ? error.message : ''
  if (status === 413) return new HubError(errorCodes.tooLarge, detail)
  if (status === 404) return new HubError(errorCodes.notFound, detail)
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new HubError(errorCodes.validationFailed, detail)
  }
  return new HubError(errorCodes.internal, 'The hub could not do this; its log says why', { cause: error })
}

/** One line for a status or a log field, whatever was thrown. PouchDB rejects with plain objects too. */
export function describeError(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const { message, reason, name, cause } = error as Record<string, unknown>
  const text = [reason, message, name].find((part) => typeof part === 'string' && part !== '')
  const causeCode = typeof cause === 'object' && cause !== null && 'code' in cause ? ` (${String(cause.code)})` : ''
  return `${typeof text === 'string' ? text : 'unknown error'}${causeCode}`.slice(0, 500)
}
