/**
 * The terminal's own span, reported by somebody else. A terminal may be offline for days, so its span rides in the document
 * (`trace`) and is reported, with exactly the ids it has there, when the document reaches a place that can report it.
 */
import { SpanKind, SpanStatusCode, type Attributes } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import { TracerProvider, type IdGenerator, type SpanProcessor } from '@opentelemetry/sdk-trace'
import { attributeNames, parseTraceparent, schemaProblems, spanNames, TraceOrigin } from '@tidemark/contracts'

type Fields = Readonly<Record<string, unknown>>

/** Hands out the ids of the span that is being reported. Safe because `startSpan` asks for them synchronously. */
class FixedIds implements IdGenerator {
  traceId = ''
  spanId = ''
  generateTraceId(): string {
    return this.traceId
  }
  generateSpanId(): string {
    return this.spanId
  }
}

export interface OriginReporter {
  report(document: Fields): void
  shutdown(): Promise<void>
}

export function createOriginReporter(resource: Resource, spanProcessors: SpanProcessor[]): OriginReporter {
  const ids = new FixedIds()
  const provider = new TracerProvider({ resource, idGenerator: ids, spanProcessors })
  const tracer = provider.getTracer('tidemark')
  return {
    report(document) {
      const origin = document['trace']
      if (!isTraceOrigin(origin)) return
      const context = parseTraceparent(origin.traceparent)
      if (context === undefined || !context.sampled) return
      ids.traceId = context.traceId
      ids.spanId = context.spanId
      const startMs = Date.parse(origin.startTime)
      const span = tracer.startSpan(spanNames.sale, {
        root: true,
        kind: SpanKind.INTERNAL,
        startTime: startMs,
        attributes: originAttributes(document),
      })
      span.setStatus({ code: SpanStatusCode.OK })
      span.end(startMs + origin.durationMs)
    },
    shutdown: () => provider.shutdown(),
  }
}

function isTraceOrigin(value: unknown): value is TraceOrigin {
  return value !== undefined && schemaProblems(TraceOrigin, value).length === 0
}

function originAttributes(document: Fields): Attributes {
  return {
    [attributeNames.storeId]: String(document['storeId']),
    [attributeNames.terminalId]: String(document['terminalId'] ?? ''),
    [attributeNames.documentId]: String(document['_id']),
    [attributeNames.documentType]: String(document['type']),
  }
}
