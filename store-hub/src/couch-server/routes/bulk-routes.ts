// What replication works with: which revisions are missing, fetching many, writing many.
import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import type { CouchContext, Handler } from '../context.ts'
import { addEndpoint, databaseOf, queryOf, writeContextOf } from '../context.ts'
import { readRevisionTree } from '../../pouchdb/index.ts'
import { sliceDocuments } from '../document-slices.ts'
import type { Slice } from '../document-slices.ts'
import { CouchError, badRequest } from '../errors.ts'
import { jsonBody, jsonObject } from '../json-body.ts'
import type { JsonBody } from '../json-body.ts'
import type { CouchPrincipal } from '../options.ts'
import { readRevision } from '../read-documents.ts'
import { diffRevisions } from '../revision-tree.ts'
import type { SentDocument, WriteOutcome } from '../write-documents.ts'
import { writeDocuments } from '../write-documents.ts'

export function bulkRoutes<P extends CouchPrincipal>(app: FastifyInstance, context: CouchContext<P>): void {
  const { limits } = context

  const bulkDocs: Handler = async (request, reply) => {
    const { docs, new_edits: newEdits = true } = jsonObject(request)
    const body = jsonBody(request)
    if (!Array.isArray(docs) || body === undefined) throw badRequest('POST body must include `docs` parameter.')
    if (typeof newEdits !== 'boolean') throw badRequest('`new_edits` parameter must be a boolean.')
    requireBatch(docs.length, limits.batchDocuments)
    const sent = toSentDocuments(docs, body, limits.documentBytes)
    const outcomes = await writeDocuments(writeContextOf(context, request), sent, !newEdits)
    const results = newEdits ? outcomes : outcomes.filter((outcome) => outcome.kind !== 'stored')
    return reply.code(201).send(results.map(toResult))
  }
  addEndpoint(app, context, '/:db/_bulk_docs', { POST: ['read', bulkDocs] })

  const bulkGet: Handler = (request, reply) => {
    const { docs } = jsonObject(request)
    if (!Array.isArray(docs)) throw badRequest('Missing JSON list of `docs`.')
    requireBatch(docs.length, limits.batchDocuments)
    const wanted = docs.map(toWanted)
    const query = queryOf(request)
    const options = { revs: query.boolean('revs'), latest: query.boolean('latest') }
    const database = databaseOf(context, request)
    async function* results(): AsyncGenerator<string> {
      yield '{"results":['
      for (const [index, { id, rev }] of wanted.entries()) {
        const found = await readRevision(database, id, rev, options)
        yield `${index > 0 ? ',' : ''}\n${JSON.stringify({ id, docs: found })}`
      }
      yield '\n]}\n'
    }
    return reply.type('application/json').send(Readable.from(results(), { objectMode: false }))
  }
  addEndpoint(app, context, '/:db/_bulk_get', { POST: ['read', bulkGet] })

  const readDiffs = async (request: Parameters<Handler>[0]): Promise<[string, { missing: string[] }][]> => {
    const wanted = Object.entries(jsonObject(request))
    requireBatch(wanted.length, Math.max(limits.batchDocuments, 10_000))
    const database = databaseOf(context, request)
    const diffs: [string, { missing: string[] }][] = []
    for (const [id, revs] of wanted) {
      if (!Array.isArray(revs) || !revs.every((rev) => typeof rev === 'string')) {
        throw badRequest(`The revisions of ${id.slice(0, 100)} must be a list of texts`)
      }
      const diff = diffRevisions(await readRevisionTree(database, id), revs)
      if (diff !== undefined) diffs.push([id, diff])
    }
    return diffs
  }
  addEndpoint(app, context, '/:db/_revs_diff', {
    POST: ['read', async (request) => Object.fromEntries(await readDiffs(request))],
  })
  addEndpoint(app, context, '/:db/_missing_revs', {
    POST: [
      'read',
      async (request) => {
        const diffs = await readDiffs(request)
        return { missing_revs: Object.fromEntries(diffs.map(([id, { missing }]) => [id, missing])) }
      },
    ],
  })
}

function requireBatch(count: number, limit: number): void {
  if (count > limit)
    throw new CouchError(413, 'too_large', `${count} documents in one request; at most ${limit} are taken`)
}

function toSentDocuments(docs: readonly unknown[], body: JsonBody, documentBytes: number): SentDocument[] {
  let known: Slice[] | undefined
  const slice = (index: number): Slice => {
    known ??= sliceDocuments(body.bytes)
    return known[index] ?? { start: 0, end: 0 }
  }
  // A body that is within a document's limit as a whole needs no measuring of its documents.
  const measure = body.bytes.length > documentBytes
  return docs.map((value, index) => ({
    value,
    text: () => body.bytes.toString('utf8', slice(index).start, slice(index).end),
    bytes: measure ? slice(index).end - slice(index).start : 0,
  }))
}

function toWanted(wanted: unknown): { id: string; rev: string | undefined } {
  const { id, rev } = (typeof wanted === 'object' && wanted !== null ? wanted : {}) as Record<string, unknown>
  if (typeof id !== 'string') throw badRequest('`docs`: each item needs an `id`')
  if (rev !== undefined && typeof rev !== 'string')
    throw badRequest(`\`docs\`: the rev of ${id.slice(0, 100)} must be a text`)
  return { id, rev }
}

// Replicators skip `forbidden` and `unauthorized` documents; anything else makes them send the whole batch for ever.
function toResult(outcome: WriteOutcome): object {
  if (outcome.kind === 'stored') return { ok: true, id: outcome.id, rev: outcome.rev }
  if (outcome.kind === 'failed') return { id: outcome.id, error: outcome.error, reason: outcome.reason }
  const error = outcome.error === 'unauthorized' ? 'unauthorized' : 'forbidden'
  return { id: outcome.id, ...(outcome.rev === undefined ? {} : { rev: outcome.rev }), error, reason: outcome.reason }
}
