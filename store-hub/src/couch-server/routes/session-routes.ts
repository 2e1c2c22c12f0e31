import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CouchContext, Handler } from '../context.ts'
import { addEndpoint, authenticate } from '../context.ts'
import { CouchError, badRequest } from '../errors.ts'
import { jsonObject } from '../json-body.ts'
import type { CouchPrincipal } from '../options.ts'

/** Who one is, and signing in and out with a cookie where the application knows names and passwords. */
export function sessionRoutes<P extends CouchPrincipal>(app: FastifyInstance, context: CouchContext<P>): void {
  const describe: Handler = async (request) => {
    const principal = await authenticate(context, request)
    if (principal === undefined && request.headers.authorization !== undefined) throw wrongCredentials()
    const { name, roles } = principal ?? { name: null, roles: [] }
    return { ok: true, userCtx: { name, roles }, info: { authentication_handlers: ['cookie', 'default'] } }
  }

  const signIn: Handler = async (request, reply) => {
    const { name, password } = readCredentials(request)
    const principal = await context.options.access.signIn?.(name, password)
    if (principal === undefined) throw wrongCredentials()
    reply.header('set-cookie', context.sessions.begin(principal))
    return { ok: true, name: principal.name, roles: principal.roles }
  }

  const signOut: Handler = async (request, reply) => {
    reply.header('set-cookie', context.sessions.end(request.headers.cookie))
    return { ok: true }
  }

  addEndpoint(app, context, '/_session', {
    GET: ['open', describe],
    POST: ['open', signIn],
    DELETE: ['open', signOut],
  })
}

const wrongCredentials = (): CouchError => new CouchError(401, 'unauthorized', 'Name or password is incorrect.')

function readCredentials(request: FastifyRequest): { name: string; password: string } {
  const { name, username = name, password } = jsonObject(request)
  if (typeof username !== 'string' || typeof password !== 'string') {
    throw badRequest('request body must contain a name and a password')
  }
  return { name: username, password }
}
