// Tokens against a signed challenge (the protocol is in `contracts/src/hub-api/device-tokens.ts`).
//
// 1. A challenge is taken once: the ids of answered ones are remembered until they would have ended anyway. Only a till with the
//    right key adds to them. A hub that starts again knows no challenge of before, since it has forgotten which were answered.
// 2. A challenge is of one epoch and one incarnation; both are in what is signed.
// 3. Whether the incarnation may still do anything is asked at every use of a token, so a revocation needs no list of tokens.
import { createPublicKey, randomBytes, verify } from 'node:crypto'
import {
  challengeText,
  type AccessRefusal,
  type Challenge,
  type DevicePublicKey,
  type DeviceToken,
} from '@tidemark/contracts'
import { createTickets } from './tickets.ts'

export interface DeviceTokensOptions {
  readonly storeId: string
  readonly epoch: () => string
  readonly tokenKey: Buffer
  readonly tokenLifetimeMs: number
  readonly nowMs: () => number
}

export type Answered = { readonly ok: true; readonly token: DeviceToken } | Refused
export type ReadToken =
  { readonly ok: true; readonly incarnation: string } | (Refused & { readonly incarnation?: string })

interface Refused {
  readonly ok: false
  readonly reason: AccessRefusal
}

export interface DeviceTokens {
  challenge(incarnation: string): Challenge
  answer(incarnation: string, publicKey: DevicePublicKey, answer: { nonce: string; signature: string }): Answered
  read(token: string): ReadToken
}

const challengeLifetimeMs = 60_000
const challengeKeyBytes = 32

const refused = (reason: AccessRefusal): Refused => ({ ok: false, reason })

export function createDeviceTokens({
  storeId,
  epoch,
  tokenKey,
  tokenLifetimeMs,
  nowMs,
}: DeviceTokensOptions): DeviceTokens {
  const challenges = createTickets(randomBytes(challengeKeyBytes), nowMs)
  const tokens = createTickets(tokenKey, nowMs)
  const answered = new Map<string, number>()
  const subjectOf = (incarnation: string): string => `${epoch()}/${incarnation}`

  /** False when it was answered before. */
  const take = (id: string): boolean => {
    for (const [known, endMs] of answered) {
      if (endMs > nowMs()) break
      answered.delete(known)
    }
    if (answered.has(id)) return false
    answered.set(id, nowMs() + challengeLifetimeMs)
    return true
  }

  return {
    challenge: (incarnation) => ({
      nonce: challenges.issue(subjectOf(incarnation), challengeLifetimeMs),
      storeId,
      epoch: epoch(),
    }),
    answer(incarnation, publicKey, { nonce, signature }) {
      const challenge = challenges.read(nonce)
      if (challenge?.subject !== subjectOf(incarnation)) return refused('challenge-unknown')
      if (challenge.isExpired) return refused('challenge-expired')
      const text = challengeText(incarnation, { nonce, storeId, epoch: epoch() })
      if (!isSignedBy(publicKey, text, signature)) return refused('signature-wrong')
      if (!take(challenge.id)) return refused('challenge-replayed')
      const token = tokens.issue(incarnation, tokenLifetimeMs)
      return { ok: true, token: { token, expiresInSeconds: Math.ceil(tokenLifetimeMs / 1000) } }
    },
    read(token) {
      const ticket = tokens.read(token)
      if (ticket === undefined) return refused('token-unknown')
      const { subject: incarnation, isExpired } = ticket
      return isExpired ? { ...refused('token-expired'), incarnation } : { ok: true, incarnation }
    },
  }
}

function isSignedBy(publicKey: DevicePublicKey, text: string, signature: string): boolean {
  try {
    const key = createPublicKey({ key: publicKey, format: 'jwk' })
    return verify('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
  } catch {
    // Two numbers that are no point of the curve.
    return false
  }
}
