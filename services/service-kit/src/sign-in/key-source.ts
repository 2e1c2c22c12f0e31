/**
 * The issuer's public keys, from a URL or a file, kept in memory.
 *
 *     key wanted ──► keys young enough? ──no──► read them (one reading for all who wait)
 *                          │ yes                      │ fails: the old ones serve on, up to maxStaleMs
 *                          ▼                          ▼
 *                     key id known? ──no──► read once more, at most once per cool-down ──► still unknown: refused
 *
 * 1. An issuer that is away for a while does not lock anybody out, and one that changes its keys is followed at once.
 * 2. Tokens with made-up key ids can't make a service ask its issuer more often than once per cool-down.
 */
import { readFile } from 'node:fs/promises'
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'
import { Type } from 'typebox'
import { schemaProblems } from '@tidemark/contracts'
import { describeError, UnavailableError } from '../errors.ts'

export interface KeySourceOptions {
  /** Rejects when the keys can't be read. */
  readonly read: () => Promise<unknown>
  /** Keys older than this are read anew before they are used. */
  readonly maxAgeMs: number
  /** Keys serve no longer than this when they can't be read anew. */
  readonly maxStaleMs: number
  /** Least time between two readings for the sake of an unknown key id, or after a failure. */
  readonly coolDownMs: number
  readonly now?: () => number
}

const minuteMs = 60_000
const fetchTimeoutMs = 5000
const maxKeySetBytes = 256 * 1024
const KeySet = Type.Object({ keys: Type.Array(Type.Object({ kty: Type.String() }), { maxItems: 100 }) })

/** Throws `UnavailableError` while there are no keys, and jose's JWKSNoMatchingKey for a token that fits none of them. */
export function createKeySource(options: KeySourceOptions): JWTVerifyGetKey {
  const { maxAgeMs, maxStaleMs, coolDownMs, now = () => performance.now() } = options
  let keys: { readonly find: ReturnType<typeof createLocalJWKSet>; readonly readAt: number } | undefined
  let triedAt = -Infinity
  let reading: Promise<void> | undefined
  let failure = 'not read yet'

  async function read(): Promise<void> {
    triedAt = now()
    try {
      const found = await options.read()
      const [problem] = schemaProblems(KeySet, found)
      if (problem !== undefined) throw new Error(`no JWKS: ${problem.field} ${problem.message}`)
      keys = { find: createLocalJWKSet(found as JSONWebKeySet), readAt: now() }
    } catch (error) {
      failure = describeError(error)
    }
  }

  async function readUnlessJustTried(): Promise<void> {
    if (reading === undefined && now() - triedAt < coolDownMs) return
    reading ??= read().finally(() => {
      reading = undefined
    })
    await reading
  }

  return async (header, token) => {
    if (keys === undefined || now() - keys.readAt > maxAgeMs) await readUnlessJustTried()
    const known = keys
    if (known === undefined || now() - known.readAt > maxStaleMs) {
      throw new UnavailableError('issuer', `the keys of sign-in can't be read: ${failure}`)
    }
    try {
      return await known.find(header, token)
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      await readUnlessJustTried()
      if (keys === known || keys === undefined) throw error
      return keys.find(header, token)
    }
  }
}

/** Cached for ten minutes; an issuer that is away is bridged for a day. */
export function keysFromUrl(url: string): JWTVerifyGetKey {
  return createKeySource({
    read: () => fetchKeys(url),
    maxAgeMs: 10 * minuteMs,
    maxStaleMs: 24 * 60 * minuteMs,
    coolDownMs: minuteMs / 2,
  })
}

/** Read again every two seconds at most, so a changed file is taken up without a restart. */
export function keysFromFile(path: string): JWTVerifyGetKey {
  return createKeySource({
    read: async () => JSON.parse(await readFile(path, 'utf8')) as unknown,
    maxAgeMs: 2000,
    maxStaleMs: 24 * 60 * minuteMs,
    coolDownMs: 1000,
  })
}

async function fetchKeys(url: string): Promise<unknown> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(fetchTimeoutMs),
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`the issuer answered ${response.status}`)
  }
  return JSON.parse(await readText(response)) as unknown
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    if (text.length > maxKeySetBytes) throw new Error(`the key set is larger than ${maxKeySetBytes} bytes`)
  }
  return text + decoder.decode()
}
