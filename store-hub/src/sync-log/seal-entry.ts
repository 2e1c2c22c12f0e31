/**
 * The hash of an entry as `sealEntry` of the contracts makes it, by Node's own SHA-256 and JSON: an entry names hundreds of
 * documents, and the log must not cost as much as what it tells of.
 */
import { createHash } from 'node:crypto'

/** Adds `previousHash` and `hash`. */
export function sealLogEntry<Body extends Readonly<Record<string, unknown>>>(
  body: Body,
  previousHash: string,
): Body & { previousHash: string; hash: string } {
  const linked = { ...body, previousHash }
  return { ...linked, hash: createHash('sha256').update(canonicalText(linked)).digest('hex') }
}

/**
 * RFC 8785 of plain JSON values: `JSON.stringify` already writes strings and numbers as it asks; what is left is the order of
 * names. A member that is undefined is left out.
 */
function canonicalText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    // By UTF-16 code units, as the standard wants it.
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalText(member)}`).join(',')}}`
}

/** Texts that came from outside may hold half of a surrogate pair, which has no canonical form: it becomes U+FFFD. */
export function toWellFormed<Value>(value: Value): Value {
  if (!/\\ud[89a-f]/i.test(JSON.stringify(value))) return value
  return replaceHalves(value) as Value
}

function replaceHalves(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(replaceHalves)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), replaceHalves(member)]))
}
