/** Spans in memory, by trace. Bounded: when it is full, the trace that has been quiet longest goes. */
import { attributeNames } from '@tidemark/contracts'
import type { CollectedSpan } from './otlp.ts'

export interface SpanStore {
  add(spans: readonly CollectedSpan[]): void
  /** Earliest span first; empty for an unknown trace. */
  trace(traceId: string): readonly CollectedSpan[]
  /** Traces with a span about that document. */
  tracesOfDocument(documentId: string): readonly string[]
  /** Trace ids, the one heard of last first. */
  newest(limit: number): readonly string[]
  readonly size: number
}

export function createSpanStore(maxSpans: number): SpanStore {
  // A Map keeps the order of insertion; touching a trace moves it to the end.
  const traces = new Map<string, Map<string, CollectedSpan>>()
  let size = 0

  function put(span: CollectedSpan): void {
    const trace = traces.get(span.traceId) ?? new Map<string, CollectedSpan>()
    traces.delete(span.traceId)
    traces.set(span.traceId, trace)
    // A span may be reported again with the same ids: a hub repeats what it isn't sure to have sent.
    if (!trace.has(span.spanId)) size += 1
    trace.set(span.spanId, span)
  }

  function evict(): void {
    for (const [traceId, trace] of traces) {
      if (size <= maxSpans) return
      traces.delete(traceId)
      size -= trace.size
    }
  }

  return {
    add(spans) {
      for (const span of spans) put(span)
      evict()
    },
    trace: (traceId) => [...(traces.get(traceId)?.values() ?? [])].sort((a, b) => a.startMs - b.startMs),
    tracesOfDocument: (documentId) =>
      [...traces]
        .filter(([, trace]) => [...trace.values()].some((span) => isAbout(span, documentId)))
        .map(([traceId]) => traceId),
    newest: (limit) => [...traces.keys()].reverse().slice(0, limit),
    get size() {
      return size
    },
  }
}

function isAbout(span: CollectedSpan, documentId: string): boolean {
  return span.attributes[attributeNames.documentId] === documentId
}
