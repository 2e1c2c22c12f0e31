/** What one class of documents exchanges with the hub: the seam at which a class says in which direction it goes, and in which order. */
import type { EntityClass, JournalEntry } from '@tidemark/contracts'
import type { FirstDocuments } from '../../data/catalog-store.ts'
import type { AskStock } from '../../data/stock-book.ts'
import type { TerminalDatabases } from '../../data/terminal-databases.ts'
import type { HubLine } from '../hub-line.ts'
import type { StatusBoard } from '../status-board.ts'

/** What an exchange tells the rest of the till. */
export interface ExchangeNews {
  /** A page of the catalogue was written to a till that had none; `onCatalog` follows. */
  readonly onFirstCatalog?: (documents: FirstDocuments) => void
  /** Documents of the catalogue came in. */
  readonly onCatalog: () => void
  /** Cases of conflict came in. */
  readonly onConflicts?: () => void
  /** Takes what the hub says is on hand; nothing is sent meanwhile. */
  readonly takeStock?: (ask: AskStock) => Promise<void>
  /** Receipts of other lanes or of head office came in, and are stored. */
  readonly onReceipts: (receipts: readonly JournalEntry[]) => void
  /** A class is due again at once: the hub has more of it than one run brings. */
  readonly onMore: (entityClass: EntityClass) => void
}

export interface ClassExchange {
  readonly entityClass: EntityClass
  /** True when changes at the hub are a reason to look; false for a class of which a till takes nothing from there. */
  readonly wokenByHub: boolean
  /** Databases whose local changes go to the hub, in the order in which they go. The queue view shows what of them is unsent. */
  sends(databases: TerminalDatabases): Promise<readonly string[]>
  /** A database of which only single documents are edited here; those of them that are unsent show in the queue. */
  readonly edits?: string
  /** Throws what went wrong; everything is tried again in the next run. */
  run(line: HubLine, board: StatusBoard, news: ExchangeNews): Promise<void>
}
