/** Ids that sort by time (github.com/ulid/spec): 48 bits of milliseconds and 80 random bits in Crockford's base 32. */

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** `randomBytes` returns that many random bytes (`crypto.getRandomValues` behind it). */
export function ulidOf(timeMs: number, randomBytes: (count: number) => Uint8Array): string {
  const time = Array.from({ length: 10 }, (_, index) => alphabet[Math.floor(timeMs / 32 ** (9 - index)) % 32])
  // 256 is a multiple of 32, so every letter is equally likely.
  const random = Array.from(randomBytes(16), (byte) => alphabet[byte % 32])
  return [...time, ...random].join('')
}
