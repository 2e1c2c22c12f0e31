import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { PouchDatabase, PouchDocument, PouchGetOptions, RevisionTree } from '../../pouchdb/index.ts'
import { readLocalSequence, readRevisionTree } from '../../pouchdb/index.ts'
import type { CouchContext, Endpoint, Handler } from '../context.ts'
import { addEndpoint, databaseOf, databaseNameOf, pathParameter, queryOf, writeContextOf } from '../context.ts'
import { findIdFault, isLocalId, isRevision } from '../document-rules.ts'
import { CouchError, badRequest, conflict, forbidden, notFound } from '../errors.ts'
import { jsonBody, jsonObject } from '../json-body.ts'
import { isOwnLocalId, readLocalDocument } from '../local-documents.ts'
import type { CouchPrincipal } from '../options.ts'
import type { Parameters } from '../parameters.ts'
import { readRevision, readWinner } from '../read-documents.ts'
import { listDescendantLeaves, listLeaves } from '../revision-tree.ts'
import { expectStored, writeDocuments } from '../write-documents.ts'

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

  addEndpoint(app, context, '/:db/_local_docs', {
    GET: [
      'read',
      async (request) => {
        const limit = queryOf(request).integer('limit') ?? LOCAL_DOCUMENTS
        const name = databaseNameOf(request)
        const all = context.options.store.database(name)?.listLocalIds(LOCAL_DOCUMENTS) ?? []
        const ids = all.filter((id) => !isOwnLocalId(id)).slice(0, limit)
        const rows = []
        for (const id of ids) {
          const { _rev: rev } = await databaseOf(context, request).get(id)
          rows.push({ id, key: id, value: { rev } })
        }
        return { total_rows: null, offset: null, rows }
      },
    ],
  })

  const noAttachments: Endpoint = {
    GET: ['read', () => Promise.reject(notFound('Document is missing attachment'))],
    PUT: ['read', () => Promise.reject(forbidden('attachments are not kept here'))],
    DELETE: ['read', () => Promise.reject(notFound('Document is missing attachment'))],
  }
  addEndpoint(app, context, '/:db/:id/*', noAttachments)
}

const LOCAL_DOCUMENTS = 10_000

function documentEndpoint<P extends CouchPrincipal>(context: CouchContext<P>, idOf: IdOf): Endpoint {
  const checkedId: IdOf = (request) => {
    const id = idOf(request)
    const fault = findIdFault(id, context.limits.idBytes)
    if (fault !== undefined) throw new CouchError(fault.status, fault.error, fault.reason)
    return id
  }

  const write = async (request: FastifyRequest, document: object, replicated = false) => {
    const body = jsonBody(request)
    const text = (): string => body?.bytes.toString() ?? JSON.stringify(document)
    const sent = { value: document, text, bytes: body?.bytes.length ?? 0 }
    const [outcome] = await writeDocuments(writeContextOf(context, request), [sent], replicated)
    return expectStored(outcome)
  }

  const get: Handler = async (request, reply) => {
    const database = databaseOf(context, request)
    const id = checkedId(request)
    if (isLocalId(id)) return readLocalDocument(database, id)
    const query = queryOf(request)
    if (query.has('open_revs')) return readOpenRevisions(database, id, query)
    return answerDocument(request, reply, await readDocument(database, id, query))
  }

  const put: Handler = async (request, reply) => {
    const id = checkedId(request)
    const query = queryOf(request)
    const document = withRevision(jsonObject(request), sentRevision(request, query))
    if (document['_id'] !== undefined && document['_id'] !== id) {
      throw badRequest('Document ID in the body must be that of the URL')
    }
    const stored = await write(request, { ...document, _id: id }, !query.boolean('new_edits', true))
    return reply
      .code(201)
      .header('etag', `"${stored.rev}"`)
      .send({ ok: true, ...stored })
  }

  const remove: Handler = async (request, reply) => {
    const id = checkedId(request)
    const rev = sentRevision(request, queryOf(request))
    const database = databaseOf(context, request)
    if (isLocalId(id)) await readLocalDocument(database, id)
    else await requireRemovable(database, id, rev)
    const stored = await write(request, { _id: id, _deleted: true, ...(rev === undefined ? {} : { _rev: rev }) })
    return reply.header('etag', `"${stored.rev}"`).send({ ok: true, ...stored })
  }

  return { GET: ['read', get], PUT: ['read', put], DELETE: ['read', remove] }
}

