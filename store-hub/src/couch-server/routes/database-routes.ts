import type { FastifyInstance } from 'fastify'
import type { PouchDatabase } from '../../pouchdb/index.ts'
import type { CouchContext, Handler } from '../context.ts'
import { addEndpoint, databaseNameOf, databaseOf, principalOf, writeContextOf } from '../context.ts'
import { forbidden, illegalDatabaseName, notFound, notImplemented } from '../errors.ts'
import { isDatabaseName } from '../../store/index.ts'
import { jsonBody, jsonObject } from '../json-body.ts'
import { SECURITY_ID } from '../local-documents.ts'
import type { CouchPrincipal } from '../options.ts'
import { expectStored, writeDocuments } from '../write-documents.ts'

const REVISIONS_KEPT = 1_000
const DEFAULT_SECURITY = { members: { roles: ['_admin'] }, admins: { roles: ['_admin'] } }

/** A database as a whole: making, describing and removing it, and its settings. */
export function databaseRoutes<P extends CouchPrincipal>(app: FastifyInstance, context: CouchContext<P>): void {
  const { store, access } = context.options

  const describe: Handler = async (request) => {
    const { doc_count, update_seq } = await databaseOf(context, request).info()
    return {
      db_name: databaseNameOf(request),
      purge_seq: context.sequences.format(0),
      update_seq: context.sequences.format(Number(update_seq)),
      doc_count,
      props: {},
      disk_format_version: 8,
      compact_running: false,
      instance_start_time: '0',
    }
  }

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
    if (!(await store.destroy(name))) throw notFound('missing')
    context.feeds.wake(name)
    return { ok: true }
  }

  const add: Handler = async (request, reply) => {
    const body = jsonBody(request)
    const sent = {
      value: jsonObject(request),
      text: () => body?.bytes.toString() ?? '',
      bytes: body?.bytes.length ?? 0,
    }
    const [outcome] = await writeDocuments(writeContextOf(context, request), [sent], false)
    return reply.code(201).send({ ok: true, ...expectStored(outcome) })
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
    GET: ['read', (request) => readSecurity(databaseOf(context, request))],
    PUT: [
      'administer',
      async (request) => {
        await writeSecurity(databaseOf(context, request), jsonObject(request))
        return { ok: true }
      },
    ],
  })

  addEndpoint(app, context, '/:db/_revs_limit', {
    GET: ['read', () => REVISIONS_KEPT],
    PUT: ['administer', () => Promise.reject(notImplemented(`_revs_limit is ${REVISIONS_KEPT} and can't be changed`))],
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

  addEndpoint(app, context, '/:db/_view_cleanup', {
    POST: [
      'administer',
      async (request, reply) => reply.code(202).send(await databaseOf(context, request).viewCleanup()),
    ],
  })

  for (const url of ['/:db/_purge', '/:db/_purged_infos_limit']) {
    addEndpoint(app, context, url, {
      POST: ['administer', () => Promise.reject(notImplemented('_purge: documents are never purged here'))],
    })
  }
}

async function readSecurity(database: PouchDatabase): Promise<unknown> {
  try {
    return (await database.get(SECURITY_ID))['security'] ?? DEFAULT_SECURITY
  } catch (error) {
    if ((error as { status?: unknown }).status === 404) return DEFAULT_SECURITY
    throw error
  }
}

async function writeSecurity(database: PouchDatabase, security: object): Promise<void> {
  const kept = await database.get(SECURITY_ID).catch(() => undefined)
  const rev = kept?._rev === undefined ? {} : { _rev: kept._rev }
  await database.put({ _id: SECURITY_ID, ...rev, security })
}
