import { expect, test } from 'vitest'
import type { HubReport } from '@tidemark/contracts'
import { createContactWatch } from './hub-contact.ts'

const report = (at: string, _rev: string): HubReport & { readonly _rev: string } => ({
  type: 'hub-report',
  storeId: 's001',
  name: 'Harbour Street',
  epoch: 'e',
  at,
  startedAt: at,
  everySeconds: 30,
  nats: 'up',
  classes: [],
  terminals: { enrolled: 0, connected: 0 },
  refusedDocuments: 0,
  openConflicts: 0,
  _rev,
})

test('a report that came while somebody looked is dated by the clock of who looked, so a hub with a wrong clock is not silent', () => {
  let now = new Date('2026-11-22T09:00:00.000Z')
  const contactOf = createContactWatch(() => now)
  const wrong = '2026-11-22T07:00:00.000Z'
  // Nothing is known but what the report says.
  expect(contactOf(report(wrong, '1-a'))).toEqual({ lastContactAt: wrong, isSilent: true })
  now = new Date('2026-11-22T09:00:30.000Z')
  expect(contactOf(report(wrong, '2-b'))).toEqual({ lastContactAt: now.toISOString(), isSilent: false })
  const heard = now.toISOString()
  now = new Date('2026-11-22T09:02:01.000Z')
  expect(contactOf(report(wrong, '2-b'))).toEqual({ lastContactAt: heard, isSilent: true })
})
