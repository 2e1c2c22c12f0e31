import { afterAll, beforeAll, expect, test } from 'vitest'
import { waitUntil } from '@tidemark/service-kit/test-support'
import { product, stamp, startDesk, type DeskSystem, type Fields } from '../test/desk-system.ts'
import { startHub, type HubProcess } from '../test/hub-process.ts'

let system: DeskSystem
let hubs: readonly [HubProcess, HubProcess]
beforeAll(async () => {
  system = await startDesk()
  await system.replicate('catalog', cashier, '1-a')
  hubs = await Promise.all([startHub('s001', system), startHub('s002', system)])
})
afterAll(async () => {
  for (const hub of hubs ?? []) await hub.stop()
  await system?.stop()
})

const by = { id: 'm7', role: 'manager' } as const
const cashier = {
  _id: 'cashier:m7',
  type: 'cashier',
  schemaVersion: 1,
  storeId: 'hq',
  at: stamp(0, 'hq'),
  by: { id: 'hq', role: 'head-office' },
  name: 'Mara',
  role: 'manager',
  status: 'active',
}

/** Two stores edit one product before either has heard of the other's edit. A hub that has heard of it refuses: then again with another product. */
async function editInBoth(sku: string, first: Fields, second: Fields): Promise<string> {
  const late: unknown[] = []
  while (late.length < 5) {
    const attempt = late.length
    const id = `product:${sku}-${attempt}`
    const { _id, ...data } = { ...product(`${sku}-${attempt}`, 1, 's001t01'), by }
    const baseRev = await hubs[0].push('create', id, data)
    await waitUntil('the other store has it', async () => (await hubs[1].read(id))?.['_rev'] === baseRev)
    const edits = await Promise.allSettled([
      hubs[0].push('update', id, { ...first, by }, baseRev),
      hubs[1].push('update', id, { ...second, by }, baseRev),
    ])
    const refused = edits.find((edit) => edit.status === 'rejected')
    if (refused === undefined) return id
    late.push(refused.reason)
  }
  throw new AggregateError(late, 'the stores never edited a product at the same time')
}

async function bothShow(id: string, expected: Fields): Promise<void> {
  await waitUntil(`both stores show the decision on ${id}`, async () => {
    const shown = await Promise.all(hubs.map((hub) => hub.read(id)))
    const settled = shown.every((document) => document !== undefined && document['_conflicts'] === undefined)
    return settled && new Set(shown.map((document) => document?.['_rev'])).size === 1 && shown[0]?.['by'] !== undefined
  })
  for (const hub of hubs) expect(await hub.read(id)).toMatchObject(expected)
}

test('a name edited in one store and a category in another are merged in both', async () => {
  const id = await editInBoth('both', { name: 'Milch' }, { category: 'Cheese' })
  await system.caseOf(id, 'resolved')
  await bothShow(id, { name: 'Milch', category: 'Cheese' })
  for (const hub of hubs) expect((await hub.conflicts()).conflicts).toEqual([])
})

test('hubs and desk show the same case of two prices; head office decides, and both stores show it', async () => {
  const id = await editInBoth('desk', { priceMinor: 119 }, { priceMinor: 129 })
  const found = await system.caseOf(id, 'open')
  expect(found).toMatchObject({ stores: ['s001', 's002'], base: { body: { priceMinor: 100 } } })
  const same = { id: found.id, documentId: id, policy: found.policy, winningRev: found.winningRev }
  for (const hub of hubs) {
    await waitUntil('the hub has both sides', async () => (await hub.conflicts()).conflicts.length > 0)
    const { conflicts } = await hub.conflicts()
    expect(conflicts).toMatchObject([{ ...same, leaves: found.leaves, differences: expect.anything() }])
  }
  const path = `/conflicts/${encodeURIComponent(found.id)}/resolve`
  const decided = await system.desk.send('POST', path, {
    kind: 'merge',
    body: { ...found.leaves[0]?.body, priceMinor: 125 },
  })
  expect(decided.status).toBe(200)
  await bothShow(id, { priceMinor: 125, by: { role: 'head-office' } })
  for (const hub of hubs) expect((await hub.conflicts()).conflicts).toEqual([])
})

test('a manager decides at a hub, and the case at the desk is over', async () => {
  const id = await editInBoth('hub', { taxCode: 'standard' }, { taxCode: 'zero' })
  const found = await system.caseOf(id, 'open')
  const [hub] = hubs
  await waitUntil('the hub has both sides', async () => (await hub.conflicts()).conflicts.length > 0)
  const rev = found.leaves.find(({ body }) => body['taxCode'] === 'zero')?.rev ?? ''
  const { results } = await hub.conflicts([{ id: found.id, resolution: { kind: 'choose', rev, by } }])
  expect(results).toMatchObject([{ id: found.id, status: 'resolved', rev }])
  expect(await system.caseOf(id, 'resolved')).toMatchObject({ id: found.id, resolution: `revision ${rev} stands` })
  await bothShow(id, { taxCode: 'zero', _rev: rev })
  // Hub and desk have both written the store's copy of the case.
  await waitUntil('the copy has one revision', async () => {
    const copies = await system.leavesOf('store-s001-conflicts', found.id)
    return copies.length === 1 && copies[0]?.['status'] === 'resolved'
  })
})
