/**
 * A small trace collector: OTLP/HTTP with JSON in, traces as JSON and as a page out. It keeps what it hears in memory, bounded. It
 * is a tool of the demo; any OTLP collector can take its place.
 */
import Fastify, { type FastifyInstance } from 'fastify'
import { readTraceExport } from './otlp.ts'
import { createSpanStore } from './span-store.ts'
import { traceListPage, waterfallPage } from './waterfall-page.ts'

const maxSpans = 20_000
const maxBodyBytes = 16_000_000
const listedTraces = 50

export function buildTraceCollector(): FastifyInstance {
  const store = createSpanStore(maxSpans)
  const app = Fastify({ bodyLimit: maxBodyBytes, forceCloseConnections: true })

  app.post('/v1/traces', async (request, reply) => {
    const read = readTraceExport(request.body)
    if (!read.ok) return reply.code(400).send({ code: 3, message: JSON.stringify(read.problems) })
    store.add(read.spans)
    return { partialSuccess: {} }
  })

  app.get<{ Params: { traceId: string } }>('/api/traces/:traceId', (request, reply) => {
    const traceId = request.params.traceId.toLowerCase()
    void reply.send({ traceId, spans: store.trace(traceId) })
  })

  app.get<{ Querystring: { documentId?: string } }>('/api/traces', async (request, reply) => {
    const { documentId } = request.query
    if (documentId === undefined || documentId === '') {
      return reply
        .code(400)
        .send({ message: 'documentId must be given, such as ?documentId=journal:s001-t01-1:000000001' })
    }
    return {
      documentId,
      traces: store.tracesOfDocument(documentId).map((id) => ({ traceId: id, spans: store.trace(id) })),
    }
  })

  app.get<{ Params: { traceId: string } }>('/traces/:traceId', async (request, reply) => {
    const traceId = request.params.traceId.toLowerCase()
    return reply.type('text/html; charset=utf-8').send(waterfallPage(traceId, store.trace(traceId)))
  })

  app.get('/', async (_request, reply) => {
    const traces = store.newest(listedTraces).map((id) => store.trace(id))
    return reply.type('text/html; charset=utf-8').send(traceListPage(traces))
  })

  return app
}
