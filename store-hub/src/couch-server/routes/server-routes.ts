import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CouchContext, Handler } from '../context.ts'
import { addEndpoint, principalOf, queryOf } from '../context.ts'
import { describeDatabase } from '../describe-database.ts'
import { badRequest, queryParseError } from '../errors.ts'
import { jsonObject } from '../json-body.ts'
import type { CouchPrincipal } from '../options.ts'
import type { Parameters } from '../parameters.ts'
import { newId } from '../write-documents.ts'

/** What concerns the server as a whole. */
export function serverRoutes<P extends CouchPrincipal>(app: FastifyInstance, context: CouchContext<P>): void {
  const { store, access, vendor } = context.options

  // The epoch can change while the server runs.
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

  const readable = (request: FastifyRequest): string[] => {
    const principal = principalOf(context, request)
    return store.names().filter((name) => access.mayRead?.(principal, name) !== false)
  }
  const allDatabases: Handler = (request) => selectNames(readable(request), queryOf(request))
  addEndpoint(app, context, '/_all_dbs', { GET: ['known', allDatabases] })

  const describeAll = (request: FastifyRequest, names: readonly string[]): object[] => {
    const known = new Set(readable(request))
    return names.map((key) => {
      const database = known.has(key) ? store.database(key) : undefined
      if (database === undefined) return { key, error: 'not_found' }
      return { key, info: describeDatabase(database, key, context.sequences) }
    })
  }
  addEndpoint(app, context, '/_dbs_info', {
    GET: ['known', (request) => describeAll(request, selectNames(readable(request), queryOf(request)))],
    POST: ['known', (request) => describeAll(request, requireNames(jsonObject(request)['keys']))],
  })

  addEndpoint(app, context, '/_active_tasks', { GET: ['known', () => []] })
  addEndpoint(app, context, '/_membership', {
    GET: ['known', () => ({ all_nodes: [NODE], cluster_nodes: [NODE] })],
  })

  addEndpoint(app, context, '/_uuids', {
    GET: [
      'open',
      (request) => {
        const count = queryOf(request).integer('count', 1) ?? 1
        if (count > 1_000) throw queryParseError('count: at most 1000 are given at once')
        return { uuids: Array.from({ length: count }, newId) }
      },
    ],
  })
}

const NODE = 'nonode@nohost'
/** CouchDB's own limit. */
const MAX_DATABASES_DESCRIBED = 100

function selectNames(names: readonly string[], query: Parameters): string[] {
  const isDescending = query.boolean('descending')
  const start = query.json('startkey', 'start_key')
  const end = query.json('endkey', 'end_key')
  const [lowest, highest] = isDescending ? [end, start] : [start, end]
  const chosen = names.filter(
    (name) => (typeof lowest !== 'string' || name >= lowest) && (typeof highest !== 'string' || name <= highest),
  )
  const skip = query.integer('skip') ?? 0
  const limit = query.integer('limit') ?? Number.POSITIVE_INFINITY
  return (isDescending ? chosen.toReversed() : chosen).slice(skip, skip + limit)
}

function requireNames(keys: unknown): string[] {
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string')) {
    throw badRequest('`keys` member must exist and be a list of names.')
  }
  if (keys.length > MAX_DATABASES_DESCRIBED) throw badRequest('keys: at most 100 databases are described at once')
  return keys
}
