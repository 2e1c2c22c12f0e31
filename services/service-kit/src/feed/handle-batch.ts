/**
 * Giving a batch to the service, and telling trouble of one document from trouble of a dependency.
 *
 *     handle() returns          → one outcome per document
 *     handle() is Unavailable   → the dependency is away: the whole batch waits; nothing is blamed on a document
 *     handle() throws otherwise → each document by itself, so that the faulty one is found and the rest lands
 */
import { attributeNames, parseTraceparent } from '@tidemark/contracts'
import type { Telemetry } from '@tidemark/telemetry'
import { describeError, UnavailableError } from '../errors.ts'
import { idOf, traceOriginOf, type SourceDocument } from './source-document.ts'

export type Outcome =
  /** It is stored. `fresh` is false when it had been there before. */
  | { readonly kind: 'done'; readonly fresh: boolean }
  /** It may work later. */
  | { readonly kind: 'retry'; readonly reason: string }
  /** It will never be taken in. */
  | { readonly kind: 'reject'; readonly reason: string }

/** Takes in documents; the answer has one outcome for each, in order. Called with 1 to 500 documents. */
export type HandleBatch = (batch: readonly SourceDocument[]) => Promise<readonly Outcome[]>

export interface SpanNames {
  readonly batch: string
  /** One per document, in the trace of the document; none when absent. */
  readonly record?: string
}

export async function handleIsolated(
  handle: HandleBatch,
  batch: readonly SourceDocument[],
): Promise<readonly Outcome[]> {
  try {
    const outcomes = await handle(batch)
    if (outcomes.length !== batch.length) throw new Error(`${outcomes.length} outcomes for ${batch.length} documents`)
    return outcomes
  } catch (error) {
    if (error instanceof UnavailableError) throw error
    if (batch.length === 1) return [{ kind: 'retry', reason: describeError(error) }]
    const outcomes: Outcome[] = []
    for (const source of batch) outcomes.push(...(await handleIsolated(handle, [source])))
    return outcomes
  }
}

/** `handleIsolated` inside a batch span that links to each document's trace, followed by one span per recorded document. */
export async function handleTraced(
  telemetry: Telemetry,
  spans: SpanNames,
  handle: HandleBatch,
  batch: readonly SourceDocument[],
): Promise<readonly Outcome[]> {
  const startTime = new Date()
  const parents = batch.map((source) => source.traceparent ?? traceOriginOf(source)?.traceparent)
  const links = parents.filter((parent) => parent !== undefined)
  const attributes = { [attributeNames.documents]: batch.length }
  const outcomes = await telemetry.span(spans.batch, { kind: 'consumer', links, attributes, startTime }, () =>
    handleIsolated(handle, batch),
  )
  const { record } = spans
  if (record === undefined) return outcomes
  for (const [index, source] of batch.entries()) {
    const outcome = outcomes[index]
    const parent = parents[index]
    // A document that reconciliation finds already recorded has its span from the time when it was.
    const tells = outcome?.kind === 'done' && (outcome.fresh || source.source === 'feed')
    if (tells && parent !== undefined) await reportRecord(telemetry, record, source, parent, startTime, outcome.fresh)
  }
  return outcomes
}

async function reportRecord(
  telemetry: Telemetry,
  name: string,
  source: SourceDocument,
  parent: string,
  startTime: Date,
  fresh: boolean,
): Promise<void> {
  if (parseTraceparent(parent) === undefined) return
  const attributes = {
    [attributeNames.storeId]: source.storeId,
    [attributeNames.documentId]: idOf(source),
    [attributeNames.documentType]: String(source.document['type']),
    [attributeNames.database]: source.database,
    'tidemark.source': source.source,
    'tidemark.duplicate': !fresh,
    ...darkTime(source, startTime),
  }
  await telemetry.span(name, { parent, kind: 'consumer', attributes, startTime }, () => undefined)
}

function darkTime(source: SourceDocument, now: Date): Record<string, number> {
  const origin = traceOriginOf(source)
  if (origin === undefined) return {}
  const endedMs = Date.parse(origin.startTime) + origin.durationMs
  return { [attributeNames.darkTimeMs]: Math.max(0, now.getTime() - endedMs) }
}
