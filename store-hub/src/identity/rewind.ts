// Begins a new epoch when someone remembers more of the present one than the store has.
//
//   central's checkpoints ─┐
//   the lease's sequences ─┼─► notice ──► store.rotateEpoch ──► everyone compares anew
//   a terminal's `since`  ─┘
//
// 1. Evidence about another epoch than the present one is old news.
// 2. A rotation makes everybody compare everything once. So one thing seen by many is one rotation, and no client can
//    make the hub rotate again and again: what is beyond the limits is logged as an error and looked at again later.
import type { FastifyBaseLogger } from 'fastify'
import { describeError } from '../errors.ts'
import type { Store } from '../store/index.ts'

export interface Evidence {
  readonly source: 'central' | 'lease' | 'terminal'
  /** The epoch that it is about. */
  readonly epoch: string
  /** For people and for the sync log. */
  readonly reason: string
}

export interface RewindGuard {
  /** True when a new epoch began because of it. Rejects when the new epoch can't be written. */
  notice(evidence: Evidence): Promise<boolean>
  /** A client asked for changes after a sequence that the database has not reached. Never rejects. */
  sinceAhead(ahead: { readonly database: string; readonly since: number; readonly who: string }): void
}

export interface RewindOptions {
  readonly store: Store
  readonly logger: FastifyBaseLogger
  /** monotonic milliseconds */
  readonly nowMs?: () => number
}

/** Requests that were under way at a rotation still name sequences of the epoch before. */
const settleMs = 120_000
const betweenMs = 600_000
const dayMs = 86_400_000
const maxByTerminalsADay = 3

export function createRewindGuard({ store, logger, nowMs = () => performance.now() }: RewindOptions): RewindGuard {
  let rotating: Promise<unknown> = Promise.resolve()
  let rotatedMs = -Infinity
  let byTerminalsMs: number[] = []

  const isAllowed = ({ source }: Evidence): boolean => {
    // Looked at once, when the lease is taken.
    if (source === 'lease') return true
    byTerminalsMs = byTerminalsMs.filter((atMs) => nowMs() - atMs < dayMs)
    const isTerminalsTurn = source !== 'terminal' || byTerminalsMs.length < maxByTerminalsADay
    return isTerminalsTurn && nowMs() - rotatedMs >= betweenMs
  }

  const rotate = async (evidence: Evidence): Promise<boolean> => {
    if (evidence.epoch !== store.uuid) return false
    if (evidence.source === 'terminal' && nowMs() - rotatedMs < settleMs) return false
    if (!isAllowed(evidence)) {
      logger.error({ ...evidence }, 'the store may have gone back in time; too soon for yet another epoch')
      return false
    }
    rotatedMs = nowMs()
    if (evidence.source === 'terminal') byTerminalsMs.push(rotatedMs)
    const epoch = await store.rotateEpoch(evidence.reason)
    logger.warn({ source: evidence.source, reason: evidence.reason, epoch }, 'a new epoch begins')
    return true
  }

  const notice = (evidence: Evidence): Promise<boolean> => {
    const result = rotating.then(() => rotate(evidence))
    rotating = result.catch(() => undefined)
    return result
  }

  return {
    notice,
    sinceAhead({ database, since, who }) {
      const present = store.database(database)?.info().updateSequence
      if (present === undefined || since <= present) return
      const reason = `${who} remembers sequence ${since} of ${database}, and the store has ${present}`
      notice({ source: 'terminal', epoch: store.uuid, reason }).catch((error: unknown) => {
        logger.error({ reason: describeError(error) }, 'no new epoch could be begun')
      })
    },
  }
}
