import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { formatTraceparent } from '@tidemark/contracts'
import { startTelemetry } from './index.ts'

interface ReceivedSpan {
  readonly name: string
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly links?: readonly { readonly traceId: string }[]
  readonly service: string
}

interface ExportRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly { key: string; value: { stringValue?: string } }[] }
    readonly scopeSpans: readonly { readonly spans: readonly Omit<ReceivedSpan, 'service'>[] }[]
  }[]
}

let collector: Server
let received: ReceivedSpan[]
let otlpEndpoint: string

beforeEach(async () => {
  received = []
  collector = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      received.push(...spansOf(JSON.parse(body) as ExportRequest))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve))
  otlpEndpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`
})

afterEach(() => new Promise((resolve) => collector.close(resolve)))

function spansOf(body: ExportRequest): ReceivedSpan[] {
  return body.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? ''
    return scopeSpans.flatMap(({ spans }) => spans.map((span) => ({ ...span, service })))
  })
}

const traceId = 'a'.repeat(32)
const sale = {
  _id: 'journal:s001-t01-1:000000001',
  type: 'sale',
  storeId: 's001',
  terminalId: 's001-t01',
  trace: {
    traceparent: formatTraceparent({ traceId, spanId: 'b'.repeat(16), sampled: true }),
    startTime: '2026-11-20T09:00:00.000Z',
    durationMs: 1500,
  },
}

test('a sale made days ago is one trace: the terminal’s span with its own ids, and the later ones below it', async () => {
  const telemetry = startTelemetry({ serviceName: 'tidemark-hub', storeId: 's001', otlpEndpoint })
  telemetry.reportOrigin(sale)
  const published = await telemetry.span(
    'hub.publish',
    { parent: sale.trace.traceparent, kind: 'producer' },
    (span) => span.traceparent,
  )
  await telemetry.span('ledger.record', { parent: published, kind: 'consumer' }, () => undefined)
  await telemetry.shutdown()

  const byName = new Map(received.map((span) => [span.name, span]))
  expect(received.every((span) => span.traceId === traceId)).toBe(true)
  expect(byName.get('sale')).toMatchObject({ spanId: 'b'.repeat(16), service: 'tidemark-terminal' })
  expect(byName.get('sale')?.startTimeUnixNano).toBe(`${Date.parse('2026-11-20T09:00:00.000Z')}000000`)
  expect(byName.get('hub.publish')).toMatchObject({ parentSpanId: 'b'.repeat(16), service: 'tidemark-hub' })
  expect(byName.get('ledger.record')?.parentSpanId).toBe(byName.get('hub.publish')?.spanId)
})

test('a batch span links to the trace of each sale in it, and a failure is recorded and rethrown', async () => {
  const telemetry = startTelemetry({ serviceName: 'tidemark-sales', otlpEndpoint })
  const failing = telemetry.span('service.batch', { links: [sale.trace.traceparent, 'not a traceparent'] }, () => {
    throw new Error('central is away')
  })
  await expect(failing).rejects.toThrow('central is away')
  await telemetry.shutdown()
  expect(received[0]?.links?.map((link) => link.traceId)).toEqual([traceId])
})

test('a document without a usable trace reports nothing, and without a collector everything still works', async () => {
  const telemetry = startTelemetry({ serviceName: 'tidemark-hub', otlpEndpoint })
  telemetry.reportOrigin({ _id: 'x' })
  telemetry.reportOrigin({ ...sale, trace: { traceparent: 'nonsense', startTime: '', durationMs: 1 } })
  await telemetry.shutdown()
  expect(received).toEqual([])

  const silent = startTelemetry({ serviceName: 'tidemark-hub' })
  silent.reportOrigin(sale)
  expect(await silent.span('work', {}, () => 42)).toBe(42)
  await silent.shutdown()
})

test('counters and gauges are served as Prometheus text', async () => {
  const telemetry = startTelemetry({ serviceName: 'tidemark-hub', storeId: 's001' })
  telemetry.counter('tidemark_refused_documents_total', 'Documents refused')(2, { database: 'catalog' })
  telemetry.gauge('tidemark_lag_documents', 'Documents behind', () => [{ value: 7, attributes: { class: 'sales' } }])
  const server = createServer((request, response) => telemetry.serveMetrics(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const text = await (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`)).text()
  server.close()
  await telemetry.shutdown()
  expect(text).toMatch(/tidemark_refused_documents_total\{.*database="catalog".*\} 2/)
  expect(text).toMatch(/tidemark_lag_documents\{.*class="sales".*\} 7/)
})