function withRevision(document: Record<string, unknown>, rev: string | undefined): Record<string, unknown> {
  if (rev === undefined) return document
  if (document['_rev'] !== undefined && document['_rev'] !== rev) {
    throw badRequest('Document rev from request body and query string have different values')
  }
  return { ...document, _rev: rev }
}

/** The revision that a request names in its query or as an ETag in `If-Match`. */
function sentRevision(request: FastifyRequest, query: Parameters): string | undefined {
  const rev = query.text('rev') ?? request.headers['if-match']?.replace(/^"|"$/g, '')
  if (rev === undefined || rev === '') return undefined
  return rev
}

async function requireRemovable(database: PouchDatabase, id: string, rev: string | undefined): Promise<void> {
  const winner = await readWinner(database, id)
  if (winner === undefined) throw notFound('missing')
  if (winner.deleted) throw notFound('deleted')
  if (rev === undefined) throw conflict()
}

async function readDocument(database: PouchDatabase, id: string, query: Parameters): Promise<PouchDocument> {
  const tree = await readRevisionTree(database, id)
  if (tree === undefined) throw notFound('missing')
  const rev = chooseRevision(tree, query)
  const meta = query.boolean('meta')
  const options: PouchGetOptions = {
    rev,
    revs: query.boolean('revs'),
    revs_info: meta || query.boolean('revs_info'),
  }
  const document = await database.get(id, options)
  const others = listLeaves(tree).filter((leaf) => leaf.rev !== listLeaves(tree)[0]?.rev)
  const conflicts = others.filter((leaf) => !leaf.deleted).map((leaf) => leaf.rev)
  const deleted = others.filter((leaf) => leaf.deleted).map((leaf) => leaf.rev)
  if ((meta || query.boolean('conflicts')) && conflicts.length > 0) document._conflicts = conflicts
  if ((meta || query.boolean('deleted_conflicts')) && deleted.length > 0) document['_deleted_conflicts'] = deleted
  if (query.boolean('local_seq')) document['_local_seq'] = await readLocalSequence(database, id, rev)
  return document
}

function chooseRevision(tree: RevisionTree, query: Parameters): string {
  const rev = query.text('rev')
  if (rev !== undefined) {
    if (!isRevision(rev)) throw badRequest('rev: Invalid rev format')
    const [latest] = query.boolean('latest') ? listDescendantLeaves(tree, rev) : [rev]
    if (latest === undefined) throw notFound('missing')
    return latest
  }
  const winner = listLeaves(tree)[0]
  if (winner === undefined || winner.deleted) throw notFound('deleted')
  return winner.rev
}

function answerDocument(request: FastifyRequest, reply: FastifyReply, document: PouchDocument): unknown {
  const isPlain = Object.keys(request.query as object).length === 0
  if (!isPlain) return document
  const etag = `"${document._rev ?? ''}"`
  reply.header('etag', etag)
  return request.headers['if-none-match'] === etag ? reply.code(304).send() : document
}

async function readOpenRevisions(database: PouchDatabase, id: string, query: Parameters): Promise<object[]> {
  const options = { revs: query.boolean('revs'), latest: query.boolean('latest') }
  const tree = await readRevisionTree(database, id)
  const wanted = query.text('open_revs') === 'all' ? leavesOf(tree) : (query.texts('open_revs', MAX_OPEN_REVS) ?? [])
  const seen = new Set<string>()
  const answers: object[] = []
  for (const rev of wanted) {
    for (const found of await readRevision(database, id, rev, options)) {
      if ('error' in found) answers.push({ missing: found.error.rev })
      else if (!seen.has(found.ok._rev ?? '')) answers.push(found)
      if ('ok' in found) seen.add(found.ok._rev ?? '')
    }
  }
  return answers
}

const MAX_OPEN_REVS = 1_000

function leavesOf(tree: RevisionTree | undefined): string[] {
  if (tree === undefined) throw notFound('missing')
  return listLeaves(tree).map((leaf) => leaf.rev)
}
