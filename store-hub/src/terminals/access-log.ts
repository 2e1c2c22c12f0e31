// What becomes of a knock at the door, for the sync log. A flood is counted, not written down one by one:
//
//   first of its kind ──► an entry at once ──► the further ones of the window are counted ──► one entry with their number
//
// The kinds are bounded: a reason, and an incarnation that this store knows. Should they be many all the same, what does not
// fit is counted under no incarnation.
import type { AccessRefusal, SyncLogEvent } from '@tidemark/contracts'
import type { FastifyBaseLogger } from 'fastify'

export interface AccessLogOptions {
  readonly append: (event: SyncLogEvent) => Promise<void>
  readonly logger: FastifyBaseLogger
}

export interface AccessLog {
  refused(reason: AccessRefusal, incarnation?: string): void
  issued(incarnation: string): void
  /** Writes what is still being counted. */
  close(): Promise<void>
}

interface Window {
  further: number
  readonly timer: NodeJS.Timeout
  readonly event: (count: number) => SyncLogEvent
}

const refusalWindowMs = 60_000
const issueWindowMs = 3_600_000
const maxWindows = 2000

export function createAccessLog({ append, logger }: AccessLogOptions): AccessLog {
  const windows = new Map<string, Window>()
  const write = async (event: SyncLogEvent): Promise<void> => {
    try {
      await append(event)
    } catch (error) {
      logger.error({ err: error, event }, 'access could not be entered in the sync log')
    }
  }
  const finish = async (key: string): Promise<void> => {
    const window = windows.get(key)
    if (window === undefined) return
    windows.delete(key)
    clearTimeout(window.timer)
    if (window.further > 0) await write(window.event(window.further))
  }
  const note = (key: string, windowMs: number, event: Window['event']): void => {
    const open = windows.get(key)
    if (open !== undefined) {
      open.further += 1
      return
    }
    windows.set(key, { further: 0, timer: setTimeout(() => void finish(key), windowMs).unref(), event })
    void write(event(1))
  }
  return {
    refused(reason, incarnation) {
      const named = incarnation === undefined || windows.size >= maxWindows ? {} : { incarnation }
      note(`${reason}/${named.incarnation ?? ''}`, refusalWindowMs, (count) => ({
        kind: 'access-refused',
        reason,
        ...named,
        count,
      }))
    },
    issued: (incarnation) =>
      note(`issued/${incarnation}`, issueWindowMs, (count) => ({ kind: 'tokens-issued', incarnation, count })),
    async close() {
      await Promise.all([...windows.keys()].map(finish))
    },
  }
}
