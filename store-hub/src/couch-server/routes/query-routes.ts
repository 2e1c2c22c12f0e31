// Questions to a database: `_all_docs`, `_find` and its indexes, and the views of design documents.
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AllDocumentsRequest } from '../all-documents.ts'
import { listKeys, listRange } from '../all-documents.ts'
import type { CouchContext, Handler } from '../context.ts'
import { addEndpoint, databaseOf, pathParameter } from '../context.ts'
import { badRequest, notFound, queryParseError } from '../errors.ts'
import { createIndex, deleteIndex, explainFind, findDocuments, listIndexes } from '../find-documents.ts'
import { jsonBody, jsonObject } from '../json-body.ts'
import type { CouchPrincipal } from '../options.ts'
import { Parameters } from '../parameters.ts'
import { describeView, queryView, readViewRequest } from '../views.ts'

export function queryRoutes<P extends CouchPrincipal>(app: FastifyInstance, context: CouchContext<P>): void {
  const { limits } = context
  const maxKeys = Math.max(limits.batchDocuments, 10_000)

  const readUpdateSequence = async (
    request: FastifyRequest,
    parameters: Parameters,
  ): Promise<number | string | undefined> => {
    if (!parameters.boolean('update_seq')) return undefined
    return context.sequences.format(Number((await databaseOf(context, request).info()).update_seq))
  }

  const allDocs: Handler = async (request, reply) => {
    const parameters = parametersOf(request)
    const database = databaseOf(context, request)
    const updateSequence = await readUpdateSequence(request, parameters)
    const asked = readRange(parameters, updateSequence)
    const keys = readKeys(parameters, maxKeys)
    const pieces = keys === undefined ? listRange(database, asked) : listKeys(database, sliceKeys(keys, asked), asked)
    return reply.type('application/json').send(Readable.from(pieces, { objectMode: false }))
  }
  addEndpoint(app, context, '/:db/_all_docs', { GET: ['read', allDocs], POST: ['read', allDocs] })

  addEndpoint(app, context, '/:db/_design_docs', {
    GET: [
      'read',
      async (request, reply) => {
        const asked = readRange(parametersOf(request), undefined)
        const range = { ...asked, startkey: '_design/', endkey: '_design0', inclusiveEnd: false, descending: false }
        const pieces = listRange(databaseOf(context, request), range)
        return reply.type('application/json').send(Readable.from(pieces, { objectMode: false }))
      },
    ],
  })

  addEndpoint(app, context, '/:db/_find', {
    POST: ['read', (request) => findDocuments(databaseOf(context, request), jsonObject(request))],
  })
  addEndpoint(app, context, '/:db/_explain', {
    POST: ['read', (request) => explainFind(databaseOf(context, request), jsonObject(request))],
  })
  addEndpoint(app, context, '/:db/_index', {
    GET: ['read', (request) => listIndexes(databaseOf(context, request))],
    POST: ['administer', (request) => createIndex(databaseOf(context, request), jsonObject(request))],
  })
  const removeIndex: Handler = (request) =>
    deleteIndex(databaseOf(context, request), pathParameter(request, 'ddoc'), pathParameter(request, 'index'))
  for (const url of ['/:db/_index/:ddoc/json/:index', '/:db/_index/_design/:ddoc/json/:index']) {
    addEndpoint(app, context, url, { DELETE: ['administer', removeIndex] })
  }

  const view: Handler = async (request) => {
    const design = pathParameter(request, 'ddoc')
    const name = pathParameter(request, 'view')
    const asked = readViewRequest(parametersOf(request), maxKeys)
    return queryView(databaseOf(context, request), design, name, asked)
  }
  addEndpoint(app, context, '/:db/_design/:ddoc/_view/:view', { GET: ['read', view], POST: ['read', view] })
  addEndpoint(app, context, '/:db/_design/:ddoc/_info', {
    GET: ['read', (request) => describeView(databaseOf(context, request), pathParameter(request, 'ddoc'))],
  })
  addEndpoint(app, context, '/:db/_design/:ddoc/:function/*', {
    GET: ['read', () => Promise.reject(notFound('missing'))],
  })
}

const parametersOf = (request: FastifyRequest): Parameters => {
  const value = jsonBody(request)?.value
  if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value))) {
    throw badRequest('Request body must be a JSON object')
  }
  return new Parameters(request.query, value)
}

function readRange(parameters: Parameters, updateSequence: number | string | undefined): AllDocumentsRequest {
  const key = parameters.json('key')
  const descending = parameters.boolean('descending')
  const only = key === undefined ? undefined : toIdBound(key)
  const startkey = only ?? toIdBound(parameters.json('startkey', 'start_key'))
  const endkey = only ?? toIdBound(parameters.json('endkey', 'end_key'))
  return {
    startkey: typeof startkey === 'object' ? (startkey.beyond ? LAST_ID : '') : startkey,
    endkey: typeof endkey === 'object' ? (endkey.beyond ? LAST_ID : '') : endkey,
    inclusiveEnd: only !== undefined || parameters.boolean('inclusive_end', true),
    descending,
    skip: parameters.integer('skip') ?? 0,
    limit: parameters.integer('limit') ?? Number.POSITIVE_INFINITY,
    includeDocs: parameters.boolean('include_docs'),
    conflicts: parameters.boolean('conflicts'),
    updateSequence,
  }
}

/** Greater than any id. */
const LAST_ID = '\u{10ffff}'

/** Ids are texts; in CouchDB's order numbers come before all texts, lists and objects after them. */
function toIdBound(key: unknown): string | { readonly beyond: boolean } | undefined {
  if (key === undefined || typeof key === 'string') return key
  return { beyond: typeof key === 'object' && key !== null }
}

function readKeys(parameters: Parameters, limit: number): unknown[] | undefined {
  const keys = parameters.json('keys')
  if (keys === undefined) return undefined
  if (!Array.isArray(keys)) throw badRequest('`keys` parameter must be an array.')
  if (keys.length > limit) throw queryParseError(`keys has ${keys.length} items; at most ${limit} are taken`)
  if (parameters.has('key', 'startkey', 'start_key', 'endkey', 'end_key')) {
    throw queryParseError('`keys` is incompatible with `key`, `start_key` and `end_key`')
  }
  return keys
}

function sliceKeys(keys: unknown[], { skip, limit, descending }: AllDocumentsRequest): unknown[] {
  const ordered = descending ? keys.toReversed() : keys
  return ordered.slice(skip, skip + limit)
}
