import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { readChangeFilter } from '../change-filters.ts'
import type { ChangesSource, Patience } from '../changes-feed.ts'
import { FeedOutput, answerLive, answerLongpoll, normalFeed } from '../changes-feed.ts'
import type { ChangesRequest } from '../changes-reader.ts'
import type { CouchContext, Handler } from '../context.ts'
import { addEndpoint, databaseNameOf, databaseOf, principalOf, queryOf } from '../context.ts'
import { jsonBody } from '../json-body.ts'
import type { CouchLimits, CouchPrincipal } from '../options.ts'
import { Parameters } from '../parameters.ts'
import { sendPieces } from '../send-text.ts'

const FEEDS = ['normal', 'longpoll', 'continuous', 'eventsource'] as const
const DEFAULT_HEARTBEAT_MS = 60_000
const MIN_HEARTBEAT_MS = 100

export function changesRoutes<P extends CouchPrincipal>(app: FastifyInstance, context: CouchContext<P>): void {
  const changes: Handler = (request, reply) => {
    const query = queryOf(request)
    const form = query.choice('feed', FEEDS, 'normal')
    const source = sourceOf(context, request)
    const asked = readRequest(context, source, request, query)
    if (form === 'normal') return sendPieces(reply, normalFeed(source, asked))
    const patience = readPatience(query, context.limits)
    const type = form === 'eventsource' ? 'text/event-stream' : 'application/json'
    return openFeed(context, request, reply.type(type), async (feed, out) => {
      if (form === 'longpoll') return answerLongpoll(source, asked, feed, patience, out)
      // Without this a client learns that its feed is open only when the first change comes.
      out.begin()
      reply.raw.flushHeaders()
      return answerLive(source, asked, feed, patience, form, out)
    })
  }
  addEndpoint(app, context, '/:db/_changes', { GET: ['read', changes], POST: ['read', changes] })
}

type Answer = (feed: ReturnType<CouchContext<CouchPrincipal>['feeds']['open']>, out: FeedOutput) => Promise<void>

/** Takes the answer out of Fastify's hands: compression and the like would hold rows and heartbeats back. */
function openFeed<P extends CouchPrincipal>(
  context: CouchContext<P>,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Answer,
): FastifyReply {
  const { raw } = reply
  const feed = context.feeds.open(databaseNameOf(request))
  raw.once('close', () => feed.close())
  // It may have closed while the client was authenticated.
  if (raw.destroyed) feed.close()
  raw.once('finish', () => {
    feed.close()
    // The connection would be kept for a next request, and hold up the server that ended this feed to close.
    if (context.feeds.closed && request.raw.httpVersionMajor === 1) request.raw.socket.destroySoon()
  })
  reply.hijack()
  const out = new FeedOutput(raw, () => {
    raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders)
  })
  answer(feed, out).catch((error: unknown) => {
    request.log.error({ err: error }, 'a feed was cut')
    feed.close()
    raw.destroy()
  })
  return reply
}

function sourceOf<P extends CouchPrincipal>(context: CouchContext<P>, request: FastifyRequest): ChangesSource {
  const database = databaseOf(context, request)
  const name = databaseNameOf(request)
  const { sequences, options } = context
  return { database, sequences, exists: () => options.store.database(name) === database }
}

function readRequest<P extends CouchPrincipal>(
  context: CouchContext<P>,
  { database }: ChangesSource,
  request: FastifyRequest,
  query: Parameters,
): ChangesRequest {
  const body = new Parameters(request.query, jsonBody(request)?.value)
  const limit = query.integer('limit')
  return {
    since: readSince(context, request, query),
    // CouchDB, too, takes 0 for 1.
    limit: limit === undefined ? Number.POSITIVE_INFINITY : Math.max(1, limit),
    descending: query.boolean('descending'),
    style: query.choice('style', ['main_only', 'all_docs'], 'main_only'),
    includeDocs: query.boolean('include_docs'),
    conflicts: query.boolean('conflicts'),
    seqInterval: query.integer('seq_interval', 1),
    filter: readChangeFilter(database, query, body, Math.max(context.limits.batchDocuments, 10_000), () => ({
      method: request.method,
      path: [databaseNameOf(request), '_changes'],
      query: request.query,
      userCtx: userContextOf(context, request),
    })),
  }
}

function userContextOf<P extends CouchPrincipal>(context: CouchContext<P>, request: FastifyRequest): object {
  const { name, roles } = principalOf(context, request)
  return { db: databaseNameOf(request), name, roles }
}

function readSince<P extends CouchPrincipal>(
  context: CouchContext<P>,
  request: FastifyRequest,
  query: Parameters,
): number {
  const sent = request.headers['last-event-id'] ?? query.text('last-event-id') ?? query.text('since')
  const since = context.sequences.parse(sent)
  if (since === 0) return 0
  const { updateSequence } = databaseOf(context, request)
  if (since === 'now') return updateSequence
  if (since <= updateSequence) return since
  const { onClientAhead } = context.options
  const database = databaseNameOf(request)
  onClientAhead?.({ principal: principalOf(context, request), database, since, updateSequence })
  // Where the client believes to be there is nothing yet: from there it would miss what is written until then.
  return updateSequence
}

function readPatience(query: Parameters, limits: CouchLimits): Patience {
  const timeoutMs = Math.min(query.integer('timeout') ?? limits.feedTimeoutMs, limits.feedTimeoutMs)
  const heartbeat = query.text('heartbeat')
  if (heartbeat === undefined || heartbeat === 'false' || heartbeat === '') return { heartbeatMs: undefined, timeoutMs }
  if (heartbeat === 'true') return { heartbeatMs: DEFAULT_HEARTBEAT_MS, timeoutMs }
  const asked = query.integer('heartbeat', 1) ?? DEFAULT_HEARTBEAT_MS
  return { heartbeatMs: Math.min(Math.max(asked, MIN_HEARTBEAT_MS), DEFAULT_HEARTBEAT_MS), timeoutMs }
}
