import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalHash, documentHash } from './canonical-hash.ts'
import { findChainFaults, genesisHash, hasValidHash, sealEntry } from './chain.ts'
import { journalId, parseJournalId, receiptNumberOf } from './journal-id.ts'
import { parseReceiptCode, receiptCodeOf } from './receipt-code.ts'

function series(length: number) {
  const entries: ReturnType<typeof entry>[] = []
  for (let number = 1; number <= length; number++) entries.push(entry(number, entries.at(-1)?.hash ?? genesisHash))
  return entries
}

function entry(number: number, previousHash: string) {
  return sealEntry({ _id: journalId('s001-t03-2', number), number, amountMinor: number * 100 }, previousHash)
}

const lengths = fc.integer({ min: 3, max: 20 })

test('a whole series has no faults, in whatever order it arrives', () => {
  const shuffled = lengths.chain((length) => fc.shuffledSubarray(series(length), { minLength: length }))
  fc.assert(
    fc.property(shuffled, (entries) => {
      expect(findChainFaults(entries, hasValidHash)).toEqual([])
    }),
  )
})

test('a missing, changed or doubled entry, and a broken link, is found at its number', () => {
  fc.assert(
    fc.property(lengths, fc.nat(), (length, pick) => {
      const entries = series(length)
      const index = pick % (length - 1)
      const number = index + 1
      const found = (changed: typeof entries) => findChainFaults(changed, hasValidHash)
      const target = entries[index]
      if (target === undefined) throw new Error('index lies in the series')

      expect(found(entries.toSpliced(index, 1))).toContainEqual({ kind: 'gap', after: number - 1, next: number + 1 })
      expect(found(entries.with(index, { ...target, amountMinor: 1 }))).toContainEqual({
        kind: 'hash-mismatch',
        number,
      })
      expect(found([...entries, sealEntry({ ...target, amountMinor: 1 }, target.previousHash)])).toContainEqual({
        kind: 'fork',
        number,
      })
      const rewritten = entries.with(index, sealEntry({ _id: target._id, number, amountMinor: 1 }, target.previousHash))
      expect(found(rewritten)).toContainEqual({ kind: 'broken-link', number: number + 1 })
    }),
  )
})

test('the hash does not depend on key order or replication fields, and does on everything else', () => {
  const document = { _id: 'journal:s001-t03-2:000000001', b: 1, a: { d: [1, 'ä'], c: null } }
  const hash = documentHash(document)
  expect(documentHash({ a: { c: null, d: [1, 'ä'] }, _id: document._id, b: 1 })).toBe(hash)
  expect(documentHash({ ...document, _rev: '1-abc', _revisions: {}, hash, signature: 'x' })).toBe(hash)
  expect(documentHash({ ...document, b: 2 })).not.toBe(hash)
  expect(documentHash({ ...document, _id: 'other' })).not.toBe(hash)
  // RFC 8785, section 3.2.3: keys are sorted by UTF-16 code units.
  expect(canonicalHash({ '\u20ac': 1, '\r': 2, '1': 3 })).toBe(canonicalHash({ '1': 3, '\r': 2, '\u20ac': 1 }))
})

test('the number is part of the id, and what is no journal id is refused', () => {
  expect(journalId('s001-t03-2', 17)).toBe('journal:s001-t03-2:000000017')
  expect(parseJournalId('journal:s001-t03-2:000000017')).toEqual({
    incarnation: 's001-t03-2',
    storeId: 's001',
    number: 17,
  })
  expect(receiptNumberOf('s001-t03-2', 17)).toBe('S001-T03-2-000017')
  expect(() => journalId('s001-t03-2', 0)).toThrow(RangeError)
  for (const id of ['journal:s001-t03-2:17', 'journal:s001-t03:000000017', 'journal:s001-t03-2:000000000']) {
    expect(parseJournalId(id)).toBeUndefined()
  }
})

test('a receipt’s code carries its number and hash, and a scanner that shifts case does no harm', () => {
  const sealed = { ...entry(17, genesisHash), incarnation: 's001-t03-2' }
  const code = receiptCodeOf(sealed)
  expect(parseReceiptCode(code)).toEqual({ number: 'S001-T03-2-000017', hash: sealed.hash })
  expect(parseReceiptCode(code.toLowerCase())).toEqual(parseReceiptCode(code))
  expect(parseReceiptCode('4006381333931')).toBeUndefined()
})
