/**
 * One start-up of OpenTelemetry for hub and services: spans to any OTLP/HTTP collector, metrics at `GET /metrics`.
 * Parents are always given as a W3C traceparent, because the story of a sale crosses databases and days, not call stacks.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Link,
  type Meter,
  type Span,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace'
import { attributeNames, formatTraceparent, parseTraceparent, serviceNames } from '@tidemark/contracts'
import { createOriginReporter } from './trace-origin.ts'

export interface TelemetryOptions {
  readonly serviceName: string
  /** A resource attribute, so that thousands of stores never become thousands of label values. */
  readonly storeId?: string
  /** Base URL of an OTLP/HTTP collector, such as http://127.0.0.1:4318. Without it spans are made but not sent. */
  readonly otlpEndpoint?: string | undefined
}

export interface SpanOptions {
  /** W3C traceparent; without it the span starts a trace. */
  readonly parent?: string | undefined
  readonly kind?: 'internal' | 'server' | 'producer' | 'consumer'
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
  /** W3C traceparents of spans that this one has to do with, such as the sales of a batch. */
  readonly links?: readonly string[]
  readonly startTime?: Date
}

export interface SpanHandle {
  readonly traceparent: string
  setAttribute(name: string, value: string | number | boolean): void
}

export interface GaugeReading {
  readonly value: number
  readonly attributes?: Readonly<Record<string, string>>
}

export interface Telemetry {
  /** Runs work in a span and ends it; an exception is recorded and rethrown. */
  span<Result>(
    name: string,
    options: SpanOptions,
    work: (span: SpanHandle) => Result | Promise<Result>,
  ): Promise<Result>
  /** Reports, for the terminal, the span that rides in a document's `trace`. Nothing happens without a valid one. */
  reportOrigin(document: Readonly<Record<string, unknown>>): void
  /** A monotonic counter; call the result to count. */
  counter(name: string, description: string): (increment: number, attributes?: Record<string, string>) => void
  /** A gauge that is read at each scrape. */
  gauge(name: string, description: string, observe: () => readonly GaugeReading[]): void
  /** Answers `GET /metrics` in Prometheus text format. */
  serveMetrics(request: IncomingMessage, response: ServerResponse): void
  /** Sends what is left (bounded by the exporter's timeout) and stops. */
  shutdown(): Promise<void>
}

const spanKinds = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
} as const

/** Spans wait here while the collector is away; beyond it the newest are dropped. Spans are a view, never the record. */
const maxQueuedSpans = 8192
const exportEveryMs = 1000
const exportTimeoutMs = 10_000

export function startTelemetry(options: TelemetryOptions): Telemetry {
  const provider = new TracerProvider({
    resource: resourceOf(options.serviceName, options.storeId),
    spanProcessors: spanProcessors(options.otlpEndpoint),
  })
  const origins = createOriginReporter(
    resourceOf(serviceNames.terminal, options.storeId),
    spanProcessors(options.otlpEndpoint),
  )
  const prometheus = new PrometheusExporter({ preventServerStart: true, withoutTargetInfo: true })
  const meters = new MeterProvider({
    resource: resourceOf(options.serviceName, options.storeId),
    readers: [prometheus],
  })
  const tracer = provider.getTracer('tidemark')
  const meter = meters.getMeter('tidemark')
  return {
    span: (name, spanOptions, work) => runInSpan(tracer, name, spanOptions, work),
    reportOrigin: (document) => origins.report(document),
    counter: (name, description) => createCounter(meter, name, description),
    gauge: (name, description, observe) => createGauge(meter, name, description, observe),
    serveMetrics: (request, response) => prometheus.getMetricsRequestHandler(request, response),
    async shutdown() {
      await Promise.allSettled([origins.shutdown(), provider.shutdown(), meters.shutdown()])
    },
  }
}

function spanProcessors(otlpEndpoint: string | undefined): SpanProcessor[] {
  if (otlpEndpoint === undefined) return []
  const exporter = new OTLPTraceExporter({
    url: new URL('v1/traces', `${otlpEndpoint.replace(/\/$/, '')}/`).href,
    timeoutMillis: exportTimeoutMs,
  })
  return [new BatchSpanProcessor({ exporter, maxQueueSize: maxQueuedSpans, scheduledDelayMillis: exportEveryMs })]
}

function resourceOf(serviceName: string, storeId: string | undefined): Resource {
  // Named here and not detected: the standard detectors publish the process's arguments and the host's name.
  return resourceFromAttributes({
    'service.name': serviceName,
    'service.namespace': 'tidemark',
    ...(storeId === undefined ? {} : { [attributeNames.storeId]: storeId }),
  })
}

async function runInSpan<Result>(
  tracer: Tracer,
  name: string,
  options: SpanOptions,
  work: (span: SpanHandle) => Result | Promise<Result>,
): Promise<Result> {
  const span = tracer.startSpan(
    name,
    {
      kind: spanKinds[options.kind ?? 'internal'],
      attributes: { ...options.attributes },
      links: linksOf(options.links),
      ...(options.startTime === undefined ? {} : { startTime: options.startTime }),
    },
    parentContext(options.parent),
  )
  try {
    return await work(handleOf(span))
  } catch (error) {
    span.recordException(error instanceof Error ? error : String(error))
    span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : String(error) })
    throw error
  } finally {
    span.end()
  }
}

function handleOf(span: Span): SpanHandle {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return {
    traceparent: formatTraceparent({ traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 }),
    setAttribute: (name, value) => void span.setAttribute(name, value),
  }
}

function parentContext(traceparent: string | undefined): Context {
  const remote = traceparent === undefined ? undefined : spanContextOf(traceparent)
  return remote === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, remote)
}

function linksOf(traceparents: readonly string[] = []): Link[] {
  return traceparents.flatMap((traceparent) => {
    const context = spanContextOf(traceparent)
    return context === undefined ? [] : [{ context }]
  })
}

function spanContextOf(traceparent: string): SpanContext | undefined {
  const parsed = parseTraceparent(traceparent)
  if (parsed === undefined) return undefined
  const traceFlags = parsed.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE
  return { traceId: parsed.traceId, spanId: parsed.spanId, traceFlags, isRemote: true }
}

function createCounter(meter: Meter, name: string, description: string) {
  const counter = meter.createCounter(name, { description })
  return (increment: number, attributes?: Record<string, string>) => counter.add(increment, attributes)
}

function createGauge(meter: Meter, name: string, description: string, observe: () => readonly GaugeReading[]): void {
  meter.createObservableGauge(name, { description }).addCallback((result) => {
    for (const reading of observe()) result.observe(reading.value, { ...reading.attributes })
  })
}
