// What a request brings to be stored: documents with their text as it came, parsed only where somebody has to look inside.
import type { FastifyRequest } from 'fastify'
import { sliceDocuments } from './document-slices.ts'
import type { Slice } from './document-slices.ts'
import { badRequest } from './errors.ts'
import { jsonBody, jsonObject } from './json-body.ts'
import type { JsonBody } from './json-body.ts'
import type { CouchLimits } from './options.ts'
import { scanPlainBatch, scanPlainDocument } from './plain-documents.ts'
import type { PlainDocument } from './plain-documents.ts'
import { mayHaveUnusualNumbers } from './stored-body.ts'

/** A document as it was sent. */
export interface SentDocument {
  /** Parsed, when it is asked for. */
  readonly value: () => unknown
  /** Its JSON text. */
  readonly text: () => string
  /** Its text may have numbers that JavaScript can't hold. */
  readonly hasUnusualNumbers: () => boolean
  /** What is known of it without parsing it, where its text can be stored as it is. */
  readonly plain: PlainDocument | undefined
}

export interface SentBatch {
  readonly sent: readonly SentDocument[]
  readonly newEdits: boolean
}

/** Of a document whose request names it: by its URL, and its revision by a query or header. */
export interface RequestedName {
  readonly id: string
  readonly rev: string | undefined
}

/** The documents of a `_bulk_docs` body. Throws CouchError 400 for a body that has none. */
export function readSentBatch(request: FastifyRequest, limits: CouchLimits): SentBatch {
  const body = jsonBody(request)
  const plain = body === undefined ? undefined : scanPlainBatch(body.bytes, limits)
  if (body !== undefined && plain !== undefined) {
    return { sent: plain.documents.map((document) => fromPlain(body, document)), newEdits: plain.newEdits }
  }
  const { docs, new_edits: newEdits = true } = jsonObject(request)
  if (!Array.isArray(docs) || body === undefined) throw badRequest('POST body must include `docs` parameter.')
  if (typeof newEdits !== 'boolean') throw badRequest('`new_edits` parameter must be a boolean.')
  return { sent: fromValues(docs, body), newEdits }
}

/** The document that a body is. Throws CouchError 400 when it is none, or contradicts the name of the request. */
export function readSentDocument(request: FastifyRequest, limits: CouchLimits, named?: RequestedName): SentDocument {
  const body = jsonBody(request)
  const plain = body === undefined ? undefined : scanPlainDocument(body.bytes, limits)
  const agreed = plain === undefined ? undefined : agree(plain, named)
  const value = (): object => withName(jsonObject(request), named)
  const text = (): string => body?.text ?? '{}'
  // What can't be read is an error of the request, and found before anything else of it is done.
  if (agreed === undefined) value()
  return { value, text, hasUnusualNumbers: () => mayHaveUnusualNumbers(text()), plain: agreed }
}

/** A document that the server itself made, of `text` where it has one. */
export function toSentDocument(document: object, text = JSON.stringify(document)): SentDocument {
  return {
    value: () => document,
    text: () => text,
    hasUnusualNumbers: () => mayHaveUnusualNumbers(text),
    plain: undefined,
  }
}

function fromPlain({ bytes }: JsonBody, plain: PlainDocument): SentDocument {
  const text = (): string => bytes.toString('utf8', plain.start, plain.end)
  return { value: () => JSON.parse(text()) as unknown, text, hasUnusualNumbers: () => false, plain }
}

function fromValues(docs: readonly unknown[], body: JsonBody): SentDocument[] {
  let known: Slice[] | undefined
  const text = (index: number): string => {
    known ??= sliceDocuments(body.bytes)
    const { start, end } = known[index] ?? { start: 0, end: 0 }
    return body.bytes.toString('utf8', start, end)
  }
  const mayBeUnusual = mayHaveUnusualNumbers(body.text)
  return docs.map((value, index) => ({
    value: () => value,
    text: () => text(index),
    hasUnusualNumbers: () => mayBeUnusual && mayHaveUnusualNumbers(text(index)),
    plain: undefined,
  }))
}

/** Undefined where document and request contradict each other. */
function agree(plain: PlainDocument, named: RequestedName | undefined): PlainDocument | undefined {
  if (named === undefined) return plain
  const { id = named.id, rev = named.rev } = plain
  const agrees = id === named.id && (named.rev === undefined || rev === named.rev)
  return agrees ? { ...plain, id, rev } : undefined
}

function withName(document: Record<string, unknown>, named: RequestedName | undefined): Record<string, unknown> {
  if (named === undefined) return document
  const { id, rev } = named
  if (rev !== undefined && document['_rev'] !== undefined && document['_rev'] !== rev) {
    throw badRequest('Document rev from request body and query string have different values')
  }
  if (document['_id'] !== undefined && document['_id'] !== id) {
    throw badRequest('Document ID in the body must be that of the URL')
  }
  return { ...document, ...(rev === undefined ? {} : { _rev: rev }), _id: id }
}
