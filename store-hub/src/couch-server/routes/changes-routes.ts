import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { pouchOf } from '../../pouchdb/index.ts'
import type { PouchChangesOptions } from '../../pouchdb/index.ts'
import type { ChangesRequest, ChangesSource, Patience } from '../changes-feed.ts'
import { liveFeed, longpollFeed, normalFeed } from '../changes-feed.ts'
import type { CouchContext, Handler } from '../context.ts'
import { addEndpoint, databaseNameOf, databaseOf, queryOf } from '../context.ts'
import { badRequest, queryParseError } from '../errors.ts'
import { jsonBody } from '../json-body.ts'
import type { CouchLimits, CouchPrincipal } from '../options.ts'
import type { Parameters as RequestParameters } from '../parameters.ts'
import { Parameters } from '../parameters.ts'

const FEEDS = ['normal', 'longpoll', 'continuous', 'eventsource'] as const
const FILTERS = ['', '_doc_ids', '_selector', '_design'] as const
const DEFAULT_HEARTBEAT_MS = 60_000
const MIN_HEARTBEAT_MS = 100

export function changesRoutes<P extends CouchPrincipal>(app: FastifyInstance, context: CouchContext<P>): void {
  const changes: Handler = async (request, reply) => {
    const query = queryOf(request)
    const form = query.choice('feed', FEEDS, 'normal')
    const source = sourceOf(context, request)
    const asked = await readRequest(context, source, request, query)
    const patience = readPatience(query, context.limits)
    reply.type(form === 'eventsource' ? 'text/event-stream' : 'application/json')
    if (form === 'normal') return reply.send(Readable.from(normalFeed(source, asked), { objectMode: false }))

    const feed = context.feeds.open(databaseNameOf(request))
    // The socket closes before a generator that waits could be told to return: the feed has to be woken for it.
    reply.raw.once('close', () => feed.close())
    reply.raw.once('finish', () => {
      // The connection would be kept for a next request, and hold up the server that ended this feed to close.
      if (context.feeds.closed && request.raw.httpVersionMajor === 1) request.raw.socket.destroySoon()
    })
    keepUncompressed(request)
    const pieces =
      form === 'longpoll' ? longpollFeed(source, asked, feed, patience) : liveFeed(source, asked, feed, patience, form)
    return sendFeed(reply, pieces)
  }
  addEndpoint(app, context, '/:db/_changes', { GET: ['read', changes], POST: ['read', changes] })
}

// Compression holds back what it has not filled a block with: rows and heartbeats would arrive too late.
function keepUncompressed(request: FastifyRequest): void {
  request.headers['x-no-compression'] = '1'
}

function sendFeed(reply: FastifyReply, pieces: AsyncGenerator<string>): FastifyReply {
  // Without this a client learns that its feed is open only when the first change comes.
  reply.raw.once('pipe', () => reply.raw.flushHeaders())
  return reply.send(Readable.from(pieces, { objectMode: false }))
}

function sourceOf<P extends CouchPrincipal>(context: CouchContext<P>, request: FastifyRequest): ChangesSource {
  const database = databaseOf(context, request)
  const name = databaseNameOf(request)
  const { sequences } = context
  return { database, sequences, exists: () => pouchOf(context.options.store.database(name)) === database }
}

async function readRequest<P extends CouchPrincipal>(
  context: CouchContext<P>,
  source: ChangesSource,
  request: FastifyRequest,
  query: RequestParameters,
): Promise<ChangesRequest> {
  const sent = request.headers['last-event-id'] ?? query.text('last-event-id') ?? query.text('since')
  const since = context.sequences.parse(sent)
  const limit = query.integer('limit')
  return {
    since: since === 'now' ? Number((await source.database.info()).update_seq) : since,
    limit: limit === undefined ? Number.POSITIVE_INFINITY : Math.max(1, limit),
    descending: query.boolean('descending'),
    selection: {
      include_docs: query.boolean('include_docs'),
      conflicts: query.boolean('conflicts'),
      style: query.choice('style', ['main_only', 'all_docs'], 'main_only'),
      ...readFilter(request, query, context.limits),
    },
  }
}

function readFilter(request: FastifyRequest, query: RequestParameters, limits: CouchLimits): PouchChangesOptions {
  const body = jsonBody(request)?.value
  const parameters = new Parameters(request.query, body)
  const name = query.text('filter') ?? ''
  if (!FILTERS.some((filter) => filter === name)) {
    throw queryParseError(
      `Invalid value for filter: ${JSON.stringify(name.slice(0, 100))} (expected _doc_ids, _selector or _design)`,
    )
  }
  if (name === '_doc_ids') {
    const ids = parameters.texts('doc_ids', Math.max(limits.batchDocuments, 10_000))
    if (ids === undefined) throw badRequest('doc_ids: the filter _doc_ids needs a list of ids')
    return { doc_ids: ids }
  }
  if (name === '_selector') {
    const selector = parameters.json('selector')
    if (typeof selector !== 'object' || selector === null || Array.isArray(selector)) {
      throw badRequest('selector: the filter _selector needs a selector object')
    }
    return { selector: selector as Record<string, unknown> }
  }
  return name === '_design' ? { filter: (document) => document._id.startsWith('_design/') } : {}
}

function readPatience(query: RequestParameters, limits: CouchLimits): Patience {
  const timeoutMs = Math.min(query.integer('timeout') ?? limits.feedTimeoutMs, limits.feedTimeoutMs)
  const heartbeat = query.text('heartbeat')
  if (heartbeat === undefined || heartbeat === 'false' || heartbeat === '') return { heartbeatMs: undefined, timeoutMs }
  if (heartbeat === 'true') return { heartbeatMs: DEFAULT_HEARTBEAT_MS, timeoutMs }
  const asked = query.integer('heartbeat', 1) ?? DEFAULT_HEARTBEAT_MS
  return { heartbeatMs: Math.min(Math.max(asked, MIN_HEARTBEAT_MS), DEFAULT_HEARTBEAT_MS), timeoutMs }
}
