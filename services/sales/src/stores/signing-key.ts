/**
 * The key that signs certificates. It is never in CouchDB: whoever could change the ledger there could otherwise sign the
 * change too.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CertificateSigner } from '../domain/certify-day.ts'
import { keyIdOf } from '../domain/verify-certificate.ts'

/**
 * Reads an Ed25519 key (PKCS #8, PEM), or makes one where the file is missing. Without a file the key lives as long as the
 * process. Throws with the file's name for a file that can't be read or written or holds another kind of key.
 */
export function openSigningKey(file: string | undefined): CertificateSigner {
  const privateKey = file === undefined ? generateKeyPairSync('ed25519').privateKey : (readKey(file) ?? makeKey(file))
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error(`${file} holds no Ed25519 key`)
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')
  return {
    keyId: keyIdOf(publicKey),
    publicKey,
    signHash: (hash) => sign(null, Buffer.from(hash, 'hex'), privateKey).toString('base64'),
  }
}

function readKey(file: string): KeyObject | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  try {
    return createPrivateKey(text)
  } catch (error) {
    throw new Error(`${file} holds no private key`, { cause: error })
  }
}

/** Readable by its owner only. Of two processes that make it at once, one fails and is started again. */
function makeKey(file: string): KeyObject {
  const { privateKey } = generateKeyPairSync('ed25519')
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const handle = openSync(file, 'wx', 0o600)
  try {
    writeSync(handle, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString())
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  return privateKey
}
