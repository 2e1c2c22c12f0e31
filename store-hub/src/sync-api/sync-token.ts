// What `/pull` returns as `lastSyncTimestamp`: the time, and behind it where the client stands in each database.
//
//   2026-11-22T09:00:00.000Z~eyJlIjoiM2Y…   base64url of {"e": epoch, "s": {"sales-2026-11": 812, "catalog": 40}}
import { schemaProblems } from '@tidemark/contracts'
import { Type, type Static } from 'typebox'

export type Position =
  | { readonly kind: 'start' }
  | { readonly kind: 'time'; readonly sinceMs: number }
  | { readonly kind: 'sequences'; readonly epoch: string; readonly sequences: ReadonlyMap<string, number> }

const Payload = Type.Object({
  e: Type.String({ pattern: '^[0-9a-f]{32}$' }),
  s: Type.Record(Type.String({ maxLength: 100 }), Type.Integer({ minimum: 0 })),
})

const isoTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/

export function formatToken(now: Date, epoch: string, sequences: ReadonlyMap<string, number>): string {
  const payload: Static<typeof Payload> = { e: epoch, s: Object.fromEntries(sequences) }
  return `${now.toISOString()}~${Buffer.from(JSON.stringify(payload)).toString('base64url')}`
}

/** Undefined for a text that is neither a token of a hub nor an ISO 8601 time with its zone. */
export function parseToken(text: string | null | undefined): Position | undefined {
  if (text === null || text === undefined) return { kind: 'start' }
  const [time = '', encoded, more] = text.split('~')
  if (!isoTime.test(time) || Number.isNaN(Date.parse(time)) || more !== undefined) return undefined
  if (encoded === undefined) return { kind: 'time', sinceMs: Date.parse(time) }
  const payload = decode(encoded)
  if (payload === undefined) return undefined
  return { kind: 'sequences', epoch: payload.e, sequences: new Map(Object.entries(payload.s)) }
}

function decode(encoded: string): Static<typeof Payload> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'))
    return schemaProblems(Payload, value).length === 0 ? (value as Static<typeof Payload>) : undefined
  } catch {
    return undefined
  }
}
