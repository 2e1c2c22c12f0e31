import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openSigningKey } from './signing-key.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidemark-key-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a key is made once, for its owner only, and found again', () => {
  const file = join(folder, 'deep', 'key.pem')
  const made = openSigningKey(file)
  const found = openSigningKey(file)
  expect(found.keyId).toBe(made.keyId)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(readdirSync(join(folder, 'deep'))).toEqual(['key.pem'])
  const x = Buffer.from(made.publicKey, 'base64').toString('base64url')
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  const data = Buffer.from('42')
  expect(verify(null, data, publicKey, found.sign(data))).toBe(true)
})

test('a file that holds something else is named', () => {
  const file = join(folder, 'other.pem')
  writeFileSync(file, 'no key')
  expect(() => openSigningKey(file)).toThrow(`${file} holds no private key`)
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }))
  expect(() => openSigningKey(file)).toThrow(`${file} holds no Ed25519 key`)
})
