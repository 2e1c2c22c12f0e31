// Fastify's own JSON parser would refuse a whole batch for one document with a `__proto__` member, so that the batch
// never lands. This one takes any JSON; each document is judged by itself afterwards (document-rules.ts).
import { isAscii, isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { CouchError, badRequest } from './errors.ts'

/** A request body: its value, and its bytes as they came, for keeping a refused document exactly as it was sent. */
export interface JsonBody {
  /** Parsed when it is asked for: most documents never are (plain-documents.ts). Throws CouchError for what is no JSON. */
  readonly value: unknown
  readonly text: string
  /** well-formed UTF-8 */
  readonly bytes: Buffer
}

class SentJson implements JsonBody {
  readonly bytes: Buffer
  #text: string | undefined
  #value: { readonly parsed: unknown } | undefined

  constructor(bytes: Buffer) {
    if (!isUtf8(bytes)) throw notJson()
    this.bytes = bytes
  }

  get text(): string {
    // Nearly all text is ASCII, which needs no decoding. A byte order mark is no part of it.
    this.#text ??= isAscii(this.bytes) ? this.bytes.toString('latin1') : new TextDecoder().decode(this.bytes)
    return this.#text
  }

  get value(): unknown {
    this.#value ??= { parsed: this.#parse() }
    return this.#value.parsed
  }

  #parse(): unknown {
    try {
      return JSON.parse(this.text) as unknown
    } catch {
      throw notJson()
    }
  }
}

const notJson = (): CouchError => badRequest('invalid UTF-8 JSON')

/** Takes JSON bodies as CouchDB does: also without a content type, and with any in a PUT; else another type is 415. */
export function parseJsonBodies(app: FastifyInstance, requestBytes: number): void {
  const parse = (
    _request: FastifyRequest,
    bytes: Buffer,
    done: (error: Error | null, body?: JsonBody) => void,
  ): void => {
    try {
      done(null, bytes.length === 0 ? undefined : new SentJson(bytes))
    } catch (error) {
      done(error as Error)
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
