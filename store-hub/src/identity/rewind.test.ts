import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openStore, type Store } from '../store/index.ts'
import { eventually } from '../testing/index.ts'
import { createRewindGuard, type RewindGuard } from './rewind.ts'

let directory: string
let store: Store
let nowMs = 0
let guard: RewindGuard
let epochs: string[]

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'rewind-'))
  store = await openStore({ directory })
  await store.create('inventory')
  nowMs = 10_000
  epochs = []
  store.onEpochChange(({ uuid }) => epochs.push(uuid))
  guard = createRewindGuard({ store, logger: pino({ level: 'silent' }), nowMs: () => nowMs })
})
afterEach(async () => {
  await store.close()
  await rm(directory, { recursive: true, force: true })
})

it('begins one epoch for what many see at once', async () => {
  const evidence = { source: 'central' as const, epoch: store.uuid, reason: 'a test' }
  expect(await Promise.all([1, 2, 3].map(() => guard.notice(evidence)))).toEqual([true, false, false])
  expect(epochs).toEqual([store.uuid])
  expect(store.epoch.reason).toBe('a test')
})

it('believes a terminal only where the database is really behind, and never lets it rotate again and again', async () => {
  const ahead = { database: 'inventory', since: 7, who: 's001-t01-1' }
  guard.sinceAhead({ ...ahead, since: 0 })
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    guard.sinceAhead(ahead)
    await guard.notice({ source: 'central', epoch: 'another', reason: 'old news' })
    nowMs += 60_000
  }
  await eventually('it is settled', async () => epochs.length > 0)
  expect(epochs).toHaveLength(3)
  expect(store.epoch.reason).toContain('s001-t01-1 remembers sequence 7 of inventory')
})
