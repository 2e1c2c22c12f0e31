import { expect, test } from 'vitest'
import { runKillRounds } from './testing/kill-rounds.ts'

test('ten processes that are killed while they write lose nothing that they acknowledged', async () => {
  const result = await runKillRounds({ rounds: 10, maxRoundMs: 150 })
  expect(result.losses).toEqual([])
  expect(result.acknowledged).toBeGreaterThan(100)
})
