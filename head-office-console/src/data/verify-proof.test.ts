import { beforeAll, expect, test } from 'vitest'
import { canonicalJson, documentHash } from '@tidemark/contracts'
import type { EntryProof } from './answers.ts'
import { verifyProof } from './verify-proof.ts'

type Bytes = Uint8Array<ArrayBuffer>

const bytes = (text: string): Bytes => new TextEncoder().encode(text)
const fromHex = (text: string): Bytes => Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
const toHex = (data: Bytes): string => Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('')
const toBase64 = (data: ArrayBuffer): string => btoa(String.fromCharCode(...new Uint8Array(data)))

async function sha256(...parts: readonly Bytes[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(parts.flatMap((part) => [...part]))))
}
const leaf = (text: string) => sha256(Uint8Array.of(0), bytes(text))
const node = (left: Bytes, right: Bytes) => sha256(Uint8Array.of(1), left, right)

async function newSigner() {
  const pair = (await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify'])) as CryptoKeyPair
  return {
    publicKey: toBase64(await crypto.subtle.exportKey('raw', pair.publicKey)),
    sign: async (data: Bytes) => toBase64(await crypto.subtle.sign({ name: 'Ed25519' }, pair.privateKey, data)),
  }
}

let proof: EntryProof
let auditKey: string

/** Three entries; the proof is of the last, whose way to the root is one hash: that of the other two. */
beforeAll(async () => {
  const [hub, audit] = [await newSigner(), await newSigner()]
  auditKey = audit.publicKey
  const recordedAt = '2026-11-22T09:00:01.000Z'
  const content = { _id: 'log:1', type: 'sync-log-entry', storeId: 's001', event: { kind: 'epoch-started' } }
  const hash = documentHash(content)
  const entry = { ...content, hash, signature: await hub.sign(fromHex(hash)) }
  const others = await node(await leaf('one'), await leaf('two'))
  const root = await node(others, await leaf(canonicalJson({ entry, recordedAt })))
  const head = {
    format: 'tidemark-audit-head/1',
    size: 3,
    rootHash: toHex(root),
    chainHash: 'c'.repeat(64),
    signedAt: '2026-11-22T10:00:00.000Z',
    keyId: 'k',
  }
  proof = {
    format: 'tidemark-audit-proof/1',
    entry,
    recordedAt,
    position: 2,
    path: [toHex(others)],
    head: { ...head, signature: await audit.sign(bytes(canonicalJson(head))) },
    publicKey: auditKey,
    hubPublicKey: hub.publicKey,
  }
})

const verdict = async (given: EntryProof, key = auditKey) => (await verifyProof(given, key)).map(({ holds }) => holds)

test('a proof holds as it was made, and each part that was altered is found', async () => {
  expect(await verdict(proof)).toEqual([true, true, true, true, true])
  // Another entry: neither its hash nor its place fits.
  expect(await verdict({ ...proof, entry: { ...proof.entry, storeId: 's002' } })).toEqual([
    false,
    true,
    false,
    true,
    true,
  ])
  expect(await verdict({ ...proof, position: 1 })).toEqual([true, true, false, true, true])
  expect(await verdict({ ...proof, path: [] })).toEqual([true, true, false, true, true])
  expect(await verdict({ ...proof, head: { ...proof.head, size: 4 } })).toEqual([true, true, false, false, true])
  expect(await verdict(proof, (await newSigner()).publicKey)).toEqual([true, true, true, true, false])
  const { hubPublicKey: _, ...withoutHub } = proof
  expect((await verdict(withoutHub))[1]).toBeUndefined()
})
