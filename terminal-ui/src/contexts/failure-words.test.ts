import { expect, test } from 'vitest'
import { JournalError } from '../data/errors.ts'
import { failureWords } from './failure-words.ts'

test('a full disk is called by its name however the browser, PouchDB or the journal wraps it; anything else says its own', () => {
  const plain = 'there is no room left on this device'
  // As pouchdb-adapter-idb reports an aborted transaction.
  const aborted = { status: 500, name: 'indexed_db_went_bad', message: 'abort', reason: 'QuotaExceededError' }
  expect(failureWords(aborted)).toBe(plain)
  expect(failureWords(new DOMException('full', 'QuotaExceededError'))).toBe(plain)
  expect(failureWords(new JournalError('no-room', 'not stored', { cause: aborted }))).toBe(plain)
  expect(failureWords(new Error('the lines do not add up'))).toBe('the lines do not add up')
})
