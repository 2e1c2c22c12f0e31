// What replication works with: which revisions are missing, fetching many, writing many.
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CouchContext, Handler } from '../context.ts'
import { addEndpoint, databaseOf, queryOf, writeContextOf } from '../context.ts'
import { MISSING_REVISION, isRevision } from '../document-rules.ts'
import { CouchError, badRequest } from '../errors.ts'
import { jsonObject } from '../json-body.ts'
import type { CouchPrincipal } from '../options.ts'
import type { ReadOptions, ReadRevision } from '../read-documents.ts'
import { readRevisions } from '../read-documents.ts'
import { diffRevisions } from '../revision-tree.ts'
import { sendPieces } from '../send-text.ts'
import { readSentBatch } from '../sent-documents.ts'
import type { DocumentDatabase } from '../../store/index.ts'
import type { WriteOutcome } from '../write-documents.ts'
import { writeDocuments } from '../write-documents.ts'

export function bulkRoutes<P extends CouchPrincipal>(app: FastifyInstance, context: CouchContext<P>): void {
  const { limits } = context

  const bulkDocs: Handler = async (request, reply) => {
    const { sent, newEdits } = readSentBatch(request, limits)
    requireBatch(sent.length, limits.batchDocuments)
    const outcomes = await writeDocuments(writeContextOf(context, request), sent, !newEdits)
    requireSense(outcomes, newEdits)
    const results = newEdits ? outcomes : outcomes.filter((outcome) => outcome.kind !== 'stored')
    reply.code(201).type('application/json')
    return reply.send(`[${results.map(toResult).join(',')}]`)
  }
  addEndpoint(app, context, '/:db/_bulk_docs', { POST: ['read', bulkDocs] })

  const bulkGet: Handler = (request, reply) => {
    const { docs } = jsonObject(request)
    if (!Array.isArray(docs)) throw badRequest('Missing JSON list of `docs`.')
    requireBatch(docs.length, limits.batchDocuments)
    const query = queryOf(request)
    const options = { revs: query.boolean('revs'), latest: query.boolean('latest') }
    return sendPieces(reply, bulkResults(databaseOf(context, request), docs.map(toWanted), options))
  }
  addEndpoint(app, context, '/:db/_bulk_get', { POST: ['read', bulkGet] })

  const readDiffs = (request: FastifyRequest): [id: string, diff: { missing: readonly string[] }][] => {
    const wanted = jsonObject(request)
    const ids = Object.keys(wanted)
    requireBatch(ids.length, Math.max(limits.batchDocuments, 10_000))
    const database = databaseOf(context, request)
    return ids.flatMap((id) => {
      const diff = diffRevisions(database, id, requireRevisions(id, wanted[id]))
      return diff === undefined ? [] : [[id, diff]]
    })
  }
  addEndpoint(app, context, '/:db/_revs_diff', {
    POST: ['read', (request, reply) => reply.type('application/json').send(toObjectText(readDiffs(request)))],
  })
  addEndpoint(app, context, '/:db/_missing_revs', {
    POST: [
      'read',
      (request, reply) => {
        const missing = toObjectText(readDiffs(request).map(([id, diff]) => [id, diff.missing]))
        return reply.type('application/json').send(`{"missing_revs":${missing}}`)
      },
    ],
  })
}

// As text, since `__proto__` is an id like any other and a poor name for a member.
function toObjectText(entries: readonly (readonly [string, unknown])[]): string {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`
}

function requireRevisions(id: string, revs: unknown): string[] {
  if (!Array.isArray(revs) || !revs.every((rev) => typeof rev === 'string')) {
    throw badRequest(`The revisions of ${id.slice(0, 100)} must be a list of texts`)
  }
  return revs
}

function requireBatch(count: number, limit: number): void {
  if (count > limit)
    throw new CouchError(413, 'too_large', `${count} documents in one request; at most ${limit} are taken`)
}

/**
 * A batch without a single document in it is no batch: CouchDB answers that once for all. Not for replicated documents
 * that have a revision, which a replicator would send again for ever.
 */
function requireSense(outcomes: readonly WriteOutcome[], newEdits: boolean): void {
  const isNonsense = (outcome: WriteOutcome): boolean =>
    outcome.kind === 'refused' && outcome.status === 400 && (newEdits || outcome.reason === MISSING_REVISION)
  const [first] = outcomes
  if (first?.kind === 'refused' && outcomes.every(isNonsense)) {
    throw new CouchError(first.status, first.error, first.reason)
  }
}

interface Wanted {
  readonly id: string
  readonly rev: string | undefined
}

function toWanted(wanted: unknown): Wanted {
  const { id, rev } = (typeof wanted === 'object' && wanted !== null ? wanted : {}) as Record<string, unknown>
  if (typeof id !== 'string') throw badRequest('`docs`: each item needs an `id`')
  if (rev !== undefined && typeof rev !== 'string')
    throw badRequest(`\`docs\`: the rev of ${id.slice(0, 100)} must be a text`)
  return { id, rev }
}

function* bulkResults(database: DocumentDatabase, wanted: readonly Wanted[], options: ReadOptions): Generator<string> {
  let separator = '{"results":[\n'
  for (const { id, rev } of wanted) {
    yield `${separator}{"id":${JSON.stringify(id)},"docs":[${readWanted(database, id, rev, options)}]}`
    separator = ',\n'
  }
  yield wanted.length === 0 ? '{"results":[]}\n' : '\n]}\n'
}

function readWanted(database: DocumentDatabase, id: string, rev: string | undefined, options: ReadOptions): string {
  if (rev !== undefined && !isRevision(rev)) return bulkError(id, rev, 'bad_request', 'Invalid rev format')
  const read = readRevisions(database, id, rev === undefined ? 'all' : [rev], options)
  return read === undefined ? bulkMissing(id, rev) : read.map((revision) => toBulkItem(id, revision)).join(',')
}

const toBulkItem = (id: string, read: ReadRevision): string =>
  read.kind === 'found' ? `{"ok":${read.text}}` : bulkMissing(id, read.rev)

const bulkMissing = (id: string, rev = 'undefined'): string => bulkError(id, rev, 'not_found', 'missing')

const bulkError = (id: string, rev: string, error: string, reason: string): string =>
  JSON.stringify({ error: { id, rev, error, reason } })

// Replicators skip `forbidden` and `unauthorized` documents; anything else makes them send the whole batch for ever.
function toResult(outcome: WriteOutcome): string {
  const { id } = outcome
  if (outcome.kind === 'stored') return `{"ok":true,"id":${JSON.stringify(id)},"rev":${JSON.stringify(outcome.rev)}}`
  if (outcome.kind === 'failed') return JSON.stringify({ id, error: outcome.error, reason: outcome.reason })
  const error = outcome.error === 'unauthorized' ? 'unauthorized' : 'forbidden'
  return JSON.stringify({ id, rev: outcome.rev, error, reason: outcome.reason })
}
