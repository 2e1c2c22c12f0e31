import { expect, test } from 'vitest'
import { schemaProblems } from '../documents/check-document.ts'
import { isPinOf } from './check-pin.ts'
import { formatPinVerifier, parsePinVerifier, PinVerifier } from './pin-verifier.ts'

// Made by OpenSSL (Node's crypto.argon2Sync): PIN 1234, salt `somesaltsomesalt`.
const verifier = '$argon2id$v=19$m=1024,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$A1jafQ0X++UajJ6juqsn8aseh/wmaVJdXqgQsVP3d58'

test('a verifier tells the right PIN from all others', async () => {
  expect(schemaProblems(PinVerifier, verifier)).toEqual([])
  expect(await isPinOf(verifier, '1234')).toBe(true)
  expect(await isPinOf(verifier, '1235')).toBe(false)
  expect(await isPinOf(verifier, '')).toBe(false)
})

test('a verifier read and written again is the same, and what is none is refused', async () => {
  const parts = parsePinVerifier(verifier)
  expect(parts).toMatchObject({ memory: 1024, passes: 2, parallelism: 1 })
  expect(parts && formatPinVerifier(parts)).toBe(verifier)
  for (const other of ['', '1234', verifier.replace('argon2id', 'argon2i'), verifier.replace('m=1024', 'm=9999999')]) {
    expect(parsePinVerifier(other)).toBeUndefined()
    expect(await isPinOf(other, '1234')).toBe(false)
  }
})
