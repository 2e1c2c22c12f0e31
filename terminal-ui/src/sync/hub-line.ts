/** One run's connection to the hub: what exchanges send and fetch through, and what they report to. */
import type { JournalEntry } from '@tidemark/contracts'
import { noteCorrection } from '../data/correction-index.ts'
import type { Database } from '../data/pouch-types.ts'
import type { TerminalDatabases } from '../data/terminal-databases.ts'
import { fitsSchema, type Schema } from './fits-schema.ts'
import { pullDatabase, pullDocuments, type PullInput } from './pull-database.ts'
import { pushEdits } from './push-edits.ts'
import type { TillLog } from '../data/till-log.ts'
import { hubFetch, offerRefused, openHubDatabase, pushDatabase, type HubLink, type LineReport } from './replication.ts'
import { receiveReceipts, type Received } from './received-receipts.ts'
import type { StatusBoard } from './status-board.ts'

export class HubLine {
  readonly databases: TerminalDatabases
  /** Of the hub's store. */
  readonly epoch: string
  /** What the requests of this run met. */
  readonly report: LineReport = { unreachable: undefined, unauthorized: false }
  readonly #link: HubLink
  readonly #incarnation: string
  readonly #board: StatusBoard
  readonly #log: TillLog

  /** `epoch` is that of the hub which answered at the start of the run. */
  constructor(
    databases: TerminalDatabases,
    link: HubLink,
    epoch: string,
    incarnation: string,
    board: StatusBoard,
    log: TillLog,
  ) {
    this.databases = databases
    this.#link = link
    this.epoch = epoch
    this.#incarnation = incarnation
    this.#board = board
    this.#log = log
  }

  /** The hub's copy of a database. */
  remote(name: string): Database {
    return openHubDatabase(this.#link, name, this.report)
  }

  /** Sends the local changes that the hub lacks, and offers again what it refused. */
  async push(name: string): Promise<void> {
    const { device, positions } = this.databases
    const now = (): string => new Date().toISOString()
    const local = this.databases.named(name)
    const onRefused = (documentId: string, reason: string): void =>
      void this.#log.note({ kind: 'refused', documentId, reason })
    const isThere = (await positions.readPushed(name))?.epoch === this.epoch
    const remote = openHubDatabase(this.#link, name, this.report, { skip_setup: isThere })
    const input = { device, positions, local, remote, epoch: this.epoch, now, onRefused }
    await this.#board.whileSending(name, async () => {
      const documents = await pushDatabase(input)
      if (documents > 0) void this.#log.note({ kind: 'sent', database: name, documents })
      await offerRefused(input)
    })
  }

  /** Sends what this till edited in a database that mostly comes from the hub. */
  async pushEdits(name: string): Promise<void> {
    const { device } = this.databases
    const now = (): string => new Date().toISOString()
    const input = { device, local: this.databases.named(name), remote: this.remote(name), epoch: this.epoch, now }
    await this.#board.whileSending(name, () => pushEdits(input))
  }

  /** Asks the hub's API, `/api/…`. Throws for an answer that is not as it should be. */
  async ask(path: string, body: object, schema: Schema): Promise<unknown> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const response = await hubFetch(this.#link, this.report)(new URL(path, this.#link.url).href, init)
    const answer: unknown = await response.json()
    const fits = response.ok && (await fitsSchema(schema, answer))
    if (!fits) throw new Error(`the hub answered ${response.status} to ${path}`)
    return answer
  }

  /** Fetches a part of what others have recorded in a sales database of the hub. */
  receive(name: string): Promise<Received> {
    const { positions } = this.databases
    return receiveReceipts({
      positions,
      local: this.databases.received(name),
      remote: this.#readable(name),
      epoch: this.epoch,
      incarnation: this.#incarnation,
      noteCorrection: (document) => noteCorrection(this.databases, document as unknown as JournalEntry),
    })
  }

  /** Fetches what the hub has and this till has not; resolves with the number of documents written. */
  async pull(name: string, options: Pick<PullInput, 'selector' | 'onProgress' | 'onFirst'> = {}): Promise<number> {
    const local = this.databases.named(name)
    return this.#noteFetched(
      name,
      await pullDatabase({ local, remote: this.#readable(name), epoch: this.epoch, ...options }),
    )
  }

  /** Fetches these documents, whatever came down before. */
  async pullDocuments(name: string, ids: readonly string[]): Promise<number> {
    return this.#noteFetched(name, await pullDocuments(this.databases.named(name), this.#readable(name), ids))
  }

  #noteFetched(name: string, documents: number): number {
    if (documents > 0) void this.#log.note({ kind: 'fetched', database: name, documents })
    return documents
  }

  /** The hub's copy of a database, which is not made when it is not there. */
  #readable(name: string): Database {
    return openHubDatabase(this.#link, name, this.report, { skip_setup: true })
  }
}
