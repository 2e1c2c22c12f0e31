/**
 * Who is in front of the console. The token is kept for this tab alone (session storage) and renewed where the issuer is a demo's;
 * a retailer's identity provider issues it otherwise, and it is brought along.
 */
import { schemaProblems } from '@tidemark/contracts'
import { IssuedToken, Settings } from '../data/answers.ts'

export type Role = 'viewer' | 'manager' | 'auditor' | 'admin'
export type SessionState = 'starting' | 'signed-out' | 'signed-in'

interface Claims {
  readonly sub: string
  readonly name: string
  readonly roles: readonly string[]
  /** Seconds since 1970. */
  readonly exp: number
}

const tokenKey = 'tidemark-console-token'
const accountKey = 'tidemark-console-account'
/** Before the token ends. */
const renewMs = 5 * 60_000
const renewLookMs = 60_000

export class Session extends EventTarget {
  state: SessionState = 'starting'
  settings: Settings | undefined
  token: string | undefined
  /** Why nobody is signed in, in words. */
  problem: string | undefined
  #claims: Claims | undefined

  get name(): string {
    return this.#claims?.name ?? ''
  }

  get roles(): readonly string[] {
    return this.#claims?.roles ?? []
  }

  /** Whether the token has one of the roles. The services have the last word. */
  may(...roles: readonly Role[]): boolean {
    return this.roles.some((role) => role === 'admin' || roles.some((needed) => needed === role))
  }

  async start(): Promise<void> {
    try {
      const response = await fetch('settings.json')
      const settings: unknown = await response.json()
      if (schemaProblems(Settings, settings).length > 0) throw new Error('unexpected settings')
      this.settings = settings as Settings
    } catch {
      this.problem = 'The console’s own service does not answer. Reload the page in a moment.'
    }
    const kept = sessionStorage.getItem(tokenKey)
    if (kept !== null) this.signIn(kept)
    else this.#become('signed-out')
    setInterval(() => void this.#renew(), renewLookMs)
  }

  /** Takes a token as it is; whether it is good is for the services to say. */
  signIn(token: string): void {
    const claims = claimsOf(token)
    if (claims === undefined) {
      this.problem = 'This is not a token of an identity provider: it should have three parts with dots between them.'
      return this.#become('signed-out')
    }
    if (claims.exp * 1000 < Date.now()) return this.signOut('The token has ended. Get a new one.')
    sessionStorage.setItem(tokenKey, token)
    this.token = token
    this.#claims = claims
    this.problem = undefined
    this.#become('signed-in')
  }

  async signInAtDemo(account: string): Promise<void> {
    const { signIn } = this.settings ?? {}
    if (signIn?.kind !== 'demo') return
    try {
      const response = await fetch(`${signIn.url}?account=${account}`, { method: 'POST' })
      const answer: unknown = await response.json()
      if (!response.ok || schemaProblems(IssuedToken, answer).length > 0) throw new Error(`status ${response.status}`)
      sessionStorage.setItem(accountKey, account)
      this.signIn((answer as { token: string }).token)
    } catch {
      this.problem = 'The demo’s sign-in does not answer. Is the demo running?'
      this.#become('signed-out')
    }
  }

  signOut(problem?: string): void {
    sessionStorage.removeItem(tokenKey)
    sessionStorage.removeItem(accountKey)
    this.token = undefined
    this.#claims = undefined
    this.problem = problem
    this.#become('signed-out')
  }

  /** The services no longer believe the token. */
  expire(): void {
    if (this.state === 'signed-in') this.signOut('Your sign-in is over. Sign in again.')
  }

  async #renew(): Promise<void> {
    const account = sessionStorage.getItem(accountKey)
    if (account === null || this.#claims === undefined || this.#claims.exp * 1000 - Date.now() > renewMs) return
    await this.signInAtDemo(account)
  }

  #become(state: SessionState): void {
    this.state = state
    this.dispatchEvent(new Event('change'))
  }
}

/** Reads a token without judging it. */
function claimsOf(token: string): Claims | undefined {
  try {
    const [, payload = ''] = token.split('.')
    const bytes = Uint8Array.from(atob(payload.replaceAll('-', '+').replaceAll('_', '/')), (sign) => sign.charCodeAt(0))
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as Partial<Claims>
    if (typeof claims.sub !== 'string' || typeof claims.exp !== 'number') return undefined
    const roles = Array.isArray(claims.roles) ? claims.roles.map(String) : []
    return { sub: claims.sub, name: typeof claims.name === 'string' ? claims.name : claims.sub, roles, exp: claims.exp }
  } catch {
    return undefined
  }
}
