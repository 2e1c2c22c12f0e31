/**
 * What this till did to stay alike with its hub, for the person who looks into it later. It stays in this browser and is bounded: entry
 * n lies in the slot n modulo the size, so the newest takes the place of the oldest. What matters beyond is in the hub's signed log.
 */
import type { Database, StoredDocument } from './pouch-types.ts'

export type TillLogEvent =
  | { readonly kind: 'sent'; readonly database: string; readonly documents: number }
  | { readonly kind: 'fetched'; readonly database: string; readonly documents: number }
  | { readonly kind: 'failed'; readonly reason: string; readonly failures: number }
  | { readonly kind: 'recovered'; readonly failures: number }
  | { readonly kind: 'refused'; readonly documentId: string; readonly reason: string }
  | { readonly kind: 'hub-changed'; readonly epoch: string }
  | { readonly kind: 'cache-cleared'; readonly documents: number }
  | { readonly kind: 'exported'; readonly documents: number }
  | { readonly kind: 'imported'; readonly documents: number; readonly refused: number }
  | { readonly kind: 'period-dropped'; readonly database: string; readonly documents: number }

export type TillLogEntry = TillLogEvent & {
  readonly number: number
  /** ISO 8601. */
  readonly at: string
}

const maxEntries = 500

export class TillLog {
  readonly #open: () => Database
  readonly #revs = new Map<string, string>()
  #entries: Promise<TillLogEntry[]> | undefined
  #tail: Promise<unknown> = Promise.resolve()

  /** `open` gives the database as it is open now. */
  constructor(open: () => Database) {
    this.#open = open
  }

  /** Newest first. */
  async entries(): Promise<TillLogEntry[]> {
    return (await this.#load()).toReversed()
  }

  /** Never throws: a log that can't be written must not stop what it tells of. */
  note(event: TillLogEvent, at = new Date().toISOString()): Promise<void> {
    const work = this.#tail.then(() => this.#write(event, at)).catch(() => undefined)
    this.#tail = work
    return work
  }

  #load(): Promise<TillLogEntry[]> {
    this.#entries ??= this.#readAll()
    return this.#entries
  }

  async #readAll(): Promise<TillLogEntry[]> {
    const { rows } = await this.#open().allDocs({ startkey: 'slot:', endkey: 'slot:\ufff0', include_docs: true })
    const documents = rows.flatMap(({ doc }) => (doc ? [doc] : []))
    for (const { _id, _rev } of documents) this.#revs.set(_id, _rev)
    return documents.map(entryOf).sort((a, b) => a.number - b.number)
  }

  async #write(event: TillLogEvent, at: string): Promise<void> {
    const entries = await this.#load()
    const number = (entries.at(-1)?.number ?? 0) + 1
    const slot = `slot:${String(number % maxEntries).padStart(3, '0')}`
    const rev = this.#revs.get(slot)
    const entry = { ...event, number, at }
    const stored = await this.#open().put({ _id: slot, ...(rev !== undefined && { _rev: rev }), entry })
    this.#revs.set(slot, stored.rev)
    entries.push(entry)
    if (entries.length > maxEntries) entries.shift()
  }
}

function entryOf(document: StoredDocument): TillLogEntry {
  return document['entry'] as TillLogEntry
}
