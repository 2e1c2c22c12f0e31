/**
 * Reads OTLP/HTTP in its JSON form (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding) into flat spans. Only what the
 * waterfall shows is kept.
 */
import { Type, type Static } from 'typebox'
import { schemaProblems, type Problem } from '@tidemark/contracts'

const AnyValue = Type.Object({
  stringValue: Type.Optional(Type.String()),
  boolValue: Type.Optional(Type.Boolean()),
  intValue: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  doubleValue: Type.Optional(Type.Number()),
})
const KeyValue = Type.Object({ key: Type.String(), value: Type.Optional(AnyValue) })
const Nanoseconds = Type.Union([Type.String({ pattern: '^[0-9]{1,20}$' }), Type.Number()])

const OtlpSpan = Type.Object({
  traceId: Type.String({ pattern: '^[0-9a-fA-F]{32}$' }),
  spanId: Type.String({ pattern: '^[0-9a-fA-F]{16}$' }),
  parentSpanId: Type.Optional(Type.String()),
  name: Type.String({ maxLength: 500 }),
  startTimeUnixNano: Nanoseconds,
  endTimeUnixNano: Nanoseconds,
  attributes: Type.Optional(Type.Array(KeyValue, { maxItems: 1000 })),
  links: Type.Optional(Type.Array(Type.Object({ traceId: Type.String(), spanId: Type.String() }))),
})

export const TraceExport = Type.Object({
  resourceSpans: Type.Array(
    Type.Object({
      resource: Type.Optional(Type.Object({ attributes: Type.Optional(Type.Array(KeyValue)) })),
      scopeSpans: Type.Array(Type.Object({ spans: Type.Array(OtlpSpan) })),
    }),
  ),
})

export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string | null
  readonly name: string
  readonly service: string
  /** Milliseconds since 1970, with a fraction. */
  readonly startMs: number
  readonly endMs: number
  readonly attributes: Readonly<Record<string, string | number | boolean>>
  /** Trace ids of the spans that this one links to. */
  readonly linkedTraces: readonly string[]
}

type Attributes = readonly Static<typeof KeyValue>[] | undefined

export type ReadResult =
  { readonly ok: true; readonly spans: CollectedSpan[] } | { readonly ok: false; readonly problems: Problem[] }

export function readTraceExport(body: unknown): ReadResult {
  const problems = schemaProblems(TraceExport, body)
  if (problems.length > 0) return { ok: false, problems }
  const { resourceSpans } = body as Static<typeof TraceExport>
  const spans = resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = String(attributesOf(resource?.attributes)['service.name'] ?? 'unknown')
    return scopeSpans.flatMap((scope) => scope.spans.map((span) => collected(span, service)))
  })
  return { ok: true, spans }
}

function collected(span: Static<typeof OtlpSpan>, service: string): CollectedSpan {
  return {
    traceId: span.traceId.toLowerCase(),
    spanId: span.spanId.toLowerCase(),
    parentSpanId: span.parentSpanId ? span.parentSpanId.toLowerCase() : null,
    name: span.name,
    service,
    startMs: millisecondsOf(span.startTimeUnixNano),
    endMs: millisecondsOf(span.endTimeUnixNano),
    attributes: attributesOf(span.attributes),
    linkedTraces: (span.links ?? []).map((link) => link.traceId.toLowerCase()),
  }
}

function attributesOf(list: Attributes): Record<string, string | number | boolean> {
  const entries = (list ?? []).flatMap(({ key, value }) => {
    const plain = value?.stringValue ?? value?.boolValue ?? value?.doubleValue ?? value?.intValue
    return plain === undefined ? [] : [[key, plain] as const]
  })
  return Object.fromEntries(entries)
}

/** Nanoseconds since 1970 are above 2^53, so they are divided before they become a number. */
function millisecondsOf(nanoseconds: string | number): number {
  return Number(BigInt(nanoseconds) / 1000n) / 1000
}
