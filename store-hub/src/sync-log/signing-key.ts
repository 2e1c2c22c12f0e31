/** The hub's Ed25519 key, made at the first start and kept in the data folder. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'

export interface SigningKey {
  /** Raw public key, base64. */
  readonly publicKey: string
  /** Signature over the bytes of a hex hash, base64. */
  signHash(hashHex: string): string
}

const rawPublicKeyBytes = 32

export async function openSigningKey(file: string): Promise<SigningKey> {
  const key = (await readKey(file)) ?? (await makeKey(file))
  return {
    publicKey: rawPublicKey(key).toString('base64'),
    signHash: (hashHex) => sign(null, Buffer.from(hashHex, 'hex'), key).toString('base64'),
  }
}

async function readKey(file: string): Promise<KeyObject | undefined> {
  try {
    return createPrivateKey(await readFile(file, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new Error(`the sync-log key ${file} can't be read`, { cause: error })
  }
}

// Written aside and renamed, so that a crash leaves a whole key or none.
async function makeKey(file: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const draft = `${file}.draft`
  const handle = await open(draft, 'w', 0o600)
  try {
    await handle.writeFile(privateKey.export({ type: 'pkcs8', format: 'pem' }))
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(draft, file)
  const folder = await open(path.dirname(file), 'r')
  await folder.sync().finally(() => folder.close())
  return privateKey
}

// The DER form of an Ed25519 public key ends with the 32 raw bytes (RFC 8410, section 4).
function rawPublicKey(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).subarray(-rawPublicKeyBytes)
}
