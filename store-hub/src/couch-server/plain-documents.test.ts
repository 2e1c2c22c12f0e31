import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countMembers, scanPlainBatch, scanPlainDocument } from './plain-documents.ts'
import { mayHaveUnusualNumbers, toBody } from './stored-body.ts'

const limits = { depth: 5, refusedNames: ['__proto__', 'constructor', 'prototype'] }
const scan = (json: string) => scanPlainDocument(Buffer.from(json), limits)

const word = fc.constantFrom(
  'a',
  'b',
  'line',
  'prototype',
  'constructor',
  'Straße',
  '🍊',
  'tab\t',
  'q"q',
  '\u2028',
  '7',
)
const member = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(true, false, null, ''),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(word, tie('value'), { maxKeys: 4 }),
  ),
})).value
const document = fc
  .record({
    protocol: fc.record(
      {
        _id: fc.constantFrom('x', 'é:1', 'a/b'),
        _rev: fc.constant('1-abc'),
        _deleted: fc.boolean(),
        _revisions: fc.record({ start: fc.nat(), ids: fc.array(fc.constant('abc'), { maxLength: 3 }) }),
      },
      { requiredKeys: [] },
    ),
    fields: fc.dictionary(word, member, { maxKeys: 6 }),
    isLast: fc.boolean(),
  })
  .map(({ protocol, fields, isLast }) => (isLast ? { ...fields, ...protocol } : { ...protocol, ...fields }))

test('what is plain has the body, the names and the count of members that parsing finds', () => {
  let plainOnes = 0
  fc.assert(
    fc.property(document, (value) => {
      const json = JSON.stringify(value)
      const plain = scan(json)
      if (plain === undefined) return
      plainOnes += 1
      expect(JSON.parse(plain.body)).toEqual(JSON.parse(toBody(value)))
      expect(mayHaveUnusualNumbers(json)).toBe(false)
      expect(plain).toMatchObject({ start: 0, end: Buffer.byteLength(json), deleted: value['_deleted'] === true })
      expect([plain.id, plain.rev, plain.revisions]).toEqual([value['_id'], value['_rev'], value['_revisions']])
      expect(plain.members).toBe(countMembers(value))
    }),
    { numRuns: 2_000 },
  )
  expect(plainOnes).toBeGreaterThan(100)
})

test('a text that was damaged anywhere is plain only if it is still JSON and says what parsing says', () => {
  const sale = '{"_id":"a","_rev":"1-abc","n":[1,-2.5,{"s":"x\\n","t":true}],"z":null,"_deleted":false}'
  const bytes = fc.constantFrom(...'{}[],:"\\0123-.eE tfn_x\u0001')
  fc.assert(
    fc.property(fc.nat(sale.length), fc.nat(2), fc.array(bytes, { maxLength: 3 }), (at, dropped, put) => {
      const json = sale.slice(0, at) + put.join('') + sale.slice(at + dropped)
      const plain = scan(json)
      if (plain === undefined) return
      const value = JSON.parse(json) as Record<string, unknown>
      expect(JSON.parse(plain.body)).toEqual(JSON.parse(toBody(value)))
      expect(plain.id).toBe(value['_id'])
    }),
    { numRuns: 20_000 },
  )
})

test.each([
  ['blanks', '{"a": 1}'],
  ['a number with an exponent', '{"a":1e3}'],
  ['a number of more digits than are exact', '{"a":1234567890123456}'],
  ['a number with a zero before it', '{"a":012}'],
  ['a zero below zero', '{"a":-0}'],
  ['a zero below zero with a fraction', '{"a":-0.00}'],
  ['a name that is written with an escape', '{"\\u0061":1}'],
  ['a refused name', '{"a":{"__proto__":1}}'],
  ['a member of the protocol twice', '{"_id":"a","_id":"b"}'],
  ['another member that begins like the protocol’s', '{"_attachments":{}}'],
  ['more nesting than is allowed', `{"a":${'['.repeat(5)}${']'.repeat(5)}}`],
  ['a control character', '{"a":"\u0001"}'],
  ['an end that is missing', '{"a":"b"'],
  ['something behind the end', '{"a":"b"}}'],
  ['a list', '[1]'],
  ['no member', '{}'],
])('%s is not plain', (_what, json) => {
  expect(scan(json)).toBeUndefined()
})

test('a name that stands twice shows in the count of members', () => {
  const json = '{"price":1,"line":{"n":1,"n":2}}'
  expect(scan(json)?.members).toBe(4)
  expect(countMembers(JSON.parse(json) as Record<string, unknown>)).toBe(3)
})

test('a batch is plain when all of it is, with `new_edits` on either side', () => {
  const batch = (json: string) => scanPlainBatch(Buffer.from(json), limits)
  expect(batch('{"docs":[{"_id":"a"}, {"_id":"b","n":1}],"new_edits":false}')).toMatchObject({
    documents: [
      { id: 'a', body: '{}' },
      { id: 'b', body: '{"n":1}' },
    ],
    newEdits: false,
  })
  expect(batch('{ "new_edits":true, "docs":[{"_id":"a"}] }')?.newEdits).toBe(true)
  for (const json of [
    '{"docs":[]}',
    '{"docs":[{"a":1},7]}',
    '{"docs":[{"a":1}],"all_or_nothing":true}',
    '{"docs":[{"a":1}]',
    '[]',
  ]) {
    expect(batch(json), json).toBeUndefined()
  }
})
