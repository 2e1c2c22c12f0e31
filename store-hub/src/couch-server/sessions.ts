// Cookie sessions, for clients that sign in at `/_session` as they do at CouchDB. They last as long as this process at
// most: a client whose session has gone is asked to sign in again.
import { randomBytes } from 'node:crypto'

const COOKIE = 'AuthSession'
/** CouchDB's own default; each use begins it anew. */
const SESSION_MS = 600_000
const MAX_SESSIONS = 10_000

export interface Sessions<P> {
  /** Begins a session; gives the `Set-Cookie` header. */
  begin(principal: P): string
  /** Whose session a `Cookie` header carries. */
  find(header: string | undefined): P | undefined
  /** Ends the session that a `Cookie` header carries; gives the `Set-Cookie` header. */
  end(header: string | undefined): string
}

export function createSessions<P>(nowMs: () => number = Date.now): Sessions<P> {
  // In the order of their last use, so the first is the oldest.
  const sessions = new Map<string, { readonly principal: P; readonly untilMs: number }>()
  const keep = (token: string, principal: P): void => {
    sessions.delete(token)
    sessions.set(token, { principal, untilMs: nowMs() + SESSION_MS })
  }
  return {
    begin(principal) {
      const token = randomBytes(32).toString('base64url')
      keep(token, principal)
      const oldest = sessions.size > MAX_SESSIONS ? sessions.keys().next().value : undefined
      if (oldest !== undefined) sessions.delete(oldest)
      return toCookie(token, SESSION_MS / 1_000)
    },
    find(header) {
      const token = readToken(header)
      const session = token === undefined ? undefined : sessions.get(token)
      if (token === undefined || session === undefined) return undefined
      if (session.untilMs < nowMs()) {
        sessions.delete(token)
        return undefined
      }
      keep(token, session.principal)
      return session.principal
    },
    end(header) {
      sessions.delete(readToken(header) ?? '')
      return toCookie('', 0)
    },
  }
}

const toCookie = (token: string, maxAgeS: number): string =>
  `${COOKIE}=${token}; Version=1; Path=/; HttpOnly; SameSite=Strict; Max-Age=${maxAgeS}`

const readToken = (header: string | undefined): string | undefined =>
  header === undefined ? undefined : /(?:^|;\s*)AuthSession=([\w-]+)/.exec(header)?.[1]
