import { conflictIdOf, type Product } from '@tidemark/contracts'
import { expect, test } from 'vitest'
import { memoryBrowser, memoryDatabases } from '../testing/memory-databases.ts'
import { decideConflict, finishDecisions, type DecisionInput } from './decide-conflict.ts'
import { pendingEdits } from './local-edits.ts'
import { listDecidedConflicts, listOpenConflicts, readLiveLeaves } from './open-conflicts.ts'
import type { TerminalDatabases } from './terminal-databases.ts'

const stamp = (minute: number, node: string): string =>
  `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000Z-0000-${node}`
const revs = { base: `1-${'1'.repeat(32)}`, ours: `2-${'a'.repeat(32)}`, theirs: `2-${'b'.repeat(32)}` }
const id = 'product:COF-1'

const coffee = {
  _id: id,
  type: 'product' as const,
  schemaVersion: 1,
  storeId: 'hq',
  at: stamp(0, 'hq'),
  by: { id: 'hq', role: 'head-office' as const, name: 'Head office' },
  sku: 'COF-1',
  name: 'Coffee',
  category: 'Coffee & tea',
  barcodes: [],
  unit: 'piece' as const,
  priceMinor: 1000,
  currency: 'EUR',
  taxCode: 'standard',
  status: 'active' as const,
  fieldTimes: { name: stamp(0, 'hq'), priceMinor: stamp(0, 'hq') },
} satisfies Product

function edit(rev: string, node: string, minute: number, changed: Partial<Product>) {
  const at = stamp(minute, node)
  const times = Object.fromEntries(Object.keys(changed).map((name) => [name, at]))
  const [generation, hash = ''] = rev.split('-')
  const ids = generation === '1' ? [hash] : [hash, revs.base.slice(2)]
  return {
    ...coffee,
    ...changed,
    at,
    fieldTimes: { ...coffee.fieldTimes, ...times },
    _rev: rev,
    _revisions: { start: Number(generation), ids },
  }
}

async function inConflict(databases: TerminalDatabases, ours: Partial<Product>, theirs: Partial<Product>) {
  await databases.catalog.bulkDocs([{ ...edit(revs.base, 'hq', 0, {}) }], { new_edits: false })
  const both = [edit(revs.ours, 's001t03', 0, ours), edit(revs.theirs, 'hq', 5, theirs)]
  await databases.catalog.bulkDocs(both, { new_edits: false })
}

const input = (decision: DecisionInput['decision'], minute = 30): DecisionInput => ({
  decision,
  note: 'as agreed by phone',
  by: { id: 'mara', role: 'manager', name: 'Mara' },
  storeId: 's001',
  stamp: () => Promise.resolve(stamp(minute, 's001t03')),
  now: new Date('2026-11-22T10:30:00Z'),
})

test('two prices take a person; both sides and what was before are shown, and the decision keeps what it ends', async () => {
  const databases = memoryDatabases()
  await inConflict(databases, { priceMinor: 1100 }, { priceMinor: 1200 })
  const [open] = await listOpenConflicts(databases, [id])
  expect(open).toMatchObject({ needsPerson: true, canDecide: true, policy: 'field-merge', documentId: id })
  expect(open?.id).toBe(conflictIdOf({ database: 'catalog', documentId: id }, [revs.ours, revs.theirs]))
  expect(open?.base?.body['priceMinor']).toBe(1000)
  if (open === undefined) throw new Error('one conflict')

  const decided = await decideConflict(databases, open, input({ kind: 'choose', rev: revs.ours }))
  if (decided.outcome !== 'decided') throw new Error(JSON.stringify(decided))
  const leaves = await readLiveLeaves(databases.catalog, id)
  expect(leaves.map(({ rev, body }) => [rev, body['priceMinor']])).toEqual([[decided.conflict.decision?.rev, 1100]])
  expect(leaves[0]?.body).toMatchObject({ by: { id: 'mara' }, fieldTimes: { priceMinor: stamp(30, 's001t03') } })
  expect(decided.conflict.leaves.map(({ body }) => body['priceMinor']).sort()).toEqual([1100, 1200])
  expect(await listOpenConflicts(databases, [id])).toEqual([])
  expect(await listDecidedConflicts(databases, 5)).toMatchObject([{ decision: { note: 'as agreed by phone' } }])
  const edits = await databases.device.edits()
  expect(['conflicts', 'catalog'].map((name) => pendingEdits(edits, name, 'epoch').length)).toEqual([1, 1])
})

test('a name here and a price there need nobody, and merge to the same revision at any place', async () => {
  const at = await Promise.all(
    [memoryDatabases(), memoryDatabases()].map(async (databases) => {
      await inConflict(databases, { name: 'Coffee, dark' }, { priceMinor: 1200 })
      const [open] = await listOpenConflicts(databases, [id])
      if (open === undefined) throw new Error('one conflict')
      expect(open.needsPerson).toBe(false)
      await decideConflict(databases, open, input({ kind: 'suggestion' }))
      return readLiveLeaves(databases.catalog, id)
    }),
  )
  expect(at[0]?.[0]?.body).toMatchObject({ name: 'Coffee, dark', priceMinor: 1200 })
  expect(at[0]).toEqual(at[1])
})

test('a tab that is killed between the case and the revisions finishes the decision when it comes back', async () => {
  const browser = memoryBrowser()
  const databases = memoryDatabases(browser)
  await inConflict(databases, { priceMinor: 1100 }, { priceMinor: 1200 })
  const [open] = await listOpenConflicts(databases, [id])
  if (open === undefined) throw new Error('one conflict')
  const failing = Object.create(databases.catalog, {
    bulkDocs: { value: () => Promise.reject(new Error('the tab is gone')) },
  }) as TerminalDatabases['catalog']
  const { device } = databases
  const named = (name: string) => databases.named(name)
  const dying = { device, named, catalog: failing } as unknown as TerminalDatabases
  const decision = { kind: 'merge', body: { ...open.leaves[0]?.body, priceMinor: 1150 } } as const
  await expect(decideConflict(dying, open, input(decision))).rejects.toThrow('the tab is gone')

  const again = memoryDatabases(browser)
  const stillOpen = await listOpenConflicts(again, [id])
  expect(stillOpen.length).toBe(1)
  expect(await finishDecisions(again, stillOpen)).toBe(true)
  expect((await readLiveLeaves(again.catalog, id)).map(({ body }) => body['priceMinor'])).toEqual([1150])
  expect(await listOpenConflicts(again, [id])).toEqual([])
})

test('what head office decides, and records that may not change, are shown and not decided here', async () => {
  const databases = memoryDatabases()
  await inConflict(databases, { priceMinor: 1100 }, { priceMinor: 1200 })
  const [open] = await listOpenConflicts(databases, [id])
  if (open === undefined) throw new Error('one conflict')
  const refused = await decideConflict(databases, { ...open, canDecide: false }, input({ kind: 'suggestion' }))
  expect(refused.outcome).toBe('invalid')
  const wrong = input({ kind: 'merge', body: { ...open.leaves[0]?.body, priceMinor: 'free' } })
  expect((await decideConflict(databases, open, wrong)).outcome).toBe('invalid')
  expect((await readLiveLeaves(databases.catalog, id)).length).toBe(2)
})
