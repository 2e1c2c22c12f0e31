/**
 * A key with which a service signs what it vouches for. It is a file of the service's own and never in CouchDB: whoever could
 * change the records there could otherwise sign the change too.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

export interface SigningKey {
  /** The first 16 hex digits of the SHA-256 of the raw public key. */
  readonly keyId: string
  /** Raw Ed25519 key of 32 bytes, base64. */
  readonly publicKey: string
  /** Ed25519 (RFC 8032), 64 bytes. */
  sign(data: Uint8Array): Buffer
}

/**
 * Reads an Ed25519 key (PKCS #8, PEM), or makes one where the file is missing. Without a file the key lives as long as the
 * process. Throws with the file's name for a file that can't be read or written or holds another kind of key.
 */
export function openSigningKey(file: string | undefined): SigningKey {
  const privateKey = file === undefined ? newKey() : (readKey(file) ?? makeKey(file))
  if (privateKey.asymmetricKeyType !== 'ed25519') throw new Error(`${file} holds no Ed25519 key`)
  const raw = createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).subarray(-32)
  return {
    keyId: createHash('sha256').update(raw).digest('hex').slice(0, 16),
    publicKey: raw.toString('base64'),
    sign: (data) => sign(null, data, privateKey),
  }
}

function newKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey
}

function readKey(file: string): KeyObject | undefined {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
  try {
    return createPrivateKey(text)
  } catch (error) {
    throw new Error(`${file} holds no private key`, { cause: error })
  }
}

/** Readable by its owner only, and there as a whole or not at all. Of two processes that make it at once, one wins for both. */
function makeKey(file: string): KeyObject {
  const pem = newKey().export({ type: 'pkcs8', format: 'pem' }).toString()
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.${process.pid}`
  writeDurably(draft, pem)
  try {
    linkSync(draft, file)
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    unlinkSync(draft)
  }
  return readKey(file) ?? createPrivateKey(pem)
}

function writeDurably(file: string, text: string): void {
  const handle = openSync(file, 'w', 0o600)
  try {
    writeSync(handle, text)
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
