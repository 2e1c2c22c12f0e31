/**
 * Stands in for the retailer's identity provider: a key pair made once per data folder, its public half in a file that the
 * services read, and tokens for two demo people. Production points the services at a provider's JWKS instead.
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
  /** They see every store; good for at least half an hour. */
  tokenFor(account: DemoAccount): Promise<DemoToken>
  managerToken(): Promise<DemoToken>
}

const issuerName = 'tidemark-demo'
const audience = 'tidemark'
const keyId = 'demo-1'
const algorithm = 'ES256'
const lifetimeMs = 3_600_000
/** One who decides, and one who only looks. */
const people = {
  manager: { subject: 'demo-manager', name: 'Demo manager', roles: ['viewer', 'manager', 'auditor'] },
  viewer: { subject: 'demo-viewer', name: 'Demo viewer', roles: ['viewer'] },
} as const
export type DemoAccount = keyof typeof people
export const demoAccounts = Object.keys(people) as readonly DemoAccount[]

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

  async function sign(account: DemoAccount): Promise<DemoToken> {
    const { subject, name, roles } = people[account]
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

  const current = new Map<DemoAccount, DemoToken>()
  async function tokenFor(account: DemoAccount): Promise<DemoToken> {
    const known = current.get(account)
    if (known !== undefined && Date.parse(known.expiresAt) - Date.now() > lifetimeMs / 2) return known
    const fresh = await sign(account)
    current.set(account, fresh)
    return fresh
  }

  return {
    environment: { JWKS_FILE: publicFile, JWT_ISSUER: issuerName, JWT_AUDIENCE: audience },
    tokenFor,
    managerToken: () => tokenFor('manager'),
  }
}
