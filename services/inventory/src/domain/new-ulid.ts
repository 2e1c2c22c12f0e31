/** Ids that sort by time (github.com/ulid/spec): 48 bits of milliseconds and 80 random bits in Crockford's base 32. */
import { randomBytes } from 'node:crypto'

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

export function newUlid(nowMs: number): string {
  const time = Array.from({ length: 10 }, (_, index) => alphabet[Math.floor(nowMs / 32 ** (9 - index)) % 32])
  // 256 is a multiple of 32, so every letter is equally likely.
  const random = [...randomBytes(16)].map((byte) => alphabet[byte % 32])
  return [...time, ...random].join('')
}
