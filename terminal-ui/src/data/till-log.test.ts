import { expect, test } from 'vitest'
import { memoryDatabases } from '../testing/memory-databases.ts'
import { TillLog } from './till-log.ts'

test('the log is bounded, newest first, and goes on after a reload', async () => {
  const databases = memoryDatabases()
  const open = () => databases.named('sync-log')
  const log = new TillLog(open)
  for (let failures = 1; failures <= 520; failures += 1) await log.note({ kind: 'recovered', failures })
  const reloaded = new TillLog(open)
  await reloaded.note({ kind: 'exported', documents: 3 })
  const entries = await reloaded.entries()
  expect([entries.length, entries[0]?.number, entries[0]?.kind, entries.at(-1)?.number]).toEqual([
    500,
    521,
    'exported',
    22,
  ])
})
