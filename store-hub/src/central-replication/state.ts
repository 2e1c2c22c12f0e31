// One way of one database to or from central, as a pure state machine. The runner does what it says.
//
//                wake               started              succeeded
//       idle ─────────► queued ───────────────► running ───────────► idle (queued when woken meanwhile)
//                          ▲                     │  │ ▲
//                          │◄──────yielded───────┘  │ └─ batch-done (grows), too-large (halves)
//                          │                        │
//                          ├◄── timer, reconnected ─┤ failed        ► waiting
//                          ├◄── timer, authorised ──┤ unauthorised  ► needs-authorisation
//                          └◄── unfenced ───────────┘ fenced        ► fenced          stop ► stopped
//
// 1. A wake is never lost: one that comes during a run makes another run.
// 2. A wake does not shorten a wait: a busy till can't hammer a central that is down. A line that came back does, when
//    the line was the cause; nothing shortens what central asked for by Retry-After.
// 3. A batch that got through sets failures to 0: only what makes no progress waits longer each time.
// 4. Credentials that are refused are no sign of a line or a central that is down.
// 5. A fenced way does nothing until the lease is held again. Stopped is final.

/** Why a way waits: no answer from central; an answer that was a failure; central named a time. */
export type WaitCause = 'line' | 'central' | 'told'

interface Sized {
  /** changes in one batch */
  readonly batchSize: number
}

export type LinkPhase =
  | ({ readonly name: 'idle' } & Sized)
  | ({ readonly name: 'queued'; readonly failures: number } & Sized)
  | ({ readonly name: 'running'; readonly failures: number; readonly wokenAgain: boolean } & Sized)
  | ({
      readonly name: 'waiting'
      readonly failures: number
      readonly delayMs: number
      readonly cause: WaitCause
    } & Sized)
  | ({ readonly name: 'needs-authorisation'; readonly failures: number; readonly delayMs: number } & Sized)
  | ({ readonly name: 'fenced' } & Sized)
  | ({ readonly name: 'stopped' } & Sized)

export type LinkEvent =
  /** Something may be there to replicate. */
  | { readonly type: 'wake' }
  /** Its turn has come. */
  | { readonly type: 'started' }
  /** A batch is on the other side, and more may follow. */
  | { readonly type: 'batch-done' }
  /** A batch was larger than the other side takes; it was sent in parts. */
  | { readonly type: 'too-large' }
  /** A more urgent way needs the place; the rest follows later. */
  | { readonly type: 'yielded' }
  | { readonly type: 'succeeded' }
  /** `random` is 0 to 1, for the jitter. `retryAfterMs` is what central asked for. */
  | {
      readonly type: 'failed'
      readonly cause: 'line' | 'central'
      readonly retryAfterMs?: number | undefined
      readonly random: number
    }
  /** Central refuses the credentials. */
  | { readonly type: 'unauthorised'; readonly random: number }
  /** There are other credentials now. */
  | { readonly type: 'authorised' }
  /** The wait is over. */
  | { readonly type: 'timer' }
  /** Central answers again. */
  | { readonly type: 'reconnected' }
  /** The store has another epoch: what was under way is void, and everything is compared anew. */
  | { readonly type: 'restarted' }
  /** Another hub holds the lease of this store. */
  | { readonly type: 'fenced' }
  | { readonly type: 'unfenced' }
  | { readonly type: 'stop' }

type PhaseName = LinkPhase['name']
type EventType = LinkEvent['type']
type PhaseOf<Name extends PhaseName> = Extract<LinkPhase, { name: Name }>
type EventOf<Type extends EventType> = Extract<LinkEvent, { type: Type }>

const firstDelayMs = 1000
export const longestDelayMs = 30_000
export const largestBatch = 500
const firstBatch = 200
/** A batch grows by so much for each that got through. */
const batchGrowth = 20

export const initialPhase: LinkPhase = { name: 'queued', failures: 0, batchSize: firstBatch }

/** Full delay doubles from 1 s to 30 s; half of it is jitter, so that stores don't return in step. */
export function backOffMs(failures: number, random: number): number {
  const fullMs = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 10))
  return Math.round(fullMs * (0.5 + random / 2))
}

const stay = (phase: LinkPhase): LinkPhase => phase
const toQueued = (phase: LinkPhase): LinkPhase => ({
  name: 'queued',
  failures: failuresOf(phase),
  batchSize: phase.batchSize,
})
const toFreshlyQueued = ({ batchSize }: LinkPhase): LinkPhase => ({ name: 'queued', failures: 0, batchSize })
const toFenced = ({ batchSize }: LinkPhase): LinkPhase => ({ name: 'fenced', batchSize })
const toStopped = ({ batchSize }: LinkPhase): LinkPhase => ({ name: 'stopped', batchSize })
const wakeAgain = (phase: PhaseOf<'running'>): LinkPhase => (phase.wokenAgain ? phase : { ...phase, wokenAgain: true })

