/** Whether a PIN is the one of a verifier. Apart from the rest of this package: a till fetches it when somebody signs in. */
import { argon2idAsync } from '@noble/hashes/argon2.js'
import { parsePinVerifier } from './pin-verifier.ts'

/** Takes about half a second of computing, in slices that leave the screen alive. False for what is no verifier. */
export async function isPinOf(verifier: string, pin: string): Promise<boolean> {
  const parts = parsePinVerifier(verifier)
  if (parts === undefined) return false
  const { memory: m, passes: t, parallelism: p, salt, hash } = parts
  const found = await argon2idAsync(pin, salt, { m, t, p, dkLen: hash.length })
  return found.reduce((difference, byte, index) => difference | (byte ^ (hash[index] ?? 0)), 0) === 0
}
