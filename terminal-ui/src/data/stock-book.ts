/**
 * Stock on hand as this till knows it: what the hub said last, and what this till did that the hub's number does not contain.
 *
 *     on hand = level of the hub (with its age) ─ + ─ own sales, refunds, voids, movements and counts that are not in it
 *
 * 1. A document counts once: the hub says which of the till's documents its levels contain, and only that takes one out here. What
 *    synchronisation tells of sent and unsent comes early or late.
 * 2. A document that the levels contain never comes in again, until the hub begins its levels anew.
 * 3. Levels are a cache in shards, so that three new numbers don't write three megabytes; the position is written behind them.
 */
import {
  maxStockDocuments,
  onHandAfter,
  reversedLines,
  stockLinesOf,
  type CountMark,
  type StockChanges,
  type StockChangesRequest,
  type StockLevel,
} from '@tidemark/contracts'
import { isNotFound, type Database, type Fields } from './pouch-types.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

export interface OnHand {
  /** Pieces or grams; below zero when more was sold than was known to be there. */
  readonly quantity: number
  /** True when this till did something to it that the hub has not counted yet. */
  readonly hasUnsent: boolean
  /** Stamp of the latest count; null when it was never counted. */
  readonly countedAt: string | null
}

/** What one of this till's documents does. */
interface Effect {
  readonly at: string
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[]
  readonly count: (CountMark & { readonly sku: string }) | undefined
}

interface Position {
  readonly next: string | null
  readonly asOf: string
  readonly isComplete: boolean
  /** How far each of this till's databases was at the hub when the levels were asked for. */
  readonly sent: Readonly<Record<string, number>>
}

export type AskStock = (request: StockChangesRequest) => Promise<StockChanges>

const shards = 64
const positionId = 'position'
const maxPages = 100

export class StockBook {
  readonly #databases: TerminalDatabases
  readonly #incarnation: string
  readonly #levels = new Map<string, Pick<StockLevel, 'onHand' | 'countedAt'>>()
  readonly #effects = new Map<string, Effect>()
  #bySku = new Map<string, Effect[]>()
  /** Own documents that the levels contain. */
  readonly #included = new Set<string>()
  /** What was told as unsent last: it may not be read yet when the hub is asked. */
  #unsent: readonly string[] = []
  #position: Position = { next: null, asOf: '', isComplete: false, sent: {} }

  constructor(databases: TerminalDatabases, incarnation: string) {
    this.#databases = databases
    this.#incarnation = incarnation
  }

  /** When the hub said its numbers, ISO 8601; undefined when it never has. */
  get asOf(): string | undefined {
    return this.#position.asOf === '' ? undefined : this.#position.asOf
  }

  /** False while the hub was still going through its documents when it answered. */
  get isComplete(): boolean {
    return this.#position.isComplete
  }

  /** Undefined for a product of which neither the hub nor this till knows anything. */
  onHand(sku: string): OnHand | undefined {
    const level = this.#levels.get(sku)
    const own = this.#bySku.get(sku) ?? []
    const counts = own.flatMap(({ count }) => (count === undefined ? [] : [count]))
    // Before the hub has said anything, what was sold is not all that there is to know.
    if (level === undefined && (this.asOf === undefined ? counts : own).length === 0) return undefined
    const changes = own.flatMap(({ at, lines }) =>
      lines.filter((line) => line.sku === sku).map(({ quantity }) => ({ at, quantity })),
    )
    const latest =
      counts
        .map(({ at }) => at)
        .sort()
        .at(-1) ?? null
    const countedAt = level?.countedAt ?? null
    return {
      quantity: onHandAfter(level, { changes, counts }),
      hasUnsent: own.length > 0,
      countedAt: latest !== null && (countedAt === null || latest > countedAt) ? latest : countedAt,
    }
  }

