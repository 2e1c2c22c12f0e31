/**
 * Checks an entry's proof here, in the browser, so that the verdict does not rest on the word of the service that made it. The
 * rules are those of the standalone verifier of the sync-log service.
 *
 *     entry ── its hash ── the hub's signature
 *       └─ with recordedAt: leaf ── path (RFC 9162) ── root ── signed head ── the audit's key
 */
import { canonicalJson, documentHash } from '@tidemark/contracts'
import type { EntryProof } from './answers.ts'

export interface ProofCheck {
  readonly what: string
  /** Undefined: this browser can't check it. */
  readonly holds: boolean | undefined
}

type Bytes = Uint8Array<ArrayBuffer>

export async function verifyProof(proof: EntryProof, knownKey: string): Promise<readonly ProofCheck[]> {
  const { entry, head, hubPublicKey, publicKey, recordedAt, position } = proof
  const { signature, ...content } = head
  const leaf = await hash(Uint8Array.of(0), encode(canonicalJson({ entry, recordedAt })))
  const root = await rootFromPath(leaf, position, head.size, proof.path.map(fromHex))
  return [
    { what: 'The entry is what its hash says', holds: documentHash(entry) === entry['hash'] },
    {
      what: 'It is signed by its hub',
      holds:
        hubPublicKey === undefined
          ? undefined
          : await isSigned(fromHex(String(entry['hash'])), String(entry['signature']), hubPublicKey),
    },
    {
      what: `Its place, ${position + 1} of ${head.size}, leads to the signed root`,
      holds: root !== undefined && toHex(root) === head.rootHash,
    },
    {
      what: 'The root is signed by the audit',
      holds: await isSigned(encode(canonicalJson(content)), signature, publicKey),
    },
    { what: 'The key is the one that the audit publishes', holds: publicKey === knownKey },
  ]
}

/** RFC 9162, section 2.1.3.2, with halves instead of shifts: sizes may exceed 32 bits. Undefined for a path of a wrong length. */
async function rootFromPath(
  leaf: Bytes,
  index: number,
  size: number,
  path: readonly Bytes[],
): Promise<Bytes | undefined> {
  let [position, last, current] = [index, size - 1, leaf]
  for (const sibling of path) {
    if (last === 0) return undefined
    if (position % 2 === 1 || position === last) {
      current = await node(sibling, current)
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)]
    } else {
      current = await node(current, sibling)
    }
    position = half(position)
    last = half(last)
  }
  return last === 0 ? current : undefined
}

function half(number: number): number {
  return Math.floor(number / 2)
}

function node(left: Bytes, right: Bytes): Promise<Bytes> {
  return hash(Uint8Array.of(1), left, right)
}

async function hash(...parts: readonly Bytes[]): Promise<Bytes> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', whole))
}

/** Ed25519 (RFC 8032); `publicKey` is the raw key in base64. Undefined where the browser does not know the algorithm. */
async function isSigned(data: Bytes, signature: string, publicKey: string): Promise<boolean | undefined> {
  let key: CryptoKey
  try {
    key = await crypto.subtle.importKey('raw', fromBase64(publicKey), { name: 'Ed25519' }, false, ['verify'])
  } catch (error) {
    return error instanceof DOMException && error.name === 'NotSupportedError' ? undefined : false
  }
  return crypto.subtle.verify({ name: 'Ed25519' }, key, fromBase64(signature), data)
}

function encode(text: string): Bytes {
  return new TextEncoder().encode(text)
}

function fromHex(text: string): Bytes {
  return Uint8Array.from({ length: Math.floor(text.length / 2) }, (_, index) =>
    Number(`0x${text.slice(index * 2, index * 2 + 2)}`),
  )
}

function toHex(bytes: Bytes): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))
}
