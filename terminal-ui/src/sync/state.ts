/**
 * When to synchronise: a pure state machine. The runner (`sync-manager.ts`) does the work and feeds events in.
 *
 *     stopped ──start──► idle ──wake/timer──► running ──succeeded──► idle
 *                          ▲                   │  ▲  └─failed──► waiting ──timer, or a wake that brings news──► running
 *                          └───────────────────┘  └── woken during the run: once more
 *     locked-out: the hub no longer knows this till. It is asked now and then: one that was set up anew learns of its tills from head office
 *
 * 1. At most one run at a time.
 * 2. A wake during a run is not lost: the run is followed by another.
 * 3. A failure is followed by a wait that grows from 1 s to 30 s and never ends in giving up.
 */

export type WakeCause = 'local-write' | 'hub' | 'online' | 'service-worker' | 'person'

export type FailureKind = 'unreachable' | 'failed' | 'unauthorized'

export type SyncState =
  | { readonly phase: 'stopped' }
  | { readonly phase: 'idle' }
  | { readonly phase: 'running'; readonly again: boolean; readonly failures: number }
  | { readonly phase: 'waiting'; readonly after: FailureKind; readonly failures: number; readonly delayMs: number }
  | { readonly phase: 'locked-out' }

export type SyncEvent =
  | { readonly type: 'start' }
  | { readonly type: 'stop' }
  | { readonly type: 'wake'; readonly cause: WakeCause }
  | { readonly type: 'timer' }
  | { readonly type: 'succeeded' }
  /** `random` is in [0, 1), given from outside so that the machine stays pure. */
  | { readonly type: 'failed'; readonly kind: FailureKind; readonly random: number }

/** How often a till looks of its own accord, and the longest wait after a failure. */
export const lookEveryMs = 30_000
export const maxBackoffMs = 30_000
/** How often a hub that does not know this till is asked again. */
export const lockedOutLookMs = 60_000
const firstBackoffMs = 1_000

type Phase = SyncState['phase']
type StateOf<P extends Phase> = Extract<SyncState, { phase: P }>
type EventOf<T extends SyncEvent['type']> = Extract<SyncEvent, { type: T }>
type Transitions = {
  readonly [P in Phase]: {
    readonly [T in SyncEvent['type']]: (state: StateOf<P>, event: EventOf<T>) => SyncState
  }
}

const stay = (state: SyncState): SyncState => state
const stop = (): SyncState => ({ phase: 'stopped' })
const run = (failures: number) => (): SyncState => ({ phase: 'running', again: false, failures })

/**
 * News from outside ends a wait. A sale does so only while the hub answers, so that a catalogue in trouble doesn't hold it up; for a
 * hub that is away it would only count failures.
 */
function endsWait(state: StateOf<'waiting'>, cause: WakeCause): boolean {
  return cause !== 'local-write' || state.after !== 'unreachable'
}

/** One entry for each event in each phase: a missing one does not compile. */
const transitions: Transitions = {
  stopped: { start: run(0), stop: stay, wake: stay, timer: stay, succeeded: stay, failed: stay },
  idle: { start: run(0), stop, wake: run(0), timer: run(0), succeeded: stay, failed: stay },
  running: {
    start: (state) => ({ ...state, again: true }),
    stop,
    wake: (state) => ({ ...state, again: true }),
    timer: stay,
    succeeded: (state) => (state.again ? run(0)() : { phase: 'idle' }),
    failed: (state, event) =>
      event.kind === 'unauthorized'
        ? { phase: 'locked-out' }
        : {
            phase: 'waiting',
            after: event.kind,
            failures: state.failures + 1,
            delayMs: backoffMs(state.failures + 1, event.random),
          },
  },
  waiting: {
    start: (state) => run(state.failures)(),
    stop,
    wake: (state, event) => (endsWait(state, event.cause) ? run(state.failures)() : state),
    timer: (state) => run(state.failures)(),
    succeeded: stay,
    failed: stay,
  },
  'locked-out': {
    start: run(0),
    stop,
    // More receipts change nothing about it.
    wake: (state, event) => (event.cause === 'local-write' ? state : run(0)()),
    timer: run(0),
    succeeded: stay,
    failed: stay,
  },
}

export function nextState(state: SyncState, event: SyncEvent): SyncState {
  // The table pairs each phase with its own state type; the compiler can't follow that through an index.
  const transition = transitions[state.phase][event.type] as (state: SyncState, event: SyncEvent) => SyncState
  return transition(state, event)
}

/** Exponential from 1 s to 30 s, of which the upper half is random, so that the tills of a store don't come back as one. */
export function backoffMs(failures: number, random: number): number {
  const ceiling = Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(failures - 1, 10))
  return Math.round(ceiling / 2 + (ceiling / 2) * random)
}

/** When the runner's timer must fire in a state; undefined for never. */
export function timerMs(state: SyncState): number | undefined {
  if (state.phase === 'idle') return lookEveryMs
  if (state.phase === 'locked-out') return lockedOutLookMs
  return state.phase === 'waiting' ? state.delayMs : undefined
}
