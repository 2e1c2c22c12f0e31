/**
 * Who this till is to its hub: a key that never leaves this browser, and tokens of minutes that the hub gives for its signature.
 *
 *     request ──► has a token that lasts? ──no──► renew: challenge, signature, token (shared by all that wait)
 *        ▲                  │ yes
 *        └── once more ◄── 401                    renewed, and the request is made again
 *
 * 1. A token that ended while there was no network is nothing that a cashier sees: it is renewed when the hub answers.
 * 2. Only the hub's own refusal of the key shuts a till out. No answer, or one that makes no sense, is no refusal.
 * 3. How long a token lasts is counted from its arrival: the clocks of till and hub need not agree.
 */
import {
  deviceKeyPath,
  publicKeyOf,
  requestDeviceToken,
  type DeviceKeyPair,
  type DeviceKeyRequest,
  type DeviceToken,
  type Enrolment,
} from '@tidemark/contracts'
import { SessionError } from '../data/errors.ts'
import type { HubClient } from './hub-client.ts'

export interface HubSessionOptions {
  readonly hub: HubClient
  readonly enrolment: Enrolment
  readonly key: DeviceKeyPair
  /** The hub has the key now, and the bearer token of the enrolment has ended. */
  readonly onKeySet: () => Promise<void>
  /** Milliseconds of a clock that nobody sets. */
  readonly nowMs?: () => number
}

interface HeldToken {
  readonly text: string
  readonly renewAtMs: number
}

const unauthorized = 401
const notFound = 404
/** Renewed this long before its end, or after nine tenths of a short life. */
const aheadMs = 60_000
const aheadShare = 0.1

export class HubSession {
  readonly #options: HubSessionOptions
  readonly #nowMs: () => number
  #bearer: string | undefined
  #held: HeldToken | undefined
  #renewal: Promise<string> | undefined

  constructor(options: HubSessionOptions) {
    this.#options = options
    this.#nowMs = options.nowMs ?? (() => performance.now())
    this.#bearer = options.enrolment.token
  }

  /** A token that works, as far as this till knows. Rejects with a SessionError. */
  async token(): Promise<string> {
    if (this.#held !== undefined && this.#nowMs() < this.#held.renewAtMs) return this.#held.text
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined
    })
    return this.#renewal
  }

  /** The hub did not take a token: the next one is new. */
  discard(token: string): void {
    if (this.#held?.text === token) this.#held = undefined
  }

  /** `fetch` as this till. The hub's refusal of the till itself comes as its 401; rejects where there is no answer. */
  async fetch(url: string | URL, init: RequestInit = {}): Promise<Response> {
    try {
      const token = await this.token()
      const response = await fetch(url, withToken(init, token))
      if (response.status !== unauthorized) return response
      await response.body?.cancel()
      this.discard(token)
      return await fetch(url, withToken(init, await this.token()))
    } catch (error) {
      if (!(error instanceof SessionError) || error.code !== 'refused') throw error
      return Response.json({ error: 'unauthorized', reason: error.message }, { status: unauthorized })
    }
  }

  async #renew(): Promise<string> {
    if (this.#bearer !== undefined && !(await this.#tellKey(this.#bearer))) return this.#bearer
    // A hub that starts again between challenge and answer knows the challenge no more; a second refusal is meant.
    const { token, expiresInSeconds } = await this.#ask().catch((error: unknown) => {
      if (error instanceof SessionError && error.code === 'refused') return this.#ask()
      throw error
    })
    const lifeMs = expiresInSeconds * 1000
    this.#held = { text: token, renewAtMs: this.#nowMs() + lifeMs - Math.min(aheadMs, lifeMs * aheadShare) }
    return token
  }

  #ask(): Promise<DeviceToken> {
    const { hub, enrolment, key } = this.#options
    return requestDeviceToken((path, body) => this.#post(path, body), enrolment.incarnation, key).catch(
      (error: unknown) => {
        // An answer that is not the hub's.
        throw error instanceof SessionError
          ? error
          : new SessionError('failed', `no token from ${hub.address}`, { cause: error })
      },
    )
  }

  async #post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
    const answer = await this.#options.hub.post(path, body, headers)
    if (answer.outcome === 'ok') return answer.value
    if (answer.outcome === 'unreachable') throw new SessionError('unreachable', answer.reason)
    throw new SessionError(answer.status === unauthorized ? 'refused' : 'failed', answer.reason)
  }

  /** An enrolment from before there were device keys. False for a hub that knows nothing of them yet. */
  async #tellKey(bearer: string): Promise<boolean> {
    const { hub, key, onKeySet } = this.#options
    const request: DeviceKeyRequest = { publicKey: await publicKeyOf(key) }
    const answer = await hub.post(deviceKeyPath, request, { authorization: `Bearer ${bearer}` })
    if (answer.outcome === 'unreachable') throw new SessionError('unreachable', answer.reason)
    if (answer.outcome === 'refused' && answer.status === notFound) return false
    // A refusal means that the hub has the key already, and its answer was lost; or the challenge will tell.
    if (answer.outcome === 'refused' && answer.status !== unauthorized) throw new SessionError('failed', answer.reason)
    await onKeySet()
    this.#bearer = undefined
    return true
  }
}

function withToken(init: RequestInit, token: string): RequestInit {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${token}`)
  return { ...init, headers }
}
