/** HTTP with the hub. Every request has a time-out: a dead link must not hang a till. */
import {
  DurabilityResponse,
  Enrolment,
  ImportReport,
  ProblemDetails,
  StoreInfo,
  type DurabilityRequest,
  type EnrolmentRequest,
  type ImportRequest,
} from '@tidemark/contracts'
import { messageOf } from '../data/errors.ts'
import { fitsSchema, type Schema } from './fits-schema.ts'

export type HubAnswer<T> =
  | { readonly outcome: 'ok'; readonly value: T }
  | { readonly outcome: 'unreachable'; readonly reason: string }
  | { readonly outcome: 'refused'; readonly status: number; readonly code: string; readonly reason: string }

type Send = (url: URL, init: RequestInit) => Promise<Response>
/** Asks as this till, with a token that works. */
export interface Sender {
  fetch(url: URL, init: RequestInit): Promise<Response>
}

const requestTimeoutMs = 10_000
/** A file of a day's receipts is thousands of writes at the hub. */
const importTimeoutMs = 120_000

export class HubClient {
  /** The hub's origin. */
  readonly address: string

  /** `baseUrl` is the hub's origin, such as `http://127.0.0.1:4721`. */
  constructor(baseUrl: string) {
    this.address = baseUrl
  }

  readStore(): Promise<HubAnswer<StoreInfo>> {
    return this.#request('/api/store', {}, StoreInfo)
  }

  enrol(request: EnrolmentRequest, replace: boolean): Promise<HubAnswer<Enrolment>> {
    const path = `/api/terminals${replace ? '?replace=true' : ''}`
    return this.#request(path, postJson(request), Enrolment)
  }

  /** How far receipts have come. */
  readDurability(session: Sender, request: DurabilityRequest): Promise<HubAnswer<DurabilityResponse>> {
    const send: Send = (url, init) => session.fetch(url, init)
    return this.#request('/api/receipts/durability', postJson(request), DurabilityResponse, send)
  }

  /** Brings a file of what a till could not send. */
  importFile(session: Sender, request: ImportRequest): Promise<HubAnswer<ImportReport>> {
    const init = { ...postJson(request), signal: AbortSignal.timeout(importTimeoutMs) }
    return this.#request('/api/import', init, ImportReport, (url, options) => session.fetch(url, options))
  }

  /** Tells that this till removed what it kept, for the hub's log. */
  tellClearedCache(session: Sender, documents: number): Promise<HubAnswer<undefined>> {
    const send: Send = (url, init) => session.fetch(url, init)
    return this.#request('/api/terminals/cleared-cache', postJson({ documents }), undefined, send)
  }

  /** JSON to the hub's API; whether the answer fits is for the caller to see. */
  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<HubAnswer<unknown>> {
    return this.#request(path, postJson(body, headers), undefined)
  }

  async #request<T>(
    path: string,
    init: RequestInit,
    schema: Schema | undefined,
    send: Send = (url, options) => fetch(url, options),
  ): Promise<HubAnswer<T>> {
    try {
      const response = await send(new URL(path, this.address), {
        cache: 'no-store',
        signal: AbortSignal.timeout(requestTimeoutMs),
        ...init,
      })
      const body = (await response.json().catch(() => undefined)) as unknown
      if (!response.ok) return await refusal(response.status, body)
      const fits = schema === undefined || (await fitsSchema(schema, body))
      if (!fits) return { outcome: 'unreachable', reason: `the answer to ${path} is not the hub's` }
      return { outcome: 'ok', value: body as T }
    } catch (error) {
      return { outcome: 'unreachable', reason: describeNoAnswer(error) }
    }
  }
}

function postJson(body: unknown, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

/** Browsers say "Failed to fetch" of whatever kept an answer from coming. */
export function describeNoAnswer(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'the hub did not answer in time'
  return error instanceof TypeError ? 'no answer from the hub' : messageOf(error)
}

async function refusal(status: number, body: unknown): Promise<HubAnswer<never>> {
  if (!(await fitsSchema(ProblemDetails, body))) {
    return { outcome: 'refused', status, code: 'unknown', reason: `the hub answered ${status}` }
  }
  const problem = body as ProblemDetails
  return { outcome: 'refused', status, code: problem.code, reason: problem.detail ?? problem.title }
}
