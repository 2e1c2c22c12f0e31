import { describe, expect, test } from 'vitest'
import { backoffMs, maxBackoffMs, nextState, timerMs, type SyncEvent, type SyncState } from './state.ts'

const states = {
  stopped: { phase: 'stopped' },
  idle: { phase: 'idle' },
  running: { phase: 'running', again: false, failures: 2 },
  'running, woken': { phase: 'running', again: true, failures: 2 },
  'waiting for a hub that is away': { phase: 'waiting', after: 'unreachable', failures: 3, delayMs: 4000 },
  'waiting after an error': { phase: 'waiting', after: 'failed', failures: 3, delayMs: 4000 },
  'locked-out': { phase: 'locked-out' },
} as const satisfies Record<string, SyncState>

const events = {
  start: { type: 'start' },
  stop: { type: 'stop' },
  'local write': { type: 'wake', cause: 'local-write' },
  'hub frame': { type: 'wake', cause: 'hub' },
  person: { type: 'wake', cause: 'person' },
  timer: { type: 'timer' },
  succeeded: { type: 'succeeded' },
  unreachable: { type: 'failed', kind: 'unreachable', random: 1 },
  unauthorized: { type: 'failed', kind: 'unauthorized', random: 1 },
} as const satisfies Record<string, SyncEvent>

type StateName = keyof typeof states
type EventName = keyof typeof events

/** The phase after each event in each state, in the order of `events`. A missing state does not compile. */
const expected: Record<StateName, Record<EventName, SyncState['phase']>> = {
  stopped: row('running stopped stopped stopped stopped stopped stopped stopped stopped'),
  idle: row('running stopped running running running running idle idle idle'),
  running: row('running stopped running running running running idle waiting locked-out'),
  'running, woken': row('running stopped running running running running running waiting locked-out'),
  'waiting for a hub that is away': row('running stopped waiting running running running waiting waiting waiting'),
  'waiting after an error': row('running stopped running running running running waiting waiting waiting'),
  'locked-out': row('running stopped locked-out running running running locked-out locked-out locked-out'),
}

function row(phases: string): Record<EventName, SyncState['phase']> {
  const names = Object.keys(events)
  const cells = phases.split(' ').map((phase, index) => [names[index], phase])
  return Object.fromEntries(cells) as Record<EventName, SyncState['phase']>
}

describe('the sync state machine', () => {
  test.each(Object.keys(states) as StateName[])('%s goes where the table says', (name) => {
    const reached = Object.fromEntries(
      Object.entries(events).map(([event, value]) => [event, nextState(states[name], value).phase]),
    )
    expect(reached).toEqual(expected[name])
  })

  test('a wake during a run is followed by another run', () => {
    const woken = nextState(states.running, events['local write'])
    expect(nextState(woken, events.succeeded)).toEqual({ phase: 'running', again: false, failures: 0 })
  })

  test('waits double from one second to thirty and never end in giving up', () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 1000].map((failures) => backoffMs(failures, 1))
    expect(ceilings).toEqual([1000, 2000, 4000, 8000, 16_000, maxBackoffMs, maxBackoffMs, maxBackoffMs])
    expect(backoffMs(1, 0)).toBe(500)
    const waiting = nextState({ phase: 'running', again: false, failures: 99 }, events.unreachable)
    expect(timerMs(waiting)).toBe(maxBackoffMs)
  })

  test('success forgets earlier failures', () => {
    const idle = nextState(states.running, events.succeeded)
    expect(nextState(idle, events.timer)).toEqual({ phase: 'running', again: false, failures: 0 })
  })
})
