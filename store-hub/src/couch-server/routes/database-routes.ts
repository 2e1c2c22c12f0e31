import type { FastifyInstance, FastifyRequest } from 'fastify'
import { pouchOf } from '../../pouchdb/index.ts'
import { isDatabaseName } from '../../store/index.ts'
import type { CouchContext, Handler } from '../context.ts'
import { addEndpoint, databaseNameOf, databaseOf, principalOf, queryOf, writeContextOf } from '../context.ts'
import { describeDatabase } from '../describe-database.ts'
import { badRequest, forbidden, illegalDatabaseName, notFound, notImplemented } from '../errors.ts'
import { jsonBody, jsonObject } from '../json-body.ts'
import { readSecurity, writeSecurity } from '../local-documents.ts'
import type { CouchPrincipal } from '../options.ts'
import { readSentDocument } from '../sent-documents.ts'
import { expectStored, writeDocuments } from '../write-documents.ts'

/** A database as a whole: making, describing and removing it, and its settings. */
export function databaseRoutes<P extends CouchPrincipal>(app: FastifyInstance, context: CouchContext<P>): void {
  const { store, access } = context.options

  const describe: Handler = (request) =>
    describeDatabase(databaseOf(context, request), databaseNameOf(request), context.sequences)

  const create: Handler = async (request, reply) => {
    const name = databaseNameOf(request)
    if (!isDatabaseName(name)) throw illegalDatabaseName(name)
    if (access.mayCreateDatabase?.(principalOf(context, request), name) !== true) {
      throw forbidden('You are not a server admin.')
    }
    await store.create(name)
    return reply.code(201).send({ ok: true })
  }

  const remove: Handler = async (request) => {
    const name = databaseNameOf(request)
    if (queryOf(request).has('rev')) {
      throw badRequest(
        'You tried to DELETE a database with a ?rev= parameter. Did you mean to DELETE a document instead?',
      )
    }
    context.feeds.endAll(name)
    if (!(await store.destroy(name))) throw notFound('missing')
    return { ok: true }
  }

  const add: Handler = async (request, reply) => {
    const sent = readSentDocument(request, context.limits)
    const [outcome] = await writeDocuments(writeContextOf(context, request), [sent], false)
    const status = queryOf(request).text('batch') === 'ok' ? 202 : 201
    return reply.code(status).send({ ok: true, ...expectStored(outcome) })
  }

  for (const url of ['/:db', '/:db/']) {
    addEndpoint(app, context, url, {
      GET: ['read', describe],
      PUT: ['known', create],
      DELETE: ['administer', remove],
      POST: ['read', add],
    })
  }

  addEndpoint(app, context, '/:db/_ensure_full_commit', {
    // Every write is on disk before it is acknowledged: there is nothing left to ensure.
    POST: ['read', (_request, reply) => reply.code(201).send({ ok: true, instance_start_time: '0' })],
  })

  addEndpoint(app, context, '/:db/_security', {
    GET: ['read', (request, reply) => reply.type('application/json').send(readSecurity(databaseOf(context, request)))],
    PUT: [
      'administer',
      async (request) => {
        await writeSecurity(databaseOf(context, request), jsonObject(request))
        return { ok: true }
      },
    ],
  })

  addEndpoint(app, context, '/:db/_revs_limit', {
    GET: ['read', (request) => databaseOf(context, request).info().revsLimit],
    PUT: [
      'administer',
      async (request) => {
        await databaseOf(context, request).setRevsLimit(requireRevsLimit(request))
        return { ok: true }
      },
    ],
  })

  addEndpoint(app, context, '/:db/_compact', {
    POST: [
      'administer',
      (request, reply) => {
        databaseOf(context, request)
          .compact()
          .catch((error: unknown) => request.log.error({ err: error }, 'compaction failed'))
        return reply.code(202).send({ ok: true })
      },
    ],
  })
  // Views have no bodies of old revisions to give back.
  addEndpoint(app, context, '/:db/_compact/:ddoc', {
    POST: ['administer', (_request, reply) => reply.code(202).send({ ok: true })],
  })

  addEndpoint(app, context, '/:db/_view_cleanup', {
    POST: [
      'administer',
      async (request, reply) => reply.code(202).send(await pouchOf(databaseOf(context, request)).viewCleanup()),
    ],
  })

  addEndpoint(app, context, '/:db/_purge', {
    POST: ['administer', () => Promise.reject(notImplemented('_purge: documents are never purged here'))],
  })
  addEndpoint(app, context, '/:db/_purged_infos_limit', {
    GET: ['read', () => 1_000],
    PUT: ['administer', () => Promise.reject(notImplemented('_purge: documents are never purged here'))],
  })
}

const MAX_REVS_LIMIT = 1_000_000

function requireRevsLimit(request: FastifyRequest): number {
  const limit = jsonBody(request)?.value
  if (typeof limit === 'number' && Number.isInteger(limit) && limit > 0 && limit <= MAX_REVS_LIMIT) return limit
  throw badRequest('Rev limit has to be an integer > 0')
}
