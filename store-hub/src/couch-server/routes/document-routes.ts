import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { CouchContext, Endpoint, Handler } from '../context.ts'
import { addEndpoint, databaseOf, pathParameter, queryOf, writeContextOf } from '../context.ts'
import { findIdFault, isLocalId } from '../document-rules.ts'
import { CouchError, badRequest, conflict, forbidden, notFound } from '../errors.ts'
import { jsonBody } from '../json-body.ts'
import { listLocalDocuments, readLocalDocument } from '../local-documents.ts'
import { readOpenRevisions, toJsonList, toParts, wantsParts } from '../open-revisions.ts'
import type { CouchPrincipal } from '../options.ts'
import { Parameters } from '../parameters.ts'
import type { ReadDocument } from '../read-document.ts'
import { readDocument, readWinner } from '../read-document.ts'
import { sendPieces } from '../send-text.ts'
import type { DocumentDatabase } from '../../store/index.ts'
import { readSentDocument, toSentDocument } from '../sent-documents.ts'
import type { SentDocument } from '../sent-documents.ts'
import { expectStored, writeDocuments } from '../write-documents.ts'
import type { WriteOutcome } from '../write-documents.ts'

type IdOf = (request: FastifyRequest) => string

/** One document at a time, `_design/` and `_local/` documents too. */
export function documentRoutes<P extends CouchPrincipal>(app: FastifyInstance, context: CouchContext<P>): void {
  addEndpoint(
    app,
    context,
    '/:db/:id',
    documentEndpoint(context, (request) => pathParameter(request, 'id')),
  )
  for (const kind of ['_design', '_local']) {
    const idOf: IdOf = (request) => `${kind}/${pathParameter(request, 'id')}`
    addEndpoint(app, context, `/:db/${kind}/:id`, documentEndpoint(context, idOf))
  }

  const localDocs: Handler = (request, reply) => {
    const parameters = new Parameters(request.query, jsonBody(request)?.value)
    const limit = parameters.integer('limit') ?? Number.POSITIVE_INFINITY
    const text = listLocalDocuments(databaseOf(context, request), limit, parameters.boolean('include_docs'))
    return reply.type('application/json').send(text)
  }
  addEndpoint(app, context, '/:db/_local_docs', { GET: ['read', localDocs], POST: ['read', localDocs] })

  const noAttachments: Endpoint = {
    GET: ['read', () => Promise.reject(notFound('Document is missing attachment'))],
    PUT: ['read', () => Promise.reject(forbidden('attachments are not kept here'))],
    DELETE: ['read', () => Promise.reject(notFound('Document is missing attachment'))],
  }
  addEndpoint(app, context, '/:db/:id/*', noAttachments)
  addEndpoint(app, context, '/:db/_design/:id/*', noAttachments)
}

