import { describe, expect, it } from 'vitest'
import { backOffMs, longestDelayMs, nextPhase, type LinkEvent, type LinkPhase } from './state.ts'

const phases: { readonly [Name in LinkPhase['name']]: LinkPhase & { name: Name } } = {
  idle: { name: 'idle' },
  queued: { name: 'queued', failures: 2 },
  running: { name: 'running', failures: 2, wokenAgain: false },
  waiting: { name: 'waiting', failures: 2, delayMs: 1000 },
  stopped: { name: 'stopped' },
}
const events: { readonly [Type in LinkEvent['type']]: LinkEvent & { type: Type } } = {
  wake: { type: 'wake' },
  started: { type: 'started' },
  succeeded: { type: 'succeeded' },
  failed: { type: 'failed', random: 1 },
  timer: { type: 'timer' },
  reconnected: { type: 'reconnected' },
  stop: { type: 'stop' },
}

/** Where each event leads from each phase. A phase or event that is missing here does not compile. */
const table: Record<LinkPhase['name'], Record<LinkEvent['type'], LinkPhase>> = {
  idle: {
    wake: { name: 'queued', failures: 0 },
    started: phases.idle,
    succeeded: phases.idle,
    failed: phases.idle,
    timer: phases.idle,
    reconnected: { name: 'queued', failures: 0 },
    stop: phases.stopped,
  },
  queued: {
    wake: phases.queued,
    started: { name: 'running', failures: 2, wokenAgain: false },
    succeeded: phases.queued,
    failed: phases.queued,
    timer: phases.queued,
    reconnected: phases.queued,
    stop: phases.stopped,
  },
  running: {
    wake: { name: 'running', failures: 2, wokenAgain: true },
    started: phases.running,
    succeeded: phases.idle,
    failed: { name: 'waiting', failures: 3, delayMs: 4000 },
    timer: phases.running,
    reconnected: { name: 'running', failures: 2, wokenAgain: true },
    stop: phases.stopped,
  },
  waiting: {
    wake: phases.waiting,
    started: phases.waiting,
    succeeded: phases.waiting,
    failed: phases.waiting,
    timer: { name: 'queued', failures: 2 },
    reconnected: { name: 'queued', failures: 2 },
    stop: phases.stopped,
  },
  stopped: {
    wake: phases.stopped,
    started: phases.stopped,
    succeeded: phases.stopped,
    failed: phases.stopped,
    timer: phases.stopped,
    reconnected: phases.stopped,
    stop: phases.stopped,
  },
}

describe('the state of one way of one database', () => {
  for (const phase of Object.values(phases)) {
    for (const event of Object.values(events)) {
      it(`goes from ${phase.name} on ${event.type} to ${table[phase.name][event.type].name}`, () => {
        expect(nextPhase(phase, event)).toEqual(table[phase.name][event.type])
      })
    }
  }

  it('runs once more after a wake during a run, also when that run fails', () => {
    const woken = nextPhase(phases.running, events.wake)
    expect(nextPhase(woken, events.succeeded)).toEqual({ name: 'queued', failures: 0 })
    expect(nextPhase(woken, events.failed).name).toBe('waiting')
  })

  it('waits longer after each failure, never longer than 30 s, and never all stores at the same moment', () => {
    expect([1, 2, 3, 4, 5, 6, 1000].map((failures) => backOffMs(failures, 1))).toEqual([
      1000,
      2000,
      4000,
      8000,
      16_000,
      longestDelayMs,
      longestDelayMs,
    ])
    expect(backOffMs(6, 0)).toBe(longestDelayMs / 2)
  })
})
