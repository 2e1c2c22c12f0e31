/**
 * Sensitive fields at rest. What a database of this browser holds on disk is split in two:
 *
 *     {_id, type, customer: {}, …, $sealed: {key, iv, data}}       data = AES-GCM of [[place, value], …]
 *
 * 1. Which fields: the schemas say so (`sensitivePathsOf`); of the till's own notes, every value that is not named harmless.
 * 2. One cipher operation a document, bound to its id: an envelope can't be moved to another document.
 * 3. Readers and replication see whole documents. One whose key is gone stays as it is, envelope and all: the hub refuses it by
 *    itself, and it holds nothing else up.
 */
import { sensitivePathsOf, type FieldPath } from '@tidemark/contracts'
import { transform } from 'transform-pouch'
import type { Database, Fields } from './pouch-types.ts'

export interface SealingKey {
  /** Names the key in the envelopes that it made. */
  readonly id: string
  readonly key: CryptoKey
}

interface Envelope {
  readonly key: string
  /** base64 */
  readonly iv: string
  /** base64 */
  readonly data: string
}

type Place = readonly (string | number)[]
type Secret = readonly [place: Place, value: unknown]

const envelopeField = '$sealed'
/** NIST SP 800-38D, section 8.3: random ones, and one key may seal 2^32 times, which a till does in a hundred years at one a second. */
const ivBytes = 12

/** Notes of this browser that say nothing of a customer, a payment or a person. */
const harmlessNotes = /^(enrolment|settings|data-version|sales-databases|catalog-snapshot|refusal:.*)$/

/** Makes a database seal what it stores and open what it gives, to readers and to replication. Returns the database. */
export function sealDatabase(database: Database, key: SealingKey): Database {
  const seal = new FieldSeal(key, database.name)
  transform.call(database, {
    incoming: (document) => seal.seal(document),
    outgoing: (document) => seal.unseal(document),
  })
  return database
}

/** What is sensitive in a document of a database. */
function sensitivePathsIn(database: string): (document: Fields) => readonly FieldPath[] {
  if (database !== 'device') return (document) => sensitivePathsOf(document['type'])
  return (note) => (harmlessNotes.test(String(note['_id'])) ? [] : [['value']])
}

/** True when a document holds anything that its schema calls sensitive. */
export function holdsSensitive(document: Fields): boolean {
  const secrets: Secret[] = []
  takeOut(document, sensitivePathsOf(document['type']), [], secrets)
  return secrets.length > 0
}

class FieldSeal {
  readonly #key: SealingKey
  readonly #pathsOf: (document: Fields) => readonly FieldPath[]

  constructor(key: SealingKey, database: string) {
    this.#key = key
    this.#pathsOf = sensitivePathsIn(database)
  }

  /** The document as it goes to disk; the same one when nothing in it is sensitive. */
  seal(document: Fields): Fields | Promise<Fields> {
    const secrets: Secret[] = []
    const open = takeOut(document, this.#pathsOf(document), [], secrets) as Fields
    return secrets.length === 0 ? document : this.#encrypt(open, secrets)
  }

  /** The document as it was before it was sealed; unchanged when it has no envelope, or one that can't be opened. */
  unseal(document: Fields): Fields | Promise<Fields> {
    const envelope = document[envelopeField] as Envelope | undefined
    return envelope?.key === this.#key.id ? this.#decrypt(document, envelope) : document
  }

  async #encrypt(open: Fields, secrets: readonly Secret[]): Promise<Fields> {
    const iv = crypto.getRandomValues(new Uint8Array(ivBytes))
    const plain = new TextEncoder().encode(JSON.stringify(secrets))
    const data = new Uint8Array(await crypto.subtle.encrypt(cipherOf(iv, open), this.#key.key, plain))
    const envelope: Envelope = { key: this.#key.id, iv: toBase64(iv), data: toBase64(data) }
    return { ...open, [envelopeField]: envelope }
  }

  async #decrypt(document: Fields, { iv, data }: Envelope): Promise<Fields> {
    try {
      const plain = await crypto.subtle.decrypt(cipherOf(fromBase64(iv), document), this.#key.key, fromBase64(data))
      const secrets = JSON.parse(new TextDecoder().decode(plain)) as Secret[]
      const { [envelopeField]: _opened, ...open } = document
      return secrets.reduce<unknown>((whole, [place, value]) => putBack(whole, place, value), open) as Fields
    } catch {
      return document
    }
  }
}

function cipherOf(iv: Uint8Array<ArrayBuffer>, document: Fields): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(String(document['_id'])) }
}

/** A copy without what lies at the paths, which is noted in `secrets`. What lies beside them is shared, not copied. */
function takeOut(value: unknown, paths: readonly FieldPath[], place: Place, secrets: Secret[]): unknown {
  if (paths.length === 0 || typeof value !== 'object' || value === null) return value
  const below = (step: string): FieldPath[] => paths.filter((path) => path[0] === step).map((path) => path.slice(1))
  if (Array.isArray(value)) return value.map((item, index) => takeOut(item, below('*'), [...place, index], secrets))
  const open: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    const paths = below(name)
    if (paths.some((path) => path.length === 0)) secrets.push([[...place, name], member])
    else open[name] = takeOut(member, paths, [...place, name], secrets)
  }
  return open
}

function putBack(whole: unknown, [step, ...rest]: Place, value: unknown): unknown {
  if (step === undefined) return value
  if (Array.isArray(whole)) return whole.map((item, index) => (index === step ? putBack(item, rest, value) : item))
  const members = whole as Fields
  return { ...members, [step]: putBack(members[step], rest, value) }
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
