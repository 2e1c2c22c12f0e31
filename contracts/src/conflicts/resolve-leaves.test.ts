import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ComparedLeaf } from './compare-leaves.ts'
import { explainResolution } from './explain-resolution.ts'
import { mergeFields } from './merge-fields.ts'
import { resolveLeaves, winnerOf, writesOf } from './resolve-leaves.ts'

const stamp = (minute: number, node: string) => `2026-11-22T09:${String(minute).padStart(2, '0')}:00.000Z-0000-${node}`
const leaf = (rev: string, body: Record<string, unknown>): ComparedLeaf => ({ rev, body })

const nodes = fc.constantFrom('hq', 's001t01', 's001hub', 's002t03')
const stamps = fc.tuple(fc.integer({ min: 0, max: 4 }), nodes).map(([minute, node]) => stamp(minute, node))
const contentFields = [
  'name',
  'category',
  'description',
  'priceMinor',
  'currency',
  'unit',
  'taxCode',
  'barcodes',
] as const

/** Few values and few times, so that equal ones, missing ones and ties are common. */
const bodies = fc
  .record(
    {
      at: stamps,
      schemaVersion: fc.integer({ min: 1, max: 2 }),
      by: fc.record({ id: fc.constantFrom('anna', 'mara') }),
      ...Object.fromEntries(contentFields.map((name) => [name, fc.integer({ min: 0, max: 2 })])),
      fieldTimes: fc.dictionary(fc.constantFrom(...contentFields), stamps),
    },
    { requiredKeys: [] },
  )
  .chain((body) => fc.constantFrom('product', 'tax-rate', 'note').map((type) => ({ _id: 'product:A', type, ...body })))
const leaves = fc.uniqueArray(
  fc
    .tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 3, maxLength: 3 }),
      bodies,
    )
    .map(([generation, hash, body]) => leaf(`${generation}-${hash}`, body)),
  { selector: ({ rev }) => rev, minLength: 1, maxLength: 5 },
)
const shuffled = leaves.chain((set) =>
  fc.tuple(
    fc.constant(set),
    fc.shuffledSubarray([...set, ...set], { minLength: 0 }).map((extra) => [...extra, ...set].reverse()),
  ),
)

test('order and repetition of the leaves change neither the winner, nor its revision, nor the writes, nor the words', () => {
  fc.assert(
    fc.property(shuffled, ([set, again]) => {
      const [one, other] = [resolveLeaves(set), resolveLeaves(again)]
      expect(other).toEqual(one)
      expect(explainResolution(again, other)).toEqual(explainResolution(set, one))
      if (one.winner === undefined || other.winner === undefined) return
      const revs = (all: readonly ComparedLeaf[]) => all.map(({ rev }) => rev)
      expect(writesOf('product:A', revs(again), other.winner)).toEqual(writesOf('product:A', revs(set), one.winner))
    }),
  )
})

