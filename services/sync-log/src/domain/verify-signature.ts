/** Ed25519 signatures (RFC 8032) of sync-log entries: over the 32 bytes of the hash, by the key of entry 1 of the epoch. */
import { createPublicKey, verify, type KeyObject } from 'node:crypto'

/** `unverified`: the key of the epoch is not known yet. */
export type SignatureStatus = 'verified' | 'wrong' | 'unverified'

export interface Signed {
  /** 64 hex digits. */
  readonly hash: string
  /** Base64. */
  readonly signature: string
}

/** `publicKey` is the raw key in base64; undefined while it is not known. Text that is no key verifies nothing. */
export function signatureStatusOf(signed: Signed, publicKey: string | undefined): SignatureStatus {
  if (publicKey === undefined) return 'unverified'
  const key = keyOf(publicKey)
  const isSigned =
    key !== undefined && verify(null, Buffer.from(signed.hash, 'hex'), key, Buffer.from(signed.signature, 'base64'))
  return isSigned ? 'verified' : 'wrong'
}

/** Making a key object costs as much as a verification, and a chain has one key. */
const recent: { publicKey: string; key: KeyObject | undefined } = { publicKey: '', key: undefined }

function keyOf(publicKey: string): KeyObject | undefined {
  if (recent.publicKey !== publicKey) {
    recent.publicKey = publicKey
    recent.key = readKey(publicKey)
  }
  return recent.key
}

function readKey(publicKey: string): KeyObject | undefined {
  try {
    const x = Buffer.from(publicKey, 'base64').toString('base64url')
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  } catch {
    return undefined
  }
}
