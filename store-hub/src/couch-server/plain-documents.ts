// Most documents come as programs write them: JSON without blanks, with ordinary numbers, and no name that is written with
// an escape. The text of such a document can be stored as it came. One walk over its bytes finds that out, takes the
// protocol's members out, and spares parsing it and writing it again:
//
//   {"_id":"a","_rev":"1-f…","_revisions":{…},"type":"sale","lines":[…]}
//    └──────────── members of the protocol ───┘└──── body: a run of bytes ─┘
//
// 1. What is called plain here is valid JSON, to the letter of RFC 8259, nested no deeper than the limit, without a
//    refused name, and without a number that JavaScript would alter.
// 2. Whatever is not surely so is not plain, and takes the other way in, which knows all of JSON and names what is wrong.
// 3. A name that stands twice in one object is not noticed; `members` lets whoever parses the text notice it.
import { isProtocolMember } from './document-rules.ts'
import type { CouchLimits } from './options.ts'

export interface PlainDocument {
  /** where its text lies in the request's bytes */
  readonly start: number
  readonly end: number
  readonly id: string | undefined
  readonly rev: string | undefined
  readonly deleted: boolean
  /** the value of `_revisions`, which nobody has judged yet */
  readonly revisions: unknown
  /** the members that are not the protocol's, as they came */
  readonly body: string
  /** how many members the body and everything in it have */
  readonly members: number
}

export interface PlainBatch {
  readonly documents: readonly PlainDocument[]
  readonly newEdits: boolean
}

type ScanLimits = Pick<CouchLimits, 'depth' | 'refusedNames'>

const QUOTE = 0x22
const COMMA = 0x2c
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const UNDERSCORE = 0x5f
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** As many digits as JavaScript surely holds. */
const MAX_DIGITS = 15
/** Bytes that stand for themselves in a string: no control character, no quote, no backslash. UTF-8 is checked elsewhere. */
const isOrdinary = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH ? 1 : 0,
)
const isEscape = Uint8Array.from({ length: 256 }, (_, byte) =>
  '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? 1 : 0,
)

/** How many members a parsed document has that are not the protocol's, with those of everything in it. */
export function countMembers(document: Readonly<Record<string, unknown>>): number {
  let count = 0
  for (const name of Object.keys(document)) {
    if (!isProtocolMember(name)) count += 1 + countInside(document[name])
  }
  return count
}

function countInside(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) count += countInside(item)
    return count
  }
  for (const name of Object.keys(value)) count += 1 + countInside((value as Record<string, unknown>)[name])
  return count
}

/**
 * The documents of a `_bulk_docs` body, which must be well-formed UTF-8; undefined when the body or one of them is not
 * plain.
 */
export function scanPlainBatch(bytes: Buffer, limits: ScanLimits): PlainBatch | undefined {
  return new Scanner(bytes, limits).batch()
}

/** The document that a body is, likewise. */
export function scanPlainDocument(bytes: Buffer, limits: ScanLimits): PlainDocument | undefined {
  return new Scanner(bytes, limits).whole()
}

/**
 * 1 at 256 times the length in bytes plus the first byte of each refused name. A list of names belongs to a server, and nearly all members'
 * names are like none of them in both.
 */
const refusedNames = new WeakMap<readonly string[], Uint8Array>()

function likeRefused(names: readonly string[]): Uint8Array {
  const known = refusedNames.get(names)
  if (known !== undefined) return known
  const places = names.map((name) => Buffer.byteLength(name) * 256 + (Buffer.from(name)[0] ?? QUOTE))
  const made = new Uint8Array(Math.max(0, ...places) + 1)
  for (const place of places) made[place] = 1
  refusedNames.set(names, made)
  return made
}

class Scanner {
  readonly #bytes: Buffer
  readonly #limits: ScanLimits
  readonly #likeRefused: Uint8Array
  #at = 0
  #members = 0

  constructor(bytes: Buffer, limits: ScanLimits) {
    this.#bytes = bytes
    this.#limits = limits
    this.#likeRefused = likeRefused(limits.refusedNames)
  }

  whole(): PlainDocument | undefined {
    this.#skipBlanks()
    const document = this.#document()
    this.#skipBlanks()
    return this.#at === this.#bytes.length ? document : undefined
  }

