/**
 * What a till keeps of a cashier's PIN: an Argon2id hash in the PHC string format, from which it can tell a right PIN from a wrong
 * one with no network.
 *
 *     $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>        salt and hash in base64 without padding
 *
 * It makes guessing slow, not impossible: a PIN has few digits. Whoever takes a till home can try them all, so a verifier is worth
 * no more than what the till itself lets people do, and a grant ends by itself.
 * Source: RFC 9106; https://github.com/P-H-C/phc-string-format; parameters of OWASP's password storage cheat sheet.
 */
import * as Type from 'typebox'

export const PinVerifier = Type.String({
  pattern:
    '^\\$argon2id\\$v=19\\$m=[0-9]{1,7},t=[0-9]{1,2},p=[0-9]{1,2}\\$[A-Za-z0-9+/]{11,64}\\$[A-Za-z0-9+/]{22,86}$',
  description: 'Argon2id hash of a PIN as a PHC string',
})

export interface PinParameters {
  /** KiB. */
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
}

export interface PinVerifierParts extends PinParameters {
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

export const pinParameters: PinParameters = { memory: 19_456, passes: 2, parallelism: 1 }
export const pinSaltBytes = 16
export const pinHashBytes = 32

/** A PIN is typed on a number pad. */
export const Pin = Type.String({ pattern: '^[0-9]{4,8}$', description: 'Four to eight digits' })

/** More than this a till would take too long for, or would not have the memory. */
const maxMemory = 262_144

const verifierPattern = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

export function formatPinVerifier({ memory, passes, parallelism, salt, hash }: PinVerifierParts): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${unpadded(salt)}$${unpadded(hash)}`
}

/** Undefined for what is no verifier, or one that costs more than a till can pay. */
export function parsePinVerifier(text: string): PinVerifierParts | undefined {
  const [, memory, passes, parallelism, salt = '', hash = ''] = verifierPattern.exec(text) ?? []
  if (memory === undefined || Number(memory) > maxMemory) return undefined
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: bytesOf(salt),
    hash: bytesOf(hash),
  }
}

function unpadded(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replaceAll('=', '')
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}
