import { expect, test } from 'vitest'
import { storageLevel } from './storage-watch.ts'

test('storage limits are watched: a warning from 80 % on, and full when a write found no room', () => {
  const levels = [0, 79, 80, 97, 98].map((used) => storageLevel(used, 100, false))
  expect(levels).toEqual(['ok', 'ok', 'low', 'low', 'full'])
  expect([storageLevel(1, 100, true), storageLevel(0, 0, false)]).toEqual(['full', 'unknown'])
})
