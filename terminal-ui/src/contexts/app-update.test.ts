import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppUpdate, beforeSwitchEvent, type UpdateHost } from './app-update.ts'

const told: unknown[] = []
let page: EventTarget & { location: { reload: () => void } }
let reloads = 0

beforeEach(() => {
  vi.useFakeTimers()
  told.length = 0
  reloads = 0
  page = Object.assign(new EventTarget(), { location: { reload: () => void (reloads += 1) } })
  vi.stubGlobal('window', page)
  vi.stubGlobal('navigator', { serviceWorker: Object.assign(new EventTarget(), { controller: {} }) })
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const host: UpdateHost = {
  isIdle: () => true,
  isRecording: () => false,
  holdsTill: () => true,
  changed: () => undefined,
}

/** A version waits, and its worker never takes over. */
function startWithStubbornWorker(): AppUpdate {
  const waiting = { postMessage: (message: unknown) => told.push(message) }
  const registration = Object.assign(new EventTarget(), { installing: null, waiting, update: () => Promise.resolve() })
  const update = new AppUpdate(host)
  update.watch(registration as unknown as ServiceWorkerRegistration)
  return update
}

test('a page does not reload by itself for a worker that stayed behind at its start; the cashier may have it do so', () => {
  const update = startWithStubbornWorker()
  expect(told).toEqual(['SKIP_WAITING'])
  vi.advanceTimersByTime(10 * 60_000)
  expect([update.state, reloads, told.length]).toEqual(['waiting', 0, 1])
  update.apply()
  vi.advanceTimersByTime(5000)
  expect(reloads).toBe(1)
})

test('a reload for a worker that stays behind waits for what is being typed', () => {
  const update = startWithStubbornWorker()
  vi.advanceTimersByTime(5000)
  const keep = (event: Event): void => event.preventDefault()
  page.addEventListener(beforeSwitchEvent, keep)
  update.apply()
  vi.advanceTimersByTime(60_000)
  expect(reloads).toBe(0)
  page.removeEventListener(beforeSwitchEvent, keep)
  vi.advanceTimersByTime(5000)
  expect(reloads).toBe(1)
})