  /** Reads the cache, and what this till did since the levels were asked for. */
  async load(): Promise<void> {
    const { rows } = await this.#cache.allDocs({ include_docs: true })
    for (const { doc } of rows) {
      if (doc === null || doc === undefined) continue
      if (doc._id === positionId) this.#position = doc['value'] as Position
      else this.#restore(doc['levels'] as Readonly<Record<string, [number, string | null]>>)
    }
    if (this.asOf !== undefined) {
      const { sent } = this.#position
      // A month that began since is not among those that were there.
      for (const name of await this.#ownDatabases()) await this.#readSince(name, sent[name] ?? 0)
    }
    this.#index()
  }

  /** Tells which documents of this till the hub lacks, `database` and id. */
  async takeUnsent(items: readonly { readonly database: string; readonly documentId: string }[]): Promise<void> {
    const own = items.filter(({ database }) => database.startsWith('sales-') || database === 'inventory')
    this.#unsent = own.map(({ documentId }) => documentId)
    const unknown = own.filter(({ documentId }) => !this.#effects.has(documentId) && !this.#included.has(documentId))
    if (unknown.length === 0) return
    for (const { database, documentId } of unknown) await this.#read(database, documentId)
    this.#index()
  }

  /** Asks the hub for what changed, and counts anew what it does not contain. Nothing may be sent to the hub meanwhile. */
  async refresh(ask: AskStock): Promise<void> {
    const sent = await this.#sentPositions()
    const documents = this.#doubtful()
    let next = this.#position.next
    const changed = new Set<string>()
    for (let page = 0; page < maxPages; page += 1) {
      const answer = await ask({ since: next, documents: page === 0 ? documents : [] })
      if (answer.isReset && page === 0) {
        this.#levels.clear()
        this.#included.clear()
      }
      for (const { sku, onHand, countedAt } of answer.items) {
        this.#levels.set(sku, { onHand, countedAt })
        changed.add(sku)
      }
      for (const id of answer.included) {
        this.#included.add(id)
        this.#effects.delete(id)
      }
      next = answer.next
      this.#position = { next, asOf: answer.asOf, isComplete: answer.isComplete, sent }
      if (!answer.hasMore) break
    }
    this.#index()
    await this.#save(changed)
  }

  /** Own documents of which it is not known whether the levels contain them. */
  #doubtful(): string[] {
    const moving = [...this.#effects].filter(([, { lines, count }]) => lines.length > 0 || count !== undefined)
    const ids = new Set([...moving.map(([id]) => id), ...this.#unsent.filter((id) => !this.#effects.has(id))])
    return [...ids].slice(0, maxStockDocuments)
  }

  get #cache(): Database {
    return this.#databases.named('stock')
  }

  #restore(levels: Readonly<Record<string, [number, string | null]>>): void {
    for (const [sku, [onHand, countedAt]] of Object.entries(levels)) this.#levels.set(sku, { onHand, countedAt })
  }

  async #ownDatabases(): Promise<string[]> {
    return [...(await this.#databases.salesDatabases()), 'inventory']
  }

  async #sentPositions(): Promise<Record<string, number>> {
    const names = await this.#ownDatabases()
    const positions = await Promise.all(names.map((name) => this.#databases.positions.readPushed(name)))
    return Object.fromEntries(names.map((name, index) => [name, positions[index]?.sequence ?? 0]))
  }

  async #readSince(name: string, since: number): Promise<void> {
    const { results } = await this.#databases.named(name).changes({ since, include_docs: true })
    for (const { doc } of results) if (doc !== undefined) await this.#note(doc)
  }

  async #read(name: string, id: string): Promise<void> {
    try {
      await this.#note(await this.#databases.named(name).get(id))
    } catch (error) {
      if (!isNotFound(error)) throw error
    }
  }

  async #note(document: Fields): Promise<void> {
    const { incarnation } = document
    // Receipts of other lanes came from the hub.
    if (typeof incarnation === 'string' && incarnation !== this.#incarnation) return
    const effect = effectOf(document, await this.#voidedEntry(document))
    const id = String(document['_id'])
    // The answer may have come while it was read.
    if (!this.#included.has(id)) this.#effects.set(id, effect)
  }

  async #voidedEntry(document: Fields): Promise<Fields | undefined> {
    if (document['type'] !== 'void') return undefined
    for (const name of await this.#databases.salesDatabases()) {
      try {
        return await this.#databases.named(name).get(String(document['voidOf']))
      } catch (error) {
        if (!isNotFound(error)) throw error
      }
    }
    return undefined
  }

  #index(): void {
    this.#bySku = new Map()
    for (const effect of this.#effects.values()) {
      const skus = new Set([...effect.lines.map(({ sku }) => sku), ...(effect.count ? [effect.count.sku] : [])])
      for (const sku of skus) this.#bySku.set(sku, [...(this.#bySku.get(sku) ?? []), effect])
    }
  }

  async #save(changed: ReadonlySet<string>): Promise<void> {
    const touched = new Set([...changed].map(shardOf))
    const all = new Map<number, Record<string, [number, string | null]>>()
    for (const [sku, { onHand, countedAt }] of this.#levels) {
      const shard = shardOf(sku)
      if (!touched.has(shard)) continue
      const levels = all.get(shard) ?? {}
      levels[sku] = [onHand, countedAt]
      all.set(shard, levels)
    }
    for (const [shard, levels] of all) await this.#write(`levels:${shard}`, { levels })
    await this.#write(positionId, { value: this.#position })
  }

  async #write(id: string, fields: Fields): Promise<void> {
    const present = await this.#cache.get(id).catch((error: unknown) => {
      if (isNotFound(error)) return undefined
      throw error
    })
    await this.#cache.put({ ...fields, _id: id, ...(present === undefined ? {} : { _rev: present._rev }) })
  }
}

/** Of a document that does nothing to stock it is nothing, so that it is read once. */
function effectOf(document: Fields, voided: Fields | undefined): Effect {
  const at = String(document['at'])
  if (document['type'] === 'stock-count') {
    const { sku, quantity, _id: id } = document as { sku: string; quantity: number; _id: string }
    return { at, lines: [], count: { at, id, sku, quantity } }
  }
  if (voided !== undefined) return { at, lines: reversedLines(stockLinesOf(voided) ?? []), count: undefined }
  return { at, lines: stockLinesOf(document) ?? [], count: undefined }
}

function shardOf(sku: string): number {
  let sum = 0
  for (const letter of sku) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 65_521
  return sum % shards
}
