/**
 * Tells open sockets of what the ledger has just recorded. A frame is news, not a record: who misses one finds everything in
 * the lists.
 *
 * 1. A reader that does not read is let go when it owes `maxOwedBytes`; nobody waits for it.
 * 2. A socket without an answer to a ping is let go: a dead link keeps a socket open.
 * 3. A socket ends after an hour, so that a right that was taken away does not live on in it.
 */
import { receiptNumberOf, type JournalEntry } from '@tidemark/contracts'
import { soldEntryOf, type LedgerEntry } from '../domain/ledger-entry.ts'

/** What is used of a WebSocket of the package `ws`. */
export interface FeedSocket {
  readonly bufferedAmount: number
  send(text: string): void
  ping(): void
  close(code: number, reason: string): void
  terminate(): void
  on(event: 'pong' | 'close' | 'message' | 'error', listener: () => void): void
}

/** One recorded entry. Amounts are integer minor units; 0 for entries that move no money of sales. */
export interface SaleFrame {
  readonly type: 'recorded'
  readonly id: string
  readonly receipt: string
  readonly entryType: JournalEntry['type']
  readonly storeId: string
  readonly terminalId: string
  readonly businessDate: string
  readonly at: string
  readonly recordedAt: string
  readonly cashierId: string
  readonly currency: string | null
  readonly grossMinor: number
  readonly lines: number
  readonly flagged: boolean
}

export interface SaleFeed {
  /** `wants` tells which stores the reader may see and has asked for. False when there are too many readers. */
  join(socket: FeedSocket, wants: (storeId: string) => boolean): boolean
  announce(entries: readonly LedgerEntry[]): void
  readers(): number
  close(): void
}

export interface FeedLimits {
  readonly maxReaders: number
  readonly maxOwedBytes: number
  readonly heartbeatMs: number
  readonly maxAgeMs: number
}

export const feedLimits: FeedLimits = {
  maxReaders: 500,
  maxOwedBytes: 1024 * 1024,
  heartbeatMs: 20_000,
  maxAgeMs: 60 * 60 * 1000,
}

export const feedCloseCodes = { tooMany: 1013, sayNothing: 1008, oldAge: 4001, goingAway: 1001 } as const

interface Reader {
  readonly wants: (storeId: string) => boolean
  readonly joinedAtMs: number
  answered: boolean
}

export function createSaleFeed(limits: FeedLimits = feedLimits): SaleFeed {
  const readers = new Map<FeedSocket, Reader>()

  const heartbeat = setInterval(() => {
    for (const [socket, reader] of readers) {
      if (!reader.answered) drop(socket)
      else if (Date.now() - reader.joinedAtMs > limits.maxAgeMs) end(socket, feedCloseCodes.oldAge, 'sign in again')
      else {
        reader.answered = false
        socket.ping()
      }
    }
  }, limits.heartbeatMs)
  heartbeat.unref()

  function drop(socket: FeedSocket): void {
    readers.delete(socket)
    socket.terminate()
  }

  function end(socket: FeedSocket, code: number, reason: string): void {
    readers.delete(socket)
    socket.close(code, reason)
  }

  return {
    join(socket, wants) {
      if (readers.size >= limits.maxReaders) {
        socket.close(feedCloseCodes.tooMany, 'too many readers')
        return false
      }
      const reader: Reader = { wants, joinedAtMs: Date.now(), answered: true }
      readers.set(socket, reader)
      socket.on('pong', () => (reader.answered = true))
      // Readers only listen.
      socket.on('message', () => end(socket, feedCloseCodes.sayNothing, 'this feed takes no messages'))
      socket.on('close', () => readers.delete(socket))
      socket.on('error', () => drop(socket))
      socket.send(JSON.stringify({ type: 'welcome' }))
      return true
    },
    announce(entries) {
      if (readers.size === 0) return
      for (const entry of entries) {
        const text = JSON.stringify(frameOf(entry))
        for (const [socket, { wants }] of readers) {
          if (!wants(entry.storeId)) continue
          if (socket.bufferedAmount > limits.maxOwedBytes) drop(socket)
          else socket.send(text)
        }
      }
    },
    readers: () => readers.size,
    close() {
      clearInterval(heartbeat)
      for (const socket of readers.keys()) end(socket, feedCloseCodes.goingAway, 'the service stops')
    },
  }
}

function frameOf({ _id, entry, recordedAt, verification }: LedgerEntry): SaleFrame {
  const sold = soldEntryOf(entry)
  const sign = entry.type === 'refund' ? -1 : 1
  return {
    type: 'recorded',
    id: _id,
    receipt: receiptNumberOf(entry.incarnation, entry.number),
    entryType: entry.type,
    storeId: entry.storeId,
    terminalId: entry.terminalId,
    businessDate: entry.businessDate,
    at: entry.at,
    recordedAt,
    cashierId: entry.by.id,
    currency: sold?.currency ?? null,
    grossMinor: sign * (sold?.totals.grossMinor ?? 0),
    lines: sold?.lines.length ?? 0,
    flagged: verification.findings.length > 0,
  }
}
