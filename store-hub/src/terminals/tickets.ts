// Short-lived texts that this hub gave out and knows again without keeping them: a subject, an end and a seal.
//
//   base64url( seal (32 bytes) ‖ random (16) ‖ end (8, ms) ‖ subject (UTF-8) )        seal = HMAC-SHA-256 of the rest
//
// Giving tickets out costs no memory, so nobody can fill it.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

export interface Tickets {
  issue(subject: string, lifetimeMs: number): string
  read(ticket: string): ReadTicket | undefined
}

export interface ReadTicket {
  readonly subject: string
  /** Unlike any other. */
  readonly id: string
  readonly isExpired: boolean
}

const sealBytes = 32
const randomBytesCount = 16
const headBytes = sealBytes + randomBytesCount + 8

export function createTickets(key: Buffer, nowMs: () => number): Tickets {
  const sealOf = (content: Buffer): Buffer => createHmac('sha256', key).update(content).digest()
  return {
    issue(subject, lifetimeMs) {
      const end = Buffer.alloc(8)
      end.writeBigUInt64BE(BigInt(nowMs() + lifetimeMs))
      const content = Buffer.concat([randomBytes(randomBytesCount), end, Buffer.from(subject)])
      return Buffer.concat([sealOf(content), content]).toString('base64url')
    },
    read(ticket) {
      const bytes = Buffer.from(ticket, 'base64url')
      // Decoding passes over what it doesn't know; a ticket has one spelling.
      if (bytes.length <= headBytes || bytes.toString('base64url') !== ticket) return undefined
      const [seal, content] = [bytes.subarray(0, sealBytes), bytes.subarray(sealBytes)]
      if (!timingSafeEqual(seal, sealOf(content))) return undefined
      return {
        subject: content.subarray(randomBytesCount + 8).toString(),
        id: content.subarray(0, randomBytesCount).toString('base64url'),
        isExpired: content.readBigUInt64BE(randomBytesCount) <= BigInt(nowMs()),
      }
    },
  }
}
