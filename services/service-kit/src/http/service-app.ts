/** The Fastify application that every service starts from: validation, errors, documentation, health. */
import { randomUUID } from 'node:crypto'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import { Type } from 'typebox'
import type { Telemetry } from '@tidemark/telemetry'
import { requireSignIn } from '../sign-in/require-sign-in.ts'
import type { VerifyToken } from '../sign-in/verify-token.ts'
import { addHealthRoutes, type ReadinessCheck } from './health-routes.ts'
import { describeApi } from './openapi.ts'
import { sayGoodbye } from './gentle-close.ts'
import { limitRates } from './rate-limits.ts'
import { logRequests } from './request-log.ts'
import { installProblemDetails } from './problem-details.ts'

export interface ServiceAppOptions {
  /** Title of the OpenAPI description. */
  readonly title: string
  readonly description: string
  readonly telemetry: Telemetry
  readonly logger: FastifyBaseLogger
  /** By name of the dependency. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>
  readonly verifyToken: VerifyToken
  readonly requestsPerMinute: number
  readonly isStopping: () => boolean
}

/** A Fastify application whose routes take their types from their TypeBox schemas. */
export type ServiceApp = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>

const bodyLimitBytes = 1024 * 1024
/** The longest id that a document may have, encoded. */
const maxParameterLength = 2048
const requestTimeoutMs = 30_000

export async function buildServiceApp(options: ServiceAppOptions): Promise<ServiceApp> {
  const app = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
    routerOptions: { maxParamLength: maxParameterLength },
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    // An unknown parameter is a mistake that the caller should hear of, not something to drop in silence.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: false } },
    // A service that drains finishes what it has begun; it does not wait for idle keep-alive connections.
    forceCloseConnections: 'idle',
  }).withTypeProvider<TypeBoxTypeProvider>()
  installProblemDetails(app)
  refuseUnknownParameters(app)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  logRequests(app)
  sayGoodbye(app, options.isStopping)
  requireSignIn(app, options.verifyToken)
  await limitRates(app, options.requestsPerMinute)
  await describeApi(app, options)
  addHealthRoutes(app, options.telemetry, options.checks)
  return app
}

/** Of endpoints that take none at all; others say which they take. What is not described is a site's file. */
function refuseUnknownParameters(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.schema === undefined || route.schema.hide === true || route.schema.querystring !== undefined) return
    route.schema.querystring = Type.Object({}, { additionalProperties: false })
  })
}

/** Takes over a caller's id where it is harmless in a log. */
function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(header) ? header : randomUUID()
}
