/**
 * Signing in at CouchDB once instead of with each request: a password is slow to check by design, a session's cookie is cheap.
 *
 *     request ──► session old or none? ──► POST /_session ──► nano with the cookie ──► 401? once more with a new session
 *                                              │ not there, or no cookie
 *                                              ▼
 *                                        nano with the password
 */
import nano from 'nano'
import { UnavailableError } from '../errors.ts'

export interface CouchSession {
  /** Who to send requests through. Throws `UnavailableError` when nobody can be signed in at the moment. */
  server(): Promise<nano.ServerScope>
  /** The server did not know us. True when another try, in a new session, makes sense. */
  refused(server: nano.ServerScope): boolean
}

/** CouchDB ends a session after ten minutes unless told otherwise. */
const renewAfterMs = 300_000
const signInTimeoutMs = 10_000
/** Answers of a server, or a proxy before it, that has no sessions. */
const noSessions = new Set([404, 405, 501])

interface Session {
  readonly server: nano.ServerScope
  readonly begunAt: number
}

export function openCouchSession(url: string): CouchSession {
  const credentials = credentialsOf(url)
  // With parseUrl (which nano's types don't know), nano would take the last part of a path for a database.
  const common = { parseUrl: false }
  const withPassword = nano({ ...common, url })
  if (credentials === undefined) return { server: () => Promise.resolve(withPassword), refused: () => false }
  let current: Session | undefined
  let signingIn: Promise<Session> | undefined

  async function begin(bareUrl: string, body: string): Promise<Session> {
    const cookie = await signIn(`${bareUrl.replace(/\/$/, '')}/_session`, body)
    const server = cookie === undefined ? withPassword : nano({ ...common, url: bareUrl, cookie })
    current = { server, begunAt: performance.now() }
    return current
  }

  return {
    async server() {
      if (current !== undefined && performance.now() - current.begunAt < renewAfterMs) return current.server
      signingIn ??= begin(credentials.bareUrl, credentials.body).finally(() => {
        signingIn = undefined
      })
      return (await signingIn).server
    },
    refused(server) {
      if (server === current?.server) current = undefined
      return server !== withPassword
    },
  }
}

/** The session's cookie; undefined where there are no sessions. Throws `UnavailableError` for any other failure. */
async function signIn(url: string, body: string): Promise<string | undefined> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
    redirect: 'error',
    signal: AbortSignal.timeout(signInTimeoutMs),
  }).catch((error: unknown) => {
    const { cause, message } = error as Error
    throw new UnavailableError('couchdb', `no answer to _session: ${cause instanceof Error ? cause.message : message}`)
  })
  await response.body?.cancel()
  if (noSessions.has(response.status)) return undefined
  if (!response.ok) throw new UnavailableError('couchdb', `CouchDB answered ${response.status} to _session`)
  const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
  return cookies.find((cookie) => cookie.startsWith('AuthSession='))
}

function credentialsOf(url: string): { readonly bareUrl: string; readonly body: string } | undefined {
  const bare = new URL(url)
  const { username, password } = bare
  if (username === '') return undefined
  bare.username = ''
  bare.password = ''
  const body = JSON.stringify({ name: decodeURIComponent(username), password: decodeURIComponent(password) })
  return { bareUrl: bare.href, body }
}
