// The one way in for documents: PUT, POST, DELETE, COPY and `_bulk_docs` all come through here.
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
import type { PouchDocument } from '../pouchdb/index.ts'
import type { DocumentDatabase, DocumentWrite, RevisionHistory, WriteResult } from '../store/index.ts'
import type { DocumentFault } from './document-rules.ts'
import {
  findDocumentFault,
  findIdFault,
  findRevisionFault,
  isDesignId,
  isLocalId,
  toPlainDocument,
} from './document-rules.ts'
import { forgetValidation, hasValidation, validateByDesign, type ValidatedWrite } from './design-validation.ts'
import { documentText, revisionsAnnotation } from './document-text.ts'
import { CouchError, toCouchError } from './errors.ts'
import { findLocalWriteFault, writeLocalDocument } from './local-documents.ts'
import type { CouchLimits, CouchPrincipal, CouchServerOptions, DocumentRefusal, RefusedDocument } from './options.ts'
import { countMembers } from './plain-documents.ts'
import type { SentDocument } from './sent-documents.ts'
import { toBody, toExactBody } from './stored-body.ts'

export interface WriteContext<P extends CouchPrincipal> {
  readonly options: CouchServerOptions<P>
  readonly limits: CouchLimits
  readonly principal: P
  readonly name: string
  readonly database: DocumentDatabase
  readonly log: FastifyBaseLogger
}

export type WriteOutcome =
  | { readonly kind: 'stored'; readonly id: string; readonly rev: string }
  | ({ readonly kind: 'failed'; readonly id: string } & DocumentFault)
  | ({ readonly kind: 'refused'; readonly id: string; readonly rev: string | undefined } & DocumentFault)

interface FitDocument {
  readonly kind: 'fit'
  readonly id: string
  readonly rev: string | undefined
  readonly deleted: boolean
  readonly body: string
  /** of a replicated one */
  readonly revisions: RevisionHistory | undefined
  readonly document: () => PouchDocument
}

type Judged = FitDocument | ({ readonly kind: 'unfit' } & DocumentFault)

/** Writes what is fit and tells, in the order of `sent`, what became of each. Throws when the store or a hook fails. */
export async function writeDocuments<P extends CouchPrincipal>(
  context: WriteContext<P>,
  sent: readonly SentDocument[],
  replicated: boolean,
): Promise<WriteOutcome[]> {
  const judged: Judged[] = []
  const fit: FitDocument[] = []
  const allowed = judgeByDesign(
    context,
    sent.map((document) => judgeForm(context, document, replicated)),
  )
  for (const verdict of allowed) {
    const judging = verdict.kind === 'fit' ? judgeByApplication(context, verdict, replicated) : verdict
    const last = judging instanceof Promise ? await judging : judging
    judged.push(last)
    if (last.kind === 'fit') fit.push(last)
  }

  if (fit.length < sent.length) {
    const { principal, name: database } = context
    const documents = sent.flatMap((document, index) => toRefused(document, judged[index]))
    await context.options.onRefused?.({ principal, database, replicated, documents })
  }

  const stored = await store(context.database, fit)
  announce(context, fit, stored)
  if (fit.length === sent.length) return stored

  let next = 0
  return judged.map((verdict, index) => {
    if (verdict.kind === 'fit') return stored[next++] as WriteOutcome
    return { ...verdict, kind: 'refused', ...identify(sent[index]?.value()) }
  })
}

function judgeForm<P extends CouchPrincipal>(
  context: WriteContext<P>,
  sent: SentDocument,
  replicated: boolean,
): Judged {
  const plain = judgePlain(context, sent, replicated)
  if (plain !== undefined) return plain
  const value = sent.value()
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return unfit({ status: 400, error: 'bad_request', reason: 'Document must be a JSON object' })
  }
  const given = value as Record<string, unknown>
  const named = given['_id'] === undefined && !replicated ? { _id: newId(), ...given } : given
  const fault = findDocumentFault(named, replicated, context.limits) ?? findRightsFault(context, String(named['_id']))
  if (fault !== undefined) return unfit(fault)

  const body = sent.hasUnusualNumbers() ? toExactBody(sent.text()) : toBody(named)
  const sizeFault = findSizeFault(body, context.limits.documentBytes)
  if (sizeFault !== undefined) return unfit(sizeFault)

  return toFit(named as PouchDocument, body, replicated)
}

