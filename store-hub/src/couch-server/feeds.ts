// Feeds that stay open: how many there are, what wakes them, and what ends them.
//
// 1. A feed arms its alarm before it reads, so no write falls between reading and waiting.
// 2. A feed ends when its client goes, when the server closes, or by its own timeout; it never holds up a shutdown.
// 3. A feed that waits for days holds one timer and one callback, however often it gives a sign of life.
import type { Store } from '../store/index.ts'
import { CouchError } from './errors.ts'

/** Rings at the first write after it was armed, and when the feed is to end. */
export interface Alarm {
  /** True as soon as it has rung, false when it has not within `delayMs`. */
  within(delayMs: number): Promise<boolean>
}

export interface Feed {
  /** true once the client or the server has gone */
  readonly ended: boolean
  /** Arms a new alarm in the place of the one before. */
  arm(): Alarm
  /** Ends the feed: its alarm rings, and it doesn't count any more. */
  close(): void
}

export interface FeedRegistry {
  /** true once the server is closing */
  readonly closed: boolean
  /** Counts a new feed on a database; throws 429 when there are too many. */
  open(database: string): Feed
  /** Wakes the feeds of a database, for example because it is gone. */
  wake(database: string): void
  /** Ends every feed and takes no more. */
  closeAll(): void
}

class OneShotAlarm implements Alarm {
  #rung = false
  #notify: (() => void) | undefined

  ring(): void {
    this.#rung = true
    this.#notify?.()
  }

  within(delayMs: number): Promise<boolean> {
    if (this.#rung) return Promise.resolve(true)
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), delayMs)
      this.#notify = () => {
        clearTimeout(timer)
        resolve(true)
      }
    })
  }
}

class OpenFeed implements Feed {
  readonly database: string
  readonly #running: Set<OpenFeed>
  #alarm = new OneShotAlarm()
  #ended = false

  constructor(database: string, running: Set<OpenFeed>) {
    this.database = database
    this.#running = running
    running.add(this)
  }

  get ended(): boolean {
    return this.#ended
  }

  arm(): Alarm {
    this.#alarm = new OneShotAlarm()
    if (this.#ended) this.#alarm.ring()
    return this.#alarm
  }

  ring(): void {
    this.#alarm.ring()
  }

  close(): void {
    this.#ended = true
    this.#running.delete(this)
    this.#alarm.ring()
  }
}

export function feedRegistry(store: Store, maxFeeds: number): FeedRegistry {
  const running = new Set<OpenFeed>()
  let closed = false
  const wake = (database: string): void => {
    for (const feed of running) if (feed.database === database) feed.ring()
  }
  const stopListening = store.onWrite(wake)

  return {
    get closed() {
      return closed
    },
    open(database) {
      if (closed || running.size >= maxFeeds) {
        throw new CouchError(429, 'too_many_requests', `${running.size} feeds are open already`, { 'retry-after': '5' })
      }
      return new OpenFeed(database, running)
    },
    wake,
    closeAll() {
      closed = true
      stopListening()
      for (const feed of running) feed.close()
    },
  }
}
