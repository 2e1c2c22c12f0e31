/** An issuer of tokens for tests: a key pair of its own in each test process, the public half in a file. */
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import type { Role } from '../src/sign-in/principal.ts'

export interface TestClaims {
  /** `admin` unless given. */
  readonly roles?: readonly Role[]
  /** All unless given. */
  readonly stores?: readonly string[]
  /** `test-admin` and the like unless given. */
  readonly subject?: string
  readonly name?: string
  /** Seconds from now; 600 unless given. */
  readonly expiresInSeconds?: number
}

const keyId = 'test-key'
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
let file: string | undefined

/** Environment of a service that believes `signToken`. */
export function signInEnvironment(): { readonly JWKS_FILE: string } {
  if (file === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'tidemark-issuer-'))
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
    file = join(folder, 'jwks.json')
    writeFileSync(
      file,
      JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: keyId, alg: 'ES256' }] }),
    )
  }
  return { JWKS_FILE: file }
}

/** A token for the header `authorization: Bearer …`. */
export async function signToken(claims: TestClaims = {}): Promise<string> {
  const { roles = ['admin'], stores, name, expiresInSeconds = 600 } = claims
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ roles, ...(stores === undefined ? {} : { stores }), ...(name === undefined ? {} : { name }) })
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setSubject(claims.subject ?? `test-${roles.join('-')}`)
    .setIssuedAt(now)
    .setExpirationTime(now + expiresInSeconds)
    .sign(privateKey)
}
