// One way of one database to or from central, as a pure state machine.
//
//               wake                 started
//      idle ───────────► queued ───────────────► running ──succeeded──► idle (queued when woken meanwhile)
//                          ▲                        │
//                          └── timer, reconnected ── waiting ◄──failed
//
// 1. A wake is never lost: one that comes during a run makes another run.
// 2. A wake does not shorten a back-off: a busy till can't hammer a central that is down. A line that came back does.
// 3. Stopped is final.

export type LinkPhase =
  | { readonly name: 'idle' }
  | { readonly name: 'queued'; readonly failures: number }
  | { readonly name: 'running'; readonly failures: number; readonly wokenAgain: boolean }
  | { readonly name: 'waiting'; readonly failures: number; readonly delayMs: number }
  | { readonly name: 'stopped' }

export type LinkEvent =
  /** Something may be there to replicate. */
  | { readonly type: 'wake' }
  /** Its turn has come. */
  | { readonly type: 'started' }
  | { readonly type: 'succeeded' }
  /** `random` is 0 to 1, for the jitter. */
  | { readonly type: 'failed'; readonly random: number }
  /** The back-off has passed. */
  | { readonly type: 'timer' }
  /** Central answers again. */
  | { readonly type: 'reconnected' }
  | { readonly type: 'stop' }

const firstDelayMs = 1000
export const longestDelayMs = 30_000

export const initialPhase: LinkPhase = { name: 'queued', failures: 0 }

/** Full delay doubles from 1 s to 30 s; half of it is jitter, so that stores don't return in step. */
export function backOffMs(failures: number, random: number): number {
  const fullMs = Math.min(longestDelayMs, firstDelayMs * 2 ** Math.min(failures - 1, 10))
  return Math.round(fullMs * (0.5 + random / 2))
}

/** The next phase; the same object when the event means nothing in this one. Pure. */
export function nextPhase(phase: LinkPhase, event: LinkEvent): LinkPhase {
  if (event.type === 'stop') return phase.name === 'stopped' ? phase : { name: 'stopped' }
  switch (phase.name) {
    case 'idle':
      return event.type === 'wake' || event.type === 'reconnected' ? { name: 'queued', failures: 0 } : phase
    case 'queued':
      return event.type === 'started' ? { name: 'running', failures: phase.failures, wokenAgain: false } : phase
    case 'running':
      return afterRunning(phase, event)
    case 'waiting':
      return event.type === 'timer' || event.type === 'reconnected'
        ? { name: 'queued', failures: phase.failures }
        : phase
    case 'stopped':
      return phase
  }
}

function afterRunning(phase: LinkPhase & { name: 'running' }, event: LinkEvent): LinkPhase {
  if (event.type === 'wake' || event.type === 'reconnected') {
    return phase.wokenAgain ? phase : { ...phase, wokenAgain: true }
  }
  if (event.type === 'succeeded') return phase.wokenAgain ? { name: 'queued', failures: 0 } : { name: 'idle' }
  if (event.type !== 'failed') return phase
  const failures = phase.failures + 1
  return { name: 'waiting', failures, delayMs: backOffMs(failures, event.random) }
}

export function failuresOf(phase: LinkPhase): number {
  return 'failures' in phase ? phase.failures : 0
}
