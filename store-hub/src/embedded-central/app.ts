import fastify, { LogController } from 'fastify'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CouchLimits, CouchPrincipal } from '../couch-server/index.ts'
import { boundClosing, couchServer, couchServerRouting } from '../couch-server/index.ts'
import type { Store } from '../store/index.ts'
import { areCredentials, carriesCredentials } from './basic-authentication.ts'

export interface CentralOptions {
  readonly store: Store
  readonly adminUser: string
  readonly adminPassword: string
  readonly limits?: Partial<CouchLimits>
  /** pino's level; default silent */
  readonly logLevel?: string
}

/** How long requests in progress may take once the server closes. */
const CLOSING_GRACE_MS = 5_000

/** How long a request's body may take to arrive, over a slow line too. */
const REQUEST_TIMEOUT_MS = 300_000

/** CouchDB limits neither batches nor documents so tightly as a hub does. */
const CENTRAL_LIMITS: Partial<CouchLimits> = {
  documentBytes: 8_000_000,
  requestBytes: 64_000_000,
  batchDocuments: 10_000,
}

/**
 * A CouchDB-protocol server with one administrator, for machines without CouchDB. What it answers is what CouchDB 3.5
 * answers; sequences are opaque, so that nothing comes to rely on counting with them.
 */
export function buildCentral({ store, adminUser, adminPassword, limits, logLevel }: CentralOptions): FastifyInstance {
  const app = fastify({
    ...couchServerRouting,
    logger: { level: logLevel ?? 'silent' },
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: 'idle',
    requestTimeout: REQUEST_TIMEOUT_MS,
  })
  const administrator: CouchPrincipal = { name: adminUser, roles: ['_admin'] }
  const credentials = { user: adminUser, password: adminPassword }
  const authenticate = (request: FastifyRequest): CouchPrincipal | undefined =>
    carriesCredentials(request.headers.authorization, credentials) ? administrator : undefined

  app.register(
    couchServer({
      store,
      access: {
        authenticate,
        signIn: (user, password) => (areCredentials({ user, password }, credentials) ? administrator : undefined),
        challenge: 'Basic realm="Tidemark central"',
        mayAdminister: () => true,
        mayCreateDatabase: () => true,
      },
      limits: { ...CENTRAL_LIMITS, ...limits },
      sequences: 'opaque',
    }),
  )
  boundClosing(app, CLOSING_GRACE_MS)
  return app
}
