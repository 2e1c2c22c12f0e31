// Questions to a database: `_all_docs`, `_find` and its indexes, and the views of design documents.
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
import { sendPieces } from '../send-text.ts'
import type { DocumentDatabase } from '../../store/index.ts'
import { describeView, queryView, readViewRequest } from '../views.ts'

export function queryRoutes<P extends CouchPrincipal>(app: FastifyInstance, context: CouchContext<P>): void {
  const { limits } = context
  const maxKeys = Math.max(limits.batchDocuments, 10_000)

  const listDocuments = (database: DocumentDatabase, parameters: Parameters): Generator<string> => {
    const asked = readRange(parameters)
    const updateSequence = parameters.boolean('update_seq')
      ? context.sequences.text(database.updateSequence)
      : undefined
    const keys = readKeys(parameters, maxKeys)
    const range = { ...asked, updateSequence }
    return keys === undefined ? listRange(database, range) : listKeys(database, sliceKeys(keys, asked), range)
  }
  const allDocs: Handler = (request, reply) =>
    sendPieces(reply, listDocuments(databaseOf(context, request), parametersOf(request)))
  addEndpoint(app, context, '/:db/_all_docs', { GET: ['read', allDocs], POST: ['read', allDocs] })
  addEndpoint(app, context, '/:db/_all_docs/queries', {
    POST: [
      'read',
      (request, reply) => {
        const queries = readQueries(request)
        return sendPieces(
          reply,
          joinResults(queries.map((query) => listDocuments(databaseOf(context, request), query))),
        )
      },
    ],
  })

  const designDocs: Handler = (request, reply) => {
    const asked = readRange(parametersOf(request))
    const range = { ...asked, startKey: '_design/', endKey: '_design0', inclusiveEnd: false, descending: false }
    return sendPieces(reply, listRange(databaseOf(context, request), { ...range, updateSequence: undefined }))
  }
  addEndpoint(app, context, '/:db/_design_docs', { GET: ['read', designDocs], POST: ['read', designDocs] })

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
    return queryView(databaseOf(context, request), design, name, asked, context.sequences)
  }
  addEndpoint(app, context, '/:db/_design/:ddoc/_view/:view', { GET: ['read', view], POST: ['read', view] })
  addEndpoint(app, context, '/:db/_design/:ddoc/_view/:view/queries', {
    POST: [
      'read',
      async (request) => {
        const results: object[] = []
        for (const query of readQueries(request)) {
          const asked = readViewRequest(query, maxKeys)
          const [design, name] = [pathParameter(request, 'ddoc'), pathParameter(request, 'view')]
          results.push(await queryView(databaseOf(context, request), design, name, asked, context.sequences))
        }
        return { results }
      },
    ],
  })
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

const MAX_QUERIES = 100

function readQueries(request: FastifyRequest): Parameters[] {
  const { queries } = jsonObject(request)
  if (!Array.isArray(queries)) throw badRequest('`queries` member must exist and be an array.')
  if (queries.length > MAX_QUERIES) throw badRequest(`queries: at most ${MAX_QUERIES} are answered at once`)
  return queries.map((query) => new Parameters({}, query))
}

function* joinResults(results: readonly Generator<string>[]): Generator<string> {
  let separator = '{"results":[\n'
  for (const result of results) {
    yield separator
    yield* result
    separator = ','
  }
  yield results.length === 0 ? '{"results":[]}\n' : ']}\n'
}

function readRange(parameters: Parameters): Omit<AllDocumentsRequest, 'updateSequence'> {
  const key = parameters.json('key')
  const descending = parameters.boolean('descending')
  const only = key === undefined ? undefined : toIdBound(key)
  const startKey = only ?? toIdBound(parameters.json('startkey', 'start_key'))
  const endKey = only ?? toIdBound(parameters.json('endkey', 'end_key'))
  return {
    startKey,
    endKey,
    inclusiveEnd: only !== undefined || parameters.boolean('inclusive_end', true),
    descending,
    skip: parameters.integer('skip') ?? 0,
    limit: parameters.integer('limit') ?? Number.POSITIVE_INFINITY,
    includeDocs: parameters.boolean('include_docs'),
    conflicts: parameters.boolean('conflicts'),
  }
}

/** Ids are compared in Erlang's order: whatever is not a text comes before all texts. */
function toIdBound(key: unknown): string | undefined {
  return key === undefined || typeof key === 'string' ? key : ''
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

function sliceKeys(
  keys: unknown[],
  { skip, limit, descending }: Pick<AllDocumentsRequest, 'skip' | 'limit' | 'descending'>,
): unknown[] {
  const ordered = descending ? keys.toReversed() : keys
  return ordered.slice(skip, skip + limit)
}
