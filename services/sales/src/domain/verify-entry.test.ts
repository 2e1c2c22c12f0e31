import { expect, test } from 'vitest'
import { documentHash } from '@tidemark/contracts'
import type { SourceDocument } from '@tidemark/service-kit'
import { sampleTill } from '@tidemark/service-kit/test-support'
import { checkJournalSource, findingsOf } from './verify-entry.ts'

const good = sampleTill('s001-t01-1').sale([{ sku: 'milk', quantity: 2 }])
type Fields = Readonly<Record<string, unknown>>

/** The entry with other fields, sealed again, as a faulty till would write it. */
function resealed(fields: Fields): Fields {
  const changed = { ...good, ...fields }
  return { ...changed, hash: documentHash(changed) }
}

function sourceOf(document: Fields, storeId = 's001'): SourceDocument {
  const database = 'sales-2026-11'
  return { storeId, database, rev: '1-a', conflicts: [], deleted: false, document, source: 'feed' }
}

const totals = { ...good.totals, netMinor: 1 }
const line = { ...good.lines[0], taxMinor: 0 }
const [payment] = good.payments

test.each([
  ['a wrong hash', { ...good, reason: 'added later' }, ['hash']],
  ['wrong totals', resealed({ totals }), ['totals']],
  ['wrong tax of a line', resealed({ lines: [line] }), ['lines', 'totals']],
  [
    'payments that are not the total',
    resealed({ payments: [{ ...payment, amountMinor: 1 }] }),
    ['payments', 'payments'],
  ],
])('an entry with %s is recorded with what is wrong with it', (_name, document, rules) => {
  expect(checkJournalSource(sourceOf(document)).ok).toBe(true)
  expect(findingsOf(sourceOf(document)).map(({ rule }) => rule)).toEqual(rules)
})

test.each([
  ['of no form', { ...good, lines: 'none' }, 's001'],
  ['of an unknown type', { ...good, type: 'gift' }, 's001'],
  ['of another store than its database', good, 's002'],
  ['under another id', resealed({ _id: 'journal:s001-t01-1:000000002' }), 's001'],
  ['of another month than its database', resealed({ businessDate: '2026-12-01' }), 's001'],
])('a document %s is no entry of the ledger', (_name, document, storeId) => {
  expect(checkJournalSource(sourceOf(document, storeId)).ok).toBe(false)
})

test('an entry that is right has nothing to be flagged, with or without replication fields', () => {
  expect(checkJournalSource(sourceOf(good)).ok).toBe(true)
  expect(findingsOf(sourceOf({ ...good, _rev: '1-a', _conflicts: [] }))).toEqual([])
})
