import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import type { CouchContext } from '../context.ts'
import { addEndpoint, principalOf, queryOf } from '../context.ts'
import { queryParseError } from '../errors.ts'
import type { CouchPrincipal } from '../options.ts'

/** What concerns the server as a whole. */
export function serverRoutes<P extends CouchPrincipal>(app: FastifyInstance, context: CouchContext<P>): void {
  const { store, access, vendor } = context.options

  const welcome = () => ({
    couchdb: 'Welcome',
    version: '3.5.0',
    git_sha: '',
    uuid: store.uuid,
    features: [],
    vendor: vendor ?? { name: 'Tidemark', version: '0.1.0' },
  })
  addEndpoint(app, context, '/', { GET: ['open', welcome] })
  addEndpoint(app, context, '/_up', { GET: ['open', () => ({ status: 'ok', seeds: {} })] })

  addEndpoint(app, context, '/_all_dbs', {
    GET: [
      'known',
      (request) => {
        const principal = principalOf(context, request)
        return store.names().filter((name) => access.mayRead?.(principal, name) !== false)
      },
    ],
  })

  addEndpoint(app, context, '/_session', {
    GET: [
      'known',
      (request) => {
        const { name, roles } = principalOf(context, request)
        return { ok: true, userCtx: { name, roles }, info: { authentication_handlers: ['default'] } }
      },
    ],
  })

  addEndpoint(app, context, '/_uuids', {
    GET: [
      'open',
      (request) => {
        const count = queryOf(request).integer('count', 1) ?? 1
        if (count > 1_000) throw queryParseError('count: at most 1000 are given at once')
        return { uuids: Array.from({ length: count }, () => randomUUID().replaceAll('-', '')) }
      },
    ],
  })
}
