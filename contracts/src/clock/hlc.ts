/**
 * Hybrid logical clock (Kulkarni et al., "Logical Physical Clocks", 2014), written as text that sorts as time does:
 *
 *     2026-11-22T09:00:00.000Z-0001-s001t03
 *     └ physical part, ms ────┘ └ counter, 4 digits ─ node
 *
 * 1. A stamp that a node issues is greater than every stamp that it issued or took in before.
 * 2. A clock that jumps back does not bring stamps back: the physical part never decreases.
 * 3. A remote stamp further ahead than `maxAheadMs` is not taken in, so one broken clock can't pull the store into the future.
 */
import * as Type from 'typebox'

export const HlcStamp = Type.String({
  pattern:
    '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z-[0-9]{4}-(s[0-9]{3,6}(t[0-9]{2}|hub)|hq)$',
  description: 'Hybrid logical clock stamp, ordered as text',
})

export interface ClockState {
  /** Physical part of the last stamp, milliseconds since 1970. */
  readonly wallMs: number
  /** Logical part of the last stamp, 0 to 9999. */
  readonly counter: number
}

export interface ParsedStamp extends ClockState {
  readonly node: string
}

const maxCounter = 9999
export const defaultMaxAheadMs = 24 * 60 * 60 * 1000
export const initialClock: ClockState = { wallMs: 0, counter: 0 }

const stampPattern = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)-(\d{4})-(s\d{3,6}(?:t\d{2}|hub)|hq)$/

/** The state of the next stamp that a node may issue at `nowMs`. Pure. */
export function advanceClock(state: ClockState, nowMs: number): ClockState {
  if (nowMs > state.wallMs) return { wallMs: nowMs, counter: 0 }
  // A full counter borrows the next millisecond: 10,000 stamps in one millisecond keep their order.
  if (state.counter === maxCounter) return { wallMs: state.wallMs + 1, counter: 0 }
  return { wallMs: state.wallMs, counter: state.counter + 1 }
}

/** Takes in a stamp seen from elsewhere, so that later stamps of this node sort after it. Pure. */
export function mergeClock(
  state: ClockState,
  remote: ClockState,
  nowMs: number,
  maxAheadMs: number = defaultMaxAheadMs,
): ClockState {
  if (remote.wallMs > nowMs + maxAheadMs) return state
  const ahead = remote.wallMs > state.wallMs || (remote.wallMs === state.wallMs && remote.counter > state.counter)
  return ahead ? { wallMs: remote.wallMs, counter: remote.counter } : state
}

export function formatStamp(state: ClockState, node: string): string {
  return `${new Date(state.wallMs).toISOString()}-${String(state.counter).padStart(4, '0')}-${node}`
}

/** Undefined when the text is not a stamp. */
export function parseStamp(text: string): ParsedStamp | undefined {
  const match = stampPattern.exec(text)
  if (match === null) return undefined
  const [, time = '', counter = '', node = ''] = match
  const wallMs = Date.parse(time)
  return Number.isNaN(wallMs) ? undefined : { wallMs, counter: Number(counter), node }
}

export interface HybridClock {
  /** A new stamp, greater than all before. */
  now(): string
  /** Takes in a stamp seen from elsewhere. A text that is no stamp, or one too far ahead, changes nothing. */
  observe(stamp: string): void
}

/**
 * A clock for one node. `lastStamp` is the newest stamp known to be issued by this node (from its store), so that a
 * restart on a clock that was set back goes on after it.
 */
export function createClock(node: string, nowMs: () => number, lastStamp?: string): HybridClock {
  let state: ClockState = (lastStamp === undefined ? undefined : parseStamp(lastStamp)) ?? initialClock
  return {
    now() {
      state = advanceClock(state, nowMs())
      return formatStamp(state, node)
    },
    observe(stamp) {
      const remote = parseStamp(stamp)
      if (remote !== undefined) state = mergeClock(state, remote, nowMs())
    },
  }
}
