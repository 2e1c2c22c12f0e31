/** The till's side of `device-tokens.ts`, with WebCrypto: the same in a browser and in Node. */
import type { TSchema } from 'typebox'
import { parseIncarnation } from '../identity.ts'
import {
  Challenge,
  challengePath,
  challengeText,
  DevicePublicKey,
  DeviceToken,
  tokenPath,
  type ChallengeRequest,
  type TokenRequest,
} from './device-tokens.ts'

/** Sends JSON to the hub and resolves with the JSON of a good answer; rejects with anything else. */
export type PostToHub = (path: string, body: unknown) => Promise<unknown>

// Browsers and Node each have a type of their own for it.
export type DeviceKeyPair = Awaited<ReturnType<typeof makeDeviceKey>>

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const

/** A key whose private part can be used and not read, not even by who made it. */
export function makeDeviceKey() {
  return crypto.subtle.generateKey(algorithm, false, ['sign', 'verify'])
}

export async function publicKeyOf({ publicKey }: DeviceKeyPair): Promise<DevicePublicKey> {
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
  const key = { kty, crv, x, y }
  if (!(await fits(DevicePublicKey, key))) throw new TypeError('not a P-256 key')
  return key as DevicePublicKey
}

/** Answers a challenge of the hub. Throws a TypeError for an answer that is not the hub's, or is that of another store. */
export async function requestDeviceToken(
  post: PostToHub,
  incarnation: string,
  key: DeviceKeyPair,
): Promise<DeviceToken> {
  const answer = await post(challengePath, { incarnation } satisfies ChallengeRequest)
  if (!(await fits(Challenge, answer))) throw new TypeError('the answer is no challenge')
  const challenge = answer as Challenge
  if (challenge.storeId !== parseIncarnation(incarnation)?.storeId) {
    throw new TypeError(`this is the hub of ${challenge.storeId}`)
  }
  const signature = await sign(challengeText(incarnation, challenge), key)
  const token = await post(tokenPath, { incarnation, nonce: challenge.nonce, signature } satisfies TokenRequest)
  if (!(await fits(DeviceToken, token))) throw new TypeError('the answer is no token')
  return token as DeviceToken
}

/** Fetched when it is needed: half of what a browser would load first is what checks schemas. */
async function fits(schema: TSchema, value: unknown): Promise<boolean> {
  const { schemaProblems } = await import('../documents/check-document.ts')
  return schemaProblems(schema, value).length === 0
}

async function sign(text: string, { privateKey }: DeviceKeyPair): Promise<string> {
  const signature = await crypto.subtle.sign(algorithm, privateKey, new TextEncoder().encode(text))
  const characters = Array.from(new Uint8Array(signature), (byte) => String.fromCharCode(byte))
  return btoa(characters.join('')).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