/** The short way for a document that nothing speaks against; undefined sends it the way that finds and names faults. */
function judgePlain<P extends CouchPrincipal>(
  context: WriteContext<P>,
  sent: SentDocument,
  replicated: boolean,
): FitDocument | undefined {
  const { plain } = sent
  if (plain === undefined) return undefined
  const { id = replicated ? undefined : newId(), rev, deleted, body } = plain
  if (id === undefined || isLocalId(id)) return undefined
  const head = { _id: id, _rev: rev, _revisions: plain.revisions }
  const isFaulty =
    findIdFault(id, context.limits.idBytes) !== undefined ||
    findRevisionFault(head, replicated) !== undefined ||
    findRightsFault(context, id) !== undefined ||
    findSizeFault(body, context.limits.documentBytes) !== undefined
  if (isFaulty) return undefined

  const revisions = replicated
    ? ((plain.revisions as RevisionHistory | undefined) ?? historyOfOne(rev ?? ''))
    : undefined
  let parsed: PouchDocument | undefined
  const document = (): PouchDocument => (parsed ??= { ...(sent.value() as PouchDocument), _id: id })
  // Whoever judges its content must judge what is stored: of two members with one name JavaScript sees the last.
  const isLookedAt = context.options.validateDocument !== undefined
  if (isLookedAt && countMembers(document()) !== plain.members) return undefined
  return { kind: 'fit', id, rev, deleted, body, revisions, document }
}

function judgeByApplication<P extends CouchPrincipal>(
  { options: { validateDocument }, principal, name, database }: WriteContext<P>,
  fit: FitDocument,
  replicated: boolean,
): Judged | Promise<Judged> {
  if (validateDocument === undefined || isLocalId(fit.id)) return fit
  const document = fit.document()
  const readExisting = (): Promise<PouchDocument | undefined> => Promise.resolve(readWinner(database, fit.id))
  const write = { principal, database: name, document: toPlainDocument(document, replicated), replicated, readExisting }
  const refusal = validateDocument(write)
  return refusal instanceof Promise ? refusal.then((late) => toVerdict(fit, late)) : toVerdict(fit, refusal)
}

function judgeByDesign<P extends CouchPrincipal>(
  { database, principal }: WriteContext<P>,
  judged: readonly Judged[],
): readonly Judged[] {
  if (!hasValidation(database)) return judged
  const concerned = judged.filter(
    (verdict) => verdict.kind === 'fit' && !isLocalId(verdict.id) && !isDesignId(verdict.id),
  )
  const refusals = validateByDesign(database, principal, (concerned as FitDocument[]).map(toValidated))
  const refused = new Map(concerned.map((verdict, index) => [verdict, refusals[index]]))
  return judged.map((verdict) => (verdict.kind === 'fit' ? toVerdict(verdict, refused.get(verdict)) : verdict))

  function toValidated({ id, rev, deleted, body, revisions }: FitDocument): ValidatedWrite {
    const annotations = revisions === undefined ? '' : revisionsAnnotation(revisions)
    return {
      document: () => documentText({ id, rev, deleted, body }, annotations),
      previous: () => {
        const stored = database.read(id)
        return stored === undefined ? undefined : documentText(stored)
      },
    }
  }
}

export const newId = (): string => randomUUID().replaceAll('-', '')

const unfit = (fault: DocumentFault): Judged => ({ kind: 'unfit', ...fault })

function toVerdict(fit: FitDocument, refusal: DocumentRefusal | undefined): Judged {
  if (refusal === undefined) return fit
  return unfit({ status: refusal.error === 'unauthorized' ? 401 : 403, error: refusal.error, reason: refusal.reason })
}

