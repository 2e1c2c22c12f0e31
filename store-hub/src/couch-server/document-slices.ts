// Finds the text of each element of `docs` in the bytes of a `_bulk_docs` body that JSON.parse has taken already.
// A refused document is kept exactly as it was sent: with its dangerous member names, whatever its depth.
//
// Only the brackets outside of strings matter:   {"docs":[ {…}, {…} ],"new_edits":false}
//                                          depth 0^1     2^  3

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN = new Set([0x7b, 0x5b])
const CLOSE = new Set([0x7d, 0x5d])
const COMMA = 0x2c

export interface Slice {
  readonly start: number
  readonly end: number
}

/** Where each element of the top-level member `docs` lies in `json`, which must be valid JSON; none when it has no such list. */
export function sliceDocuments(json: Buffer): Slice[] {
  const open = findDocsList(json)
  return open === undefined ? [] : sliceElements(json, open)
}

/** The offset just after the '[' of the last top-level `docs`: JSON.parse, too, takes the last of equal names. */
function findDocsList(json: Buffer): number | undefined {
  let depth = 0
  let found: number | undefined
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] ?? 0
    if (byte === QUOTE) {
      const end = endOfString(json, at)
      const colon = skipSpace(json, end)
      if (depth === 1 && json[colon] === 0x3a && isDocsName(json, at, end)) {
        const value = skipSpace(json, colon + 1)
        found = json[value] === 0x5b ? value + 1 : undefined
      }
      at = end - 1
    } else if (OPEN.has(byte)) depth += 1
    else if (CLOSE.has(byte)) depth -= 1
  }
  return found
}

function isDocsName(json: Buffer, start: number, end: number): boolean {
  return JSON.parse(json.toString('utf8', start, end)) === 'docs'
}

function sliceElements(json: Buffer, open: number): Slice[] {
  const slices: Slice[] = []
  let start = skipSpace(json, open)
  let depth = 0
  for (let at = start; at < json.length; at += 1) {
    const byte = json[at] ?? 0
    if (byte === QUOTE) at = endOfString(json, at) - 1
    else if (OPEN.has(byte)) depth += 1
    else if (depth === 0 && (byte === COMMA || CLOSE.has(byte))) {
      if (at > start) slices.push({ start, end: trimEnd(json, start, at) })
      if (byte !== COMMA) return slices
      start = skipSpace(json, at + 1)
    } else if (CLOSE.has(byte)) depth -= 1
  }
  return slices
}

function trimEnd(json: Buffer, start: number, end: number): number {
  let at = end
  while (at > start && (json[at - 1] ?? 0) <= 0x20) at -= 1
  return at
}

function endOfString(json: Buffer, quote: number): number {
  let at = quote + 1
  while (at < json.length && json[at] !== QUOTE) at += json[at] === BACKSLASH ? 2 : 1
  return at + 1
}

function skipSpace(json: Buffer, from: number): number {
  let at = from
  while (at < json.length && (json[at] ?? 0) <= 0x20) at += 1
  return at
}
