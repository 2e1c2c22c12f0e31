/**
 * How a till proves who it is. It made a key at its enrolment that never leaves it; the hub knows the public part.
 *
 *     till ── POST /api/terminals/challenge {incarnation} ─────────────────► hub
 *          ◄─ {nonce, storeId, epoch} ────────────────────────────────────
 *          ── POST /api/terminals/token {incarnation, nonce, signature} ──►       a nonce is taken once, for a minute
 *          ◄─ {token, expiresInSeconds} ──────────────────────────────────       a bearer token, for minutes
 *
 * Only the hub's clock counts: the till is told how long a token lasts, never when it ends.
 */
import * as Type from 'typebox'
import type { Static } from 'typebox'
import { IncarnationId, StoreId } from '../identity.ts'

export const challengePath = '/api/terminals/challenge'
export const tokenPath = '/api/terminals/token'
/** `POST`, with the bearer token of an enrolment from before there were device keys. */
export const deviceKeyPath = '/api/terminals/key'

const Coordinate = Type.String({ pattern: '^[A-Za-z0-9_-]{43}$' })

/** The public part of an ECDSA P-256 key, as a JSON Web Key (RFC 7517). */
export const DevicePublicKey = Type.Object({
  kty: Type.Literal('EC'),
  crv: Type.Literal('P-256'),
  x: Coordinate,
  y: Coordinate,
})
export type DevicePublicKey = Static<typeof DevicePublicKey>

export const ChallengeRequest = Type.Object({ incarnation: IncarnationId }, { additionalProperties: false })
export type ChallengeRequest = Static<typeof ChallengeRequest>

export const Challenge = Type.Object({
  nonce: Type.String({ minLength: 32, maxLength: 400 }),
  storeId: StoreId,
  epoch: Type.String({ minLength: 1, maxLength: 64 }),
})
export type Challenge = Static<typeof Challenge>

export const TokenRequest = Type.Object(
  {
    incarnation: IncarnationId,
    nonce: Type.String({ minLength: 1, maxLength: 400 }),
    /** ECDSA over SHA-256 of `challengeText`, as r and s (IEEE P1363), base64url. */
    signature: Type.String({ pattern: '^[A-Za-z0-9_-]{86}$' }),
  },
  { additionalProperties: false },
)
export type TokenRequest = Static<typeof TokenRequest>

export const DeviceToken = Type.Object({
  token: Type.String({ minLength: 32, maxLength: 200 }),
  expiresInSeconds: Type.Integer({ minimum: 1 }),
})
export type DeviceToken = Static<typeof DeviceToken>

export const DeviceKeyRequest = Type.Object({ publicKey: DevicePublicKey }, { additionalProperties: false })
export type DeviceKeyRequest = Static<typeof DeviceKeyRequest>

/** What a till signs. It names the store and the incarnation, so a signature is worth nothing for another till or another hub. */
export function challengeText(incarnation: string, { nonce, storeId, epoch }: Challenge): string {
  return ['tidemark device token, version 1', storeId, epoch, incarnation, nonce].join('\n')
}
