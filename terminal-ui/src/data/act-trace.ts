import { formatTraceparent, newTraceContext } from '@tidemark/contracts'
import type { ActTrace } from './journal-entry.ts'

/** The span of something that a person begins now. */
export function newActTrace(): ActTrace {
  const context = newTraceContext((count) => crypto.getRandomValues(new Uint8Array(count)))
  return { traceparent: formatTraceparent(context), startTime: new Date().toISOString() }
}
