// The line to central: requests with time-outs and credentials, and whether central answers at present.
//
// 1. Only JSON of the expected kind is an answer of central. A page with status 200 is a captive portal: the line is down.
// 2. An answer is read whole, within a bound, before it counts: a connection that dies in a body is a line that is down.
// 3. Redirects are not followed: CouchDB sends none to a replicator, portals do.
import type { WanState } from '@tidemark/contracts'
import { createAuthorization, type CentralAuthorization, type CredentialSources } from './central-authorization.ts'
import { CentralError, isLineFailure, retryAfterMs, type CentralFailure } from './central-error.ts'
import { parseExactly } from './exact-json.ts'

export interface CentralLine {
  readonly state: () => WanState
  /** Calls `listener` at each change of state. Returns the function that ends it. */
  onChange(listener: (state: WanState) => void): () => void
  /** Asks central whether it is up, and notes the answer. */
  probe(): Promise<void>
  /** One request. Rejects with a CentralError, or with the reason of `signal` when that ended it. */
  ask(request: CentralRequest): Promise<CentralAnswer>
  readonly authorization: CentralAuthorization
}

export interface CentralRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  /** below central's URL, without a slash at its beginning */
  readonly path: string
  /** JSON text */
  readonly body?: string
  /** `transfer` for what carries documents, `question` for what should be answered at once; default `question` */
  readonly patience?: 'transfer' | 'question'
  readonly signal?: AbortSignal | undefined
}

export interface CentralAnswer {
  readonly status: number
  /** as parsed; numbers beyond a double's digits are kept as text that serialises unchanged */
  readonly json: unknown
}

export interface LineTimings {
  /** One request that carries documents, its answer included. A half-open connection can't hold up a run longer. */
  readonly requestMs: number
  readonly questionMs: number
  readonly probeMs: number
}

export interface CentralLineAddress extends CredentialSources {
  /** without credentials and without a slash at its end */
  readonly url: string
}

export const defaultLineTimings: LineTimings = { requestMs: 60_000, questionMs: 10_000, probeMs: 5000 }
/** Bytes of one answer. */
const maxAnswerBytes = 48_000_000

export function createCentralLine(address: CentralLineAddress, timings: LineTimings = defaultLineTimings): CentralLine {
  const authorization = createAuthorization(address)
  const listeners = new Set<(state: WanState) => void>()
  let state: WanState = 'unknown'
  const note = (next: WanState): void => {
    if (next === state) return
    state = next
    for (const listener of listeners) listener(next)
  }

  const send = async (request: CentralRequest, timeoutMs: number): Promise<CentralAnswer> => {
    const { method, path, body, signal } = request
    const timeout = AbortSignal.timeout(timeoutMs)
    const headers = new Headers({ accept: 'application/json' })
    if (body !== undefined) headers.set('content-type', 'application/json')
    const credentials = await authorization.header().catch(refuseCredentials)
    if (credentials !== undefined) headers.set('authorization', credentials)
    try {
      const response = await fetch(`${address.url}/${path}`, {
        method,
        headers,
        redirect: 'manual',
        signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
        ...(body !== undefined && { body }),
      })
      return answerOf(response, await readBounded(response))
    } catch (cause) {
      if (cause instanceof CentralError) throw cause
      signal?.throwIfAborted()
      const reason = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOf(cause)
      throw new CentralError('unreachable', `central can't be reached: ${reason}`, { cause })
    }
  }

  const ask = async (request: CentralRequest): Promise<CentralAnswer> => {
    const timeoutMs = request.patience === 'transfer' ? timings.requestMs : timings.questionMs
    try {
      const answer = await send(request, timeoutMs)
      note('up')
      return answer
    } catch (error) {
      if (error instanceof CentralError) note(saysLineIsDown(error) ? 'down' : 'up')
      throw error
    }
  }

  return {
    state: () => state,
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async probe() {
      try {
        const { json } = await send({ method: 'GET', path: '_up' }, timings.probeMs)
        if (isRecord(json) && json['status'] === 'ok') note('up')
      } catch (error) {
        if (error instanceof CentralError && error.kind === 'unauthorised') note('up')
      }
    },
    ask,
    authorization,
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** For an answer of central that is JSON, but not what the protocol says: a cache or a proxy has been at it. */
export function strangeAnswer(what: string): CentralError {
  return new CentralError('not-central', `not central's answer: ${what}`)
}

// A gateway that can't reach central is a line that is down, whoever says so.
function saysLineIsDown(error: CentralError): boolean {
  return isLineFailure(error) || error.status === 502 || error.status === 504
}

function answerOf(response: Response, text: string): CentralAnswer {
  const { status } = response
  const json = parseOrUndefined(text)
  if (response.ok) {
    if (json === undefined) throw strangeAnswer(`status ${status} without JSON`)
    return { status, json }
  }
  const isCentral = isRecord(json) && typeof json['error'] === 'string'
  const kind = failureOf(status, isCentral)
  const reason = isCentral ? String(json['reason'] ?? json['error']) : 'no reason given'
  const prefix = kind === 'not-central' ? "not central's answer: status" : 'central answered'
  throw new CentralError(kind, `${prefix} ${status}: ${reason.slice(0, 500)}`, {
    status,
    retryAfterMs: kind === 'busy' ? retryAfterMs(response.headers.get('retry-after'), Date.now()) : undefined,
  })
}

// Proxies in front of CouchDB say 413, 429 and 503 in words of their own and mean it; other refusals only count from
// CouchDB itself: a portal's 404 must not make a database, and its 403 is about the portal.
function failureOf(status: number, isCentral: boolean): CentralFailure {
  if (status === 413) return 'too-large'
  if (status === 429 || status === 503) return 'busy'
  if (status === 401) return 'unauthorised'
  if (status >= 500 && status !== 511) return 'failing'
  if (!isCentral) return 'not-central'
  if (status === 403) return 'unauthorised'
  if (status === 404) return 'missing'
  if (status === 409 || status === 412) return 'conflict'
  if (status === 400) return 'invalid'
  return status > 400 ? 'failing' : 'not-central'
}

async function readBounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  if (response.body !== null) {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > maxAnswerBytes) throw new CentralError('too-large', `an answer of more than ${maxAnswerBytes} bytes`)
      chunks.push(chunk)
    }
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseOrUndefined(text: string): unknown {
  try {
    return parseExactly(text)
  } catch {
    return undefined
  }
}

function refuseCredentials(cause: unknown): never {
  throw new CentralError('unauthorised', `the file of central's credentials can't be read: ${reasonOf(cause)}`, {
    cause,
  })
}

function reasonOf(cause: unknown): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  if (inner instanceof Error && 'code' in inner) return String(inner.code)
  return inner instanceof Error ? inner.message : String(inner)
}
