/** SHA-256 over RFC 8785 canonical JSON: the same hash in browser, hub and services, whatever the order of keys. */
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import canonicalize from 'canonicalize'
import * as Type from 'typebox'

export const Sha256Hex = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256, 64 lower-case hex digits' })

/** RFC 8785. Throws a TypeError for what JSON can't hold (NaN, functions at the top). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value)
  if (text === undefined) throw new TypeError('value has no JSON form')
  return text
}

/** Hex SHA-256 of the canonical JSON of a value. Throws as `canonicalJson` does. */
export function canonicalHash(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))))
}

/**
 * The part of a document that its author wrote: without the replication fields (`_rev`, `_revisions`, …; `_id` stays)
 * and without its own `hash` and `signature`.
 */
export function hashableBody(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(document).filter(
      ([key]) => (key === '_id' || !key.startsWith('_')) && key !== 'hash' && key !== 'signature',
    ),
  )
}

/** The hash that a journal or sync-log entry must carry in `hash`. */
export function documentHash(document: Readonly<Record<string, unknown>>): string {
  return canonicalHash(hashableBody(document))
}
