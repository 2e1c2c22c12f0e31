/** Signed heads: what the audit was at a time, so that it can't be changed afterwards without anybody's noticing. */
import { createPublicKey, hash, verify, type KeyObject } from 'node:crypto'
import { canonicalJson } from './canonical-json.ts'

export const headFormat = 'tidemark-audit-head/1'

interface HeadContent {
  readonly format: typeof headFormat
  /** `daily` is signed when its day (UTC) is over, `on-demand` when somebody asked for a proof or a head. */
  readonly kind: 'daily' | 'on-demand'
  /** Of a daily head, YYYY-MM-DD. */
  readonly day?: string
  /** Entries in the tree. */
  readonly size: number
  /** Hex: of the Merkle tree, and of the last position of the chain. */
  readonly rootHash: string
  readonly chainHash: string
  readonly signedAt: string
  readonly keyId: string
}

export interface SignedHead extends HeadContent {
  /** Ed25519 (RFC 8032) over the canonical JSON (RFC 8785) of all the other fields; base64. */
  readonly signature: string
}

export interface AuditSigner {
  readonly keyId: string
  /** Raw Ed25519 key, base64. */
  readonly publicKey: string
  sign(data: Buffer): Buffer
}

export function signHead(
  signer: AuditSigner,
  content: Omit<HeadContent, 'format' | 'signedAt' | 'keyId'>,
  now: Date,
): SignedHead {
  const { day } = content
  const head: HeadContent = {
    format: headFormat,
    kind: content.kind,
    ...(day === undefined ? {} : { day }),
    size: content.size,
    rootHash: content.rootHash,
    chainHash: content.chainHash,
    signedAt: now.toISOString(),
    keyId: signer.keyId,
  }
  return { ...head, signature: signer.sign(Buffer.from(canonicalJson(head))).toString('base64') }
}

/** `publicKey`: raw, base64. Text that is no key verifies nothing. */
export function isSignedHead({ signature, ...content }: SignedHead, publicKey: string): boolean {
  const key = publicKeyOf(publicKey)
  if (key === undefined) return false
  return verify(null, Buffer.from(canonicalJson(content)), key, Buffer.from(signature, 'base64'))
}

/** The first 16 hex digits of the SHA-256 of the raw key. */
export function keyIdOf(rawKey: Buffer): string {
  return hash('sha256', rawKey).slice(0, 16)
}

/** The day (UTC) before the one of a time: the last one that is over. */
export function lastDayBefore(now: Date): string {
  return new Date(now.getTime() - 24 * 60 * 60 * 1000).toISOString().slice(0, 10)
}

function publicKeyOf(raw: string): KeyObject | undefined {
  try {
    const x = Buffer.from(raw, 'base64').toString('base64url')
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  } catch {
    return undefined
  }
}
