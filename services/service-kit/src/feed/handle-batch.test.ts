import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { startTelemetry } from '@tidemark/telemetry'
import { sampleSeries } from '../../test/index.ts'
import { UnavailableError } from '../errors.ts'
import { handleIsolated, handleTraced, type HandleBatch } from './handle-batch.ts'
import type { SourceDocument } from './source-document.ts'

interface ReportedSpan {
  readonly name: string
  readonly traceId: string
  readonly parentSpanId?: string
  readonly links?: readonly { readonly traceId: string }[]
}

/** An OTLP/HTTP collector that remembers spans. */
async function startCollector() {
  const spans: ReportedSpan[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {
        resourceSpans: { scopeSpans: { spans: ReportedSpan[] }[] }[]
      }
      spans.push(...body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { spans, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

const lane = sampleSeries('s401-t01-1')

function source(fields: Partial<SourceDocument> = {}): SourceDocument {
  const document = lane.sale([{ sku: 'milk', quantity: 1 }])
  const database = 'sales-2026-11'
  return { storeId: 's401', database, rev: '1-a', conflicts: [], deleted: false, document, source: 'feed', ...fields }
}

const traceOf = ({ document }: SourceDocument) =>
  (document['trace'] as { traceparent: string }).traceparent.slice(3, 35)

test('each document gets its span in its own trace, below the hub’s, and the batch links to all of them', async () => {
  const collector = await startCollector()
  const telemetry = startTelemetry({ serviceName: 'test', otlpEndpoint: collector.url })
  const published = source()
  const fromHub = { ...published, traceparent: `00-${traceOf(published)}-00f067aa0ba902b7-01` }
  const found = source({ source: 'reconciliation' })
  const known = source({ source: 'reconciliation' })
  const handle: HandleBatch = async (batch) => batch.map((each) => ({ kind: 'done', fresh: each !== known }))
  await handleTraced(telemetry, { batch: 'service.batch', record: 'note' }, handle, [fromHub, found, known])
  await telemetry.shutdown()
  collector.close()

  const notes = collector.spans.filter(({ name }) => name === 'note')
  expect(notes).toMatchObject([
    { traceId: traceOf(published), parentSpanId: '00f067aa0ba902b7' },
    { traceId: traceOf(found), parentSpanId: expect.any(String) },
  ])
  const batch = collector.spans.find(({ name }) => name === 'service.batch')
  expect(batch?.links?.map(({ traceId }) => traceId)).toEqual([fromHub, found, known].map(traceOf))
})

test('a handler that breaks, or forgets a document, is asked about each document by itself', async () => {
  const [good, bad, alsoGood] = [source(), source(), source()]
  const breaks: HandleBatch = async (batch) => {
    if (batch.includes(bad)) throw new TypeError('a bug')
    return batch.map(() => ({ kind: 'done', fresh: true }))
  }
  const done = { kind: 'done', fresh: true }
  expect(await handleIsolated(breaks, [good, bad, alsoGood])).toEqual([done, { kind: 'retry', reason: 'a bug' }, done])
  const forgets: HandleBatch = async () => [{ kind: 'done', fresh: true }]
  expect(await handleIsolated(forgets, [good, alsoGood])).toEqual([done, done])
})

test('a dependency that is away is no document’s fault', async () => {
  const away: HandleBatch = () => Promise.reject(new UnavailableError('couchdb', 'away'))
  await expect(handleIsolated(away, [source(), source()])).rejects.toBeInstanceOf(UnavailableError)
})
