// Fastify's own JSON parser would refuse a whole batch for one document with a `__proto__` member, so that the batch
// never lands. This one takes any JSON; each document is judged by itself afterwards (document-rules.ts).
import { isAscii } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CouchError, badRequest } from './errors.ts'

/** A request body: its value, and its bytes as they came, for keeping a refused document exactly as it was sent. */
export interface JsonBody {
  readonly value: unknown
  readonly text: string
  readonly bytes: Buffer
}

function readBody(bytes: Buffer): JsonBody {
  // Nearly all text is ASCII, which needs no decoding.
  const text = isAscii(bytes) ? bytes.toString('latin1') : utf8.decode(bytes)
  return { value: JSON.parse(text) as unknown, text, bytes }
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** Takes JSON bodies as CouchDB does: also without a content type, and with any in a PUT; else another type is 415. */
export function parseJsonBodies(app: FastifyInstance, requestBytes: number): void {
  const parse = (
    _request: FastifyRequest,
    bytes: Buffer,
    done: (error: Error | null, body?: JsonBody) => void,
  ): void => {
    try {
      done(null, bytes.length === 0 ? undefined : readBody(bytes))
    } catch {
      done(badRequest('invalid UTF-8 JSON'))
    }
  }
  const parseOther: typeof parse = (request, bytes, done) => {
    if (request.headers['content-type'] === undefined || bytes.length === 0 || request.method !== 'POST') {
      parse(request, bytes, done)
    } else done(new CouchError(415, 'bad_content_type', 'Content-Type must be application/json'))
  }
  const options = { parseAs: 'buffer', bodyLimit: requestBytes } as const
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(/^application\/([\w.-]+\+)?json\b/i, options, parse)
  app.addContentTypeParser('application/x-www-form-urlencoded', options, (request, bytes: Buffer, done) => {
    // CouchDB takes a form for signing in only; a PUT may call its JSON what it likes.
    if (!/\/_session(\?|$)/.test(request.url)) parseOther(request, bytes, done)
    else done(null, readForm(bytes))
  })
  app.addContentTypeParser('*', options, parseOther)
}

function readForm(bytes: Buffer): JsonBody {
  const text = bytes.toString()
  return { value: Object.fromEntries(new URLSearchParams(text)), text, bytes }
}

/** The request's JSON object. 400 when there is none or it is something else. */
export function jsonObject(request: FastifyRequest): Record<string, unknown> {
  const value = jsonBody(request)?.value
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('Request body must be a JSON object')
  }
  return value as Record<string, unknown>
}

export function jsonBody(request: FastifyRequest): JsonBody | undefined {
  return request.body as JsonBody | undefined
}
