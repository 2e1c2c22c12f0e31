// What every route needs: who asks, which database, and whether the one may have the other.
import type { FastifyReply, FastifyRequest, HTTPMethods, RouteShorthandOptions, FastifyInstance } from 'fastify'
import type { DocumentDatabase } from '../store/index.ts'
import { isDatabaseName } from '../store/index.ts'
import { CouchError, forbidden, illegalDatabaseName, notFound } from './errors.ts'
import type { FeedRegistry } from './feeds.ts'
import type { CouchLimits, CouchPrincipal, CouchServerOptions } from './options.ts'
import { Parameters } from './parameters.ts'
import type { SequenceFormat } from './sequences.ts'
import type { Sessions } from './sessions.ts'
import type { WriteContext } from './write-documents.ts'

export interface CouchContext<P extends CouchPrincipal> {
  readonly options: CouchServerOptions<P>
  readonly limits: CouchLimits
  readonly feeds: FeedRegistry
  readonly sequences: SequenceFormat
  readonly sessions: Sessions<P>
}

/** What a route asks for before its body is read. `open` doesn't even ask who it is. */
export type Right = 'open' | 'known' | 'read' | 'administer'

/** Where a request carries who sent it: a WeakMap costs each request more, and each garbage collection. */
const PRINCIPAL = Symbol('principal')

interface Admitted<P> extends FastifyRequest {
  [PRINCIPAL]?: P
}

export type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown

/** `short` for a route whose answers are never long enough to be compressed, which spares each request the looking. */
type Answers = 'short' | 'any'

/** Route handlers by method, with the right that each needs. Every other method answers 405. */
export type Endpoint = Partial<
  Record<'GET' | 'POST' | 'PUT' | 'DELETE' | 'COPY', readonly [right: Right, handler: Handler, answers?: Answers]>
>

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'COPY'] as const satisfies HTTPMethods[]

/** Adds one URL with all its methods. */
export function addEndpoint<P extends CouchPrincipal>(
  app: FastifyInstance,
  context: CouchContext<P>,
  url: string,
  endpoint: Endpoint,
): void {
  const allowed = Object.keys(endpoint)
  for (const method of METHODS) {
    const [right, handler, answers] = (method === 'PATCH' ? undefined : endpoint[method]) ?? [
      'known',
      refuseMethod(allowed),
    ]
    const options: RouteShorthandOptions = {
      onRequest: (request, reply, done) => admit(context, request, reply, right, done),
      ...(answers === 'short' ? { compress: false } : {}),
    }
    app.route({ method, url, exposeHeadRoute: method === 'GET' && !url.endsWith('/_changes'), ...options, handler })
  }
}

function refuseMethod(allowed: readonly string[]): Handler {
  return () => {
    const methods = allowed.join(',')
    throw new CouchError(405, 'method_not_allowed', `Only ${methods} allowed`, { allow: methods })
  }
}

/** Who asks: by a session of this server, or as the application knows. */
export function authenticate<P extends CouchPrincipal>(
  { sessions, options }: CouchContext<P>,
  request: FastifyRequest,
): P | undefined | Promise<P | undefined> {
  return sessions.find(request.headers.cookie) ?? options.access.authenticate(request)
}

type Done = (error?: Error) => void

/** Calls `done` at once where `authenticate` answers at once: most requests wait for nothing here. */
function admit<P extends CouchPrincipal>(
  context: CouchContext<P>,
  request: FastifyRequest,
  reply: FastifyReply,
  right: Right,
  done: Done,
): void {
  reply.header('cache-control', 'must-revalidate')
  if (right === 'open') return done()
  const enter = (principal: P | undefined): void => {
    try {
      checkRight(context, request, principal, right)
    } catch (error) {
      return done(error as Error)
    }
    done()
  }
  try {
    const principal = authenticate(context, request)
    if (principal instanceof Promise) principal.then(enter, done)
    else enter(principal)
  } catch (error) {
    done(error as Error)
  }
}

function checkRight<P extends CouchPrincipal>(
  context: CouchContext<P>,
  request: FastifyRequest,
  principal: P | undefined,
  right: Right,
): void {
  const { access } = context.options
  if (principal === undefined) {
    const headers = { 'www-authenticate': access.challenge ?? 'Bearer' }
    throw new CouchError(401, 'unauthorized', 'You are not authorized to access this server.', headers)
  }
  const admitted: Admitted<P> = request
  admitted[PRINCIPAL] = principal
  if (right === 'known') return
  const name = databaseNameOf(request)
  if (access.mayRead?.(principal, name) === false) throw forbidden('You are not allowed to access this db.')
  findDatabase(context, name)
  if (right === 'administer') requireAdministrator(context, principal, name)
}

export function requireAdministrator<P extends CouchPrincipal>(
  context: CouchContext<P>,
  principal: P,
  name: string,
): void {
  if (context.options.access.mayAdminister?.(principal, name) !== true) {
    throw forbidden('You are not a db or server admin.')
  }
}

/** `_context` says of which kind the principals of this server are. */
export function principalOf<P extends CouchPrincipal>(_context: CouchContext<P>, request: FastifyRequest): P {
  const { [PRINCIPAL]: principal }: Admitted<P> = request
  if (principal === undefined) throw new Error('a route ran without its authentication')
  return principal
}

/** The decoded `:name` of the route's URL. */
export function pathParameter(request: FastifyRequest, name: string): string {
  const value = (request.params as Record<string, string | undefined>)[name]
  if (value === undefined) throw new Error(`the route has no :${name}`)
  return value
}

export const databaseNameOf = (request: FastifyRequest): string => pathParameter(request, 'db')

function findDatabase<P extends CouchPrincipal>(context: CouchContext<P>, name: string): DocumentDatabase {
  const database = context.options.store.database(name)
  if (database !== undefined) return database
  if (!isDatabaseName(name)) throw illegalDatabaseName(name)
  throw notFound('Database does not exist.')
}

export function databaseOf<P extends CouchPrincipal>(
  context: CouchContext<P>,
  request: FastifyRequest,
): DocumentDatabase {
  return findDatabase(context, databaseNameOf(request))
}

export const queryOf = (request: FastifyRequest): Parameters => new Parameters(request.query)

export function writeContextOf<P extends CouchPrincipal>(
  context: CouchContext<P>,
  request: FastifyRequest,
): WriteContext<P> {
  return {
    options: context.options,
    limits: context.limits,
    principal: principalOf(context, request),
    name: databaseNameOf(request),
    database: databaseOf(context, request),
    log: request.log,
  }
}
