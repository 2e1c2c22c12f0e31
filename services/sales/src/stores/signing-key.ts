/** The key that signs certificates. */
import { openSigningKey as openKey } from '@tidemark/service-kit'
import type { CertificateSigner } from '../domain/certify-day.ts'

/** See the kit: a file's key, made where it is missing, or without a file one that lives as long as the process. */
export function openSigningKey(file: string | undefined): CertificateSigner {
  const { keyId, publicKey, sign } = openKey(file)
  return { keyId, publicKey, signHash: (hash) => sign(Buffer.from(hash, 'hex')).toString('base64') }
}
