/**
 * Stands in for the retailer's identity provider: a key pair made once per data folder, its public half in a file that the
 * services read, and tokens for one demo manager. Production points the services at a provider's JWKS instead.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { importJWK, SignJWT, type JWK } from 'jose'

export interface DemoToken {
  /** For `authorization: Bearer …`. */
  readonly token: string
  readonly name: string
  readonly roles: readonly string[]
  /** ISO 8601. */
  readonly expiresAt: string
}

export interface Issuer {
  /** What a service needs to believe the tokens. */
  readonly environment: { readonly JWKS_FILE: string; readonly JWT_ISSUER: string; readonly JWT_AUDIENCE: string }
  /** For the demo manager, who sees every store; good for at least half an hour. */
  managerToken(): Promise<DemoToken>
}

const issuerName = 'tidemark-demo'
const audience = 'tidemark'
const keyId = 'demo-1'
const algorithm = 'ES256'
const lifetimeMs = 3_600_000
const manager = { subject: 'demo-manager', name: 'Demo manager', roles: ['viewer', 'manager', 'auditor'] } as const

export async function openIssuer(dataDir: string): Promise<Issuer> {
  const privateFile = join(dataDir, 'issuer-private-key.json')
  const publicFile = join(dataDir, 'jwks.json')
  if (!existsSync(privateFile)) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    writeFileSync(privateFile, JSON.stringify(privateKey.export({ format: 'jwk' })), { mode: 0o600 })
  }
  const jwk = JSON.parse(readFileSync(privateFile, 'utf8')) as JWK
  const { d: _private, ...publicJwk } = jwk
  writeFileSync(publicFile, JSON.stringify({ keys: [{ ...publicJwk, kid: keyId, alg: algorithm, use: 'sig' }] }))
  const key = await importJWK(jwk, algorithm)

  async function sign(): Promise<DemoToken> {
    const { subject, name, roles } = manager
    const expires = Date.now() + lifetimeMs
    const token = await new SignJWT({ name, roles })
      .setProtectedHeader({ alg: algorithm, kid: keyId })
      .setIssuer(issuerName)
      .setAudience(audience)
      .setSubject(subject)
      .setIssuedAt()
      .setExpirationTime(Math.floor(expires / 1000))
      .sign(key)
    return { token, name, roles, expiresAt: new Date(expires).toISOString() }
  }

  let current: DemoToken | undefined
  return {
    environment: { JWKS_FILE: publicFile, JWT_ISSUER: issuerName, JWT_AUDIENCE: audience },
    async managerToken() {
      if (current === undefined || Date.parse(current.expiresAt) - Date.now() < lifetimeMs / 2) current = await sign()
      return current
    },
  }
}
