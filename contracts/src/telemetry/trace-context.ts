/** W3C Trace Context: the `traceparent` header (https://www.w3.org/TR/trace-context/#traceparent-header). */
import * as Type from 'typebox'

export const Traceparent = Type.String({
  pattern: '^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$',
  description: 'W3C traceparent, version 00',
})

export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits. */
  readonly spanId: string
  readonly sampled: boolean
}

const traceparentPattern = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/

/** Undefined when the text is no version 00 traceparent. */
export function parseTraceparent(text: string): TraceContext | undefined {
  const match = traceparentPattern.exec(text)
  if (match === null) return undefined
  const [, traceId = '', spanId = '', flags = ''] = match
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 }
}

export function formatTraceparent(context: TraceContext): string {
  return `00-${context.traceId}-${context.spanId}-${context.sampled ? '01' : '00'}`
}

/** A new, sampled context. `randomBytes` returns that many random bytes (`crypto.getRandomValues` behind it). */
export function newTraceContext(randomBytes: (count: number) => Uint8Array): TraceContext {
  return { traceId: randomHex(randomBytes, 16), spanId: randomHex(randomBytes, 8), sampled: true }
}

function randomHex(randomBytes: (count: number) => Uint8Array, count: number): string {
  const hex = Array.from(randomBytes(count), (byte) => byte.toString(16).padStart(2, '0')).join('')
  // All zeros means "no trace" in the standard.
  return /^0+$/.test(hex) ? `${hex.slice(0, -1)}1` : hex
}
