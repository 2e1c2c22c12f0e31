import type { FastifyError, FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { compressBodies } from './compression.ts'
import type { CouchContext } from './context.ts'
import { addEndpoint } from './context.ts'
import { CouchError, badRequest, notFound, toCouchError } from './errors.ts'
import { feedRegistry } from './feeds.ts'
import { parseJsonBodies } from './json-body.ts'
import type { CouchPrincipal, CouchServerOptions } from './options.ts'
import { DEFAULT_LIMITS } from './options.ts'
import { bulkRoutes } from './routes/bulk-routes.ts'
import { changesRoutes } from './routes/changes-routes.ts'
import { databaseRoutes } from './routes/database-routes.ts'
import { documentRoutes } from './routes/document-routes.ts'
import { queryRoutes } from './routes/query-routes.ts'
import { serverRoutes } from './routes/server-routes.ts'
import { sessionRoutes } from './routes/session-routes.ts'
import { sequenceFormat } from './sequences.ts'
import { createSessions } from './sessions.ts'

/**
 * What the Fastify application itself has to be made with: `fastify({ ...couchServerRouting })`. Fastify's own limit
 * of 100 characters for a part of a URL answers 404 for longer document ids, and a URL that can't be decoded never comes
 * as far as a plugin.
 */
export const couchServerRouting = {
  routerOptions: { maxParamLength: 8_192 },
  frameworkErrors: (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) =>
    sendError(reply, toCouchError(error) ?? badRequest(error.message)),
} as const

/**
 * CouchDB's HTTP protocol over a store, as a Fastify plugin:
 * `app.register(couchServer({ store, access }), { prefix: '/db' })`.
 * The store stays the caller's: close it after the application.
 */
export function couchServer<P extends CouchPrincipal>(options: CouchServerOptions<P>): FastifyPluginAsync {
  return async (app) => {
    requireLongParameters(app)
    const limits = { ...DEFAULT_LIMITS, ...options.limits }
    const context: CouchContext<P> = {
      options,
      limits,
      feeds: feedRegistry(options.store, limits.feeds),
      sequences: sequenceFormat(options.sequences ?? 'numbers', () => options.store.uuid.slice(0, 12)),
      sessions: createSessions(),
    }
    // Feeds end before the server waits for its open answers.
    app.addHook('preClose', () => context.feeds.closeAll())
    const stopListening = options.onRightsLost?.(() => context.feeds.endEvery())
    if (stopListening !== undefined) app.addHook('onClose', stopListening)

    parseJsonBodies(app, limits.requestBytes)
    await compressBodies(app)
    app.setErrorHandler(answerError)
    if (!app.supportedMethods.includes('COPY')) app.addHttpMethod('COPY')

    serverRoutes(app, context)
    sessionRoutes(app, context)
    databaseRoutes(app, context)
    changesRoutes(app, context)
    bulkRoutes(app, context)
    queryRoutes(app, context)
    documentRoutes(app, context)
    addEndpoint(app, context, '/*', {
      GET: ['known', () => Promise.reject(notFound('missing'))],
    })
  }
}

function requireLongParameters(app: FastifyInstance): void {
  const { routerOptions, maxParamLength } = app.initialConfig
  const length = routerOptions?.maxParamLength ?? maxParamLength ?? 100
  if (length < couchServerRouting.routerOptions.maxParamLength) {
    throw new Error(
      `couch-server: make the application with fastify({ ...couchServerRouting }): maxParamLength is ${length}`,
    )
  }
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = toCouchError(error)
  if (known === undefined) request.log.error({ err: error }, 'request failed')
  const answer = known ?? new CouchError(500, 'internal_server_error', 'The request could not be completed.')
  return sendError(reply, answer)
}

function sendError(reply: FastifyReply, { status, headers, error, reason }: CouchError): FastifyReply {
  return reply.code(status).headers(headers).type('application/json').send({ error, reason })
}