function afterFailure(phase: PhaseOf<'running'>, event: EventOf<'failed'>): LinkPhase {
  const failures = phase.failures + 1
  // A batch that no answer came to may have been too much for the line.
  const batchSize = event.cause === 'line' ? halved(phase.batchSize) : phase.batchSize
  const { retryAfterMs } = event
  return retryAfterMs === undefined
    ? { name: 'waiting', failures, batchSize, cause: event.cause, delayMs: backOffMs(failures, event.random) }
    : { name: 'waiting', failures, batchSize, cause: 'told', delayMs: retryAfterMs }
}

function halved(batchSize: number): number {
  return Math.max(1, Math.floor(batchSize / 2))
}

/** Where each event leads from each phase. A case that is missing does not compile. */
type Transitions = {
  readonly [Name in PhaseName]: {
    readonly [Type in EventType]: (phase: PhaseOf<Name>, event: EventOf<Type>) => LinkPhase
  }
}

const transitions: Transitions = {
  idle: {
    wake: toFreshlyQueued,
    started: stay,
    'batch-done': stay,
    'too-large': stay,
    yielded: stay,
    succeeded: stay,
    failed: stay,
    unauthorised: stay,
    authorised: stay,
    timer: stay,
    reconnected: toFreshlyQueued,
    restarted: toFreshlyQueued,
    fenced: toFenced,
    unfenced: stay,
    stop: toStopped,
  },
  queued: {
    wake: stay,
    started: ({ failures, batchSize }) => ({ name: 'running', failures, batchSize, wokenAgain: false }),
    'batch-done': stay,
    'too-large': stay,
    yielded: stay,
    succeeded: stay,
    failed: stay,
    unauthorised: stay,
    authorised: stay,
    timer: stay,
    reconnected: stay,
    restarted: toFreshlyQueued,
    fenced: toFenced,
    unfenced: stay,
    stop: toStopped,
  },
  running: {
    wake: wakeAgain,
    started: stay,
    'batch-done': (phase) => ({
      ...phase,
      failures: 0,
      batchSize: Math.min(largestBatch, phase.batchSize + batchGrowth),
    }),
    'too-large': (phase) => ({ ...phase, batchSize: halved(phase.batchSize) }),
    yielded: toFreshlyQueued,
    succeeded: (phase) => (phase.wokenAgain ? toFreshlyQueued(phase) : { name: 'idle', batchSize: phase.batchSize }),
    failed: afterFailure,
    unauthorised: ({ failures, batchSize }, { random }) => ({
      name: 'needs-authorisation',
      failures: failures + 1,
      batchSize,
      delayMs: backOffMs(failures + 1, random),
    }),
    authorised: stay,
    timer: stay,
    reconnected: wakeAgain,
    restarted: toFreshlyQueued,
    fenced: toFenced,
    unfenced: stay,
    stop: toStopped,
  },
  waiting: {
    wake: stay,
    started: stay,
    'batch-done': stay,
    'too-large': stay,
    yielded: stay,
    succeeded: stay,
    failed: stay,
    unauthorised: stay,
    authorised: stay,
    timer: toQueued,
    reconnected: (phase) => (phase.cause === 'line' ? toQueued(phase) : phase),
    restarted: (phase) => (phase.cause === 'told' ? phase : toFreshlyQueued(phase)),
    fenced: toFenced,
    unfenced: stay,
    stop: toStopped,
  },
  'needs-authorisation': {
    wake: stay,
    started: stay,
    'batch-done': stay,
    'too-large': stay,
    yielded: stay,
    succeeded: stay,
    failed: stay,
    unauthorised: stay,
    authorised: toFreshlyQueued,
    timer: toQueued,
    reconnected: stay,
    restarted: stay,
    fenced: toFenced,
    unfenced: stay,
    stop: toStopped,
  },
  fenced: {
    wake: stay,
    started: stay,
    'batch-done': stay,
    'too-large': stay,
    yielded: stay,
    succeeded: stay,
    failed: stay,
    unauthorised: stay,
    authorised: stay,
    timer: stay,
    reconnected: stay,
    restarted: stay,
    fenced: stay,
    unfenced: toFreshlyQueued,
    stop: toStopped,
  },
  stopped: {
    wake: stay,
    started: stay,
    'batch-done': stay,
    'too-large': stay,
    yielded: stay,
    succeeded: stay,
    failed: stay,
    unauthorised: stay,
    authorised: stay,
    timer: stay,
    reconnected: stay,
    restarted: stay,
    fenced: stay,
    unfenced: stay,
    stop: stay,
  },
}

/** The next phase; the same object when the event means nothing in this one. Pure. */
export function nextPhase(phase: LinkPhase, event: LinkEvent): LinkPhase {
  // The table pairs each name with its own phase and event; TypeScript can't follow the pair through the look-up.
  const transition = transitions[phase.name][event.type] as (phase: LinkPhase, event: LinkEvent) => LinkPhase
  return transition(phase, event)
}

export function failuresOf(phase: LinkPhase): number {
  return 'failures' in phase ? phase.failures : 0
}