function documentEndpoint<P extends CouchPrincipal>(context: CouchContext<P>, idOf: IdOf): Endpoint {
  const checkedId: IdOf = (request) => requireId(idOf(request), context.limits.idBytes)

  const write = (request: FastifyRequest, sent: SentDocument, replicated = false): Promise<WriteOutcome[]> =>
    writeDocuments(writeContextOf(context, request), [sent], replicated)

  const get: Handler = (request, reply) => {
    const database = databaseOf(context, request)
    const id = checkedId(request)
    if (isLocalId(id)) return reply.type('application/json').send(readLocalDocument(database, id))
    if (isWithoutQuery(request)) return answerDocument(request, reply, readWinner(database, id))
    const query = queryOf(request)
    if (!query.has('open_revs')) {
      return answerDocument(request, reply, readDocument(database, context.sequences, id, query))
    }
    const read = readOpenRevisions(database, id, query)
    if (!wantsParts(request.headers.accept)) return sendPieces(reply, [toJsonList(read)].values())
    const { type, text } = toParts(read)
    return reply.type(type).send(text)
  }

  const put: Handler = async (request, reply) => {
    const id = checkedId(request)
    const query = queryOf(request)
    const named = { id, rev: sentRevision(request, query) }
    const sent = readSentDocument(request, context.limits, named)
    return answerWritten(reply, 201, query, await write(request, sent, !query.boolean('new_edits', true)))
  }

  const remove: Handler = async (request, reply) => {
    const id = checkedId(request)
    const query = queryOf(request)
    const rev = sentRevision(request, query)
    if (!isLocalId(id)) requireRemovable(databaseOf(context, request), id, rev)
    const document = { _id: id, _deleted: true, ...(rev === undefined ? {} : { _rev: rev }) }
    return answerWritten(reply, 200, query, await write(request, toSentDocument(document)))
  }

  const copy: Handler = async (request, reply) => {
    const query = queryOf(request)
    const destination = readDestination(request, context.limits.idBytes)
    const source = readDocument(databaseOf(context, request), context.sequences, checkedId(request), query)
    const document = { ...(JSON.parse(source.text) as object), _id: destination.id, _rev: destination.rev }
    return answerWritten(reply, 201, query, await write(request, toSentDocument(document, source.text)))
  }

  return {
    GET: ['read', get],
    PUT: ['read', put, 'short'],
    DELETE: ['read', remove, 'short'],
    COPY: ['read', copy, 'short'],
  }
}

function requireId(id: string, idBytes: number): string {
  const fault = findIdFault(id, idBytes)
  if (fault !== undefined) throw new CouchError(fault.status, fault.error, fault.reason)
  return id
}

const isWithoutQuery = (request: FastifyRequest): boolean => {
  for (const _name in request.query as object) return false
  return true
}

function answerDocument(request: FastifyRequest, reply: FastifyReply, { rev, text }: ReadDocument): FastifyReply {
  const etag = `"${rev}"`
  reply.header('etag', etag)
  const isKnown = request.headers['if-none-match'] === etag && isWithoutQuery(request)
  return isKnown ? reply.code(304).send() : reply.type('application/json').send(text)
}

/** The answer's text. `batch=ok` is answered as accepted, though it is on disk as any other write. */
function answerWritten(
  reply: FastifyReply,
  status: number,
  query: Parameters,
  [outcome]: readonly WriteOutcome[],
): string {
  const { id, rev } = expectStored(outcome)
  reply
    .code(query.text('batch') === 'ok' ? 202 : status)
    .header('etag', `"${rev}"`)
    .type('application/json')
  return `{"ok":true,"id":${JSON.stringify(id)},"rev":"${rev}"}`
}

/** The revision that a request names in its query or as an ETag in `If-Match`. */
function sentRevision(request: FastifyRequest, query: Parameters): string | undefined {
  const inQuery = query.text('rev') || undefined
  const inHeader = request.headers['if-match']?.replaceAll('"', '') || undefined
  if (inQuery !== undefined && inHeader !== undefined && inQuery !== inHeader) {
    throw badRequest('Document rev and etag have different values')
  }
  return inQuery ?? inHeader
}

function requireRemovable(database: DocumentDatabase, id: string, rev: string | undefined): void {
  const head = database.head(id)
  if (head === undefined) throw notFound('missing')
  if (head.deleted) throw notFound('deleted')
  if (rev === undefined) throw conflict()
}

function readDestination(request: FastifyRequest, idBytes: number): { id: string; rev: string | undefined } {
  const { destination } = request.headers
  if (typeof destination !== 'string' || destination === '')
    throw badRequest('Destination header is mandatory for COPY.')
  const [encoded = '', query = ''] = destination.split('?')
  try {
    const id = requireId(decodeURIComponent(encoded), idBytes)
    return { id, rev: new URLSearchParams(query).get('rev') ?? undefined }
  } catch (error) {
    throw error instanceof CouchError ? error : badRequest('Destination: is not an encoded document id')
  }
}