function findSizeFault(body: string, documentBytes: number): DocumentFault | undefined {
  if (body.length * 3 <= documentBytes || Buffer.byteLength(body) <= documentBytes) return undefined
  return { status: 413, error: 'document_too_large', reason: `larger than ${documentBytes} bytes` }
}

function toFit(document: PouchDocument, body: string, replicated: boolean): FitDocument {
  const { _id: id, _rev: rev, _deleted: deleted, _revisions: revisions } = document
  return {
    kind: 'fit',
    id,
    rev,
    deleted: deleted === true,
    body,
    revisions: replicated && !isLocalId(id) ? (revisions ?? historyOfOne(rev ?? '')) : undefined,
    document: () => document,
  }
}

function historyOfOne(rev: string): RevisionHistory {
  const dash = rev.indexOf('-')
  return { start: Number(rev.slice(0, dash)), ids: [rev.slice(dash + 1)] }
}

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

function readWinner(database: DocumentDatabase, id: string): PouchDocument | undefined {
  const stored = database.read(id)
  return stored === undefined ? undefined : (JSON.parse(documentText(stored)) as PouchDocument)
}

function toRefused(sent: SentDocument, verdict: Judged | undefined): RefusedDocument[] {
  if (verdict?.kind !== 'unfit') return []
  const error = verdict.error === 'unauthorized' ? 'unauthorized' : 'forbidden'
  const body = sent.value()
  return [{ ...identify(body), error, reason: verdict.reason, body, text: sent.text() }]
}

function identify(value: unknown): { id: string; rev: string | undefined } {
  const { _id: id, _rev: rev } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  return { id: typeof id === 'string' ? id : '', rev: typeof rev === 'string' ? rev : undefined }
}

async function store(database: DocumentDatabase, fit: readonly FitDocument[]): Promise<WriteOutcome[]> {
  const local = fit.filter(({ id }) => isLocalId(id))
  const others = local.length === 0 ? fit : fit.filter(({ id }) => !isLocalId(id))
  const results = await database.write(others.map(toWrite))
  if (others.some(({ id }) => isDesignId(id))) forgetValidation(database)
  const outcomes = results.map(toOutcome)
  if (local.length === 0) return outcomes
  const localOutcomes = await Promise.all(local.map((document) => storeLocal(database, document)))
  return fit.map(({ id }) => (isLocalId(id) ? localOutcomes.shift() : outcomes.shift()) as WriteOutcome)
}

function toOutcome(result: WriteResult): WriteOutcome {
  if (result.kind === 'stored') return result
  return { kind: 'failed', id: result.id, status: 409, error: 'conflict', reason: 'Document update conflict.' }
}

function toWrite({ id, rev, deleted, body, revisions }: FitDocument): DocumentWrite {
  if (revisions !== undefined) return { kind: 'replicated', id, revisions, deleted, body }
  return rev === undefined ? { kind: 'edit', id, deleted, body } : { kind: 'edit', id, rev, deleted, body }
}

async function storeLocal(database: DocumentDatabase, { id, rev, deleted, body }: FitDocument): Promise<WriteOutcome> {
  try {
    return { kind: 'stored', id, rev: await writeLocalDocument(database, id, deleted ? undefined : body, rev) }
  } catch (error) {
    const known = toCouchError(error)
    if (known === undefined || known.status >= 500) throw error
    return { kind: 'failed', id, status: known.status, error: known.error, reason: known.reason }
  }
}

function announce<P extends CouchPrincipal>(
  context: WriteContext<P>,
  fit: readonly FitDocument[],
  outcomes: readonly WriteOutcome[],
): void {
  const { onAccepted } = context.options
  if (onAccepted === undefined) return
  const documents = fit.flatMap(({ id, deleted, document }, index) => {
    const outcome = outcomes[index]
    if (outcome?.kind !== 'stored' || isLocalId(id)) return []
    return [{ id, rev: outcome.rev, deleted, type: document()['type'] }]
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
