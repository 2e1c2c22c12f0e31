import { expect, test } from 'vitest'
import { classStateOf, indicatorOf, type UnsentItem } from './sync-status.ts'

const calm = {
  online: true,
  loading: null,
  lockedOut: false,
  unsent: [],
  counting: false,
  openConflicts: 0,
  classes: [],
}
const pending: UnsentItem = {
  documentId: 'journal:s001-t01-1:000000001',
  database: 'sales-2026-11',
  entityClass: 'sales',
  state: 'pending',
  retries: 0,
  refused: false,
  lastError: null,
}
const failed: UnsentItem = { ...pending, state: 'failed', retries: 5 }

test.each([
  ['synced', {}],
  ['syncing', { unsent: [pending] }],
  ['syncing', { counting: true }],
  ['syncing', { loading: { documents: 500, total: 5000 } }],
  ['conflict', { openConflicts: 1 }],
  ['failed', { unsent: [failed] }],
  ['failed', { lockedOut: true, online: false }],
  ['offline', { online: false, unsent: [failed], openConflicts: 1 }],
] as const)('shows %s for %j', (indicator, status) => {
  expect(indicatorOf({ ...calm, ...status })).toBe(indicator)
})

test('a class is not synced while something in it waits', () => {
  expect(classStateOf('synced', [])).toBe('synced')
  expect(classStateOf('synced', [pending])).toBe('waiting')
  expect(classStateOf('synced', [failed])).toBe('failed')
})
