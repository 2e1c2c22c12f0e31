/** Whether a certificate is whole and ours. */
import { createHash, createPublicKey, verify, type KeyObject } from 'node:crypto'
import { documentHash } from '@tidemark/contracts'

export interface SignedCertificate extends Readonly<Record<string, unknown>> {
  readonly keyId: string
  readonly publicKey: string
  readonly hash: string
  readonly signature: string
}

export type CertificateProblem = 'hash-wrong' | 'signature-wrong' | 'key-unknown'

/** `isKnownKey` tells whether this ledger has signed with a key. Empty when the certificate is good. */
export function certificateProblems(
  certificate: SignedCertificate,
  isKnownKey: (keyId: string, publicKey: string) => boolean,
): readonly CertificateProblem[] {
  const { keyId, publicKey, hash, signature } = certificate
  const problems: CertificateProblem[] = []
  if (!hasItsHash(certificate)) problems.push('hash-wrong')
  const key = publicKeyOf(publicKey)
  const isSigned = key !== undefined && verify(null, Buffer.from(hash, 'hex'), key, Buffer.from(signature, 'base64'))
  if (!isSigned) problems.push('signature-wrong')
  if (keyIdOf(publicKey) !== keyId || !isKnownKey(keyId, publicKey)) problems.push('key-unknown')
  return problems
}

/** What has no canonical form, such as half of a surrogate pair or a nesting without end, has no hash either. */
function hasItsHash(certificate: SignedCertificate): boolean {
  try {
    return documentHash(certificate) === certificate.hash
  } catch {
    return false
  }
}

/** The first 16 hex digits of the SHA-256 of the raw key, which is given in base64. */
export function keyIdOf(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 16)
}

function publicKeyOf(publicKey: string): KeyObject | undefined {
  try {
    const x = Buffer.from(publicKey, 'base64').toString('base64url')
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  } catch {
    return undefined
  }
}
