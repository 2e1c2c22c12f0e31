// Feeds that stay open: how many there are, what wakes them, what ends them, and what they share.
//
//   store.onWrite(database) ──► its feeds only ──► each reads from where it was ──► the same question? the same text
//
// 1. A feed that waits learns of every write that came after its last `rest`, so none falls between reading and waiting.
// 2. A feed ends when its client goes, when the server closes, or by its own timeout; it never holds up a shutdown.
// 3. A write wakes the feeds of its database and no others. Feeds that stand at the same place share one reading.
import type { Store } from '../store/index.ts'
import type { ChangesPage } from './changes-reader.ts'
import { CouchError } from './errors.ts'

export type Wakening = 'write' | 'time' | 'end'

export interface Feed {
  /** true once the client or the server has gone, or the database */
  readonly ended: boolean
  /** Waits for a write since the last `rest` (or the opening), at most `delayMs`. */
  rest(delayMs: number): Promise<Wakening>
  /** What `read` gave to the first feed that asked under this key since the last write. */
  share(key: string, read: () => ChangesPage): ChangesPage
  /** Ends the feed: it wakes, and doesn't count any more. */
  close(): void
}

export interface FeedRegistry {
  /** true once the server is closing */
  readonly closed: boolean
  /** Counts a new feed on a database; throws 429 when there are too many. */
  open(database: string): Feed
  /** Ends the feeds of a database that is gone. */
  endAll(database: string): void
  /** Ends every feed; new ones may begin. */
  endEvery(): void
  /** Ends every feed and takes no more. */
  closeAll(): void
}

/** Rows that feeds share are kept until the next write: few questions, and no long answers. */
const MAX_SHARED = 32
const MAX_SHARED_ROWS = 100

class DatabaseFeeds {
  readonly feeds = new Set<OpenFeed>()
  readonly shared = new Map<string, ChangesPage>()

  wake(): void {
    this.shared.clear()
    for (const feed of this.feeds) feed.wake()
  }
}

class OpenFeed implements Feed {
  readonly #group: DatabaseFeeds
  readonly #onClose: () => void
  #isDirty = false
  #ended = false
  #notify: ((wakening: Wakening) => void) | undefined

  constructor(group: DatabaseFeeds, onClose: () => void) {
    this.#group = group
    this.#onClose = onClose
    group.feeds.add(this)
  }

  get ended(): boolean {
    return this.#ended
  }

  wake(): void {
    this.#isDirty = true
    this.#notify?.('write')
  }

  rest(delayMs: number): Promise<Wakening> {
    if (this.#ended) return Promise.resolve('end')
    if (this.#isDirty) {
      this.#isDirty = false
      return Promise.resolve('write')
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#notify?.('time'), delayMs)
      this.#notify = (wakening) => {
        clearTimeout(timer)
        this.#notify = undefined
        this.#isDirty = false
        resolve(wakening)
      }
    })
  }

  share(key: string, read: () => ChangesPage): ChangesPage {
    const { shared } = this.#group
    const present = shared.get(key)
    if (present !== undefined) return present
    const page = read()
    if (shared.size < MAX_SHARED && page.changes.length <= MAX_SHARED_ROWS) shared.set(key, page)
    return page
  }

  close(): void {
    if (this.#ended) return
    this.#ended = true
    this.#group.feeds.delete(this)
    this.#onClose()
    this.#notify?.('end')
  }
}

export function feedRegistry(store: Pick<Store, 'onWrite'>, maxFeeds: number): FeedRegistry {
  const groups = new Map<string, DatabaseFeeds>()
  let running = 0
  let closed = false
  const stopListening = store.onWrite((database) => groups.get(database)?.wake())

  const groupOf = (database: string): DatabaseFeeds => {
    const present = groups.get(database) ?? new DatabaseFeeds()
    groups.set(database, present)
    return present
  }

  const endAll = (database: string): void => {
    for (const feed of groups.get(database)?.feeds ?? []) feed.close()
  }

  const endEvery = (): void => {
    for (const database of groups.keys()) endAll(database)
  }

  return {
    get closed() {
      return closed
    },
    open(database) {
      if (closed || running >= maxFeeds) {
        throw new CouchError(429, 'too_many_requests', `${running} feeds are open already`, { 'retry-after': '5' })
      }
      running += 1
      const group = groupOf(database)
      return new OpenFeed(group, () => {
        running -= 1
        if (group.feeds.size === 0 && groups.get(database) === group) groups.delete(database)
      })
    },
    endAll,
    endEvery,
    closeAll() {
      closed = true
      stopListening()
      endEvery()
    },
  }
}
