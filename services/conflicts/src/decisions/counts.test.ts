import { afterAll, beforeAll, expect, test } from 'vitest'
import { checkDocument, conflictIdOf } from '@tidemark/contracts'
import { ensureDatabase, openDatabase, type StoredDocument } from '@tidemark/service-kit'
import { sampleUlid } from '@tidemark/service-kit/test-support'
import { rev, stamp, startDesk, type DeskSystem, type Fields } from '../../test/desk-system.ts'

let system: DeskSystem
beforeAll(async () => {
  system = await startDesk()
})
afterAll(() => system?.stop())

const [firstRev, secondRev] = [rev(1, 'a'), rev(1, 'b')]

/** As the stock service opens it: the later count first, and what it should have found if the first was right. */
async function openCountCase(sku: string, expectedQuantity: number): Promise<string> {
  const count = (number: number, minute: number, node: string, quantity: number) => ({
    _id: `count:${sku}:${sampleUlid(number)}`,
    type: 'stock-count',
    schemaVersion: 1,
    storeId: 's001',
    at: stamp(minute, node),
    by: { id: node, role: 'cashier' },
    sku,
    quantity,
  })
  const [first, second] = [count(1, 0, 's001t01', 10), count(2, 10, 's001t02', 7)]
  await system.replicate('store-s001-inventory', first, firstRev)
  await system.replicate('store-s001-inventory', second, secondRev)
  const key = { database: 'inventory', documentId: `counts:${sku}` }
  const _id = conflictIdOf(key, [first._id, second._id])
  const conflict = {
    _id,
    type: 'conflict',
    schemaVersion: 1,
    storeId: 's001',
    at: second.at,
    by: { id: 'inventory', role: 'system' },
    status: 'open',
    ...key,
    documentType: 'stock-count',
    policy: 'manual',
    winningRev: secondRev,
    leaves: [
      { rev: secondRev, body: second },
      { rev: firstRev, body: first },
    ],
    explanation: ['Counted twice.'],
    expectedQuantity,
    centralDatabase: 'store-s001-inventory',
    stores: ['s001'],
    openedAt: '2026-11-22T09:10:00.000Z',
    leavesApart: [],
  }
  await (await ensureDatabase(system.client, 'conflict-desk')).update(_id, () => conflict)
  return _id
}

async function countsOf(sku: string): Promise<readonly StoredDocument[]> {
  const database = openDatabase(system.client, 'store-s001-inventory')
  const ids = await database.idsBetween(`count:${sku}:`, `count:${sku}:\ufff0`, 10)
  return [...(await database.getMany(ids)).values()].toSorted((a, b) => (String(a['at']) < String(b['at']) ? -1 : 1))
}

const send = (id: string, action: string, body: Fields) =>
  system.desk.send('POST', `/conflicts/${encodeURIComponent(id)}/${action}`, body)

test('of two counts the first is right: a count of what was left of it stands right behind the second, and the case is over', async () => {
  const id = await openCountCase('milk', 8)
  const order = { kind: 'choose', rev: firstRev, note: 'the second shelf was forgotten' }
  const planned = await send(id, 'dry-run', order)
  expect(planned).toMatchObject({ status: 200, body: { document: { quantity: 8 }, ends: [] } })
  expect(await countsOf('milk')).toHaveLength(2)

  const decided = await send(id, 'resolve', order)
  expect(decided).toMatchObject({
    status: 200,
    body: {
      status: 'resolved',
      decision: { kind: 'choose', chosen: firstRev, note: order.note },
      resolution: expect.stringContaining('a count of 8 stands') as string,
    },
  })
  const counts = await countsOf('milk')
  expect(counts).toMatchObject([{ quantity: 10 }, { quantity: 7 }, { quantity: 8, by: { role: 'head-office' } }])
  expect(checkDocument('inventory', counts[2] ?? {})).toEqual([])
  expect(counts[2]?.['at']).toBe('2026-11-22T09:10:00.000Z-0001-hq')
  const copy = await openDatabase(system.client, 'store-s001-conflicts').get(id)
  expect(copy).toMatchObject({ status: 'resolved', decision: { kind: 'choose' } })

  expect((await send(id, 'resolve', order)).body).toEqual(decided.body)
  expect((await send(id, 'resolve', { ...order, rev: secondRev })).status).toBe(409)
  expect(await send(id, 'undo', {})).toMatchObject({
    status: 422,
    body: { detail: expect.stringContaining('record another one') as string },
  })
  expect(await countsOf('milk')).toHaveLength(3)
})

test('neither is right: the number that a person states is a count of now', async () => {
  const id = await openCountCase('bread', 8)
  expect(await send(id, 'resolve', { kind: 'merge', body: { quantity: -1 } })).toMatchObject({
    status: 400,
    body: { problems: [{ field: '/body/body/quantity' }] },
  })
  expect((await send(id, 'resolve', { kind: 'suggestion' })).status).toBe(422)
  expect(await send(id, 'resolve', { kind: 'choose', rev: rev(1, 'c') })).toMatchObject({
    status: 400,
    body: { problems: [{ field: '/body/rev' }] },
  })
  const before = new Date().toISOString()
  const order = { kind: 'merge', body: { quantity: 9 } }
  expect(await send(id, 'resolve', order)).toMatchObject({ status: 200, body: { status: 'resolved' } })
  expect((await send(id, 'resolve', order)).status).toBe(200)
  const counts = await countsOf('bread')
  expect(counts).toMatchObject([{}, {}, { quantity: 9 }])
  expect(String(counts[2]?.['at']) >= before).toBe(true)
})

test('a decision that was recorded and not carried out is carried out by whoever comes next', async () => {
  const id = await openCountCase('tea', 8)
  const desk = openDatabase(system.client, 'conflict-desk')
  await send(id, 'resolve', { kind: 'choose', rev: secondRev })
  const [, , count] = await countsOf('tea')
  // As it was when the process died before it wrote the count.
  await system.client.request({} as never, { method: 'DELETE', path: 'store-s001-inventory' })
  await ensureDatabase(system.client, 'store-s001-inventory')
  await desk.update(id, (current) => {
    return { ...current, _id: id, status: 'open' }
  })
  expect((await send(id, 'resolve', { kind: 'choose', rev: secondRev })).body).toMatchObject({ status: 'resolved' })
  const again = await countsOf('tea')
  expect(again).toEqual([count])
})