test('grouping does not matter: merging what was merged before gives what merging all at once gives', () => {
  const some = fc.array(bodies, { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(some, some, (left, right) => {
      const all = mergeFields([...left, ...right])
      expect(mergeFields([mergeFields(left), mergeFields(right)])).toEqual(all)
      expect(mergeFields([all, ...left])).toEqual(all)
    }),
  )
})

test('grouping does not matter where one version stands as a whole either, once all is known', () => {
  const ofOneType = (type: string) =>
    leaves.map((set) => set.map(({ rev, body }) => leaf(rev, { ...body, type, at: body['at'] ?? stamp(0, 'hq') })))
  fc.assert(
    fc.property(fc.constantFrom('tax-rate', 'note').chain(ofOneType), fc.nat(), (set, cut) => {
      const at = cut % set.length
      const first = at === 0 ? undefined : resolveLeaves(set.slice(0, at)).winner
      const regrouped = first === undefined ? set : [leaf(first.rev, first.body), ...set.slice(at)]
      // Equal stamps are told apart by revisions, which a decision in between makes anew.
      expect(resolveLeaves(regrouped).winner?.body['at']).toEqual(resolveLeaves(set).winner?.body['at'])
    }),
  )
})

test('every live leaf is ended or followed, and the ends do not depend on what was decided', () => {
  fc.assert(
    fc.property(leaves, (set) => {
      const revs = set.map(({ rev }) => rev)
      const decided = winnerOf(set, { _id: 'product:A', type: 'product', name: 'Milk' })
      const writes = writesOf('product:A', revs, decided)
      const parents = writes.map(({ _revisions: { start, ids } }) => `${start - 1}-${ids[1]}`)
      expect([...parents].sort()).toEqual([...revs].sort())
      const other = writesOf('product:A', revs, winnerOf(set, { _id: 'product:A', type: 'product', name: 'Tea' }))
      expect(other.slice(1)).toEqual(writes.slice(1))
      expect(other[0]?._rev).not.toBe(writes[0]?._rev)
    }),
  )
})

const product = (
  minute: number,
  node: string,
  fields: Record<string, unknown>,
  fieldTimes: Record<string, string>,
) => ({
  _id: 'product:A',
  type: 'product',
  schemaVersion: 1,
  at: stamp(minute, node),
  by: { id: node, role: 'manager' },
  name: 'Milk',
  category: 'Dairy',
  priceMinor: 119,
  currency: 'EUR',
  unit: 'piece',
  taxCode: 'reduced',
  barcodes: [],
  ...fields,
  fieldTimes,
})
const document = (type: string, minute: number, node: string, fields: Record<string, unknown> = {}) => ({
  _id: `${type}:A`,
  type,
  at: stamp(minute, node),
  ...fields,
})
const base = product(1, 'hq', {}, {})
const renamed = product(3, 's001t01', { name: 'Milch' }, { name: stamp(3, 's001t01') })
const repriced = product(2, 's002t03', { priceMinor: 129 }, { priceMinor: stamp(2, 's002t03') })
const repricedToo = product(5, 'hq', { priceMinor: 125 }, { priceMinor: stamp(5, 'hq') })
const otherCurrency = product(5, 'hq', { currency: 'CHF' }, { currency: stamp(5, 'hq') })

describe('each policy', () => {
  interface Row {
    readonly what: string
    readonly bodies: readonly [Record<string, unknown>, Record<string, unknown>]
    readonly ancestor?: Record<string, unknown>
    readonly policy: string
    readonly needsPerson: boolean
    readonly winner?: Record<string, unknown>
    readonly words: RegExp
  }
  const rows: readonly Row[] = [
    {
      what: 'field merge: a name here, a price there',
      bodies: [renamed, repriced],
      ancestor: base,
      policy: 'field-merge',
      needsPerson: false,
      winner: { name: 'Milch', priceMinor: 129, at: stamp(3, 's001t01') },
      words: /^price: .*store s001 left it at 119.*; 129 stands, the last change$/m,
    },
    {
      what: 'field merge: two prices take a person, and the later is suggested',
      bodies: [repriced, repricedToo],
      ancestor: base,
      policy: 'field-merge',
      needsPerson: true,
      winner: { priceMinor: 125 },
      words:
        /^price: head office has 125, changed at 2026-11-22 09:05:00 UTC, store s002 has 129, changed at 2026-11-22 09:02:00 UTC; price needs a person$/m,
    },
    {
      what: 'field merge: a price and its currency are one thing',
      bodies: [repriced, otherCurrency],
      ancestor: base,
      policy: 'field-merge',
      needsPerson: true,
      winner: { priceMinor: 119, currency: 'CHF' },
      words: /currency needs a person/,
    },
    {
      what: 'field merge: without the ancestor a price that differs takes a person',
      bodies: [renamed, repriced],
      policy: 'field-merge',
      needsPerson: true,
      winner: { name: 'Milch', priceMinor: 129 },
      words: /price needs a person/,
    },
    {
      what: 'field merge: the later of two names, whatever the other revision is',
      bodies: [product(9, 's002t03', { name: 'Lait' }, { name: stamp(2, 's002t03') }), renamed],
      policy: 'field-merge',
      needsPerson: false,
      winner: { name: 'Milch', at: stamp(9, 's002t03') },
      words: /"Milch" stands, the last change/,
    },
    {
      what: 'server wins, although the store wrote later',
      bodies: [
        document('promotion', 2, 'hq', { name: 'ours' }),
        document('promotion', 8, 's001hub', { name: 'theirs' }),
      ],
      policy: 'server-wins',
      needsPerson: false,
      winner: { name: 'ours' },
      words: /its version \(at 2026-11-22 09:02:00 UTC\) stands[^]*store s001 .* is kept as a change request/,
    },
    {
      what: 'server wins without a version of the server: the last written',
      bodies: [document('store', 2, 's001hub', { name: 'old' }), document('store', 3, 's001t01', { name: 'new' })],
      policy: 'server-wins',
      needsPerson: false,
      winner: { name: 'new' },
      words: /none of the versions is its own/,
    },
    {
      what: 'last write wins for a type that nobody knows',
      bodies: [document('shopping-list', 4, 's001t01', { n: 1 }), document('shopping-list', 3, 's002t03', { n: 2 })],
      policy: 'last-write-wins',
      needsPerson: false,
      winner: { n: 1 },
      words: /the last written stands: that of store s001/,
    },
    {
      what: 'what a person decided in a case stands against the same case opened later by somebody who did not know',
      bodies: [
        document('conflict', 4, 'hq', { status: 'open' }),
        document('conflict', 3, 's001t03', { status: 'resolved', decision: { kind: 'choose' } }),
      ],
      policy: 'last-write-wins',
      needsPerson: false,
      winner: { status: 'resolved', decision: { kind: 'choose' } },
      words: /what a person decided stands: that of store s001/,
    },
    {
      what: 'immutable: an alarm, and nothing is suggested',
      bodies: [document('stock-movement', 4, 's001t01', { n: 1 }), document('stock-movement', 3, 's001t01', { n: 2 })],
      policy: 'immutable',
      needsPerson: true,
      words: /^integrity alarm/,
    },
    {
      what: 'immutable: no alarm when both say the same',
      bodies: [document('stock-movement', 4, 's001t01'), document('stock-movement', 4, 's001t01')],
      policy: 'immutable',
      needsPerson: false,
      words: /^every version says the same/,
    },
    {
      what: 'manual: versions of two types',
      bodies: [document('product', 4, 's001t01'), { _id: 'product:A', priceMinor: 'ninety' }],
      policy: 'manual',
      needsPerson: true,
      winner: { type: 'product' },
      words: /not of one type/,
    },
  ]
  test.each(rows)('$what', ({ bodies: [first, second], ancestor, policy, needsPerson, winner, words }) => {
    for (const revs of [
      ['2-a', '2-b'],
      ['2-b', '2-a'],
      ['9-a', '10-a'],
    ] as const) {
      const set = [leaf(revs[0], first), leaf(revs[1], second)]
      const resolution = resolveLeaves(set, ancestor)
      expect(resolution).toMatchObject({ policy, needsPerson })
      if (winner === undefined) expect(resolution.winner).toBeUndefined()
      else expect(resolution.winner?.body).toMatchObject(winner)
    }
    const set = [leaf('2-a', first), leaf('2-b', second)]
    expect(explainResolution(set, resolveLeaves(set, ancestor), ancestor).join('\n')).toMatch(words)
  })
})

test('the winner is a child of the revision that CouchDB shows, even with the body of another', () => {
  const set = [leaf('2-b', document('note', 1, 'hq', { n: 1 })), leaf('2-a', document('note', 2, 'hq', { n: 2 }))]
  const { winner, winningLeaf } = resolveLeaves(set)
  expect(winner).toMatchObject({ rev: expect.stringMatching(/^3-[0-9a-f]{32}$/), parent: '2-b', body: { n: 2 } })
  expect(winningLeaf).toBe('2-a')
})
