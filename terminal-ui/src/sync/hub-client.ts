/** HTTP with the hub. Every request has a time-out: a dead link must not hang a till. */
import { Enrolment, ProblemDetails, schemaProblems, StoreInfo, type EnrolmentRequest } from '@tidemark/contracts'
import { messageOf } from '../data/errors.ts'

export type HubAnswer<T> =
  | { readonly outcome: 'ok'; readonly value: T }
  | { readonly outcome: 'unreachable'; readonly reason: string }
  | { readonly outcome: 'refused'; readonly status: number; readonly code: string; readonly reason: string }

const requestTimeoutMs = 10_000

export class HubClient {
  readonly #baseUrl: string

  /** `baseUrl` is the hub's origin, such as `http://127.0.0.1:4721`. */
  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl
  }

  readStore(): Promise<HubAnswer<StoreInfo>> {
    return this.#request('/api/store', {}, (value) => schemaProblems(StoreInfo, value).length === 0)
  }

  enrol(request: EnrolmentRequest, replace: boolean): Promise<HubAnswer<Enrolment>> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(request) }
    const path = `/api/terminals${replace ? '?replace=true' : ''}`
    return this.#request(path, init, (value) => schemaProblems(Enrolment, value).length === 0)
  }

  async #request<T>(path: string, init: RequestInit, fits: (value: unknown) => boolean): Promise<HubAnswer<T>> {
    try {
      const response = await fetch(new URL(path, this.#baseUrl), {
        ...init,
        cache: 'no-store',
        signal: AbortSignal.timeout(requestTimeoutMs),
      })
      const body = (await response.json().catch(() => undefined)) as unknown
      if (!response.ok) return refusal(response.status, body)
      if (!fits(body)) return { outcome: 'unreachable', reason: `the answer to ${path} is not the hub's` }
      return { outcome: 'ok', value: body as T }
    } catch (error) {
      return { outcome: 'unreachable', reason: describeNoAnswer(error) }
    }
  }
}

/** Browsers say "Failed to fetch" of whatever kept an answer from coming. */
export function describeNoAnswer(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'the hub did not answer in time'
  return error instanceof TypeError ? 'no answer from the hub' : messageOf(error)
}

function refusal(status: number, body: unknown): Extract<HubAnswer<never>, { outcome: 'refused' }> {
  if (schemaProblems(ProblemDetails, body).length > 0) {
    return { outcome: 'refused', status, code: 'unknown', reason: `the hub answered ${status}` }
  }
  const problem = body as ProblemDetails
  return { outcome: 'refused', status, code: problem.code, reason: problem.detail ?? problem.title }
}
