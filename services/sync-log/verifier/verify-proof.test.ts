import { execFileSync, spawnSync } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { leafOf } from '../src/domain/audit-chain.ts'
import { consistencyRanges, inclusionRanges, rangeHash, type LeafRange } from '../src/domain/merkle-tree.ts'
import { keyIdOf, signHead, type AuditSigner, type SignedHead } from '../src/domain/signed-head.ts'
import { sampleLog } from '@tidemark/service-kit/test-support'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-verifier-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const program = fileURLToPath(new URL('verify-proof.mjs', import.meta.url))

const signer = newSigner()
const log = sampleLog('s001', 'a')
for (let sequence = 1; sequence < 11; sequence += 1) log.appendStored('inventory', sequence)
const [started] = log.entries
const hubPublicKey = started?.event.kind === 'epoch-started' ? started.event.publicKey : ''
const recordedAt = '2026-11-22T10:00:00.000Z'
const leaves = log.entries.map((entry) => leafOf({ entry, recordedAt }))

function newSigner(): AuditSigner {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
  return { keyId: keyIdOf(raw), publicKey: raw.toString('base64'), sign: (data) => sign(null, data, privateKey) }
}

const hashOf = (range: LeafRange): Buffer =>
  rangeHash(range, ({ from, to }) => (to - from === 1 ? leaves[from] : undefined))
const hexOf = (ranges: readonly LeafRange[]): string[] => ranges.map((range) => hashOf(range).toString('hex'))

function headOf(size: number): SignedHead {
  const rootHash = hashOf({ from: 0, to: size }).toString('hex')
  return signHead(signer, { kind: 'on-demand', size, rootHash, chainHash: '0'.repeat(64) }, new Date(recordedAt))
}

function proofOf(position: number, size: number) {
  return {
    format: 'tidemark-audit-proof/1',
    entry: log.entries[position],
    recordedAt,
    position,
    path: hexOf(inclusionRanges(position, size)),
    head: headOf(size),
    publicKey: signer.publicKey,
    hubPublicKey,
  }
}

function check(proof: unknown, ...options: string[]): { status: number | null; sentence: string } {
  const file = join(folder, 'proof.json')
  writeFileSync(file, typeof proof === 'string' ? proof : JSON.stringify(proof))
  const { status, stdout } = spawnSync(process.execPath, [program, file, ...options], { encoding: 'utf8' })
  return { status, sentence: stdout }
}

test('a proof of any entry holds, with the key that was given and without', () => {
  for (const position of [0, 4, 8, 10]) {
    expect(check(proofOf(position, 11), '--key', signer.publicKey)).toMatchObject({
      status: 0,
      sentence: expect.stringMatching(
        new RegExp(`is entry ${position + 1} of the 11 .* the one that you gave`),
      ) as string,
    })
  }
  expect(check(proofOf(0, 1)).sentence).toContain('compare it with the one that you know')
})

test('the program runs by itself, as npx starts it', () => {
  const file = join(folder, 'whole.json')
  writeFileSync(file, JSON.stringify(proofOf(3, 7)))
  expect(execFileSync(program, [file], { encoding: 'utf8' })).toContain('This proof holds')
})

type Proof = ReturnType<typeof proofOf>
test.each<[string, (proof: Proof) => unknown, string]>([
  ['another content', (p) => ({ ...p, entry: { ...p.entry, storeId: 's002' } }), 'not what its hash says'],
  ['another entry', (p) => ({ ...p, entry: log.entries[5] }), 'does not lead to the root'],
  ['another time of recording', (p) => ({ ...p, recordedAt: '2026-11-22T10:00:01.000Z' }), 'does not lead to the root'],
  ['another place', (p) => ({ ...p, position: 5 }), 'does not lead to the root'],
  ['a place outside', (p) => ({ ...p, position: 11 }), 'there is no position 11'],
  ['a shorter path', (p) => ({ ...p, path: p.path.slice(1) }), 'too short'],
  ['a longer path', (p) => ({ ...p, path: [...p.path, 'a'.repeat(64)] }), 'too long'],
  ['a path of words', (p) => ({ ...p, path: ['no hash'] }), 'no list of hashes'],
  ['another root', (p) => ({ ...p, head: { ...p.head, rootHash: 'a'.repeat(64) } }), 'signature of the audit'],
  ['another size', (p) => ({ ...p, head: { ...p.head, size: 12 } }), 'signature of the audit'],
  ['the key of a stranger', (p) => ({ ...p, publicKey: newSigner().publicKey }), 'signature of the audit'],
  ['the hub of a stranger', (p) => ({ ...p, hubPublicKey: newSigner().publicKey }), 'key of its hub'],
  ['no JSON', () => '{', 'can’t be read'],
  ['no proof', () => ({ format: 'party' }), 'not known here'],
])('%s is refused with a sentence', (_, change, reason) => {
  const { status, sentence } = check(change(proofOf(4, 11)))
  expect(sentence).toContain('This proof does not hold')
  expect(sentence).toContain(reason)
  expect(status).toBe(1)
})

test('a proof that a stranger made whole is refused by the key that was given', () => {
  const { status, sentence } = check(proofOf(4, 11), '--key', newSigner().publicKey)
  expect(sentence).toContain('another key than the one that you gave')
  expect(status).toBe(1)
})

test('a head goes on from an earlier one, or does not', () => {
  for (const [first, second] of [
    [1, 11],
    [4, 8],
    [6, 11],
    [8, 11],
    [11, 11],
  ] as const) {
    const proof = {
      format: 'tidemark-audit-consistency/1',
      first: headOf(first),
      second: headOf(second),
      path: hexOf(consistencyRanges(first, second)),
      firstPublicKey: signer.publicKey,
      publicKey: signer.publicKey,
    }
    expect(check(proof, '--key', signer.publicKey)).toMatchObject({ status: 0 })
    const other = signHead(signer, { ...proof.first, rootHash: 'b'.repeat(64) }, new Date(recordedAt))
    expect(check({ ...proof, first: other })).toMatchObject({ status: 1 })
  }
})
