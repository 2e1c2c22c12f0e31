// The one way in for documents: PUT, POST, DELETE and `_bulk_docs` all come through here.
//
//   as sent ──► id, rights, rules, size, validateDocument ──► refused ──► onRefused (awaited)
//                                │                                              │
//                                └── fit ───────────── stored in one write ◄────┘ ──► onAccepted
//
// 1. A refusal concerns one document. The rest of the batch is stored.
// 2. Refused plus stored plus conflicting is all that was sent, in the order in which it was sent.
// 3. Nothing is stored, and no refusal is answered, before the refusals are recorded. A replicator never sends a
//    `forbidden` document again, so a refusal that nobody wrote down would be a loss.
import { randomUUID } from 'node:crypto'
import type { FastifyBaseLogger } from 'fastify'
import type { PouchDatabase, PouchDocument, PouchWriteResult } from '../pouchdb/index.ts'
import { readRevisionTree } from '../pouchdb/index.ts'
import type { DocumentFault } from './document-rules.ts'
import { findDocumentFault, isDesignId, isLocalId, toStoredDocument } from './document-rules.ts'
import { CouchError, toCouchError } from './errors.ts'
import { findLocalWriteFault, writeLocalDocument } from './local-documents.ts'
import type { CouchPrincipal, CouchServerOptions, DocumentRefusal, RefusedDocument } from './options.ts'
import type { CouchLimits } from './options.ts'
import { listLeaves } from './revision-tree.ts'

export interface WriteContext<P extends CouchPrincipal> {
  readonly options: CouchServerOptions<P>
  readonly limits: CouchLimits
  readonly principal: P
  readonly name: string
  readonly database: PouchDatabase
  readonly log: FastifyBaseLogger
}

/** A document as it was sent: its parsed value and its JSON text. */
export interface SentDocument {
  readonly value: unknown
  readonly text: () => string
  readonly bytes: number
}

export type WriteOutcome =
  | { readonly kind: 'stored'; readonly id: string; readonly rev: string }
  | {
      readonly kind: 'failed'
      readonly id: string
      readonly status: number
      readonly error: string
      readonly reason: string
    }
  | ({ readonly kind: 'refused'; readonly id: string; readonly rev: string | undefined } & DocumentFault)

type Judged = { readonly document: PouchDocument } | { readonly fault: DocumentFault }

/** Writes what is fit and tells, in the order of `sent`, what became of each. Throws when the store or a hook fails. */
export async function writeDocuments<P extends CouchPrincipal>(
  context: WriteContext<P>,
  sent: readonly SentDocument[],
  replicated: boolean,
): Promise<WriteOutcome[]> {
  const judged: Judged[] = []
  for (const document of sent) judged.push(await judge(context, document, replicated))

  const refused = sent.flatMap((document, index) => toRefused(document, judged[index]))
  if (refused.length > 0) {
    const { principal, name: database } = context
    await context.options.onRefused?.({ principal, database, replicated, documents: refused })
  }

  const fit = judged.flatMap((verdict) => ('document' in verdict ? [verdict.document] : []))
  const stored = await store(context, fit, replicated)
  announce(context, fit, stored)

  let next = 0
  return judged.map((verdict, index) => {
    if ('document' in verdict) return stored[next++] as WriteOutcome
    return { kind: 'refused', ...identify(sent[index]?.value), ...verdict.fault }
  })
}

async function judge<P extends CouchPrincipal>(
  context: WriteContext<P>,
  { value, bytes }: SentDocument,
  replicated: boolean,
): Promise<Judged> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { fault: { status: 400, error: 'bad_request', reason: 'Document must be a JSON object' } }
  }
  const { documentBytes } = context.limits
  if (bytes > documentBytes) {
    return { fault: { status: 413, error: 'document_too_large', reason: `larger than ${documentBytes} bytes` } }
  }
  const given = value as Record<string, unknown>
  const named = given['_id'] === undefined && !replicated ? { _id: randomUUID().replaceAll('-', ''), ...given } : given
  const fault = findDocumentFault(named, replicated, context.limits) ?? findRightsFault(context, String(named['_id']))
  if (fault !== undefined) return { fault }
  const document = toStoredDocument(named, replicated)
  if (isLocalId(document._id)) return { document }
  const refusal = await context.options.validateDocument?.({
    principal: context.principal,
    database: context.name,
    document,
    replicated,
    readExisting: () => readExisting(context.database, document._id),
  })
  return refusal === undefined ? { document } : { fault: { status: statusOf(refusal), ...refusal } }
}

const statusOf = (refusal: DocumentRefusal): number => (refusal.error === 'unauthorized' ? 401 : 403)

