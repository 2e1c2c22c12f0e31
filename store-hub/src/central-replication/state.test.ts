import { describe, expect, it } from 'vitest'
import { backOffMs, largestBatch, longestDelayMs, nextPhase, type LinkEvent, type LinkPhase } from './state.ts'

const phases: { readonly [Name in LinkPhase['name']]: LinkPhase & { name: Name } } = {
  idle: { name: 'idle', batchSize: 100 },
  queued: { name: 'queued', failures: 2, batchSize: 100 },
  running: { name: 'running', failures: 2, batchSize: 100, wokenAgain: false },
  waiting: { name: 'waiting', failures: 2, batchSize: 100, delayMs: 1000, cause: 'line' },
  'needs-authorisation': { name: 'needs-authorisation', failures: 2, batchSize: 100, delayMs: 1000 },
  fenced: { name: 'fenced', batchSize: 100 },
  stopped: { name: 'stopped', batchSize: 100 },
}
const events: { readonly [Type in LinkEvent['type']]: LinkEvent & { type: Type } } = {
  wake: { type: 'wake' },
  started: { type: 'started' },
  'batch-done': { type: 'batch-done' },
  'too-large': { type: 'too-large' },
  yielded: { type: 'yielded' },
  succeeded: { type: 'succeeded' },
  failed: { type: 'failed', cause: 'central', random: 1 },
  unauthorised: { type: 'unauthorised', random: 1 },
  authorised: { type: 'authorised' },
  timer: { type: 'timer' },
  reconnected: { type: 'reconnected' },
  restarted: { type: 'restarted' },
  fenced: { type: 'fenced' },
  unfenced: { type: 'unfenced' },
  stop: { type: 'stop' },
}
const freshlyQueued: LinkPhase = { name: 'queued', failures: 0, batchSize: 100 }
const queuedAgain: LinkPhase = { name: 'queued', failures: 2, batchSize: 100 }

/** What changes a phase. The outer record names every phase and the inner one every event, so none can be forgotten. */
type Change = LinkPhase | 'stays'
const table: Record<LinkPhase['name'], Record<LinkEvent['type'], Change>> = {
  idle: {
    wake: freshlyQueued,
    started: 'stays',
    'batch-done': 'stays',
    'too-large': 'stays',
    yielded: 'stays',
    succeeded: 'stays',
    failed: 'stays',
    unauthorised: 'stays',
    authorised: 'stays',
    timer: 'stays',
    reconnected: freshlyQueued,
    restarted: freshlyQueued,
    fenced: phases.fenced,
    unfenced: 'stays',
    stop: phases.stopped,
  },
  queued: {
    wake: 'stays',
    started: phases.running,
    'batch-done': 'stays',
    'too-large': 'stays',
    yielded: 'stays',
    succeeded: 'stays',
    failed: 'stays',
    unauthorised: 'stays',
    authorised: 'stays',
    timer: 'stays',
    reconnected: 'stays',
    restarted: freshlyQueued,
    fenced: phases.fenced,
    unfenced: 'stays',
    stop: phases.stopped,
  },
  running: {
    wake: { ...phases.running, wokenAgain: true },
    started: 'stays',
    'batch-done': { ...phases.running, failures: 0, batchSize: 120 },
    'too-large': { ...phases.running, batchSize: 50 },
    yielded: freshlyQueued,
    succeeded: phases.idle,
    failed: { name: 'waiting', failures: 3, batchSize: 100, delayMs: 4000, cause: 'central' },
    unauthorised: { name: 'needs-authorisation', failures: 3, batchSize: 100, delayMs: 4000 },
    authorised: 'stays',
    timer: 'stays',
    reconnected: { ...phases.running, wokenAgain: true },
    restarted: freshlyQueued,
    fenced: phases.fenced,
    unfenced: 'stays',
    stop: phases.stopped,
  },
  waiting: {
    wake: 'stays',
    started: 'stays',
    'batch-done': 'stays',
    'too-large': 'stays',
    yielded: 'stays',
    succeeded: 'stays',
    failed: 'stays',
    unauthorised: 'stays',
    authorised: 'stays',
    timer: queuedAgain,
    reconnected: queuedAgain,
    restarted: freshlyQueued,
    fenced: phases.fenced,
    unfenced: 'stays',
    stop: phases.stopped,
  },
  'needs-authorisation': {
    wake: 'stays',
    started: 'stays',
    'batch-done': 'stays',
    'too-large': 'stays',
    yielded: 'stays',
    succeeded: 'stays',
    failed: 'stays',
    unauthorised: 'stays',
    authorised: freshlyQueued,
    timer: queuedAgain,
    reconnected: 'stays',
    restarted: 'stays',
    fenced: phases.fenced,
    unfenced: 'stays',
    stop: phases.stopped,
  },
  fenced: {
    wake: 'stays',
    started: 'stays',
    'batch-done': 'stays',
    'too-large': 'stays',
    yielded: 'stays',
    succeeded: 'stays',
    failed: 'stays',
    unauthorised: 'stays',
    authorised: 'stays',
    timer: 'stays',
    reconnected: 'stays',
    restarted: 'stays',
    fenced: 'stays',
    unfenced: freshlyQueued,
    stop: phases.stopped,
  },
  stopped: {
    wake: 'stays',
    started: 'stays',
    'batch-done': 'stays',
    'too-large': 'stays',
    yielded: 'stays',
    succeeded: 'stays',
    failed: 'stays',
    unauthorised: 'stays',
    authorised: 'stays',
    timer: 'stays',
    reconnected: 'stays',
    restarted: 'stays',
    fenced: 'stays',
    unfenced: 'stays',
    stop: 'stays',
  },
}

describe('the state of one way of one database', () => {
  it.each(Object.values(phases).flatMap((phase) => Object.values(events).map((event) => [phase, event] as const)))(
    'goes from $name on $type where the table says',
    (phase, event) => {
      const change = table[phase.name][event.type]
      const next = nextPhase(phase, event)
      if (change === 'stays') expect(next).toBe(phase)
      else expect(next).toEqual(change)
    },
  )

  it('runs once more after a wake during a run, also when that run fails', () => {
    const woken = nextPhase(phases.running, events.wake)
    expect(nextPhase(woken, events.succeeded)).toEqual(freshlyQueued)
    expect(nextPhase(woken, events.failed).name).toBe('waiting')
  })

  it('waits as long as central asked for, whatever the line does', () => {
    const told = nextPhase(phases.running, { type: 'failed', cause: 'central', retryAfterMs: 90_000, random: 0 })
    expect(told).toMatchObject({ name: 'waiting', delayMs: 90_000 })
    expect(nextPhase(told, events.reconnected)).toBe(told)
    expect(nextPhase(told, events.wake)).toBe(told)
  })

  it('does not take a line that came back for a central that works again', () => {
    const failed = nextPhase(phases.running, events.failed)
    expect(nextPhase(failed, events.reconnected)).toBe(failed)
  })

  it('sends smaller batches over a line that gave no answer, down to one change and up again', () => {
    const cut: LinkEvent = { type: 'failed', cause: 'line', random: 0 }
    expect(nextPhase(phases.running, cut).batchSize).toBe(50)
    let phase: LinkPhase = phases.running
    for (let times = 0; times < 10; times += 1) phase = nextPhase(phase, events['too-large'])
    expect(phase.batchSize).toBe(1)
    for (let times = 0; times < 50; times += 1) phase = nextPhase(phase, events['batch-done'])
    expect(phase.batchSize).toBe(largestBatch)
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