  batch(): PlainBatch | undefined {
    let documents: PlainDocument[] | undefined
    let newEdits: boolean | undefined
    if (!this.#takeToken(OPEN_OBJECT)) return undefined
    do {
      this.#skipBlanks()
      const name = this.#string()
      if (name === undefined || !this.#takeToken(COLON)) return undefined
      this.#skipBlanks()
      if (name === 'docs' && documents === undefined) documents = this.#documents()
      else if (name === 'new_edits' && newEdits === undefined) newEdits = this.#truth()
      else return undefined
      if (name === 'docs' ? documents === undefined : newEdits === undefined) return undefined
    } while (this.#takeToken(COMMA))
    if (!this.#takeToken(CLOSE_OBJECT)) return undefined
    this.#skipBlanks()
    if (this.#at !== this.#bytes.length || documents === undefined) return undefined
    return { documents, newEdits: newEdits ?? true }
  }

  #documents(): PlainDocument[] | undefined {
    const documents: PlainDocument[] = []
    if (!this.#takeToken(OPEN_LIST)) return undefined
    do {
      this.#skipBlanks()
      const document = this.#document()
      if (document === undefined) return undefined
      documents.push(document)
    } while (this.#takeToken(COMMA))
    return this.#takeToken(CLOSE_LIST) ? documents : undefined
  }

  #document(): PlainDocument | undefined {
    const bytes = this.#bytes
    const start = this.#at
    if (bytes[start] !== OPEN_OBJECT || bytes[start + 1] !== QUOTE) return undefined
    this.#at = start + 1
    this.#members = 0
    let id: string | undefined
    let rev: string | undefined
    let deleted: boolean | undefined
    let revisions: unknown
    let body = ''
    // Where the present run of members of the body begins; -1 outside of one.
    let run = -1
    for (;;) {
      const member = this.#at
      if (bytes[member + 1] === UNDERSCORE) {
        if (run >= 0) body += `${body === '' ? '{' : ','}${this.#text(run, member - 1)}`
        run = -1
        const name = this.#name()
        if (name === '_id' && id === undefined) id = this.#string()
        else if (name === '_rev' && rev === undefined) rev = this.#string()
        else if (name === '_deleted' && deleted === undefined) deleted = this.#truth()
        else if (name === '_revisions' && revisions === undefined) revisions = this.#parsed()
        else return undefined
        if (name === '_id' ? id === undefined : name === '_rev' ? rev === undefined : false) return undefined
        if (name === '_deleted' ? deleted === undefined : name === '_revisions' && revisions === undefined)
          return undefined
      } else {
        if (run < 0) run = member
        if (!this.#member(this.#limits.depth)) return undefined
      }
      const next = bytes[this.#at]
      this.#at += 1
      if (next === CLOSE_OBJECT) break
      if (next !== COMMA) return undefined
    }
    const end = this.#at
    if (run >= 0) body = body === '' ? this.#object(run, end) : `${body},${this.#text(run, end)}`
    else body = body === '' ? '{}' : `${body}}`
    return { start, end, id, rev, deleted: deleted === true, revisions, body, members: this.#members }
  }

  /** A name, its colon and its value, `depth` of which may be nested. */
  #member(depth: number): boolean {
    const bytes = this.#bytes
    const start = this.#at
    if (bytes[start] !== QUOTE) return false
    let at = start + 1
    while (isOrdinary[bytes[at] ?? 0] === 1) at += 1
    if (bytes[at] !== QUOTE || bytes[at + 1] !== COLON) return false
    const place = (at - start - 1) * 256 + (bytes[start + 1] ?? 0)
    if (this.#likeRefused[place] === 1 && this.#isRefused(start + 1, at)) return false
    this.#members += 1
    this.#at = at + 2
    return this.#value(depth)
  }

  #isRefused(start: number, end: number): boolean {
    return this.#limits.refusedNames.includes(this.#text(start, end))
  }

  #value(depth: number): boolean {
    const bytes = this.#bytes
    const byte = bytes[this.#at]
    if (byte === QUOTE) return this.#skipString()
    if (byte === OPEN_OBJECT) return depth > 1 && this.#skipObject(depth - 1)
    if (byte === OPEN_LIST) return depth > 1 && this.#list(depth - 1)
    if (byte === MINUS || (byte !== undefined && byte >= ZERO && byte <= NINE)) return this.#number()
    return this.#word('true') || this.#word('false') || this.#word('null')
  }

  #skipObject(depth: number): boolean {
    const bytes = this.#bytes
    this.#at += 1
    if (bytes[this.#at] === CLOSE_OBJECT) {
      this.#at += 1
      return true
    }
    for (;;) {
      if (!this.#member(depth)) return false
      const next = bytes[this.#at]
      this.#at += 1
      if (next === CLOSE_OBJECT) return true
      if (next !== COMMA) return false
    }
  }

  #list(depth: number): boolean {
    const bytes = this.#bytes
    this.#at += 1
    if (bytes[this.#at] === CLOSE_LIST) {
      this.#at += 1
      return true
    }
    for (;;) {
      if (!this.#value(depth)) return false
      const next = bytes[this.#at]
      this.#at += 1
      if (next === CLOSE_LIST) return true
      if (next !== COMMA) return false
    }
  }

  #skipString(): boolean {
    const bytes = this.#bytes
    let at = this.#at + 1
    for (;;) {
      const byte = bytes[at] ?? 0
      if (isOrdinary[byte] === 1) at += 1
      else if (byte === QUOTE) {
        this.#at = at + 1
        return true
      } else if (byte === BACKSLASH && isEscape[bytes[at + 1] ?? 0] === 1) at += 2
      else return false
    }
  }

  /** No exponent, no more digits than are surely exact, no zero before them, and nothing that may be -0, which JavaScript writes as 0. */
  #number(): boolean {
    const bytes = this.#bytes
    let at = this.#at
    const isNegative = bytes[at] === MINUS
    if (isNegative) at += 1
    const first = at
    while (isDigit(bytes[at])) at += 1
    if (at === first || (bytes[first] === ZERO && (isNegative || at > first + 1))) return false
    if (bytes[at] === DOT) {
      const fraction = at + 1
      at = fraction
      while (isDigit(bytes[at])) at += 1
      if (at === fraction) return false
    }
    const after = bytes[at]
    this.#at = at
    return at - first <= MAX_DIGITS && (after === COMMA || after === CLOSE_OBJECT || after === CLOSE_LIST)
  }

  #word(word: string): boolean {
    for (let index = 0; index < word.length; index += 1) {
      if (this.#bytes[this.#at + index] !== word.charCodeAt(index)) return false
    }
    this.#at += word.length
    return true
  }

  #truth(): boolean | undefined {
    if (this.#word('true')) return true
    return this.#word('false') ? false : undefined
  }

  /** A string without an escape. */
  #string(): string | undefined {
    const bytes = this.#bytes
    const start = this.#at + 1
    if (bytes[start - 1] !== QUOTE) return undefined
    let at = start
    while (isOrdinary[bytes[at] ?? 0] === 1) at += 1
    if (bytes[at] !== QUOTE) return undefined
    this.#at = at + 1
    return this.#text(start, at)
  }

  #name(): string | undefined {
    const name = this.#string()
    if (this.#bytes[this.#at] !== COLON) return undefined
    this.#at += 1
    return name
  }

  /** A value that is small and looked at later. It is no part of the body. */
  #parsed(): unknown {
    const start = this.#at
    const members = this.#members
    if (!this.#value(3)) return undefined
    this.#members = members
    return JSON.parse(this.#text(start, this.#at)) as unknown
  }

  /**
   * The object whose members are the run and the brace behind it. The byte before the run, a brace or a comma, is the opening brace for
   * a moment: of two texts put together, everybody who reads the bytes of the result would make a copy first.
   */
  #object(run: number, end: number): string {
    const bytes = this.#bytes
    const before = bytes[run - 1] ?? OPEN_OBJECT
    bytes[run - 1] = OPEN_OBJECT
    const text = this.#text(run - 1, end)
    bytes[run - 1] = before
    return text
  }

  #text(start: number, end: number): string {
    return this.#bytes.toString('utf8', start, end)
  }

  #takeToken(token: number): boolean {
    this.#skipBlanks()
    if (this.#bytes[this.#at] !== token) return false
    this.#at += 1
    return true
  }

  #skipBlanks(): void {
    for (;;) {
      const byte = this.#bytes[this.#at]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.#at += 1
    }
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE
