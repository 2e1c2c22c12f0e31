import { expect, test } from 'vitest'
import { buildTraceCollector } from './collector.ts'
import type { CollectedSpan } from './otlp.ts'
import { createSpanStore } from './span-store.ts'
import { layOutWaterfall } from './waterfall.ts'

const traceId = 'a'.repeat(32)
const hourMs = 3_600_000

function span(name: string, startMs: number, endMs: number, parent: string | null = null): CollectedSpan {
  const spanId = name.padEnd(16, '0')
  const parentSpanId = parent?.padEnd(16, '0') ?? null
  return { traceId, spanId, parentSpanId, name, service: 'test', startMs, endMs, attributes: {}, linkedTraces: [] }
}

test('spans that come by OTLP are found by trace and by document, once however often they are sent', async () => {
  const app = buildTraceCollector()
  const otlpSpan = {
    traceId,
    spanId: 'b'.repeat(16),
    name: 'sale',
    startTimeUnixNano: '1795370000000000000',
    endTimeUnixNano: '1795370001500000000',
    attributes: [{ key: 'tidemark.document.id', value: { stringValue: 'journal:s001-t01-1:000000001' } }],
  }
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'tidemark-terminal' } }] }
  const payload = { resourceSpans: [{ resource, scopeSpans: [{ spans: [otlpSpan] }] }] }
  for (let time = 0; time < 2; time += 1) {
    expect((await app.inject({ method: 'POST', url: '/v1/traces', payload })).statusCode).toBe(200)
  }
  const found = await app.inject('/api/traces?documentId=journal:s001-t01-1:000000001')
  expect(found.json()).toMatchObject({ traces: [{ traceId, spans: [{ service: 'tidemark-terminal', name: 'sale' }] }] })
  expect(found.json().traces[0].spans).toHaveLength(1)
  const page = await app.inject(`/traces/${traceId}`)
  expect(page.body).toContain('1.5 s')
  const bad = await app.inject({ method: 'POST', url: '/v1/traces', payload: { resourceSpans: 'none' } })
  expect(bad.statusCode).toBe(400)
  await app.close()
})

test('a full store lets the trace go that has been quiet longest', () => {
  const store = createSpanStore(3)
  const spanOf = (id: string, name: string): CollectedSpan => ({ ...span(name, 0, 1), traceId: id })
  store.add([spanOf('one', 'a'), spanOf('two', 'a'), spanOf('one', 'b'), spanOf('three', 'a')])
  expect(store.newest(10)).toEqual(['three', 'one'])
  expect(store.size).toBe(3)
})

test('hours of darkness are folded, so that the work around them stays visible', () => {
  const waterfall = layOutWaterfall([
    span('record', hourMs + 1020, hourMs + 1040, 'publish'),
    span('sale', 0, 1000),
    span('publish', hourMs + 1000, hourMs + 1010, 'sale'),
  ])
  expect(waterfall.rows.map(({ span: { name }, depth }) => [name, depth])).toEqual([
    ['sale', 0],
    ['publish', 1],
    ['record', 2],
  ])
  expect(waterfall.darkMs).toBe(hourMs)
  expect(waterfall.folds).toHaveLength(1)
  const [sale, , record] = waterfall.rows
  expect(sale?.width).toBeGreaterThan(80)
  expect((record?.left ?? 0) + (record?.width ?? 0)).toBeLessThanOrEqual(100.5)
})
