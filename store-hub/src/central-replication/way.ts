/** What push and pull have in common: their parts, and what a batch comes to. */
import type { DocumentDatabase } from '../store/index.ts'
import type { CentralDatabase } from './central-database.ts'
import type { Route } from './routes.ts'

export interface WayOptions {
  readonly route: Route
  readonly local: DocumentDatabase
  readonly storeId: string
  /** The store's epoch; a way is made anew when it changes. */
  readonly epoch: string
  readonly desk: RefusalDesk
  readonly offerAgainMs: number
}

/** Where documents go that could not be handed over. */
export interface RefusalDesk {
  /** Resolves when all of them are on record on disk. */
  record(route: Route, documents: readonly RefusedRevision[]): Promise<void>
  /** They were taken after all. */
  accepted(route: Route, ids: readonly string[]): void
}

export interface RefusedRevision {
  readonly id: string
  readonly rev: string | undefined
  readonly reason: string
}

export interface BatchRequest {
  readonly remote: CentralDatabase
  readonly batchSize: number
  /** A request was larger than the other side takes. */
  readonly onTooLarge: () => void
}

export interface BatchResult {
  /** `unsafe`: all is sent, but central has not enough copies of it yet. */
  readonly kind: 'more' | 'done' | 'unsafe'
  readonly written: number
  readonly refused: number
}

/** One way of one database, with its place in the feed. */
export interface Way {
  /** Agrees with central on where to go on, when that was not done lately. Throws RewoundError. */
  open(remote: CentralDatabase, central: string): Promise<void>
  batch(request: BatchRequest): Promise<BatchResult>
  /** True when refused documents are due to be offered again. */
  wantsOffer(): boolean
  /** The store's sequence up to which everything is safe at central; 0 for a pull. */
  readonly sequence: number
  readonly refused: ReadonlyMap<string, string>
  readonly lastSuccessAt: string | null
  /** Central has to be asked again where to go on: it was away, or answered strangely. */
  forgetAgreement(): void
  /** A run came to its end. */
  succeeded(): void
}

/** Central remembers more of this epoch than the store: the store went back in time. */
export class RewoundError extends Error {
  readonly database: string
  readonly remembered: number
  readonly present: number

  constructor(database: string, remembered: number, present: number) {
    super(`central remembers checkpoint ${remembered} of ${database}, and the store ${present}: it went back in time`)
    this.name = 'RewoundError'
    this.database = database
    this.remembered = remembered
    this.present = present
  }
}

/** Documents refused in one way of one database. Beyond it the way waits, because more could not be remembered. */
export const maxRefused = 1000
/** Central is asked again where to go on after so long: it may have been restored from a backup meanwhile. */
export const agreementMs = 60_000
