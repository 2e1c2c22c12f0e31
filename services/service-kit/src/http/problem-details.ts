/** Every error of a service leaves as RFC 9457 problem details, without anything about its inside. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify'
import { serviceErrorCodes, type ServiceErrorCode, type ProblemDetails } from '@tidemark/contracts'
import { HttpProblem, UnavailableError, type FieldProblem } from '../errors.ts'

const titles: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'Sign in first',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Conflict',
  413: 'The request is too large',
  415: 'This media type is not understood',
  422: 'The request can not be carried out',
  429: 'Too many requests',
  500: 'Something went wrong on our side',
  503: 'Not available at the moment',
}

const codes: Readonly<Record<number, ServiceErrorCode>> = {
  401: serviceErrorCodes.unauthorized,
  403: serviceErrorCodes.forbidden,
  404: serviceErrorCodes.notFound,
  409: serviceErrorCodes.conflict,
  413: serviceErrorCodes.tooLarge,
  422: serviceErrorCodes.notPossible,
  429: serviceErrorCodes.tooManyRequests,
  503: serviceErrorCodes.unavailable,
}

export function installProblemDetails(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | HttpProblem | UnavailableError, request, reply) =>
    sendProblem(request, reply, problemOf(error, request)),
  )
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      request,
      reply,
      problem(404, serviceErrorCodes.notFound, `there is no ${request.method} ${pathOf(request)}`),
    ),
  )
}

function sendProblem(request: FastifyRequest, reply: FastifyReply, details: ProblemDetails): FastifyReply {
  if (details.status === 401) reply.header('www-authenticate', 'Bearer')
  return reply
    .code(details.status)
    .type('application/problem+json')
    .send({ ...details, instance: pathOf(request), requestId: request.id })
}

function problemOf(error: FastifyError | HttpProblem | UnavailableError, request: FastifyRequest): ProblemDetails {
  if (error instanceof HttpProblem) return problem(error.status, error.code, error.message, error.problems)
  if (error instanceof UnavailableError) {
    request.log.warn({ reason: error.message }, 'a dependency is away')
    return problem(503, serviceErrorCodes.unavailable, `${error.dependency} is not reachable`)
  }
  if (error.validation !== undefined) {
    const problems = error.validation.map((fault) => fieldProblem(error.validationContext ?? '', fault))
    const detail = problems.map(({ field, message }) => `${field} ${message}`).join('; ')
    return problem(400, serviceErrorCodes.validationFailed, detail, problems)
  }
  const status = error.statusCode ?? 500
  if (status >= 400 && status < 500) {
    return problem(status, codes[status] ?? serviceErrorCodes.validationFailed, error.message)
  }
  request.log.error({ err: error }, 'request failed')
  return problem(500, serviceErrorCodes.internal, 'quote the request id when you report this')
}

const contexts: Readonly<Record<string, string>> = { querystring: '/query', params: '/params', body: '/body' }

function fieldProblem(context: string, fault: FastifySchemaValidationError): FieldProblem {
  const base = `${contexts[context] ?? ''}${fault.instancePath}`
  const { additionalProperty, missingProperty } = fault.params
  if (typeof additionalProperty === 'string') {
    return { field: `${base}/${escapePointer(additionalProperty)}`, message: 'is not a known parameter' }
  }
  if (typeof missingProperty === 'string') {
    return { field: `${base}/${escapePointer(missingProperty)}`, message: 'is missing' }
  }
  return { field: base, message: fault.message ?? 'is not valid' }
}

// RFC 6901, section 3.
function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function problem(
  status: number,
  code: ServiceErrorCode,
  detail: string,
  problems: readonly FieldProblem[] = [],
): ProblemDetails {
  const fields = problems.length === 0 ? {} : { problems: [...problems] }
  return { type: 'about:blank', title: titles[status] ?? 'The request failed', status, code, detail, ...fields }
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? ''
}
