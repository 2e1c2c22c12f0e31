/** What the till offers to the controllers of its features. Each feature is one class in this folder, reached as `till.<feature>`. */
import type { Author, Enrolment } from '@tidemark/contracts'
import type { CatalogStore } from '../data/catalog-store.ts'
import type { Journal } from '../data/journal.ts'
import type { StoreFormat } from '../data/format.ts'
import type { TerminalDatabases } from '../data/terminal-databases.ts'
import type { Notices } from './notices.ts'
import type { Session } from './session.ts'
import type { Settings } from './settings.ts'
import type { StorageWatch } from './storage-watch.ts'

export interface TillHost {
  /** Throws while this browser's data is not open. */
  readonly databases: TerminalDatabases
  /** Throws while this browser's data is not open. */
  readonly journal: Journal
  readonly enrolment: Enrolment | undefined
  readonly catalog: CatalogStore | undefined
  readonly format: StoreFormat | undefined
  /** Who makes the documents that are made now. */
  readonly author: Author
  readonly session: Session
  readonly notices: Notices
  readonly settings: Settings
  /** Takes in what was written to the catalogue here. */
  refreshCatalog(): Promise<void>
  /** Tells how many conflicts need a person. */
  noteConflicts(open: number): void
  readonly storage: StorageWatch
  /** Sends what was just written, soon. Nobody waits for that, and nothing that fails in it is a failure of the write. */
  noteLocalWrite(database: string): void
  /** Shows what changed. */
  changed(): void
}
