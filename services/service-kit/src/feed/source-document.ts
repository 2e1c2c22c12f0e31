/** What a service takes in, whether NATS or a look into CouchDB brought it. */
import {
  ChangeMessage,
  checkDocument,
  classOfDatabase,
  describeProblems,
  parseTraceparent,
  schemaProblems,
  TraceOrigin,
} from '@tidemark/contracts'

export interface SourceDocument {
  /** The store of the database; `hq` for the shared catalogue when it was read from CouchDB. */
  readonly storeId: string
  /** Name at the hub, such as `sales-2026-11`. */
  readonly database: string
  /** The winning revision, which is `document`'s. */
  readonly rev: string
  /** The other live leaves. */
  readonly conflicts: readonly string[]
  readonly deleted: boolean
  readonly document: Readonly<Record<string, unknown>>
  /** W3C traceparent of the hub's publishing span. */
  readonly traceparent?: string
  readonly source: 'feed' | 'reconciliation'
}

export type ReadResult =
  { readonly ok: true; readonly document: SourceDocument } | { readonly ok: false; readonly reason: string }

/** Decides whether a document is given to the service. */
export type CheckSource = (source: SourceDocument) => ReadResult

/** Reads a message of the stream: JSON, envelope, subject and, by `check`, the document itself. */
export function readMessage(
  subject: string,
  data: Uint8Array,
  traceparent: string | undefined,
  check: CheckSource = checkSource,
): ReadResult {
  const parsed = parseJson(data)
  if (!parsed.ok) return parsed
  const envelopeProblems = schemaProblems(ChangeMessage, parsed.value)
  if (envelopeProblems.length > 0) return unreadable(`envelope: ${describeProblems(envelopeProblems)}`)
  const message = parsed.value as ChangeMessage
  const [, subjectStore] = subject.split('.')
  if (subjectStore !== message.storeId)
    return unreadable(`subject is of ${subjectStore}, message of ${message.storeId}`)
  const { storeId, database, rev, conflicts, deleted, document } = message
  const trace = traceparent !== undefined && parseTraceparent(traceparent) !== undefined ? { traceparent } : {}
  const result = check({ storeId, database, rev, conflicts, deleted, document, ...trace, source: 'feed' })
  return result.ok || message.bodyOmitted !== true ? result : unreadable(withoutBody)
}

const withoutBody = 'the document is too large for the stream; reconciliation brings it from CouchDB'

/**
 * Checks the document itself. Deletions have no body to check. A store's databases hold that store's documents only; the
 * catalogue is everybody's.
 */
export function checkSource(source: SourceDocument): ReadResult {
  const identified = checkSourceId(source)
  if (!identified.ok || source.deleted) return identified
  const problems = checkDocument(source.database, source.document)
  if (problems.length > 0) return unreadable(`document: ${describeProblems(problems)}`)
  const owner = source.document['storeId']
  if (classOfDatabase(source.database) !== 'catalog' && owner !== source.storeId) {
    return unreadable(`document: /storeId is ${String(owner)} in a database of ${source.storeId}`)
  }
  return { ok: true, document: source }
}

/** For a service that is concerned with documents whatever they hold: it must have an id, and that is all. */
export function checkSourceId(source: SourceDocument): ReadResult {
  const hasId = typeof source.document['_id'] === 'string'
  return hasId ? { ok: true, document: source } : unreadable('document: /_id must be a string')
}

/** The id of the document; the check has made sure of it. */
export function idOf(source: SourceDocument): string {
  return String(source.document['_id'])
}

/** The document as its author wrote it: without `_rev`, `_conflicts` and what else replication adds. `_id` stays. */
export function authoredBody(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(document).filter(([key]) => key === '_id' || !key.startsWith('_')))
}

/** The span that the document's author reported, if any. */
export function traceOriginOf(source: SourceDocument): TraceOrigin | undefined {
  const trace = source.document['trace']
  return trace !== undefined && schemaProblems(TraceOrigin, trace).length === 0 ? (trace as TraceOrigin) : undefined
}

function parseJson(data: Uint8Array): { ok: true; value: unknown } | { ok: false; reason: string } {
  try {
    return { ok: true, value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(data)) as unknown }
  } catch (error) {
    return { ok: false, reason: `not JSON: ${error instanceof Error ? error.message : String(error)}` }
  }
}

function unreadable(reason: string): ReadResult {
  return { ok: false, reason }
}