function findRightsFault<P extends CouchPrincipal>(context: WriteContext<P>, id: string): DocumentFault | undefined {
  const { principal, name } = context
  const { access } = context.options
  if (isLocalId(id)) return findLocalWriteFault(access, principal, name, id)
  if (isDesignId(id) && access.mayAdminister?.(principal, name) !== true) {
    return { status: 403, error: 'forbidden', reason: 'Only administrators may write design documents.' }
  }
  if (access.mayWrite?.(principal, name) === false) {
    return { status: 403, error: 'forbidden', reason: 'You are not allowed to write to this db.' }
  }
  return undefined
}

async function readExisting(database: PouchDatabase, id: string): Promise<PouchDocument | undefined> {
  const tree = await readRevisionTree(database, id)
  const winner = tree === undefined ? undefined : listLeaves(tree)[0]
  return winner === undefined ? undefined : database.get(id, { rev: winner.rev })
}

function toRefused(sent: SentDocument, verdict: Judged | undefined): RefusedDocument[] {
  if (verdict === undefined || 'document' in verdict) return []
  const error = verdict.fault.error === 'unauthorized' ? 'unauthorized' : 'forbidden'
  return [{ ...identify(sent.value), error, reason: verdict.fault.reason, body: sent.value, text: sent.text() }]
}

function identify(value: unknown): { id: string; rev: string | undefined } {
  const { _id: id, _rev: rev } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  return { id: typeof id === 'string' ? id : '', rev: typeof rev === 'string' ? rev : undefined }
}

async function store<P extends CouchPrincipal>(
  context: WriteContext<P>,
  fit: readonly PouchDocument[],
  replicated: boolean,
): Promise<WriteOutcome[]> {
  const { database } = context
  const documents = fit.filter((document) => !isLocalId(document._id))
  const results = documents.length === 0 ? [] : await database.bulkDocs(documents, { new_edits: !replicated })
  const outcomes = replicated ? matchFailures(documents, results) : results.map(toOutcome)
  const local: WriteOutcome[] = []
  for (const document of fit.filter(({ _id }) => isLocalId(_id))) local.push(await storeLocal(database, document))
  return fit.map(({ _id }) => (isLocalId(_id) ? local.shift() : outcomes.shift()) as WriteOutcome)
}

async function storeLocal(database: PouchDatabase, document: PouchDocument): Promise<WriteOutcome> {
  try {
    const rev = await writeLocalDocument(database, document)
    return { kind: 'stored', id: document._id, rev }
  } catch (error) {
    const known = toCouchError(error)
    if (known === undefined) throw error
    return { kind: 'failed', id: document._id, status: known.status, error: known.error, reason: known.reason }
  }
}

// Of a replicated batch PouchDB gives back the failures only, and in an order of its own.
function matchFailures(documents: readonly PouchDocument[], failures: readonly PouchWriteResult[]): WriteOutcome[] {
  const byId = new Map(failures.map((failure) => [failure.id, failure]))
  return documents.map((document) => {
    const failure = byId.get(document._id)
    if (failure !== undefined) return toOutcome(failure)
    return { kind: 'stored', id: document._id, rev: document._rev ?? firstRevision(document) }
  })
}

const firstRevision = ({ _revisions: revisions }: PouchDocument): string =>
  `${revisions?.start ?? 0}-${revisions?.ids[0] ?? ''}`

function toOutcome(result: PouchWriteResult): WriteOutcome {
  if (result.ok === true && result.rev !== undefined) return { kind: 'stored', id: result.id, rev: result.rev }
  const status = result.status ?? 500
  if (status === 409) {
    return { kind: 'failed', id: result.id, status, error: 'conflict', reason: 'Document update conflict.' }
  }
  const reason = result.reason ?? result.message ?? 'the document could not be stored'
  return { kind: 'failed', id: result.id, status, error: result.name ?? 'unknown_error', reason }
}

function announce<P extends CouchPrincipal>(
  context: WriteContext<P>,
  fit: readonly PouchDocument[],
  outcomes: readonly WriteOutcome[],
): void {
  const { onAccepted } = context.options
  if (onAccepted === undefined) return
  const documents = fit.flatMap((document, index) => {
    const outcome = outcomes[index]
    if (outcome?.kind !== 'stored' || isLocalId(document._id)) return []
    return [{ id: outcome.id, rev: outcome.rev, deleted: document._deleted === true, type: document['type'] }]
  })
  if (documents.length === 0) return
  void Promise.resolve()
    .then(() => onAccepted({ principal: context.principal, database: context.name, documents }))
    .catch((error: unknown) => context.log.error({ err: error }, 'onAccepted failed'))
}

/** One document's outcome as the answer to its own request: its id and revision, or the error thrown. */
export function expectStored(outcome: WriteOutcome | undefined): { id: string; rev: string } {
  if (outcome?.kind === 'stored') return { id: outcome.id, rev: outcome.rev }
  if (outcome === undefined) throw new Error('a write has no outcome')
  throw new CouchError(outcome.status, outcome.error, outcome.reason)
}
