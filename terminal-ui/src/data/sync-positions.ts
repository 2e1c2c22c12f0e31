/**
 * How far this till and its hub have exchanged what they have. A position may be lost with the power: the older one, or none, only means
 * that more is compared again. So these writes wait for no disk (`strict-durability.ts`), and there are several for each sale.
 */
import { NoteStore } from './note-store.ts'
import type { Database } from './pouch-types.ts'

/** How far a database has been sent to the hub, confirmed by the hub. */
export interface PushedPosition {
  /** Local sequence up to which every change is at the hub, or is named in a refusal. */
  readonly sequence: number
  /** Epoch of the hub's store to which that applies. */
  readonly epoch: string
}

/** How far a database of the hub has come down. */
export interface ReceivedPosition {
  readonly sequence: string | number
  readonly epoch: string
}

/** How far the hub's catalogue was looked through for products that left this till's categories. */
export interface CatalogLook extends ReceivedPosition {
  readonly selection: string
}

export class SyncPositions {
  readonly #notes: NoteStore

  /** `open` gives the database as it is open now: it may have been closed by the browser meanwhile. */
  constructor(open: () => Database) {
    this.#notes = new NoteStore(open)
  }

  readPushed(database: string): Promise<PushedPosition | undefined> {
    return this.#notes.read(`pushed:${database}`) as Promise<PushedPosition | undefined>
  }

  writePushed(database: string, position: PushedPosition): Promise<void> {
    return this.#notes.write(`pushed:${database}`, position)
  }

  forgetPushed(database: string): Promise<void> {
    return this.#notes.forget(`pushed:${database}`)
  }

  readReceived(database: string): Promise<ReceivedPosition | undefined> {
    return this.#notes.read(`received:${database}`) as Promise<ReceivedPosition | undefined>
  }

  writeReceived(database: string, position: ReceivedPosition): Promise<void> {
    return this.#notes.write(`received:${database}`, position)
  }

  forgetReceived(database: string): Promise<void> {
    return this.#notes.forget(`received:${database}`)
  }

  readCatalogLook(): Promise<CatalogLook | undefined> {
    return this.#notes.read('catalog-look') as Promise<CatalogLook | undefined>
  }

  writeCatalogLook(look: CatalogLook): Promise<void> {
    return this.#notes.write('catalog-look', look)
  }

  forgetCatalogLook(): Promise<void> {
    return this.#notes.forget('catalog-look')
  }

  /** When everything was last alike, ISO 8601; undefined when it never was. */
  async readLastSync(): Promise<string | undefined> {
    return (await this.#notes.read('last-sync')) as string | undefined
  }

  writeLastSync(at: string): Promise<void> {
    return this.#notes.write('last-sync', at)
  }
}
